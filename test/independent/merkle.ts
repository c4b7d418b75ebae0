/** PROTOCOL §4 and §6 trees, written once more from the text: plain recursion, viem's keccak, no shared code. */
import {concat, encodeAbiParameters, type Hex, keccak256, numberToHex, parseAbiParameters, size} from 'viem';

const ZERO32: Hex = `0x${'00'.repeat(32)}`;

export type Sums = {total: bigint; withdrawable: bigint; withdrawal: bigint; count: number};
export type Node = {hash: Hex; sums: Sums};

const word = (value: bigint | number, bytes: number): Hex => numberToHex(value, {size: bytes});
const sumBytes = ({total, withdrawable, withdrawal, count}: Sums): Hex =>
  concat([word(total, 8), word(withdrawable, 8), word(withdrawal, 8), word(count, 4)]);

export const EMPTY: Node = {hash: ZERO32, sums: {total: 0n, withdrawable: 0n, withdrawal: 0n, count: 0}};

export function leafNode(asset: number, row: {id: Hex; total: bigint; withdrawable: bigint; withdrawal: bigint}): Node {
  if (size(row.id) !== 24) throw new Error(`id of ${size(row.id)} bytes`);
  const hash = keccak256(
    concat(['0x00', word(asset, 2), row.id, word(row.total, 8), word(row.withdrawable, 8), word(row.withdrawal, 8)]),
  );
  return {hash, sums: {total: row.total, withdrawable: row.withdrawable, withdrawal: row.withdrawal, count: 1}};
}

export function parentNode(level: number, asset: number, left: Node, right: Node): Node {
  const sums: Sums = {
    total: left.sums.total + right.sums.total,
    withdrawable: left.sums.withdrawable + right.sums.withdrawable,
    withdrawal: left.sums.withdrawal + right.sums.withdrawal,
    count: left.sums.count + right.sums.count,
  };
  const hash = keccak256(
    concat(['0x01', word(level, 1), word(asset, 2), left.hash, sumBytes(left.sums), right.hash, sumBytes(right.sums)]),
  );
  return {hash, sums};
}

/** All levels, leaves first. */
export function levelsOf(asset: number, leaves: readonly Node[]): Node[][] {
  if (leaves.length === 0) return [[EMPTY]];
  const levels = [[...leaves]];
  while (levels.at(-1)!.length > 1) {
    const below = levels.at(-1)!;
    const above: Node[] = [];
    for (let i = 0; i < below.length; i += 2) {
      above.push(parentNode(levels.length, asset, below[i]!, below[i + 1] ?? EMPTY));
    }
    levels.push(above);
  }
  return levels;
}

/** Climbs from leaf `index` with its siblings only, as a user with one proof would. */
export function climb(asset: number, leaf: Node, index: number, siblings: readonly Node[]): Node {
  let node = leaf;
  let position = index;
  siblings.forEach((sibling, i) => {
    node = position % 2 === 0 ? parentNode(i + 1, asset, node, sibling) : parentNode(i + 1, asset, sibling, node);
    position = Math.floor(position / 2);
  });
  return node;
}

export const siblingsOf = (levels: readonly Node[][], index: number): Node[] =>
  levels.slice(0, -1).map((level, i) => level[(index >> i) ^ 1] ?? EMPTY);

export const assetRoot = (asset: number, token: Hex, lotSize: bigint, top: Node): Hex =>
  keccak256(concat(['0x04', word(asset, 2), token, word(lotSize, 16), top.hash, sumBytes(top.sums)]));

/** Root of plain hashes: `tag ‖ left ‖ right`, an odd last node paired with zero; `none` for no leaves. */
export function plainRoot(tag: Hex, leaves: readonly Hex[], none: Hex): Hex {
  if (leaves.length === 0) return none;
  let level = [...leaves];
  while (level.length > 1) {
    const above: Hex[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(keccak256(concat([tag, level[i]!, level[i + 1] ?? ZERO32])));
    level = above;
  }
  return level[0]!;
}

export const payoutLeaf = (
  chainId: bigint,
  custody: Hex,
  row: {token: Hex; wallet: Hex; cumulative: bigint},
): Hex => keccak256(concat(['0x03', word(chainId, 8), custody, row.token, row.wallet, word(row.cumulative, 8)]));

const LINE = parseAbiParameters([
  'Line line',
  'struct AssetLine { address token; uint128 lotSize; uint64 deposited; uint64 liabilities; uint64 withdrawable; uint64 withdrawals; uint64 authorisedOut; uint32 count; bytes32 root; }',
  'struct Line { uint64 chainId; address custody; uint64 blockNumber; bytes32 blockHash; uint32 kills; bytes32 payoutRoot; uint32 payoutCount; AssetLine[] assets; }',
]);

export type LineArgs = Parameters<typeof encodeAbiParameters<typeof LINE>>[1][0];

export const lineLeaf = (line: LineArgs): Hex =>
  keccak256(concat(['0x02', keccak256(encodeAbiParameters(LINE, [line]))]));

export const memberLeaf = (member: {index: number; validator: Hex; key: Hex; weight: bigint}): Hex =>
  keccak256(concat(['0x10', word(member.index, 4), member.validator, member.key, word(member.weight, 16)]));

/** Root of a member multiproof: known leaves by index, the missing siblings bottom-up, left to right. */
export function multiproofRoot(
  count: number,
  leaves: ReadonlyMap<number, Hex>,
  siblings: readonly Hex[],
): Hex {
  const queue = [...siblings];
  let known = new Map([...leaves].sort(([a], [b]) => a - b));
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    const above = new Map<number, Hex>();
    for (const [index, hash] of known) {
      if (above.has(index >> 1)) continue;
      const other = index ^ 1;
      const sibling = other >= width ? ZERO32 : (known.get(other) ?? queue.shift());
      if (sibling === undefined) throw new Error('multiproof too short');
      const [left, right] = index % 2 === 0 ? [hash, sibling] : [sibling, hash];
      above.set(index >> 1, keccak256(concat(['0x11', left, right])));
    }
    known = above;
  }
  if (queue.length > 0) throw new Error('multiproof too long');
  return known.get(0)!;
}
