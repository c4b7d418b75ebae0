/**
 * V11: what was won since J cannot leave before every live custody could be escaped with it.
 *
 * `withdrawable ≤ total(J) − withdrawal(J) + own deposits since J − own withdrawals sealed after J`, per wallet and
 * custody asset. Rows of a sheet that fails V3, V4 or V8 are not judged: those failures may be their cause.
 */
import {type AssetContext, type Context, idOf, lotsOf, type MappingContext} from './context.ts';
import {walletOf} from './record-readers.ts';
import type {Report} from './report.ts';
import {wordsOf} from './sheet-reader.ts';

export function checkV11(context: Context, report: Report): void {
  for (const asset of context.assets) {
    const blamed = ([3, 4, 8] as const).some((rule) => report.failed(rule, asset.name));
    if (context.mapping === undefined || !asset.committed || blamed) continue;
    const rows = earlyRows(context, asset, context.mapping);
    if (rows.length === 0) continue;
    report.add({rule: 11, where: asset.name, detail: `withdrawable beyond what was held at epoch ${context.evidence.active.epoch} and deposited since`, rows});
  }
}

function earlyRows({evidence: {active}}: Context, context: AssetContext, mapping: MappingContext): string[] {
  const {key, sheet, joined, facts, asset} = context;
  if (sheet === undefined || joined === undefined || facts === undefined) return [];
  const book = active.books.get(key);
  const depositsAtJ = active.deposits.get(key);
  const withdrawnSince = active.withdrawnSince.get(key);
  const words = wordsOf(sheet.withdrawable);
  const rows: string[] = [];
  for (let row = 0; row < sheet.count; row += 1) {
    const mappingRow = joined[row]!;
    const zero = (words[2 * row]! | words[2 * row + 1]!) === 0;
    if (zero || mappingRow < 0 || mapping.holds[mappingRow] === 0) continue;
    const wallet = walletOf(mapping, mappingRow);
    const atJ = book?.get(wallet);
    const depositedSince = lotsOf(facts.deposits.get(wallet) ?? 0n, asset.lotSize) - lotsOf(depositsAtJ?.get(wallet) ?? 0n, asset.lotSize);
    const limit = (atJ === undefined ? 0n : atJ.total - atJ.withdrawal) + depositedSince - (withdrawnSince?.get(wallet) ?? 0n);
    const withdrawable = sheet.withdrawable[row]!;
    if (withdrawable > limit) rows.push(`${idOf(sheet, row)} ${withdrawable} above ${limit}`);
  }
  return rows;
}
