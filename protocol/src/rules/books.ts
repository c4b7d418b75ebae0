/** Helpers of whoever gathers evidence: which payments to look up, and earlier sheets by wallet. */
import type {Hex} from 'viem';
import {paidKey, type WalletBook, type WalletRow} from './evidence.ts';
import {hexAt} from './bytes.ts';
import {joinById} from './identity.ts';
import {readMapping, readPayouts, walletOf} from './record-readers.ts';
import {readSheet} from './sheet-reader.ts';
import {WalletIndex} from './wallet-index.ts';

/** Rows of one published sheet by wallet; of several rows of one wallet the last wins. */
export function walletBook(balances: Uint8Array, mappingBytes: Uint8Array): WalletBook {
  const sheet = readSheet(balances);
  const mapping = readMapping(mappingBytes);
  const index = new WalletIndex(mapping.wallets, mapping.count);
  const rowOf = new Int32Array(mapping.count).fill(-1);
  let size = 0;
  joinById(sheet.ids, sheet.count, mapping).forEach((mappingRow, row) => {
    if (mappingRow < 0) return;
    // Equal wallets share the slot that the index finds.
    rowOf[index.findAt(mapping.wallets, mappingRow * 20)] = row;
    size += 1;
  });
  const sheetRow = (mappingRow: number) => (mappingRow < 0 ? -1 : rowOf[mappingRow]!);
  const get = (wallet: string): WalletRow | undefined => {
    const row = sheetRow(index.find(wallet));
    return row < 0 ? undefined : {
      id: hexAt(sheet.ids, row * 24, 24) as Hex, total: sheet.total[row]!, withdrawable: sheet.withdrawable[row]!, withdrawal: sheet.withdrawal[row]!,
    };
  };
  const keptAt = (wallets: Uint8Array, offset: number): bigint => {
    const row = sheetRow(index.findAt(wallets, offset));
    return row < 0 ? 0n : sheet.total[row]! - sheet.withdrawal[row]!;
  };
  function* wallets(): Generator<string> {
    for (let row = 0; row < mapping.count; row += 1) if (rowOf[row]! >= 0) yield walletOf(mapping, row);
  }
  return {size, get, keptAt, wallets};
}

export type Payee = {token: string; wallet: string};

/** Every `(token, wallet)` of one custody whose `paid` V7 needs: its leaves, its base leaves, and who withdraws. */
export function payeesOf(
  {payouts, basePayouts, sheets, mapping}: {
    payouts: Uint8Array | undefined;
    basePayouts: Uint8Array | undefined;
    sheets: readonly {token: string; balances: Uint8Array | undefined}[];
    mapping: Uint8Array | undefined;
  },
): Payee[] {
  const payees = new Map<string, Payee>();
  const add = (token: string, wallet: string) => payees.set(paidKey(token, wallet), {token: token.toLowerCase(), wallet});
  for (const bytes of [payouts, basePayouts]) {
    for (const {token, wallet} of bytes === undefined ? [] : readPayouts(bytes).rows) add(token, wallet);
  }
  const table = mapping === undefined ? undefined : readMapping(mapping);
  for (const {token, balances} of sheets) {
    if (balances === undefined || table === undefined) continue;
    const sheet = readSheet(balances);
    const joined = joinById(sheet.ids, sheet.count, table);
    for (let row = 0; row < sheet.count; row += 1) {
      if (joined[row]! >= 0 && sheet.withdrawal[row]! !== 0n) add(token, walletOf(table, joined[row]!));
    }
  }
  return [...payees.values()];
}
