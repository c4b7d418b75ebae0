/**
 * The auditor's own recomputation of GPMP and payout roots from columns (PROTOCOL §4).
 *
 * A second implementation on purpose: it shares the keccak primitive with the builder and nothing else.
 */
import type {Hex} from 'viem';
import {blockHasher, keccakInto} from '../keccak.ts';
import type {Line} from '../types.ts';
import {bytesOf, hexAt, writeUint} from './bytes.ts';
import type {PayoutTable} from './record-readers.ts';
import type {Sheet} from './sheet-reader.ts';

const HASH = 32;
const SUMS = 28;
/** A node is its hash and its sums, so two children lie side by side as the parent's preimage. */
const NODE = HASH + SUMS;
const LEAF_PREIMAGE = 51;
const NODE_PREFIX = 4;

export type TreeTop = {hash: Uint8Array; total: bigint; withdrawable: bigint; withdrawal: bigint; count: number};

/** Root node of one sheet. The caller has excluded rows and sums outside `0 ≤ x < 2^63`. */
export function treeTop(assetIndex: number, sheet: Sheet): TreeTop {
  if (sheet.count === 0) return {hash: new Uint8Array(HASH), total: 0n, withdrawable: 0n, withdrawal: 0n, count: 0};
  let nodes = leafNodes(assetIndex, sheet);
  let width = sheet.count;
  for (let level = 1; width > 1; level += 1) {
    nodes = parents(nodes, width, level, assetIndex);
    width = (width + 1) >> 1;
  }
  const view = new DataView(nodes.buffer, nodes.byteOffset);
  return {
    hash: nodes.slice(0, HASH), total: view.getBigUint64(HASH), withdrawable: view.getBigUint64(HASH + 8),
    withdrawal: view.getBigUint64(HASH + 16), count: view.getUint32(HASH + 24),
  };
}

function leafNodes(assetIndex: number, sheet: Sheet): Uint8Array {
  // One spare node: the zero partner of an odd last one.
  const nodes = new Uint8Array((sheet.count + 1) * NODE);
  const view = new DataView(nodes.buffer);
  const {bytes, words: digest, hash} = blockHasher(LEAF_PREIMAGE);
  const out = new Int32Array(nodes.buffer);
  const words = [sheet.total, sheet.withdrawable, sheet.withdrawal].map(
    ({buffer, byteOffset, length}) => new Int32Array(buffer, byteOffset, length * 2),
  );
  for (let row = 0; row < sheet.count; row += 1) {
    const node = row * NODE;
    for (let column = 0; column < 3; column += 1) {
      view.setInt32(node + HASH + 8 * column, words[column]![2 * row + 1]!);
      view.setInt32(node + HASH + 8 * column + 4, words[column]![2 * row]!);
    }
    nodes[node + NODE - 1] = 1;
    bytes[0] = 0;
    bytes[1] = assetIndex >> 8;
    bytes[2] = assetIndex & 0xff;
    for (let i = 0; i < 24; i += 1) {
      bytes[3 + i] = sheet.ids[row * 24 + i]!;
      bytes[27 + i] = nodes[node + HASH + i]!;
    }
    hash();
    for (let i = 0; i < HASH / 4; i += 1) out[node / 4 + i] = digest[i]!;
  }
  return nodes;
}

function parents(nodes: Uint8Array, width: number, level: number, assetIndex: number): Uint8Array {
  const above = new Uint8Array((((width + 1) >> 1) + 1) * NODE);
  const from = new DataView(nodes.buffer, nodes.byteOffset);
  const to = new DataView(above.buffer);
  const below = new Int32Array(nodes.buffer);
  const out = new Int32Array(above.buffer);
  const {bytes, words, hash} = blockHasher(NODE_PREFIX + 2 * NODE);
  for (let i = 0; 2 * i < width; i += 1) {
    const left = 2 * i * NODE;
    const node = i * NODE;
    bytes[0] = 1;
    bytes[1] = level;
    bytes[2] = assetIndex >> 8;
    bytes[3] = assetIndex & 0xff;
    for (let k = 0; k < NODE / 2; k += 1) words[1 + k] = below[left / 4 + k]!;
    hash();
    for (let k = 0; k < HASH / 4; k += 1) out[node / 4 + k] = words[k]!;
    for (let column = 0; column < 3; column += 1) {
      const at = HASH + 8 * column;
      const low = from.getUint32(left + at + 4) + from.getUint32(left + NODE + at + 4);
      const high = from.getUint32(left + at) + from.getUint32(left + NODE + at) + (low > 0xffffffff ? 1 : 0);
      to.setUint32(node + at, high);
      to.setUint32(node + at + 4, low);
    }
    to.setUint32(node + NODE - 4, from.getUint32(left + NODE - 4) + from.getUint32(left + 2 * NODE - 4));
  }
  return above;
}

/** `keccak256(0x04 ‖ asset ‖ token ‖ lotSize ‖ hash ‖ sums)`. */
export function rootOfTop(assetIndex: number, token: string, lotSize: bigint, top: TreeTop): Hex {
  const preimage = new Uint8Array(1 + 2 + 20 + 16 + HASH + SUMS);
  preimage[0] = 4;
  writeUint(preimage, 1, 2, assetIndex);
  preimage.set(bytesOf(token), 3);
  writeUint(preimage, 23, 16, lotSize);
  preimage.set(top.hash, 39);
  writeUint(preimage, 71, 8, top.total);
  writeUint(preimage, 79, 8, top.withdrawable);
  writeUint(preimage, 87, 8, top.withdrawal);
  writeUint(preimage, 95, 4, top.count);
  return hashed(preimage);
}

/** Root over payout leaves in file order; `keccak256(0x06)` over none. */
export function payoutsRoot(line: Pick<Line, 'chainId' | 'custody'>, rows: PayoutTable['rows']): Hex {
  const leaf = new Uint8Array(1 + 8 + 20 + 20 + 20 + 8);
  leaf[0] = 3;
  writeUint(leaf, 1, 8, line.chainId);
  leaf.set(bytesOf(line.custody.toLowerCase()), 9);
  const leaves = rows.map(({token, wallet, cumulative}) => {
    leaf.set(bytesOf(token), 29);
    leaf.set(bytesOf(wallet), 49);
    writeUint(leaf, 69, 8, cumulative);
    return hashBytes(leaf);
  });
  return plainRoot(6, leaves) ?? hashed(Uint8Array.of(6));
}

/** Root over line hashes; undefined over none. */
export function plainRoot(tag: number, leaves: readonly Uint8Array[]): Hex | undefined {
  if (leaves.length === 0) return undefined;
  let level = leaves;
  const preimage = new Uint8Array(1 + 2 * HASH);
  preimage[0] = tag;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      preimage.set(level[i]!, 1);
      preimage.set(level[i + 1] ?? new Uint8Array(HASH), 1 + HASH);
      above.push(hashBytes(preimage));
    }
    level = above;
  }
  return hexAt(level[0]!, 0, HASH);
}

function hashBytes(preimage: Uint8Array): Uint8Array {
  const hash = new Uint8Array(HASH);
  keccakInto(preimage, hash, 0);
  return hash;
}

const hashed = (preimage: Uint8Array): Hex => hexAt(hashBytes(preimage), 0, HASH);
