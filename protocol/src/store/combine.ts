import {StoreError} from './errors.ts';
import type {CallOptions, ContentStore, Stored} from './types.ts';

/**
 * Reads from the first store that has the bytes, writes to the first that takes them.
 *
 * When none does, the error that says most is thrown: a mismatch before unreachable before not found.
 */
export function firstOf(stores: readonly ContentStore[]): ContentStore {
  const attempt = async <T>(call: (store: ContentStore) => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const failures: StoreError[] = [];
    for (const store of stores) {
      try {
        return await call(store);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof StoreError)) throw error;
        failures.push(error);
      }
    }
    throw worst(failures);
  };
  return {
    name: stores.map(({name}) => name).join(', '),
    put: (bytes, options = {}) => attempt((store) => store.put(bytes, options), options.signal),
    get: (cid, options = {}) => attempt((store) => store.get(cid, options), options.signal),
  };
}

/** Writes to every store (all must take it) and reads from the first that has it; `reference` lists all. */
export function all(stores: readonly ContentStore[]): ContentStore {
  const first = firstOf(stores);
  return {
    name: first.name,
    get: first.get,
    async put(bytes: Uint8Array, options: CallOptions = {}): Promise<Stored> {
      const stored = await Promise.all(stores.map((store) => store.put(bytes, options)));
      const [one] = stored;
      if (!one) throw new StoreError({code: 'STORE_URL_INVALID', detail: 'no storage is configured'});
      return {cid: one.cid, reference: stored.map(({reference}) => reference).join(' ')};
    },
  };
}

const SEVERITY = ['STORE_HASH_MISMATCH', 'STORE_TOO_LARGE', 'STORE_REFUSED', 'STORE_UNREACHABLE', 'STORE_READ_ONLY', 'STORE_NOT_FOUND'] as const;

function worst(failures: readonly StoreError[]): StoreError {
  const rank = ({data}: StoreError) => {
    const index = (SEVERITY as readonly string[]).indexOf(data.code);
    return index === -1 ? SEVERITY.length : index;
  };
  return failures.toSorted((a, b) => rank(a) - rank(b))[0] ?? new StoreError({code: 'STORE_URL_INVALID', detail: 'no storage is configured'});
}
