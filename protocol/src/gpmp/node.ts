/** Leaf, node and root hashes of the GPMP, one keccak block each (PROTOCOL §4). */
import type {Address, Hex} from 'viem';
import {bytesToHex, concatBytes, hexToBytes, readUint, uintBytes, writeUint} from '../bytes.ts';
import {PobsError} from '../errors.ts';
import {ID_BYTES} from '../ids.ts';
import {keccak256} from '../keccak.ts';
import {LOTS_LIMIT, type SnapshotRow} from '../types.ts';

export const HASH_BYTES = 32;
export const SUMS_BYTES = 28;
/** A node is its hash and its sums, so two children lie side by side as their parent's preimage. */
export const NODE_BYTES = HASH_BYTES + SUMS_BYTES;
export const COUNT_LIMIT = 2 ** 32;

/** What a subtree adds up to; lots and rows. */
export type MerkleSum = {total: bigint; withdrawable: bigint; withdrawal: bigint; count: number};
export type ProofNode = {hash: Hex; sums: MerkleSum};

export class GpmpError extends PobsError<
  | {code: 'SUM_OUT_OF_RANGE'; level: number; index: number}
  | {code: 'INDEX_OUT_OF_RANGE'; index: number; count: number}
  | {code: 'TOO_MANY_ROWS'; count: number}
> {}

export const ZERO_SUMS: MerkleSum = {total: 0n, withdrawable: 0n, withdrawal: 0n, count: 0};
/** Partner of an odd last node. */
export const EMPTY_NODE: ProofNode = {hash: `0x${'00'.repeat(HASH_BYTES)}`, sums: ZERO_SUMS};

/** True when every sum fits: amounts in `0 ≤ x < 2^63`, count below 2^32. */
export const sumsFit = ({total, withdrawable, withdrawal, count}: MerkleSum): boolean =>
  [total, withdrawable, withdrawal].every((sum) => sum >= 0n && sum < LOTS_LIMIT) &&
  Number.isInteger(count) && count >= 0 && count < COUNT_LIMIT;

export const addSums = (a: MerkleSum, b: MerkleSum): MerkleSum => ({
  total: a.total + b.total,
  withdrawable: a.withdrawable + b.withdrawable,
  withdrawal: a.withdrawal + b.withdrawal,
  count: a.count + b.count,
});

export function sumsBytes({total, withdrawable, withdrawal, count}: MerkleSum): Uint8Array {
  const bytes = new Uint8Array(SUMS_BYTES);
  writeUint(bytes, 0, 8, total);
  writeUint(bytes, 8, 8, withdrawable);
  writeUint(bytes, 16, 8, withdrawal);
  writeUint(bytes, 24, 4, count);
  return bytes;
}

/** Node number `index` of a packed level. */
export const nodeAt = (level: Uint8Array, index: number): ProofNode => {
  const at = index * NODE_BYTES;
  const sums = at + HASH_BYTES;
  return {
    hash: bytesToHex(level, at, sums),
    sums: {
      total: readUint(level, sums, 8),
      withdrawable: readUint(level, sums + 8, 8),
      withdrawal: readUint(level, sums + 16, 8),
      count: Number(readUint(level, sums + 24, 4)),
    },
  };
};

/** `keccak256(0x00 ‖ asset:2 ‖ id:24 ‖ total:8 ‖ withdrawable:8 ‖ withdrawal:8)`. */
export const leafHash = (assetIndex: number, {id, total, withdrawable, withdrawal}: SnapshotRow): Hex =>
  bytesToHex(keccak256(concatBytes(
    Uint8Array.of(0x00), uintBytes(assetIndex, 2), hexToBytes(id, ID_BYTES),
    uintBytes(total, 8), uintBytes(withdrawable, 8), uintBytes(withdrawal, 8),
  )));

/** `keccak256(0x01 ‖ level:1 ‖ asset:2 ‖ left.hash ‖ left.sums ‖ right.hash ‖ right.sums)`. */
export const nodeHash = (assetIndex: number, level: number, left: ProofNode, right: ProofNode): Hex =>
  bytesToHex(keccak256(concatBytes(
    Uint8Array.of(0x01, level), uintBytes(assetIndex, 2),
    hexToBytes(left.hash, HASH_BYTES), sumsBytes(left.sums), hexToBytes(right.hash, HASH_BYTES), sumsBytes(right.sums),
  )));

/** `keccak256(0x04 ‖ asset:2 ‖ token:20 ‖ lotSize:16 ‖ hash:32 ‖ sums:28)`: `line.assets[i].root`. */
export const rootOf = ({assetIndex, token, lotSize, hash, sums}: {
  assetIndex: number; token: Address; lotSize: bigint; hash: Hex; sums: MerkleSum;
}): Hex =>
  bytesToHex(keccak256(concatBytes(
    Uint8Array.of(0x04), uintBytes(assetIndex, 2), hexToBytes(token, 20), uintBytes(lotSize, 16),
    hexToBytes(hash, HASH_BYTES), sumsBytes(sums),
  )));

/** `⌈log2 count⌉`, the number of levels above the leaves. */
export function levelsOf(count: number): number {
  let levels = 0;
  for (let width = count; width > 1; width = Math.ceil(width / 2)) levels += 1;
  return levels;
}
