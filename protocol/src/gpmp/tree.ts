/** Builds the GPMP of one custody asset from columns and proves its leaves (PROTOCOL §4, paper §3.3 step 3). */
import type {Hex} from 'viem';
import {blockHasher} from '../keccak.ts';
import {AMOUNTS, type BalanceColumns, columnsOf} from '../snapshot/columns.ts';
import {ID_BYTES} from '../ids.ts';
import type {SnapshotRow} from '../types.ts';
import {
  COUNT_LIMIT, EMPTY_NODE, GpmpError, HASH_BYTES, type MerkleSum, NODE_BYTES, nodeAt, type ProofNode, ZERO_SUMS,
} from './node.ts';

const LEAF_PREIMAGE_BYTES = 51;
const NODE_PREFIX_BYTES = 4;
const LEAF_AMOUNTS_AT = 3 + ID_BYTES;
const HASH_WORDS = HASH_BYTES / 4;
const NODE_WORDS = NODE_BYTES / 4;
const SIGN_BIT = 0x80;

export type GpmpTree = {
  assetIndex: number;
  /** Bare tree hash, as `settle` takes it; 32 zero bytes over no rows. */
  hash: Hex;
  sums: MerkleSum;
  count: number;
  /** One sibling per level, bottom-up. @throws {GpmpError} `INDEX_OUT_OF_RANGE`. */
  prove(index: number): ProofNode[];
};

export type TreeOptions = {
  /** Sums wrap at 2^64 instead of being refused: what bytes give that no honest builder would publish. */
  wrap?: boolean;
};

/** Packed levels, leaves first; each node is hash and sums, {@link NODE_BYTES} bytes. */
export type TreeLevels = readonly Uint8Array[];

/**
 * Rows in file order.
 *
 * @throws {GpmpError} `SUM_OUT_OF_RANGE` at the lowest node whose amounts leave `0 ≤ x < 2^63`.
 */
export const buildTree = (assetIndex: number, rows: readonly SnapshotRow[], options?: TreeOptions): GpmpTree =>
  buildTreeFromColumns(assetIndex, columnsOf(rows), options);

/** {@link buildTree} from columns; the columns are not kept. */
export const buildTreeFromColumns = (assetIndex: number, columns: BalanceColumns, options?: TreeOptions): GpmpTree =>
  treeOf(assetIndex, buildLevels(assetIndex, columns, options));

/** The tree over levels that were built elsewhere, such as in a worker. */
export function treeOf(assetIndex: number, levels: TreeLevels): GpmpTree {
  const count = levels.length === 0 ? 0 : levels[0]!.length / NODE_BYTES;
  const top = count === 0 ? EMPTY_NODE : nodeAt(levels.at(-1)!, 0);
  const prove = (index: number): ProofNode[] => {
    if (!Number.isInteger(index) || index < 0 || index >= count) throw new GpmpError({code: 'INDEX_OUT_OF_RANGE', index, count});
    return levels.slice(0, -1).map((level, height) => {
      const sibling = Math.floor(index / 2 ** height) ^ 1;
      return sibling * NODE_BYTES < level.length ? nodeAt(level, sibling) : EMPTY_NODE;
    });
  };
  return {assetIndex, hash: top.hash, sums: count === 0 ? ZERO_SUMS : top.sums, count, prove};
}

/** All levels of the tree, leaves first; none over no rows. */
export function buildLevels(assetIndex: number, columns: BalanceColumns, {wrap = false}: TreeOptions = {}): TreeLevels {
  const levels = emptyLevels(columns.count);
  levels.forEach((nodes, level) => {
    const range = {from: 0, to: nodes.length / NODE_BYTES};
    if (level === 0) fillLeaves(assetIndex, columns, nodes, range);
    else fillParents(assetIndex, level, {below: levels[level - 1]!, nodes}, range);
    if (!wrap) checkLevel(nodes, level);
  });
  return levels;
}

/** Levels of the right sizes, to be filled. @throws {GpmpError} `TOO_MANY_ROWS`. */
export function emptyLevels(count: number, allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes)): Uint8Array[] {
  if (count >= COUNT_LIMIT) throw new GpmpError({code: 'TOO_MANY_ROWS', count});
  const levels: Uint8Array[] = [];
  for (let width = count; width > 0; width = width === 1 ? 0 : Math.ceil(width / 2)) levels.push(allocate(width * NODE_BYTES));
  return levels;
}

/** Nodes `from` to before `to` of one level. */
export type NodeRange = {from: number; to: number};

