/**
 * V10: in the first line that may carry withdrawals after a forced request is a day old, that wallet's row exists (even zero)
 * with `withdrawal = withdrawable`. Rows of a sheet that fails V3 or V4 are not judged: those failures may be their cause.
 */
import {type AssetContext, type Context, idOf, type MappingContext} from './context.ts';
import type {ForcedFacts} from './evidence.ts';
import type {Report} from './report.ts';

const DAY_SECONDS = 86_400n;

export function checkV10({evidence, custodies, mapping}: Context, report: Report): void {
  if (mapping === undefined) return;
  for (const custody of custodies) {
    const {facts, line, key} = custody;
    const every = evidence.rules.custodies.find(({chainId, custody: address}) => `${chainId}-${address.toLowerCase()}` === key)?.withdrawEvery ?? 1;
    if (facts?.forced === undefined || every < 1 || evidence.summary.epoch % BigInt(every) !== 0n) continue;
    for (const request of dueRequests(facts.forced)) {
      const asset = custody.assets.find(({asset: {token}}) => token.toLowerCase() === request.token.toLowerCase());
      if (asset !== undefined && isJudged(asset, report)) checkRow({asset, mapping}, request.wallet.toLowerCase(), {report, chainId: line.chainId});
    }
  }
}

/** A day old at this line's block, and not yet at the one that could carry withdrawals before it. */
const dueRequests = ({blockTime, carriedTime, requests}: ForcedFacts) =>
  requests.filter(({requestedAt}) => requestedAt + DAY_SECONDS <= blockTime && requestedAt + DAY_SECONDS > carriedTime);

const isJudged = ({sheet, joined, committed, name}: AssetContext, report: Report): boolean =>
  sheet !== undefined && joined !== undefined && committed && !([3, 4] as const).some((rule) => report.failed(rule, name));

function checkRow(
  {asset: {name, sheet, joined}, mapping}: {asset: AssetContext; mapping: MappingContext},
  wallet: string, {report, chainId}: {report: Report; chainId: bigint},
): void {
  const mappingRow = mapping.index.find(wallet);
  const row = mappingRow < 0 ? -1 : joined!.findIndex((each) => each >= 0 && (each === mappingRow || mapping.index.findAt(mapping.wallets, each * 20) === mappingRow));
  if (row < 0) {
    report.add({rule: 10, where: name, detail: `a withdrawal forced on chain ${chainId} is a day old and its wallet has no row`, rows: [wallet]});
    return;
  }
  const {withdrawable, withdrawal} = sheet!;
  if (withdrawal[row] === withdrawable[row]) return;
  report.add({
    rule: 10, where: name, detail: `a withdrawal forced on chain ${chainId} is a day old and not everything withdrawable leaves`,
    rows: [`${idOf(sheet!, row)} ${withdrawal[row]} of ${withdrawable[row]}`],
  });
}
