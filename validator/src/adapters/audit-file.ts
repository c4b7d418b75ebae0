/** Audit roots of epochs this validator held, one JSON line each, in the data folder: what a term's commitment is made of. */
import {appendFileSync, existsSync, mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {Hex} from 'viem';
import type {AuditsPort} from '../services/ports.ts';

type Entry = {epoch: string; digest: Hex; root: Hex};

export class AuditFile implements AuditsPort {
  readonly #file: string;
  readonly #roots = new Map<string, Hex>();

  constructor(dataDir: string) {
    mkdirSync(dataDir, {recursive: true, mode: 0o700});
    this.#file = path.join(dataDir, 'audits.jsonl');
    const lines = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split('\n') : [];
    for (const line of lines) {
      const entry = parse(line);
      if (entry !== undefined) this.#roots.set(keyOf(BigInt(entry.epoch), entry.digest), entry.root);
    }
  }

  get(epoch: bigint, digest: Hex): Hex | undefined {
    return this.#roots.get(keyOf(epoch, digest));
  }

  add(epoch: bigint, digest: Hex, root: Hex): void {
    appendFileSync(this.#file, `${JSON.stringify({epoch: epoch.toString(), digest, root} satisfies Entry)}\n`, {mode: 0o600});
    this.#roots.set(keyOf(epoch, digest), root);
  }
}

const keyOf = (epoch: bigint, digest: Hex): string => `${epoch} ${digest.toLowerCase()}`;

/** A line that a crash cut short is computed again. */
function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
