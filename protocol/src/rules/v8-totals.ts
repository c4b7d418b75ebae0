/**
 * V8: `liabilities − withdrawals = deposited − authorisedOut` per custody asset, and `deposited` is what the chain
 * received: none omitted, none invented. Rows are named where the previous sheet or the deposits point at them.
 */
import {type AssetContext, type Context, type CustodyContext, lotsOf} from './context.ts';
import {likelyRows, likelySenders} from './suspects.ts';
import type {Report} from './report.ts';
import {authorisedBefore} from './v7-payouts.ts';

export function checkV8(context: Context, report: Report): void {
  for (const custody of context.custodies) {
    for (const asset of custody.assets) {
      if (asset.facts === undefined) continue;
      const received = depositedLots(asset);
      checkDeposited({context, asset, received, report});
      checkIdentity({context, custody, asset, received, report});
    }
  }
}

/** Σ over senders of ⌊cumulative / lotSize⌋. */
function depositedLots({facts, asset}: AssetContext): bigint {
  let lots = 0n;
  for (const baseUnits of facts?.deposits.values() ?? []) lots += lotsOf(baseUnits, asset.lotSize);
  return lots;
}

type Check = {context: Context; asset: AssetContext; received: bigint; report: Report};

function checkDeposited({context, asset, received, report}: Check): void {
  const {deposited} = asset.asset;
  if (deposited === received) return;
  report.add({
    rule: 8, where: asset.name, rows: likelySenders(context, asset, received - deposited),
    detail: `deposited is ${deposited} lots, the chain received ${received} up to block ${asset.line.blockNumber}`,
  });
}

function checkIdentity({context, custody, asset, received, report}: Check & {custody: CustodyContext}): void {
  const {liabilities, withdrawals, deposited, authorisedOut} = asset.asset;
  if (liabilities - withdrawals === deposited - authorisedOut) return;
  const base = authorisedBefore(custody.facts?.base?.line, asset.asset.token);
  // Only authorisedOut is off: V7 named it.
  if (report.failed(7, custody.label) && liabilities === deposited - base) return;
  const owed = received - base;
  report.add({
    rule: 8, where: asset.name, rows: likelyRows(context, asset, liabilities - owed),
    detail: `liabilities ${liabilities} − withdrawals ${withdrawals} is ${liabilities - withdrawals}, deposited ${deposited} − authorisedOut ${authorisedOut} is ${deposited - authorisedOut}`,
  });
}
