/** That nothing goes unnoticed: each event of the contracts has a handler, each contract's ABI a source, each entity a comparison. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {CHAINS, entityNames, eventsOf, handlerOf, SOURCES} from '../manifest.mjs';
import {expectedOf} from './expected.ts';

const folder = path.resolve(import.meta.dirname, '..');
/** Read by other programs; its transfers are no source of entities. */
const WITHOUT_SOURCE = new Set(['ERC20']);

/** `<chain> <contract>.<event>` of every event without a handler of that event. */
export function unhandledEvents(): string[] {
  const handlers = readdirSync(path.join(folder, 'src/handlers')).map((file) => readFileSync(path.join(folder, 'src/handlers', file), 'utf8')).join('\n');
  const handled = new Set([...handlers.matchAll(/^export function (\w+)\(event: (\w+)\): void \{/gm)].filter(([, name, event]) => name === handlerOf(event!)).map((match) => match[2]!));
  return CHAINS.flatMap((chain) => Object.values(SOURCES[chain]).flatMap((contract) =>
    eventsOf(contract).filter(({name}) => !handled.has(name)).map(({name}) => `${chain} ${contract}.${name}`)));
}

/** Contracts with an ABI here and no source on any chain. */
export function contractsWithoutSource(): string[] {
  const known = new Set(CHAINS.flatMap((chain) => Object.values(SOURCES[chain])));
  return readdirSync(path.join(folder, 'abis')).map((file) => path.basename(file, '.json')).filter((name) => !known.has(name) && !WITHOUT_SOURCE.has(name));
}

/** Entities that no test compares with the logs. */
export function uncomparedEntities(): string[] {
  const compared = new Set(expectedOf([]).map(({type}) => type));
  return entityNames().filter((name) => !compared.has(name));
}
