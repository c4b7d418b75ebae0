/** Builds the GPMP of one custody asset from columns and proves its leaves (PROTOCOL §4, paper §3.3 step 3). */
import type {Hex} from 'viem';
import {keccakInto} from '../keccak.ts';
import {AMOUNTS, type BalanceColumns, columnsOf} from '../snapshot/columns.ts';
import {ID_BYTES} from '../ids.ts';
import type {SnapshotRow} from '../types.ts';
import {
  COUNT_LIMIT, EMPTY_NODE, GpmpError, HASH_BYTES, type MerkleSum, NODE_BYTES, nodeAt, type ProofNode, ZERO_SUMS,
} from './node.ts';

const LEAF_PREIMAGE_BYTES = 51;
const NODE_PREFIX_BYTES = 4;
const LEAF_AMOUNTS_AT = 3 + ID_BYTES;
const SIGN_BIT = 0x80000000;

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
  const preimage = new Uint8Array(LEAF_PREIMAGE_BYTES);
  const view = new DataView(preimage.buffer);
  view.setUint16(1, assetIndex);
  const words = AMOUNTS.map((name) => new Int32Array(columns[name].buffer, columns[name].byteOffset, 2 * columns.count));
  for (let row = 0; row < columns.count; row += 1) {
    const node = row * NODE_BYTES;
    const id = row * ID_BYTES;
    for (let i = 0; i < ID_BYTES; i += 1) preimage[3 + i] = columns.ids[id + i]!;
    for (let amount = 0; amount < 3; amount += 1) {
      view.setInt32(LEAF_AMOUNTS_AT + 8 * amount, words[amount]![2 * row + 1]!);
      view.setInt32(LEAF_AMOUNTS_AT + 8 * amount + 4, words[amount]![2 * row]!);
    }
    keccakInto(preimage, nodes, node);
    for (let i = 0; i < 24; i += 1) nodes[node + HASH_BYTES + i] = preimage[LEAF_AMOUNTS_AT + i]!;
    nodes[node + NODE_BYTES - 1] = 1;
  }
  return nodes;
}

function parentLevel(assetIndex: number, level: number, below: Uint8Array): Uint8Array {
  const width = below.length / NODE_BYTES;
  const nodes = new Uint8Array(Math.ceil(width / 2) * NODE_BYTES);
  const preimage = new Uint8Array(NODE_PREFIX_BYTES + 2 * NODE_BYTES);
  const view = new DataView(preimage.buffer);
  const to = new DataView(nodes.buffer);
  preimage[0] = 0x01;
  preimage[1] = level;
  view.setUint16(2, assetIndex);
  for (let node = 0, from = 0; node < nodes.length; node += NODE_BYTES, from += 2 * NODE_BYTES) {
    if (from + 2 * NODE_BYTES > below.length) preimage.fill(0, NODE_PREFIX_BYTES + NODE_BYTES);
    const children = Math.min(below.length - from, 2 * NODE_BYTES);
    for (let i = 0; i < children; i += 1) preimage[NODE_PREFIX_BYTES + i] = below[from + i]!;
    keccakInto(preimage, nodes, node);
    const left = NODE_PREFIX_BYTES + HASH_BYTES;
    for (let amount = 0; amount < 24; amount += 8) {
      const low = view.getUint32(left + amount + 4) + view.getUint32(left + NODE_BYTES + amount + 4);
      const carry = low >= 2 ** 32 ? 1 : 0;
      to.setUint32(node + HASH_BYTES + amount, view.getUint32(left + amount) + view.getUint32(left + NODE_BYTES + amount) + carry);
      to.setUint32(node + HASH_BYTES + amount + 4, low);
    }
    to.setUint32(node + NODE_BYTES - 4, view.getUint32(left + 24) + view.getUint32(left + NODE_BYTES + 24));
  }
  return nodes;
}

/** Two addends below 2^63 cannot wrap 2^64, so the sign bit tells whether a sum still fits. */
function checkLevel(nodes: Uint8Array, level: number): void {
  for (let node = 0, index = 0; node < nodes.length; node += NODE_BYTES, index += 1) {
    const signs = nodes[node + HASH_BYTES]! | nodes[node + HASH_BYTES + 8]! | nodes[node + HASH_BYTES + 16]!;
    if ((signs & (SIGN_BIT >>> 24)) !== 0) throw new GpmpError({code: 'SUM_OUT_OF_RANGE', level, index});
  }
}
