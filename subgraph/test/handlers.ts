/** That no event of the contracts goes unnoticed: each has a handler in the manifest of every chain that has the contract. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {Abi} from 'viem';

const folder = path.resolve(import.meta.dirname, '..');

/** `<manifest> <contract>.<event>` of every event without a handler. */
export function unhandledEvents(): string[] {
  return ['l1', 'l2'].flatMap((chain) => {
    const [, ...sources] = readFileSync(path.join(folder, `${chain}.template.yaml`), 'utf8').split('  - kind: ethereum\n');
    return sources.flatMap((source) => {
      const name = /^ +name: (\w+)$/m.exec(source)![1]!;
      const abi = JSON.parse(readFileSync(path.join(folder, `abis/${name}.json`), 'utf8')) as Abi;
      const handled = new Set([...source.matchAll(/- event: (\w+)\(/g)].map((match) => match[1]!));
      return abi.filter((entry) => entry.type === 'event').filter((event) => !handled.has(event.name)).map((event) => `${chain} ${name}.${event.name}`);
    });
  });
}
