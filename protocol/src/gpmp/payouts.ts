/** Payout tree of one custody and the tree of lines (PROTOCOL §4). */
import type {Address, Hex} from 'viem';
import {bytesToHex, concatBytes, hexToBytes, uintBytes} from '../bytes.ts';
import {keccak256} from '../keccak.ts';
import {sortPayouts} from '../snapshot/payouts.ts';
import {lineHash} from '../summary.ts';
import type {Line, PayoutRow} from '../types.ts';
import {type PlainTree, plainTree, rootFromPath} from './plain-tree.ts';

const PAYOUT_LEAF = 0x03;
const PAYOUT_NODE = 0x06;
const LINE_NODE = 0x05;

/** Root over no payouts: `keccak256(0x06)`, so that a zero root never passes. */
export const NO_PAYOUTS_ROOT: Hex = bytesToHex(keccak256(Uint8Array.of(PAYOUT_NODE)));

export type Payer = {chainId: bigint | number; custody: Address};

/** `keccak256(0x03 ‖ chainId:8 ‖ custody:20 ‖ token:20 ‖ wallet:20 ‖ cumulative:8)`. */
export const payoutLeaf = ({chainId, custody}: Payer, {token, wallet, cumulative}: PayoutRow): Hex =>
  bytesToHex(keccak256(concatBytes(
    Uint8Array.of(PAYOUT_LEAF), uintBytes(chainId, 8), hexToBytes(custody, 20), hexToBytes(token, 20),
    hexToBytes(wallet, 20), uintBytes(cumulative, 8),
  )));

export type PayoutTree = PlainTree & {
  /** Leaves in tree order: by token, then wallet. */
  rows: readonly PayoutRow[];
};

/** Sorts the rows; over none the root is {@link NO_PAYOUTS_ROOT}. */
export function payoutTree(payer: Payer, payouts: readonly PayoutRow[]): PayoutTree {
  const rows = sortPayouts(payouts);
  if (rows.length > 0) return {...plainTree(PAYOUT_NODE, rows.map((row) => payoutLeaf(payer, row))), rows};
  const prove = (index: number): never => {
    throw new RangeError(`There is no leaf ${index}.`);
  };
  return {root: NO_PAYOUTS_ROOT, count: 0, prove, proveRange: prove, rows};
}

export const payoutRoot = (payer: Payer, payouts: readonly PayoutRow[]): Hex => payoutTree(payer, payouts).root;

/** True when the row is leaf `index` under `root`. */
export const verifyPayout = ({payer, row, index, path, root}: {
  payer: Payer; row: PayoutRow; index: number; path: readonly Hex[]; root: Hex;
}): boolean => rootFromPath(PAYOUT_NODE, payoutLeaf(payer, row), index, path) === root.toLowerCase();

/** Lines ordered by `(chainId, custody)`, as `linesRoot` takes them. */
export const sortLines = <T extends {chainId: bigint | number; custody: Address}>(lines: readonly T[]): T[] =>
  lines.toSorted((a, b) => Number(BigInt(a.chainId) - BigInt(b.chainId)) || (a.custody.toLowerCase() < b.custody.toLowerCase() ? -1 : 1));

/** Tree over lines in the given order. @throws {RangeError} over no lines. */
export const linesTree = (lines: readonly Line[]): PlainTree => plainTree(LINE_NODE, lines.map(lineHash));

/** The lines root that a line hash, its index and path lead to. */
export const linesRootFrom = (hash: Hex, index: number, path: readonly Hex[]): Hex => rootFromPath(LINE_NODE, hash, index, path);
