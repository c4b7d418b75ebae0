/** Recomputes a tree's top from one leaf and its siblings; every sum is checked on the way up. */
import type {Hex} from 'viem';
import type {SnapshotRow} from '../types.ts';
import {addSums, EMPTY_NODE, leafHash, levelsOf, type MerkleSum, nodeHash, type ProofNode, sumsFit} from './node.ts';

export type LeafProof = {
  assetIndex: number;
  leaf: SnapshotRow;
  leafIndex: number;
  /** One per level, bottom-up; the empty node where the last node of a level is alone. */
  siblings: readonly ProofNode[];
  /** Rows of the tree, as its line states. */
  count: number;
};

export type LeafVerdict = {ok: true; hash: Hex; sums: MerkleSum} | {ok: false; reason: string};

/** Pure and total over well-typed proofs: a broken proof is a reason, not an exception. */
export function verifyLeaf({assetIndex, leaf, leafIndex, siblings, count}: LeafProof): LeafVerdict {
  if (!Number.isInteger(leafIndex) || leafIndex < 0 || leafIndex >= count) return no(`the line counts ${count} rows, so there is no row ${leafIndex}`);
  if (siblings.length !== levelsOf(count)) return no(`a tree of ${count} rows has ${levelsOf(count)} levels, the proof has ${siblings.length}`);
  const {id: _, ...amounts} = leaf;
  let sums: MerkleSum = {...amounts, count: 1};
  if (!sumsFit(sums)) return no('the row holds an amount outside 0 … 2^63 − 1');
  let node: ProofNode = {hash: leafHash(assetIndex, leaf), sums};
  let position = leafIndex;
  let width = count;
  for (const [height, sibling] of siblings.entries()) {
    if (!sumsFit(sibling.sums)) return no(`sibling ${height} holds a sum outside its range`);
    const alone = position % 2 === 0 && position + 1 === width;
    if (alone && !isEmpty(sibling)) return no(`node ${position} of level ${height} is the last and alone, but has a sibling`);
    const [left, right] = position % 2 === 0 ? [node, sibling] : [sibling, node];
    sums = addSums(left.sums, right.sums);
    if (!sumsFit(sums)) return no(`the sums of level ${height + 1} leave 0 … 2^63 − 1`);
    node = {hash: nodeHash(assetIndex, height + 1, left, right), sums};
    position = Math.floor(position / 2);
    width = Math.ceil(width / 2);
  }
  if (sums.count !== count) return no(`the tree counts ${sums.count} rows, the line ${count}`);
  return {ok: true, hash: node.hash, sums};
}

const isEmpty = ({hash, sums}: ProofNode): boolean =>
  hash === EMPTY_NODE.hash && sums.total === 0n && sums.withdrawable === 0n && sums.withdrawal === 0n && sums.count === 0;

const no = (reason: string): LeafVerdict => ({ok: false, reason});
