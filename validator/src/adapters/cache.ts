/** Files by sha-256 under the data folder, mode 0600: mappings name wallets. Oldest go first when there are too many. */
import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {Hex} from 'viem';
import type {CachePort} from '../services/ports.ts';

const FILES_MAX = 4_096;

export class DiskCache implements CachePort {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = path.join(dataDir, 'cache');
    mkdirSync(this.#folder, {recursive: true, mode: 0o700});
  }

  get(sha256: Hex): Uint8Array | undefined {
    const file = path.join(this.#folder, sha256.slice(2));
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(readFileSync(file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    if (hashOf(bytes) !== sha256.slice(2)) {
      rmSync(file, {force: true});
      return undefined;
    }
    const now = new Date();
    utimesSync(file, now, now);
    return bytes;
  }

  put(bytes: Uint8Array): void {
    const file = path.join(this.#folder, hashOf(bytes));
    const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
    writeFileSync(temporary, bytes, {mode: 0o600});
    renameSync(temporary, file);
    this.#prune();
  }

  #prune(): void {
    const names = readdirSync(this.#folder);
    if (names.length <= FILES_MAX) return;
    const aged = names.map((name) => ({name, at: statSync(path.join(this.#folder, name)).mtimeMs})).sort((a, b) => a.at - b.at);
    for (const {name} of aged.slice(0, names.length - FILES_MAX)) rmSync(path.join(this.#folder, name), {force: true});
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
