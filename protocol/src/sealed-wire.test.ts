import {expect, test} from 'vitest';
import {decodeSealed, encodeSealed, fromJson, packEpoch, SealedWireError, toJson, unpackEpoch} from './index.ts';
import {books} from './testing/books.ts';

const bytes = encodeSealed(packEpoch(books()));

test('sealed books survive bytes and text alike', () => {
  const lower = JSON.parse(toJson(books()).toLowerCase()) as unknown;
  const read = unpackEpoch(decodeSealed(bytes));
  expect(JSON.parse(toJson(read).toLowerCase())).toEqual(lower);
  expect(fromJson(toJson(read))).toEqual(read);
});

test('bytes may lie anywhere in memory', () => {
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeSealed(shifted.subarray(3))).toEqual(decodeSealed(bytes));
});

test('whatever is cut off or added is refused', () => {
  for (let length = 0; length < bytes.length; length += 1) expect(() => decodeSealed(bytes.slice(0, length)), `${length} bytes`).toThrow();
  expect(() => decodeSealed(Uint8Array.of(...bytes, 0, 0, 0, 0, 0, 0, 0, 0))).toThrow(SealedWireError);
});

test('a row of an unknown account is refused', () => {
  const packed = packEpoch(books());
  packed.assets[0]!.owners[0] = 99;
  expect(() => decodeSealed(encodeSealed(packed))).toThrow(SealedWireError);
});
