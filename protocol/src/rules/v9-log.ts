/**
 * V9a: the log chains to the previous one, `logRoot` recomputes, and there is one record per changed row.
 *
 * Whether the records say the truth only the auditor key tells (V9b). Rows of a sheet that fails V3, V4, V6 or V8 are not
 * judged: those failures may be their cause.
 */
import {verifyLogChain} from '../log/chain.ts';
import {type AssetContext, type Context, idOf, type MappingContext} from './context.ts';
import type {WalletBook} from './evidence.ts';
import type {Report} from './report.ts';

const LOG = 'log.bin';

export function checkV9a({evidence, assets, mapping}: Context, report: Report): void {
  const {summary, files, logParent, approved, previous} = evidence;
  const bytes = files.get(LOG);
  // Bytes that are not those of the manifest, or not there, are V1's.
  if (logParent === undefined || bytes === undefined || report.failed(1)) return;
  const verdict = verifyLogChain(bytes, {epoch: summary.epoch, previous: logParent, logRoot: summary.logRoot});
  if (!verdict.ok) {
    report.add({rule: 9, where: LOG, detail: `${verdict.reason}, the summary states ${summary.logRoot} after ${logParent}`});
    return;
  }
  const isKnown = approved === undefined || previous.size > 0;
  if (mapping === undefined || !isKnown || report.failed(6)) return;
  const records = new Set(verdict.log.records.map(({asset, id}) => `${asset} ${id}`));
  assets.forEach((asset, position) => {
    const rows = unrecorded(asset, {position, mapping, records, before: previous.get(asset.key), report});
    if (rows.length > 0) report.add({rule: 9, where: asset.name, detail: 'rows changed since the last approved epoch without a record in the log', rows});
  });
}

type Inputs = {position: number; mapping: MappingContext; records: ReadonlySet<string>; before: WalletBook | undefined; report: Report};

/** What an approved epoch paid out is a change as well; a row that kept exactly the rest may still have no other record. */
function unrecorded({name, sheet, joined, committed}: AssetContext, {position, mapping, records, before, report}: Inputs): string[] {
  if (sheet === undefined || joined === undefined || !committed || ([3, 4, 8] as const).some((rule) => report.failed(rule, name))) return [];
  const rows: string[] = [];
  for (let row = 0; row < sheet.count; row += 1) {
    const mappingRow = joined[row]!;
    if (mappingRow < 0) continue;
    const kept = before?.keptAt(mapping.wallets, mappingRow * 20) ?? 0n;
    if (sheet.total[row] !== kept && !records.has(`${position} ${idOf(sheet, row)}`)) rows.push(`${idOf(sheet, row)} ${kept} to ${sheet.total[row]}`);
  }
  return rows;
}
