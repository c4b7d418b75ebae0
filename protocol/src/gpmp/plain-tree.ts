/** Binary keccak tree with a tag byte: payouts, lines, members and log records. An odd last node pairs with zero. */
import type {Hex} from 'viem';
import {bytesToHex, hexToBytes} from '../bytes.ts';
import {keccak256} from '../keccak.ts';

const HASH_BYTES = 32;
export const ZERO_HASH: Hex = `0x${'00'.repeat(HASH_BYTES)}`;

export type PlainTree = {
  /** Of at least one leaf; a single leaf is its own root. */
  root: Hex;
  count: number;
  /** Siblings bottom-up, 32 zero bytes where the last node of a level is alone; `index` gives the sides. */
  prove(index: number): Hex[];
  /** What proves the leaves from `from` to before `to` together: per level, bottom-up, the missing node left of them, then the one right. */
  proveRange(from: number, to: number): Hex[];
};

/** `keccak256(tag ‖ left ‖ right)`. */
export function pairHash(tag: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(1 + 2 * HASH_BYTES);
  preimage[0] = tag;
  preimage.set(left, 1);
  preimage.set(right, 1 + HASH_BYTES);
  return keccak256(preimage);
}

/** @throws {RangeError} over no leaves: the caller says what an empty tree means. */
export function plainTree(tag: number, leaves: readonly Hex[]): PlainTree {
  if (leaves.length === 0) throw new RangeError('A tree needs a leaf.');
  const zero = new Uint8Array(HASH_BYTES);
  const levels = [leaves.map((leaf) => hexToBytes(leaf, HASH_BYTES))];
  for (let below = levels[0]!; below.length > 1; below = levels.at(-1)!) {
    levels.push(Array.from({length: Math.ceil(below.length / 2)}, (_, i) => pairHash(tag, below[2 * i]!, below[2 * i + 1] ?? zero)));
  }
  const prove = (index: number): Hex[] => {
    if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError(`There is no leaf ${index}.`);
    return levels.slice(0, -1).map((level, height) => bytesToHex(level[Math.floor(index / 2 ** height) ^ 1] ?? zero));
  };
  const proveRange = (from: number, to: number): Hex[] => {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from >= to || to > leaves.length) throw new RangeError(`There are no leaves ${from} to ${to}.`);
    let [low, high] = [from, to];
    const siblings: Hex[] = [];
    for (const level of levels.slice(0, -1)) {
      if (low % 2 === 1) siblings.push(bytesToHex(level[low - 1]!));
      if (high % 2 === 1 && high < level.length) siblings.push(bytesToHex(level[high]!));
      [low, high] = [Math.floor(low / 2), Math.ceil(high / 2)];
    }
    return siblings;
  };
  return {root: bytesToHex(levels.at(-1)![0]!), count: leaves.length, prove, proveRange};
}

/** The root that a leaf, its index and its path lead to. */
export function rootFromPath(tag: number, leaf: Hex, index: number, path: readonly Hex[]): Hex {
  let node = hexToBytes(leaf, HASH_BYTES);
  let position = index;
  for (const step of path) {
    const sibling = hexToBytes(step, HASH_BYTES);
    node = position % 2 === 0 ? pairHash(tag, node, sibling) : pairHash(tag, sibling, node);
    position = Math.floor(position / 2);
  }
  return position === 0 ? bytesToHex(node) : ZERO_HASH;
}
