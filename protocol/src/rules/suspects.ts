/** Which rows a wrong total points at. Totals alone never decide; the previous sheet and the deposits narrow it down. */
import {hexAt} from './bytes.ts';
import {type AssetContext, type Context, idOf, lotsOf, type MappingContext} from './context.ts';
import type {WalletBook} from './evidence.ts';
import {walletOf} from './record-readers.ts';

type Suspect = {label: string[]; lots: bigint};

/**
 * Rows behind `surplus` lots of liabilities too many (negative: too few). Those that explain it to the lot come
 * alone; else all candidates, largest first.
 */
export function likelyRows(context: Context, asset: AssetContext, surplus: bigint): string[] {
  const present = presentRows(asset, context.mapping);
  const previous = context.evidence.previous.get(asset.key);
  const missing = surplus < 0n ? missingRows(asset, {mapping: context.mapping, present, previous}) : [];
  const unlisted = surplus < 0n && missing.length === 0 ? mappedWithoutRow(context) : [];
  const candidates = surplus < 0n ? [...missing, ...unlisted] : risenRows(asset, present, previous);
  return best(candidates, surplus < 0n ? -surplus : surplus);
}

/** Senders whose deposits explain `missing` lots that the line leaves out. */
export function likelySenders({evidence, mapping}: Context, asset: AssetContext, missing: bigint): string[] {
  const before = evidence.active?.deposits.get(asset.key);
  const {lotSize} = asset.asset;
  const grown = [...(asset.facts?.deposits ?? [])].map(([sender, baseUnits]): Suspect => ({
    label: [sender], lots: lotsOf(baseUnits, lotSize) - lotsOf(before?.get(sender) ?? 0n, lotSize),
  })).filter(({lots}) => lots > 0n);
  const rowless = missingRows(asset, {mapping, present: presentRows(asset, mapping), previous: evidence.previous.get(asset.key)});
  const exact = [...grown, ...rowless].filter(({lots}) => lots === missing);
  return [...new Set(best(exact.length > 0 ? exact : rowless.length > 0 ? rowless : grown, missing))];
}

type Present = ReadonlyMap<string, {id: string; total: bigint}>;

function presentRows({sheet, joined}: AssetContext, mapping: MappingContext | undefined): Present {
  const rows = new Map<string, {id: string; total: bigint}>();
  if (sheet === undefined || joined === undefined || mapping === undefined) return rows;
  joined.forEach((mappingRow, row) => {
    if (mappingRow >= 0) rows.set(walletOf(mapping, mappingRow), {id: idOf(sheet, row), total: sheet.total[row]!});
  });
  return rows;
}

/** Wallets with a balance before, or with deposits and no earlier sheet to tell, that have no row now. */
function missingRows(
  {asset, facts}: AssetContext,
  {mapping, present, previous}: {mapping: MappingContext | undefined; present: Present; previous: WalletBook | undefined},
): Suspect[] {
  // Without a mapping every wallet would look rowless.
  if (mapping === undefined) return [];
  const ids = new Map(Array.from({length: mapping.count}, (_, row) => [walletOf(mapping, row), hexAt(mapping.ids, row * 24, 24)]));
  const suspects = new Map<string, Suspect>();
  for (const wallet of previous?.wallets() ?? []) {
    const row = previous!.get(wallet)!;
    const left = row.total - row.withdrawal;
    if (left > 0n && !present.has(wallet)) suspects.set(wallet, {label: [row.id, wallet], lots: left});
  }
  for (const [sender, baseUnits] of facts?.deposits ?? []) {
    const lots = lotsOf(baseUnits, asset.lotSize);
    if (lots > 0n && !present.has(sender) && !suspects.has(sender) && previous?.get(sender) === undefined) {
      suspects.set(sender, {label: ids.has(sender) ? [ids.get(sender)!, sender] : [sender], lots});
    }
  }
  return [...suspects.values()];
}

/** Wallets of the mapping that have no row in any sheet. */
function mappedWithoutRow({assets, mapping}: Context): Suspect[] {
  if (mapping === undefined) return [];
  const used = new Uint8Array(mapping.count);
  for (const {joined} of assets) joined?.forEach((mappingRow) => mappingRow >= 0 && (used[mappingRow] = 1));
  const rowless = Array.from({length: mapping.count}, (_, row) => row).filter((row) => used[row] === 0);
  return rowless.map((row) => ({label: [hexAt(mapping.ids, row * 24, 24), walletOf(mapping, row)], lots: 0n}));
}

/** Rows that grew, against the previous sheet or, without one, against their own deposits. */
function risenRows({asset, facts}: AssetContext, present: Present, previous: WalletBook | undefined): Suspect[] {
  return [...present].map(([wallet, {id, total}]): Suspect => {
    const before = previous?.get(wallet);
    const known = before === undefined
      ? (previous === undefined ? lotsOf(facts?.deposits.get(wallet) ?? 0n, asset.lotSize) : 0n)
      : before.total - before.withdrawal;
    return {label: [id], lots: total - known};
  }).filter(({lots}) => lots > 0n);
}

function best(suspects: readonly Suspect[], lots: bigint): string[] {
  const exact = suspects.filter((suspect) => suspect.lots === lots);
  const chosen = exact.length > 0 ? exact : [...suspects].sort((a, b) => (a.lots === b.lots ? 0 : a.lots > b.lots ? -1 : 1));
  return chosen.flatMap(({label}) => label);
}
