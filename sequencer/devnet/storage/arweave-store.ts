import {randomBytes} from 'node:crypto';
import {mkdir, readFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {Exclusive} from '../pair/exclusive.ts';
import {toBase64Url, type RawTransaction} from './arweave-verify.ts';
import {readFileIfExists, writeFileAtomic} from './files.ts';

/** An accepted transaction without its data. Each is its own block. */
export type StoredTransaction = Omit<RawTransaction, 'data'> & {
  /** Offset of its last byte in the weave, counted from 1. */
  weaveEnd: number;
  height: number;
  blockId: string;
};

export type StoredChunk = {start: number; bytes: Buffer; dataPath: string};

/** Chunks belong to their data, which several transactions may share. */
export type DataKey = {data_root: string; data_size: string};

/** Transactions and chunks on disk: `tx/<id>.json`, `data/<root>.<size>/<start>`. */
export class ArweaveStore {
  readonly #dir: string;
  readonly #transactions = new Map<string, StoredTransaction>();
  readonly #writes = new Exclusive();
  #weaveSize = 0;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(dir: string): Promise<ArweaveStore> {
    const store = new ArweaveStore(dir);
    const folder = join(dir, 'tx');
    await mkdir(folder, {recursive: true});
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const stored = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredTransaction),
    );
    for (const transaction of stored.sort((a, b) => a.height - b.height)) store.#remember(transaction);
    return store;
  }

  get height(): number {
    return this.#transactions.size;
  }

  transaction(id: string): StoredTransaction | undefined {
    return this.#transactions.get(id);
  }

  /** Newest first. */
  transactions(): StoredTransaction[] {
    return [...this.#transactions.values()].toReversed();
  }

  async addTransaction(raw: RawTransaction): Promise<void> {
    await this.#writes.run(async () => {
      if (this.#transactions.has(raw.id)) return;
      const {data: _, ...fields} = raw;
      const stored: StoredTransaction = {
        ...fields,
        weaveEnd: this.#weaveSize + Number(raw.data_size),
        height: this.height + 1,
        blockId: toBase64Url(randomBytes(48)),
      };
      await mkdir(this.#dataDir(raw), {recursive: true});
      await writeFileAtomic(join(this.#dir, 'tx', `${raw.id}.json`), Buffer.from(JSON.stringify(stored)));
      this.#remember(stored);
    });
  }

  /** The transaction whose data covers an offset of the weave. */
  transactionAt(weaveOffset: number): StoredTransaction | undefined {
    return this.transactions().find(
      ({weaveEnd, data_size}) => weaveOffset <= weaveEnd && weaveOffset > weaveEnd - Number(data_size),
    );
  }

  isKnownData(key: DataKey): boolean {
    return this.transactions().some(({data_root, data_size}) => data_root === key.data_root && data_size === key.data_size);
  }

  async addChunk(key: DataKey, chunk: StoredChunk): Promise<void> {
    const path = Buffer.from(chunk.dataPath);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(path.length);
    await writeFileAtomic(join(this.#dataDir(key), String(chunk.start)), Buffer.concat([length, path, chunk.bytes]));
  }

  /** The chunk that contains an offset of its data, counted from 0. */
  async chunkAt(key: DataKey, offset: number): Promise<StoredChunk | undefined> {
    const start = (await this.#chunkStarts(key)).findLast((candidate) => candidate <= offset);
    const chunk = start === undefined ? undefined : await this.#readChunk(key, start);
    return chunk !== undefined && offset < chunk.start + chunk.bytes.length ? chunk : undefined;
  }

  /** The whole data, or nothing while chunks are missing. */
  async readData(key: DataKey): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let size = 0;
    for (const start of await this.#chunkStarts(key)) {
      const chunk = start === size ? await this.#readChunk(key, start) : undefined;
      if (chunk === undefined) return undefined;
      parts.push(chunk.bytes);
      size += chunk.bytes.length;
    }
    return size === Number(key.data_size) ? Buffer.concat(parts) : undefined;
  }

  #remember(transaction: StoredTransaction): void {
    this.#transactions.set(transaction.id, transaction);
    this.#weaveSize = transaction.weaveEnd;
  }

  async #readChunk(key: DataKey, start: number): Promise<StoredChunk | undefined> {
    const file = await readFileIfExists(join(this.#dataDir(key), String(start)));
    if (file === undefined) return undefined;
    const pathEnd = 4 + file.readUInt32BE(0);
    return {start, bytes: file.subarray(pathEnd), dataPath: file.toString('latin1', 4, pathEnd)};
  }

  async #chunkStarts(key: DataKey): Promise<number[]> {
    const names = await readdir(this.#dataDir(key)).catch(() => []);
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  #dataDir({data_root, data_size}: DataKey): string {
    return join(this.#dir, 'data', `${data_root}.${data_size}`);
  }
}
