/**
 * The keccak-256 primitive of the whole repository.
 *
 * Synchronous from the first call (noble); `initKeccak()` swaps in a WebAssembly hasher, about eight times faster,
 * where WebAssembly may run. Both give the same digests.
 */
import {keccak_256} from '@noble/hashes/sha3.js';
import {createKeccak} from 'hash-wasm';

type Digest = (preimage: Uint8Array) => Uint8Array;

let digest: Digest = keccak_256;
let pending: Promise<boolean> | undefined;

/** Resolves `true` once the fast hasher is in use, `false` where WebAssembly is refused. Repeating is free. */
export function initKeccak(): Promise<boolean> {
  pending ??= createKeccak(256).then(
    (hasher) => {
      digest = (preimage) => hasher.init().update(preimage).digest('binary');
      return true;
    },
    () => false,
  );
  return pending;
}

/** 32-byte keccak-256 digest. */
export const keccak256 = (preimage: Uint8Array): Uint8Array => digest(preimage);

/** Writes `keccak256(preimage)` to `out` at `offset`. */
export function keccakInto(preimage: Uint8Array, out: Uint8Array, offset: number): void {
  out.set(digest(preimage), offset);
}
