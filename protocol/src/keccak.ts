/**
 * The keccak-256 primitive of the whole repository.
 *
 * Preimages of one block go through a WebAssembly kernel where it may run; longer ones, and all where it may not,
 * through noble. Both give the same digests, and the kernel is checked against noble before its first use.
 */
import {keccak_256} from '@noble/hashes/sha3.js';
import {BLOCK_BYTES, createKernel, type Kernel} from './keccak/kernel.ts';

const DIGEST_BYTES = 32;
const PAD_FIRST = 0x01;
const PAD_LAST = 0x80;

const kernel = provenKernel();

/** Whether the fast kernel runs here. */
export const keccakIsFast = kernel !== undefined;

/** Kept for callers that prepare their hot loops: the primitive is ready at import. */
export const initKeccak = (): Promise<boolean> => Promise.resolve(keccakIsFast);

/** 32-byte keccak-256 digest. */
export function keccak256(preimage: Uint8Array): Uint8Array {
  if (kernel === undefined || preimage.length >= BLOCK_BYTES) return keccak_256(preimage);
  digest(kernel, preimage);
  return kernel.block.slice(0, DIGEST_BYTES);
}

/** Writes `keccak256(preimage)` to `out` at `offset`; allocates nothing for preimages of one block. */
export function keccakInto(preimage: Uint8Array, out: Uint8Array, offset: number): void {
  if (kernel === undefined || preimage.length >= BLOCK_BYTES) {
    out.set(keccak_256(preimage), offset);
    return;
  }
  digest(kernel, preimage);
  const {block} = kernel;
  for (let i = 0; i < DIGEST_BYTES; i += 1) out[offset + i] = block[i]!;
}

/** Hashes many preimages of one length where they are written, without a copy. */
export type BlockHasher = {
  /** The preimage goes into the first `length` bytes, all of them, before every `hash()`; the digest replaces 32 bytes. */
  bytes: Uint8Array;
  /** The same memory as little-endian words. */
  words: Int32Array;
  hash(): void;
};

/**
 * The memory is shared: nothing else may hash between writing a preimage and reading its digest.
 *
 * @param length - Bytes of every preimage, at most 135.
 */
export function blockHasher(length: number): BlockHasher {
  if (length >= BLOCK_BYTES) throw new RangeError(`A block holds ${BLOCK_BYTES - 1} bytes.`);
  const bytes = kernel?.block ?? new Uint8Array(BLOCK_BYTES);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, BLOCK_BYTES / 4);
  const hash = () => {
    if (kernel === undefined) {
      bytes.set(keccak_256(bytes.subarray(0, length)));
      return;
    }
    for (let i = length; i < BLOCK_BYTES; i += 1) bytes[i] = 0;
    bytes[length] = PAD_FIRST;
    bytes[BLOCK_BYTES - 1]! |= PAD_LAST;
    kernel.hash();
  };
  return {bytes, words, hash};
}

function digest({block, hash}: Kernel, preimage: Uint8Array): void {
  block.set(preimage);
  block.fill(0, preimage.length);
  block[preimage.length] = PAD_FIRST;
  block[BLOCK_BYTES - 1]! |= PAD_LAST;
  hash();
}

/** A kernel that disagrees with noble on any length is not used. */
function provenKernel(): Kernel | undefined {
  const candidate = createKernel();
  if (candidate === undefined) return undefined;
  for (const length of [0, 1, 51, 124, BLOCK_BYTES - 1]) {
    const preimage = Uint8Array.from({length}, (_, i) => (i * 37 + length) & 0xff);
    digest(candidate, preimage);
    const expected = keccak_256(preimage);
    for (let i = 0; i < DIGEST_BYTES; i += 1) if (candidate.block[i] !== expected[i]) return undefined;
  }
  return candidate;
}
