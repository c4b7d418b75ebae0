/** PROTOCOL §4 once more, by plain recursion over noble: what the trees are compared with. Shares no code with them. */
import {keccak_256} from '@noble/hashes/sha3.js';
import type {SnapshotRow} from '../types.ts';

const buffer = (hex: string): Buffer => Buffer.from(hex.slice(2), 'hex');
const uint = (value: bigint | number, bytes: number): Buffer => buffer(`0x${BigInt(value).toString(16).padStart(2 * bytes, '0')}`);
const keccak = (...parts: readonly Uint8Array[]): Buffer => Buffer.from(keccak_256(Buffer.concat(parts)));
const text = (bytes: Buffer): `0x${string}` => `0x${bytes.toString('hex')}`;

type Node = {hash: Buffer; sums: [bigint, bigint, bigint, bigint]};
const NOTHING: Node = {hash: Buffer.alloc(32), sums: [0n, 0n, 0n, 0n]};
const sumBytes = ({sums: [total, withdrawable, withdrawal, count]}: Node): Buffer =>
  Buffer.concat([uint(total, 8), uint(withdrawable, 8), uint(withdrawal, 8), uint(count, 4)]);

/** Node that covers rows `[first, first + 2^level)`, nothing beyond the last. */
function subtree(asset: number, rows: readonly SnapshotRow[], level: number, first: number): Node {
  if (first >= rows.length) return NOTHING;
  if (level === 0) {
    const {id, total, withdrawable, withdrawal} = rows[first]!;
    const hash = keccak(Buffer.of(0), uint(asset, 2), buffer(id), uint(total, 8), uint(withdrawable, 8), uint(withdrawal, 8));
    return {hash, sums: [total, withdrawable, withdrawal, 1n]};
  }
  const left = subtree(asset, rows, level - 1, first);
  const right = subtree(asset, rows, level - 1, first + 2 ** (level - 1));
  return {
    hash: keccak(Buffer.of(1, level), uint(asset, 2), left.hash, sumBytes(left), right.hash, sumBytes(right)),
    sums: left.sums.map((sum, i) => sum + right.sums[i]!) as Node['sums'],
  };
}

/** Bare tree hash and sums of rows in the given order. */
export function naiveTree(asset: number, rows: readonly SnapshotRow[]): {hash: `0x${string}`; sums: readonly bigint[]} {
  const level = rows.length === 0 ? 0 : Math.ceil(Math.log2(rows.length));
  const {hash, sums} = subtree(asset, rows, level, 0);
  return {hash: text(hash), sums};
}

/** Root of tagged pairs over `[first, first + 2^level)`. */
export function naivePlainRoot(tag: number, leaves: readonly string[], level = Math.ceil(Math.log2(leaves.length)), first = 0): `0x${string}` {
  if (first >= leaves.length) return text(Buffer.alloc(32));
  if (level === 0) return text(buffer(leaves[first]!));
  const left = naivePlainRoot(tag, leaves, level - 1, first);
  const right = naivePlainRoot(tag, leaves, level - 1, first + 2 ** (level - 1));
  return text(keccak(Buffer.of(tag), buffer(left), buffer(right)));
}
