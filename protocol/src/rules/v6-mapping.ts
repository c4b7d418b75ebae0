/** V6: the mapping covers every row exactly once and every id recomputes from wallet and blinding. */
import {hexAt} from './bytes.ts';
import {type AssetContext, type Context, idOf, type MappingContext} from './context.ts';
import {repeated} from './identity.ts';
import type {Report} from './report.ts';

const MAPPING = 'mapping.csv';
/** System rows have wallets `address(1)` to `address(4)` and blinding 0 (PROTOCOL §2). */
const SYSTEM_WALLET_MAX = 4;

export function checkV6({evidence, assets, mapping}: Context, report: Report): void {
  if (mapping === undefined) {
    if (evidence.mappingWithheld) return;
    report.add({rule: 6, where: MAPPING, detail: `no mapping with hash ${evidence.summary.mappingHash} was published to this validator`});
    return;
  }
  if (report.failed(1, MAPPING)) return;
  if (mapping.malformed.length > 0) report.add({rule: 6, where: MAPPING, detail: 'not canonical', rows: mapping.malformed});
  checkRepeats(mapping, report);
  const used = new Uint8Array(mapping.count);
  for (const asset of assets) checkCover(asset, used, report);
  checkIds(mapping, used, report);
}

function checkRepeats(mapping: MappingContext, report: Report): void {
  // A row split in two repeats its mapping as well: V4 named the row.
  if (report.failed(4)) return;
  const ids = repeated(mapping.ids, 24, mapping.count).map(([row]) => hexAt(mapping.ids, row! * 24, 24));
  if (ids.length > 0) report.add({rule: 6, where: MAPPING, detail: 'id listed more than once', rows: ids});
  // Two rows of one wallet in one sheet are V4's; here the same wallet hides behind different sheets' ids.
  const honest = mapping.sharedWallets.map((group) => group.filter((row) => mapping.holds[row] === 1)).filter(({length}) => length > 1);
  if (honest.length === 0) return;
  report.add({rule: 6, where: MAPPING, detail: 'wallet listed with several ids', rows: honest.flat().map((row) => hexAt(mapping.ids, row * 24, 24))});
}

function checkCover({name, sheet, joined, committed}: AssetContext, used: Uint8Array, report: Report): void {
  if (sheet === undefined || joined === undefined || !committed) return;
  const missing: string[] = [];
  for (let row = 0; row < sheet.count; row += 1) {
    const mappingRow = joined[row]!;
    if (mappingRow < 0) missing.push(idOf(sheet, row));
    else used[mappingRow] = 1;
  }
  if (missing.length > 0) report.add({rule: 6, where: name, detail: 'rows without mapping', rows: missing});
}

function checkIds(mapping: MappingContext, used: Uint8Array, report: Report): void {
  const wrong: string[] = [];
  const blinded: string[] = [];
  for (let row = 0; row < mapping.count; row += 1) {
    if (used[row] === 0) continue;
    if (mapping.holds[row] === 0) wrong.push(hexAt(mapping.ids, row * 24, 24));
    else if (isSystem(mapping, row) && mapping.blindings.subarray(row * 32, row * 32 + 32).some((byte) => byte !== 0)) {
      blinded.push(hexAt(mapping.ids, row * 24, 24));
    }
  }
  if (wrong.length > 0) report.add({rule: 6, where: MAPPING, detail: 'id does not recompute from wallet and blinding', rows: wrong});
  if (blinded.length > 0) report.add({rule: 6, where: MAPPING, detail: 'system row with a blinding other than 0', rows: blinded});
}

function isSystem({wallets}: MappingContext, row: number): boolean {
  const last = wallets[row * 20 + 19]!;
  if (last === 0 || last > SYSTEM_WALLET_MAX) return false;
  for (let i = row * 20; i < row * 20 + 19; i += 1) if (wallets[i] !== 0) return false;
  return true;
}
