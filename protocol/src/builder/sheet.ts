/** One custody asset of an epoch: its rows as columns, file, tree and figures of its line. */
import {rootOf} from '../gpmp/node.ts';
import {type GpmpTree, treeOf} from '../gpmp/tree.ts';
import {ID_BYTES} from '../ids.ts';
import {AMOUNTS, type BalanceColumns, emptyColumns, sortColumns} from '../snapshot/columns.ts';
import type {AssetLine, SealedAsset} from '../types.ts';
import type {AssetBook} from './books.ts';
import type {Identities} from './identities.ts';
import {sharedBytes, type SheetParts} from './sheet-work.ts';

export type Sheet = {line: AssetLine; tree: GpmpTree; bytes: Uint8Array};

/**
 * Holders sorted by id, in shared memory; amounts wrap to 64 bits.
 *
 * @param order - Identities in order of their ids.
 */
export function sheetColumns({numbers, columns: unsorted}: AssetBook, identities: Identities, order: Uint32Array): BalanceColumns {
  const rowOf = new Int32Array(identities.count).fill(-1);
  let count = 0;
  let repeated = false;
  for (let row = 0; row < numbers.length; row += 1) {
    const number = numbers[row]!;
    if (number < 0) continue;
    repeated ||= rowOf[number]! >= 0;
    rowOf[number] = row;
    count += 1;
  }
  // Only a false sheet lists a wallet twice; its rows are then sorted the long way.
  const rows = repeated
    ? Uint32Array.from([...numbers.keys()].filter((row) => numbers[row]! >= 0))
    : Uint32Array.from(order, (number) => rowOf[number]! >>> 0).filter((row) => row !== 0xffffffff);
  const columns = emptyColumns(count, sharedBytes);
  const {ids} = identities;
  // As words: reading a 64-bit integer would allocate a bigint.
  const amounts = AMOUNTS.map((name) => ({from: new Int32Array(unsorted[name].buffer), to: new Int32Array(columns[name].buffer)}));
  for (let place = 0; place < count; place += 1) {
    const row = rows[place]!;
    const id = numbers[row]! * ID_BYTES;
    for (let i = 0; i < ID_BYTES; i += 1) columns.ids[place * ID_BYTES + i] = ids[id + i]!;
    for (const {from, to} of amounts) {
      to[2 * place] = from[2 * row]!;
      to[2 * place + 1] = from[2 * row + 1]!;
    }
  }
  return repeated ? sortColumns(columns) : columns;
}

export function sheetOf(assetIndex: number, asset: SealedAsset, {bytes, levels}: SheetParts): Sheet {
  const tree = treeOf(assetIndex, levels);
  const {token, lotSize, deposited, authorisedOut} = asset;
  const {hash, sums, count} = tree;
  const line: AssetLine = {
    token, lotSize, deposited, liabilities: sums.total, withdrawable: sums.withdrawable, withdrawals: sums.withdrawal,
    authorisedOut, count, root: rootOf({assetIndex, token, lotSize, hash, sums}),
  };
  return {line, tree, bytes};
}
