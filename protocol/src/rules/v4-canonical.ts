/** V4: no duplicate id, no duplicate wallet within a custody asset, sorted, canonical, no trailing data. */
import {compareAt} from './bytes.ts';
import {type AssetContext, type Context, type CustodyContext, idOf, type MappingContext} from './context.ts';
import type {Report} from './report.ts';
import type {Sheet} from './sheet-reader.ts';

export function checkV4({custodies, assets, mapping}: Context, report: Report): void {
  for (const asset of assets) checkSheet(asset, mapping, report);
  for (const custody of custodies) checkPayouts(custody, report);
}

function checkSheet(
  {name, sheet, joined, committed}: AssetContext, mapping: MappingContext | undefined, report: Report,
): void {
  if (sheet === undefined || !committed) return;
  const add = (detail: string, rows: string[]) => {
    if (rows.length > 0) report.add({rule: 4, where: name, detail, rows});
  };
  add('not canonical', sheet.malformed);
  const {duplicates, unsorted} = orderOf(sheet);
  add('duplicate id', duplicates);
  add('not sorted by id', unsorted);
  if (mapping !== undefined && joined !== undefined) {
    add('several rows of one wallet', rowsOfSharedWallets(sheet, joined, mapping));
  }
}

function orderOf(sheet: Sheet): {duplicates: string[]; unsorted: string[]} {
  const duplicates: string[] = [];
  const unsorted: string[] = [];
  for (let row = 1; row < sheet.count; row += 1) {
    const order = compareAt(sheet.ids, row - 1, sheet.ids, row, 24);
    if (order === 0) duplicates.push(idOf(sheet, row));
    if (order > 0) unsorted.push(idOf(sheet, row));
  }
  return {duplicates, unsorted};
}

/** Only rows whose id recomputes: a wallet that the mapping merely claims is V6's. */
function rowsOfSharedWallets(sheet: Sheet, joined: Int32Array, mapping: MappingContext): string[] {
  if (mapping.sharedWallets.length === 0) return [];
  const rowOf = new Map<number, number>();
  joined.forEach((mappingRow, row) => mappingRow >= 0 && mapping.holds[mappingRow] === 1 && rowOf.set(mappingRow, row));
  return mapping.sharedWallets.flatMap((group) => {
    const ids = new Set(group.flatMap((mappingRow) => {
      const row = rowOf.get(mappingRow);
      return row === undefined ? [] : [idOf(sheet, row)];
    }));
    return ids.size > 1 ? [...ids] : [];
  });
}

function checkPayouts({name, payouts, committed}: CustodyContext, report: Report): void {
  if (payouts === undefined || !committed) return;
  if (payouts.malformed.length > 0) report.add({rule: 4, where: name, detail: 'not canonical', rows: payouts.malformed});
  const keys = payouts.rows.map(({token, wallet}) => `${token} ${wallet}`);
  const disordered = keys.filter((key, i) => i > 0 && key <= keys[i - 1]!);
  if (disordered.length > 0) {
    report.add({rule: 4, where: name, detail: 'payout leaves not strictly sorted by token and wallet', rows: disordered});
  }
}
