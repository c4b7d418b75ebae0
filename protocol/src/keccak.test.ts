import {keccak_256} from '@noble/hashes/sha3.js';
import {afterEach, expect, test, vi} from 'vitest';
import {blockHasher, keccak256, keccakInto, keccakIsFast} from './keccak.ts';
import {BLOCK_BYTES, createKernel} from './keccak/kernel.ts';

const preimageOf = (length: number): Uint8Array => Uint8Array.from({length}, (_, i) => (i * 131 + length * 7) & 0xff);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('the kernel runs here', () => {
  expect(keccakIsFast).toBe(true);
  expect(createKernel()?.block.length).toBe(BLOCK_BYTES);
});

test('every length up to three blocks gives the digest of noble', () => {
  for (let length = 0; length <= 3 * BLOCK_BYTES; length += 1) {
    expect(hex(keccak256(preimageOf(length))), `length ${length}`).toBe(hex(keccak_256(preimageOf(length))));
  }
});

test('keccakInto writes 32 bytes and no others', () => {
  for (const length of [51, 135, 136, 200]) {
    const out = new Uint8Array(40).fill(0xee);
    keccakInto(preimageOf(length), out, 4);
    expect(hex(out)).toBe(`eeeeeeee${hex(keccak_256(preimageOf(length)))}eeeeeeee`);
  }
});

test('a block hasher forgets the digest before', () => {
  const {bytes, hash} = blockHasher(124);
  for (let round = 0; round < 20; round += 1) {
    const preimage = preimageOf(124).map((byte) => byte ^ round);
    bytes.set(preimage);
    hash();
    expect(hex(bytes.subarray(0, 32))).toBe(hex(keccak_256(preimage)));
    // Another length in between must not leak into the next.
    keccak256(preimageOf(round));
  }
  expect(() => blockHasher(136)).toThrow(RangeError);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test('without WebAssembly the digests are the same', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  const slow = await import('./keccak.ts');
  expect(slow.keccakIsFast).toBe(false);
  expect(hex(slow.keccak256(preimageOf(77)))).toBe(hex(keccak_256(preimageOf(77))));
  const {bytes, words, hash} = slow.blockHasher(124);
  for (const round of [1, 2]) {
    const preimage = preimageOf(124).map((byte) => byte ^ round);
    bytes.set(preimage);
    hash();
    expect(hex(bytes.subarray(0, 32))).toBe(hex(keccak_256(preimage)));
    expect(words.length).toBe(BLOCK_BYTES / 4);
  }
});

test('a known digest', () => {
  expect(hex(keccak256(new Uint8Array(0)))).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
});
