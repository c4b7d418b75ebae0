/** Helpers of whoever gathers evidence: which payments to look up, and earlier sheets by wallet. */
import type {Hex} from 'viem';
import {paidKey, type WalletBook, type WalletRow} from './evidence.ts';
import {hexAt} from './bytes.ts';
import {joinById} from './identity.ts';
import {readMapping, readPayouts, walletOf} from './record-readers.ts';
import {readSheet} from './sheet-reader.ts';

/** Rows of one published sheet by lower-case wallet; of several rows of one wallet the last wins. */
export function walletBook(balances: Uint8Array, mappingBytes: Uint8Array): WalletBook {
  const sheet = readSheet(balances);
  const mapping = readMapping(mappingBytes);
  const rowOf = new Map<string, number>();
  joinById(sheet.ids, sheet.count, mapping).forEach((mappingRow, row) => {
    if (mappingRow >= 0) rowOf.set(walletOf(mapping, mappingRow), row);
  });
  const get = (wallet: string): WalletRow | undefined => {
    const row = rowOf.get(wallet);
    return row === undefined ? undefined : {
      id: hexAt(sheet.ids, row * 24, 24) as Hex, total: sheet.total[row]!, withdrawable: sheet.withdrawable[row]!, withdrawal: sheet.withdrawal[row]!,
    };
  };
  return {size: rowOf.size, get, wallets: () => rowOf.keys()};
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
