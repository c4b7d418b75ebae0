/** V3: every row `total ≥ withdrawable ≥ withdrawal ≥ 0`, each amount and each sum below 2^63. */
import {type Context, idOf} from './context.ts';
import type {Report} from './report.ts';
import {columnSum, lessAt, type Sheet, wordsOf} from './sheet-reader.ts';
import {LOTS_LIMIT} from './sheet-work.ts';

export function checkV3({assets}: Context, report: Report): void {
  for (const {name, sheet, committed} of assets) {
    if (sheet === undefined || !committed) continue;
    if (sheet.outOfRange.length > 0) {
      report.add({rule: 3, where: name, detail: 'amount is negative or not below 2^63', rows: sheet.outOfRange});
    }
    const broken = disorderedRows(sheet);
    if (broken.length > 0) {
      report.add({rule: 3, where: name, detail: 'not total ≥ withdrawable ≥ withdrawal', rows: broken});
    }
    if (columnSum(sheet.total) >= LOTS_LIMIT) {
      report.add({rule: 3, where: name, detail: 'the sum of all totals is not below 2^63'});
    }
  }
}

/** Rows with amounts in range but in the wrong order; out-of-range rows are already named. */
function disorderedRows(sheet: Sheet): string[] {
  const total = wordsOf(sheet.total);
  const withdrawable = wordsOf(sheet.withdrawable);
  const withdrawal = wordsOf(sheet.withdrawal);
  const rows: string[] = [];
  for (let row = 0; row < sheet.count; row += 1) {
    const negative = (total[2 * row + 1]! | withdrawable[2 * row + 1]! | withdrawal[2 * row + 1]!) < 0;
    if (negative || !(lessAt(total, row, withdrawable, row) || lessAt(withdrawable, row, withdrawal, row))) continue;
    rows.push(`${idOf(sheet, row)} ${sheet.total[row]} ${sheet.withdrawable[row]} ${sheet.withdrawal[row]}`);
  }
  return rows;
}
