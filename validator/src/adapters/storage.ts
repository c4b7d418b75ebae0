/** Several stores as one: the first that has the bytes answers; only when all have answered are bytes missing. */
import {type ContentStore, StoreError} from '@pobs/protocol/store';
import {ValidatorError} from '../errors.ts';
import type {StoragePort} from '../services/ports.ts';

/** A store that says so, or that returns other bytes, does not have the bytes. */
const ABSENT: readonly string[] = ['STORE_NOT_FOUND', 'STORE_HASH_MISMATCH', 'STORE_TOO_LARGE', 'STORE_CID_INVALID'];

export class Storage implements StoragePort {
  readonly #stores: readonly ContentStore[];

  readonly #onLie: (sentence: string) => void;
  readonly #told = new Set<string>();

  /** @param onLie - Told once per store and file of bytes that do not match their hash. */
  constructor(stores: readonly ContentStore[], onLie: (sentence: string) => void = () => {}) {
    this.#stores = stores;
    this.#onLie = onLie;
  }

  async get(cid: string): Promise<Uint8Array | undefined> {
    if (this.#stores.length === 0) throw new ValidatorError({code: 'BYTES_UNAVAILABLE', what: cid, detail: 'no storage is configured'});
    let down: StoreError | undefined;
    for (const store of this.#stores) {
      try {
        return await store.get(cid);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (error.data.code === 'STORE_HASH_MISMATCH') this.#tell(error.message);
        if (!ABSENT.includes(error.data.code)) down ??= error;
      }
    }
    if (down !== undefined) throw down;
    return undefined;
  }

  #tell(sentence: string): void {
    if (this.#told.has(sentence)) return;
    this.#told.add(sentence);
    this.#onLie(sentence);
  }
}