export function fillLeaves(assetIndex: number, columns: BalanceColumns, nodes: Uint8Array, {from, to}: NodeRange): void {
  const out = new Int32Array(nodes.buffer, nodes.byteOffset, nodes.length / 4);
  const sums = new DataView(nodes.buffer, nodes.byteOffset, nodes.length);
  const {bytes, words: digest, hash} = blockHasher(LEAF_PREIMAGE_BYTES);
  const amounts = AMOUNTS.map((name) => new Int32Array(columns[name].buffer, columns[name].byteOffset, 2 * columns.count));
  for (let row = from; row < to; row += 1) {
    const node = row * NODE_BYTES;
    const id = row * ID_BYTES;
    for (let amount = 0; amount < 3; amount += 1) {
      sums.setInt32(node + HASH_BYTES + 8 * amount, amounts[amount]![2 * row + 1]!);
      sums.setInt32(node + HASH_BYTES + 8 * amount + 4, amounts[amount]![2 * row]!);
    }
    nodes[node + NODE_BYTES - 1] = 1;
    bytes[0] = 0x00;
    bytes[1] = assetIndex >>> 8;
    bytes[2] = assetIndex & 0xff;
    for (let i = 0; i < ID_BYTES; i += 1) {
      bytes[3 + i] = columns.ids[id + i]!;
      bytes[LEAF_AMOUNTS_AT + i] = nodes[node + HASH_BYTES + i]!;
    }
    hash();
    for (let i = 0; i < HASH_WORDS; i += 1) out[row * NODE_WORDS + i] = digest[i]!;
  }
}

/** Parents from children that are filled already. */
export function fillParents(assetIndex: number, level: number, {below, nodes}: {below: Uint8Array; nodes: Uint8Array}, {from: start, to: end}: NodeRange): void {
  const width = below.length / NODE_BYTES;
  const children = new Int32Array(below.buffer, below.byteOffset, below.length / 4);
  const out = new Int32Array(nodes.buffer, nodes.byteOffset, nodes.length / 4);
  const from = new DataView(below.buffer, below.byteOffset, below.length);
  const to = new DataView(nodes.buffer, nodes.byteOffset, nodes.length);
  const {bytes, words, hash} = blockHasher(NODE_PREFIX_BYTES + 2 * NODE_BYTES);
  for (let node = start; node < end; node += 1) {
    const alone = 2 * node + 1 === width;
    bytes[0] = 0x01;
    bytes[1] = level;
    bytes[2] = assetIndex >>> 8;
    bytes[3] = assetIndex & 0xff;
    const first = 2 * node * NODE_WORDS;
    const copied = alone ? NODE_WORDS : 2 * NODE_WORDS;
    for (let i = 0; i < copied; i += 1) words[1 + i] = children[first + i]!;
    for (let i = copied; i < 2 * NODE_WORDS; i += 1) words[1 + i] = 0;
    hash();
    for (let i = 0; i < HASH_WORDS; i += 1) out[node * NODE_WORDS + i] = words[i]!;
    if (alone) for (let i = HASH_WORDS; i < NODE_WORDS; i += 1) out[node * NODE_WORDS + i] = children[first + i]!;
    else addInto(to, node * NODE_BYTES + HASH_BYTES, from, 2 * node * NODE_BYTES + HASH_BYTES);
  }
}

/** Writes the sums of two neighbouring nodes, big-endian; amounts wrap at 2^64. */
function addInto(to: DataView, at: number, from: DataView, left: number): void {
  const right = left + NODE_BYTES;
  for (let amount = 0; amount < 24; amount += 8) {
    const low = from.getUint32(left + amount + 4) + from.getUint32(right + amount + 4);
    const carry = low > 0xffffffff ? 1 : 0;
    to.setUint32(at + amount, from.getUint32(left + amount) + from.getUint32(right + amount) + carry);
    to.setUint32(at + amount + 4, low);
  }
  to.setUint32(at + 24, from.getUint32(left + 24) + from.getUint32(right + 24));
}

/** Two addends below 2^63 cannot wrap 2^64, so the sign bit tells whether a sum still fits. */
function checkLevel(nodes: Uint8Array, level: number): void {
  for (let node = 0, index = 0; node < nodes.length; node += NODE_BYTES, index += 1) {
    const signs = nodes[node + HASH_BYTES]! | nodes[node + HASH_BYTES + 8]! | nodes[node + HASH_BYTES + 16]!;
    if ((signs & SIGN_BIT) !== 0) throw new GpmpError({code: 'SUM_OUT_OF_RANGE', level, index});
  }
}
