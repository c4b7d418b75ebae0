/** Content-addressed storage as every part of the system sees it. */

export type CallOptions = {signal?: AbortSignal | undefined};

export type Stored = {
  /** CIDv1: raw sha2-256 of files of one block, else the UnixFS root with the fixed import parameters. */
  cid: string;
  /** Where this store put it: an Arweave transaction id, an IPFS CID. */
  reference: string;
};

/**
 * Stores and returns bytes by their CID. Every `get` recomputes the hashes of what it returns: no gateway is trusted.
 *
 * @throws {StoreError} from both calls.
 */
export type ContentStore = {
  readonly name: string;
  put(bytes: Uint8Array, options?: CallOptions): Promise<Stored>;
  get(cid: string, options?: CallOptions): Promise<Uint8Array>;
};

/** Bytes per UnixFS leaf and largest file that is one raw block. */
export const BLOCK_BYTES = 1_048_576;

/** Largest file the stores take or return. */
export const FILE_BYTES_MAX = 1_073_741_824;
