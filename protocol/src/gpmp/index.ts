export {
  addSums, EMPTY_NODE, GpmpError, leafHash, levelsOf, type MerkleSum, nodeHash, type ProofNode, rootOf, sumsFit, ZERO_SUMS,
} from './node.ts';
export {
  linesRootFrom, linesTree, NO_PAYOUTS_ROOT, type Payer, payoutLeaf, payoutRoot, type PayoutTree, payoutTree, sortLines, verifyPayout,
} from './payouts.ts';
export {type PlainTree, plainTree, rootFromPath, ZERO_HASH} from './plain-tree.ts';
export {buildLevels, buildTree, buildTreeFromColumns, type GpmpTree, type TreeLevels, treeOf, type TreeOptions} from './tree.ts';
export {type LeafProof, type LeafVerdict, verifyLeaf} from './verify.ts';
