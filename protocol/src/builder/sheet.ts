/** One custody asset of an epoch: file, tree and figures of its line. */
import {rootOf} from '../gpmp/node.ts';
import {type GpmpTree, treeOf} from '../gpmp/tree.ts';
import type {AssetLine, PackedAsset} from '../types.ts';
import type {SheetParts} from './sheet-work.ts';

export type Sheet = {line: AssetLine; tree: GpmpTree; bytes: Uint8Array};

export function sheetOf(assetIndex: number, asset: PackedAsset, {bytes, levels}: SheetParts): Sheet {
  const tree = treeOf(assetIndex, levels);
  const {token, lotSize, deposited, authorisedOut} = asset;
  const {hash, sums, count} = tree;
  const line: AssetLine = {
    token, lotSize, deposited, liabilities: sums.total, withdrawable: sums.withdrawable, withdrawals: sums.withdrawal,
    authorisedOut, count, root: rootOf({assetIndex, token, lotSize, hash, sums}),
  };
  return {line, tree, bytes};
}
