/**
 * V7 without the mapping: which wallet withdraws is secret, how much is not. Per token the rises of the payout leaves
 * over the base line are exactly the withdrawals of the sheet, amount by amount: one row per wallet makes one rise.
 */
import type {AssetContext, CustodyContext} from './context.ts';
import {paidKey} from './evidence.ts';
import {readPayouts} from './record-readers.ts';
import type {Report} from './report.ts';

export function checkRises(custody: CustodyContext, report: Report): void {
  const {payouts, facts, name, assets} = custody;
  if (payouts === undefined || facts === undefined) return;
  const base = new Map((facts.base === undefined ? [] : readPayouts(facts.base.payouts).rows).map((leaf) => [paidKey(leaf.token, leaf.wallet), leaf]));
  const rises = new Map<string, bigint[]>();
  const wrong: string[] = [];
  for (const {token, wallet, cumulative} of payouts.rows) {
    const key = paidKey(token, wallet);
    const before = base.get(key)?.cumulative ?? facts.paid.get(key) ?? 0n;
    base.delete(key);
    if (cumulative < before) wrong.push(`${token} ${wallet} ${cumulative} below ${before}`);
    else if (cumulative > before) rises.set(token, [...(rises.get(token) ?? []), cumulative - before]);
  }
  for (const {token, wallet, cumulative} of base.values()) {
    if (cumulative > (facts.paid.get(paidKey(token, wallet)) ?? 0n)) wrong.push(`${token} ${wallet} missing instead of ${cumulative}`);
  }
  for (const token of new Set([...rises.keys(), ...assets.map(({asset}) => asset.token.toLowerCase())])) {
    const withdrawn = withdrawalsOf(assets.find(({asset}) => asset.token.toLowerCase() === token));
    if (withdrawn !== undefined) wrong.push(...differences(token, rises.get(token) ?? [], withdrawn));
  }
  if (wrong.length > 0) report.add({rule: 7, where: name, detail: 'payout leaves do not rise by exactly this epoch\'s withdrawals', rows: wrong});
}

/** Positive withdrawals of a sheet; undefined where V1 or V4 has named it. A token without a sheet withdraws nothing. */
function withdrawalsOf(asset: AssetContext | undefined): bigint[] | undefined {
  if (asset === undefined) return [];
  const {sheet, committed} = asset;
  if (sheet === undefined || !committed || sheet.malformed.length > 0) return undefined;
  const words = new Int32Array(sheet.withdrawal.buffer, sheet.withdrawal.byteOffset, sheet.count * 2);
  const lots: bigint[] = [];
  for (let row = 0; row < sheet.count; row += 1) if ((words[2 * row]! | words[2 * row + 1]!) !== 0) lots.push(sheet.withdrawal[row]!);
  return lots;
}

/** What one list of amounts holds and the other does not, each as often. */
function differences(token: string, rises: readonly bigint[], withdrawn: readonly bigint[]): string[] {
  const open = new Map<bigint, number>();
  for (const lots of withdrawn) open.set(lots, (open.get(lots) ?? 0) + 1);
  const extra: string[] = [];
  for (const lots of rises) {
    const left = open.get(lots) ?? 0;
    if (left === 0) extra.push(`${token} a leaf rises by ${lots} that no row withdraws`);
    else open.set(lots, left - 1);
  }
  const missing = [...open].flatMap(([lots, count]) => Array.from({length: count}, () => `${token} a row withdraws ${lots} that no leaf rises by`));
  return [...extra, ...missing];
}
