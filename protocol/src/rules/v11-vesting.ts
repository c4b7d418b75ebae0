/**
 * V11: what was won since J cannot leave before every live custody could be escaped with it.
 *
 * `withdrawable ≤ total(J) − withdrawal(J) + own deposits since J − own withdrawals sealed after J`, per wallet and
 * custody asset. Rows of a sheet that fails V3, V4 or V8 are not judged: those failures may be their cause.
 */
import {type AssetContext, type Context, idOf, lotsOf, type MappingContext} from './context.ts';
import type {ActiveEpoch} from './evidence.ts';
import type {Report} from './report.ts';
import {lessAt, wordsOf} from './sheet-reader.ts';

export function checkV11(context: Context, report: Report): void {
  const {active} = context.evidence;
  if (active === undefined) return;
  for (const asset of context.assets) {
    const blamed = ([3, 4, 8] as const).some((rule) => report.failed(rule, asset.name));
    if (context.mapping === undefined || !asset.committed || blamed) continue;
    const rows = earlyRows(active, asset, context.mapping);
    if (rows.length === 0) continue;
    report.add({rule: 11, where: asset.name, detail: `withdrawable beyond what was held at epoch ${active.epoch} and deposited since`, rows});
  }
}

function earlyRows(active: ActiveEpoch, context: AssetContext, mapping: MappingContext): string[] {
  const {key, sheet, joined, facts} = context;
  if (sheet === undefined || joined === undefined || facts === undefined) return [];
  const limits = limitsOf(context, mapping, {...active, key});
  const limitWords = wordsOf(limits);
  const words = wordsOf(sheet.withdrawable);
  const rows: string[] = [];
  for (let row = 0; row < sheet.count; row += 1) {
    const mappingRow = joined[row]!;
    const zero = (words[2 * row]! | words[2 * row + 1]!) === 0;
    if (zero || mappingRow < 0 || mapping.holds[mappingRow] === 0 || !lessAt(limitWords, mappingRow, words, row)) continue;
    rows.push(`${idOf(sheet, row)} ${sheet.withdrawable[row]} above ${limits[mappingRow]}`);
  }
  return rows;
}

/** The most each mapping row's wallet may withdraw, in lots; may be negative. */
function limitsOf({facts, asset, joined}: AssetContext, mapping: MappingContext, {key, books, deposits, withdrawnSince}: ActiveEpoch & {key: string}): BigInt64Array {
  const limits = new BigInt64Array(mapping.count);
  const add = (amounts: ReadonlyMap<string, bigint> | undefined, lots: (amount: bigint) => bigint) => {
    for (const [wallet, amount] of amounts ?? []) {
      const row = mapping.index.find(wallet);
      if (row >= 0) limits[row]! += lots(amount);
    }
  };
  // Assigned, not added: senders are unique, and a sum would allocate per sender.
  for (const [wallet, amount] of facts?.deposits ?? []) {
    const row = mapping.index.find(wallet);
    if (row >= 0) limits[row] = lotsOf(amount, asset.lotSize);
  }
  add(deposits.get(key), (amount) => -lotsOf(amount, asset.lotSize));
  add(withdrawnSince.get(key), (lots) => -lots);
  // The index finds one row per wallet; rows that share it share its limit.
  for (const group of mapping.sharedWallets) {
    const found = mapping.index.findAt(mapping.wallets, group[0]! * 20);
    for (const row of group) limits[row] = limits[found]!;
  }
  const book = books.get(key);
  if (book !== undefined) joined?.forEach((row) => row >= 0 && (limits[row]! += book.keptAt(mapping.wallets, row * 20)));
  return limits;
}
