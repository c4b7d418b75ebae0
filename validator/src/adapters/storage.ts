/** Several stores as one: the first that has the bytes answers; only when all have answered are bytes missing. */
import {type ContentStore, StoreError} from '@pobs/protocol/store';
import {ValidatorError} from '../errors.ts';
import type {StoragePort} from '../services/ports.ts';

/** A store that says so, or that returns other bytes, does not have the bytes. */
const ABSENT: readonly string[] = ['STORE_NOT_FOUND', 'STORE_HASH_MISMATCH', 'STORE_TOO_LARGE', 'STORE_CID_INVALID'];

export class Storage implements StoragePort {
  readonly #stores: readonly ContentStore[];

  constructor(stores: readonly ContentStore[]) {
    this.#stores = stores;
  }

  async get(cid: string): Promise<Uint8Array | undefined> {
    if (this.#stores.length === 0) throw new ValidatorError({code: 'BYTES_UNAVAILABLE', what: cid, detail: 'no storage is configured'});
    let down: StoreError | undefined;
    for (const store of this.#stores) {
      try {
        return await store.get(cid);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (!ABSENT.includes(error.data.code)) down ??= error;
      }
    }
    if (down !== undefined) throw down;
    return undefined;
  }
}
