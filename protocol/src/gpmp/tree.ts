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
  if (columns.count >= COUNT_LIMIT) throw new GpmpError({code: 'TOO_MANY_ROWS', count: columns.count});
  if (columns.count === 0) return [];
  const levels = [leafLevel(assetIndex, columns)];
  if (!wrap) checkLevel(levels[0]!, 0);
  for (let level = 1; levels.at(-1)!.length > NODE_BYTES; level += 1) {
    levels.push(parentLevel(assetIndex, level, levels.at(-1)!));
    if (!wrap) checkLevel(levels[level]!, level);
  }
  return levels;
}

function leafLevel(assetIndex: number, columns: BalanceColumns): Uint8Array {
  const nodes = new Uint8Array(columns.count * NODE_BYTES);
  const out = new Int32Array(nodes.buffer);
  const sums = new DataView(nodes.buffer);
  const {bytes, words: digest, hash} = blockHasher(LEAF_PREIMAGE_BYTES);
  const amounts = AMOUNTS.map((name) => new Int32Array(columns[name].buffer, columns[name].byteOffset, 2 * columns.count));
  for (let row = 0; row < columns.count; row += 1) {
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
  return nodes;
}

function parentLevel(assetIndex: number, level: number, below: Uint8Array): Uint8Array {
  const width = below.length / NODE_BYTES;
  const nodes = new Uint8Array(Math.ceil(width / 2) * NODE_BYTES);
  const children = new Int32Array(below.buffer, below.byteOffset, below.length / 4);
  const out = new Int32Array(nodes.buffer);
  const from = new DataView(below.buffer, below.byteOffset);
  const to = new DataView(nodes.buffer);
  const {bytes, words, hash} = blockHasher(NODE_PREFIX_BYTES + 2 * NODE_BYTES);
  for (let node = 0; 2 * node < width; node += 1) {
    const left = 2 * node * NODE_BYTES;
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
    else addInto(to, node * NODE_BYTES + HASH_BYTES, from, left + HASH_BYTES);
  }
  return nodes;
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
