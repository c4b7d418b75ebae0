/**
 * Salted audit roots (PROTOCOL §6, lazy voting): a validator shows that it held an epoch's rows when it voted. Twin of `AuditLib`.
 *
 * A salt is the validator's own for each epoch, so nobody else can make, copy or check the root before it is opened.
 */
import {hmac} from '@noble/hashes/hmac.js';
import {sha256} from '@noble/hashes/sha2.js';
import type {Address, Hex} from 'viem';
import {bytesToHex, concatBytes, hexToBytes, uintBytes} from '../bytes.ts';
import {HASH_BYTES, levelsOf, NODE_BYTES, type ProofNode} from '../gpmp/node.ts';
import {plainTree, rootFromPath, ZERO_HASH} from '../gpmp/plain-tree.ts';
import {buildTreeFromColumns, emptyLevels, fillLeaves, type GpmpTree} from '../gpmp/tree.ts';
import {blockHasher, keccak256} from '../keccak.ts';
import {type BalanceColumns, rowAt} from '../snapshot/columns.ts';
import type {Line, SnapshotRow} from '../types.ts';

const ROW_LEAF = 0x30;
const ROW_NODE = 0x31;
const EPOCH_LEAF = 0x32;
const EPOCH_NODE = 0x33;
const ROW_LEAF_BYTES = 1 + 20 + 32 + 32;
const PAIR_BYTES = 1 + 2 * HASH_BYTES;

/** One sheet of an epoch: `assetIndex` is its place in its line. */
export type AuditedSheet = {assetIndex: number; columns: BalanceColumns};

/** What opens one drawn row, as `AuditLib.RowOpening`. */
export type RowOpening = {row: SnapshotRow; siblings: readonly ProofNode[]; path: readonly Hex[]};

export type AuditTree = {
  /** 32 zero bytes over no rows. */
  root: Hex;
  /** Rows of all sheets. */
  count: number;
  /** @throws {RangeError} outside the rows. */
  open(position: number): RowOpening;
};

/** Who audits, and with which salt. */
export type Auditor = {validator: Address; salt: Hex};

/** `HMAC-SHA256(secret, epoch:8)`. */
export const auditSalt = (secret: Hex, epoch: bigint): Hex => bytesToHex(hmac(sha256, hexToBytes(secret, 32), uintBytes(epoch, 8)));

/** `keccak256(0x30 ‖ validator:20 ‖ salt:32 ‖ gpmpLeaf:32)`. */
export const auditRowLeaf = ({validator, salt}: Auditor, gpmpLeaf: Hex): Hex =>
  bytesToHex(keccak256(concatBytes(Uint8Array.of(ROW_LEAF), hexToBytes(validator, 20), hexToBytes(salt, 32), hexToBytes(gpmpLeaf, 32))));

/** `keccak256(0x32 ‖ epoch:8 ‖ auditRoot:32)`. */
export const auditEpochLeaf = (epoch: bigint, auditRoot: Hex): Hex =>
  bytesToHex(keccak256(concatBytes(Uint8Array.of(EPOCH_LEAF), uintBytes(epoch, 8), hexToBytes(auditRoot, 32))));

/** Rows of all lines and assets of an epoch. */
export const auditedRows = (lines: readonly Line[]): number =>
  lines.reduce((sum, {assets}) => sum + assets.reduce((rows, {count}) => rows + count, 0), 0);

/** Line, asset and file position of the row at `position`. @throws {RangeError} outside the rows. */
export function locateRow(lines: readonly Line[], position: number): {line: number; asset: number; index: number} {
  let index = position;
  for (const [line, {assets}] of lines.entries()) {
    for (const [asset, {count}] of assets.entries()) {
      if (index < count) return {line, asset, index};
      index -= count;
    }
  }
  throw new RangeError(`There is no row ${position}.`);
}

