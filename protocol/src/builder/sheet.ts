/** One custody asset of an epoch: its rows as file, tree and figures of its line. */
import {rootOf} from '../gpmp/node.ts';
import {buildTreeFromColumns, type GpmpTree} from '../gpmp/tree.ts';
import {ID_BYTES} from '../ids.ts';
import {encodeColumns} from '../snapshot/balances.ts';
import {type BalanceColumns, emptyColumns, sortColumns} from '../snapshot/columns.ts';
import type {AssetLine, SealedAsset, SealedRow} from '../types.ts';
import type {Identities} from './identities.ts';

export type Sheet = {line: AssetLine; tree: GpmpTree; bytes: Uint8Array};

/** Holders only: a row of nothing is left out. */
export const isHolder = ({total, withdrawal}: SealedRow): boolean => total !== 0n || withdrawal !== 0n;

/** Rows sorted by id; amounts wrap to 64 bits, sums are those of the tree. */
export function sheetColumns(rows: readonly SealedRow[], identities: Identities): BalanceColumns {
  const holders = rows.filter(isHolder);
  const columns = emptyColumns(holders.length);
  for (let i = 0; i < holders.length; i += 1) {
    const row = holders[i]!;
    columns.ids.set(identities.list(row.wallet, row.blinding), i * ID_BYTES);
    columns.total[i] = row.total;
    columns.withdrawable[i] = row.withdrawable;
    columns.withdrawal[i] = row.withdrawal;
  }
  return sortColumns(columns);
}

export function buildSheet(assetIndex: number, asset: SealedAsset, identities: Identities): Sheet {
  const columns = sheetColumns(asset.rows, identities);
  const tree = buildTreeFromColumns(assetIndex, columns, {wrap: true});
  const {token, lotSize, deposited, authorisedOut} = asset;
  const {hash, sums, count} = tree;
  const line: AssetLine = {
    token, lotSize, deposited, liabilities: sums.total, withdrawable: sums.withdrawable, withdrawals: sums.withdrawal,
    authorisedOut, count, root: rootOf({assetIndex, token, lotSize, hash, sums}),
  };
  return {line, tree, bytes: encodeColumns(columns)};
}
