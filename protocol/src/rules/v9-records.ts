/**
 * V9b, for holders of the auditor key: every record decrypts under the key it commits to, movements conserve value, and a row's
 * own movements give its change since the newest Approved epoch. What fails here only such a holder sees: it is disputed, not rejected.
 */
import {openEpochKey, openRecord, parseLog, type RecordLeg} from '../log/index.ts';
import type {Violation} from '../types.ts';
import {hexAt} from './bytes.ts';
import {type AssetContext, contextOf, idOf} from './context.ts';
import type {Evidence} from './evidence.ts';
import {Report} from './report.ts';

const LOG = 'log.bin';
const WALLET_BYTES = 20;

type OpenedRow = {asset: number; id: string; legs: readonly RecordLeg[]};

/**
 * Call it for evidence in which {@link checkEpoch} found nothing, and with a mapping: a broken sheet is no measure for its log.
 *
 * @param identity - The auditor's `AGE-SECRET-KEY-1…`.
 * @returns Grounds for a dispute; empty means that the log tells the sheet's whole change.
 */
export async function checkV9b(evidence: Evidence, identity: string): Promise<Violation[]> {
  const report = new Report();
  const parsed = parseLog(evidence.files.get(LOG) ?? new Uint8Array());
  if (!parsed.ok) return [{rule: 9, where: LOG, detail: parsed.reason, rows: []}];
  const key = await openEpochKey(parsed.log, identity);
  if (key === undefined) return [{rule: 9, where: LOG, detail: 'the auditor key does not open the log', rows: []}];
  const opened: OpenedRow[] = [];
  const closed: string[] = [];
  for (const record of parsed.log.records) {
    const {asset, id} = record;
    const result = await openRecord(parsed.log, record, {role: 'epochKey', key});
    if (result.ok) opened.push({asset, id, legs: result.legs});
    else closed.push(`${asset} ${id}: ${result.reason}`);
  }
  // Of a log with a record that nobody can read neither sums nor rows can be told.
  if (closed.length > 0) report.add({rule: 9, where: LOG, detail: 'records of the log cannot be read', rows: closed});
  else {
    checkConservation(opened, report);
    checkChanges(opened, evidence, report);
  }
  return report.violations();
}

/** What one row gives another receives, in the same asset and for the same reason; only deposits come from outside, only withdrawals leave. */
function checkConservation(records: readonly OpenedRow[], report: Report): void {
  const open = new Map<string, bigint>();
  const outside: string[] = [];
  for (const {asset, id, legs} of records) {
    for (const {seq, direction, outside: isOutside, lots, kind} of legs) {
      if (!isOutside) {
        const movement = `${asset} ${seq} ${kind}`;
        open.set(movement, (open.get(movement) ?? 0n) + (direction === 'in' ? lots : -lots));
      } else if (kind !== (direction === 'in' ? 'deposit' : 'withdrawal')) outside.push(`${asset} ${id}: ${kind} ${direction} of ${lots}, movement ${seq}`);
    }
  }
  const unbalanced = [...open].filter(([, sum]) => sum !== 0n).map(([movement, sum]) => `${movement}: ${sum}`);
  if (unbalanced.length > 0) report.add({rule: 9, where: LOG, detail: 'movements make or lose value between rows (asset, movement, kind: lots too many)', rows: unbalanced});
  if (outside.length > 0) report.add({rule: 9, where: LOG, detail: 'movements from or to the outside are neither deposits nor withdrawals', rows: outside});
}

function checkChanges(records: readonly OpenedRow[], evidence: Evidence, report: Report): void {
  const {assets, mapping} = contextOf(evidence);
  const told = new Map(records.map(({asset, id, legs}) => [`${asset} ${id}`, legs.reduce((sum, {direction, lots}) => sum + (direction === 'in' ? lots : -lots), 0n)]));
  if (mapping === undefined || (evidence.approved !== undefined && evidence.previous.size === 0)) return;
  assets.forEach((asset, position) => {
    const rows = unexplained(asset, {position, wallets: mapping.wallets, told, evidence});
    if (rows.length > 0) report.add({rule: 9, where: asset.name, detail: 'rows whose movements in the log are not their change since the last approved epoch', rows});
  });
}

type Inputs = {position: number; wallets: Uint8Array; told: ReadonlyMap<string, bigint>; evidence: Evidence};

function unexplained({key, sheet, joined}: AssetContext, {position, wallets, told, evidence}: Inputs): string[] {
  if (sheet === undefined || joined === undefined) return [];
  const before = evidence.previous.get(key);
  const rows: string[] = [];
  for (let row = 0; row < sheet.count; row += 1) {
    const mappingRow = joined[row]!;
    if (mappingRow < 0) continue;
    const id = idOf(sheet, row);
    const had = before?.get(hexAt(wallets, mappingRow * WALLET_BYTES, WALLET_BYTES))?.total ?? 0n;
    const change = BigInt(sheet.total[row]!) - had;
    const moved = told.get(`${position} ${id}`) ?? 0n;
    if (moved !== change) rows.push(`${id} ${had} to ${sheet.total[row]}, its log tells ${moved}`);
  }
  return rows;
}