/** @param sheets - Of every asset of every line, in the order of the lines. */
export function auditTree(auditor: Auditor, sheets: readonly AuditedSheet[]): AuditTree {
  const count = sheets.reduce((sum, {columns}) => sum + columns.count, 0);
  const leaves = new Uint8Array(count * HASH_BYTES);
  let at = 0;
  for (const sheet of sheets) {
    fillRowLeaves(auditor, sheet, leaves.subarray(at * HASH_BYTES));
    at += sheet.columns.count;
  }
  const levels = packedLevels(ROW_NODE, leaves);
  const gpmp = new Map<number, GpmpTree>();
  const open = (position: number): RowOpening => {
    if (!Number.isInteger(position) || position < 0 || position >= count) throw new RangeError(`There is no row ${position}.`);
    const {sheet, index} = placeOf(sheets, position);
    const {assetIndex, columns} = sheets[sheet]!;
    const tree = gpmp.get(sheet) ?? buildTreeFromColumns(assetIndex, columns);
    gpmp.set(sheet, tree);
    return {row: rowAt(columns, index), siblings: tree.prove(index), path: pathIn(levels, position)};
  };
  return {root: count === 0 ? ZERO_HASH : bytesToHex(levels.at(-1)!), count, open};
}

function placeOf(sheets: readonly AuditedSheet[], position: number): {sheet: number; index: number} {
  let index = position;
  let sheet = 0;
  while (index >= sheets[sheet]!.columns.count) index -= sheets[sheet++]!.columns.count;
  return {sheet, index};
}

function fillRowLeaves({validator, salt}: Auditor, {assetIndex, columns}: AuditedSheet, leaves: Uint8Array): void {
  if (columns.count === 0) return;
  const nodes = emptyLevels(columns.count)[0]!;
  fillLeaves(assetIndex, columns, nodes, {from: 0, to: columns.count});
  const {bytes, hash} = blockHasher(ROW_LEAF_BYTES);
  const head = concatBytes(Uint8Array.of(ROW_LEAF), hexToBytes(validator, 20), hexToBytes(salt, 32));
  for (let row = 0; row < columns.count; row += 1) {
    bytes.set(head);
    bytes.set(nodes.subarray(row * NODE_BYTES, row * NODE_BYTES + HASH_BYTES), head.length);
    hash();
    leaves.set(bytes.subarray(0, HASH_BYTES), row * HASH_BYTES);
  }
}

/** Levels of 32-byte nodes, leaves first; an odd last node is paired with zero. */
function packedLevels(tag: number, leaves: Uint8Array): Uint8Array[] {
  const levels = [leaves];
  for (let below = leaves; below.length > HASH_BYTES; below = levels.at(-1)!) levels.push(packedParents(tag, below));
  return levels;
}

function packedParents(tag: number, below: Uint8Array): Uint8Array {
  const width = Math.ceil(below.length / (2 * HASH_BYTES));
  const above = new Uint8Array(width * HASH_BYTES);
  const {bytes, hash} = blockHasher(PAIR_BYTES);
  for (let node = 0; node < width; node += 1) {
    const pair = below.subarray(node * 2 * HASH_BYTES, (node + 1) * 2 * HASH_BYTES);
    bytes[0] = tag;
    bytes.set(pair, 1);
    bytes.fill(0, 1 + pair.length, PAIR_BYTES);
    hash();
    above.set(bytes.subarray(0, HASH_BYTES), node * HASH_BYTES);
  }
  return above;
}

const pathIn = (levels: readonly Uint8Array[], position: number): Hex[] => levels.slice(0, -1).map((level, height) => {
  const sibling = Math.floor(position / 2 ** height) ^ 1;
  const at = sibling * HASH_BYTES;
  return at < level.length ? bytesToHex(level, at, at + HASH_BYTES) : ZERO_HASH;
});

/** True when the validator's audit tree of `rows` leaves holds the row at that very place; its GPMP proof is checked apart. */
export function opensAudit(tree: Auditor & {root: Hex; rows: number}, {gpmpLeaf, path}: {gpmpLeaf: Hex; path: readonly Hex[]}, position: number): boolean {
  if (position >= tree.rows || path.length !== levelsOf(tree.rows)) return false;
  return rootFromPath(ROW_NODE, auditRowLeaf(tree, gpmpLeaf), position, path) === tree.root.toLowerCase();
}

export type TermAudit = {root: Hex; prove(epoch: bigint): Hex[]};

/** @param roots - One per epoch from `firstEpoch` on; 32 zero bytes for an epoch that was not audited. */
export function termAudit(firstEpoch: bigint, roots: readonly Hex[]): TermAudit {
  const tree = plainTree(EPOCH_NODE, roots.map((root, i) => auditEpochLeaf(firstEpoch + BigInt(i), root)));
  return {root: tree.root, prove: (epoch) => tree.prove(Number(epoch - firstEpoch))};
}
