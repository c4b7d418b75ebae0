/**
 * Funding (paper appendix A1): every hour one side of a perpetual pays the other in proportion to the mean premium of the book over the index.
 * The exchange only calculates: what is paid is received, the dust of rounding feeds the Liquidation Fund. Nobody pays more than it has.
 */
import {SYSTEM} from './accounts.ts';
import {EVENT} from './codes.ts';
import {mulDivCeil, mulDivFloor, splitByWeight} from './integers.ts';
import {riskPass} from './liquidation.ts';
import {assessBucket} from './margin.ts';
import {DEFAULT_TERMS, type Market} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import {premiumPpb} from './prices.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export const SAMPLE_MS = 5_000;
export const FUNDING_MS = 3_600_000;
const PPB = 1e9;
/** How far the rate is drawn towards the market's interest: ±0.05 %. */
const DRAW_PPB = 500_000;

/** Samples of one market since its last funding. */
export class FundingState {
  sum = 0;
  samples = 0;
  nextSample = 0;
  nextFunding = 0;
  /** Rate of the last funding. */
  lastPpb = 0;
}

const after = (now: number, step: number): number => (Math.floor(now / step) + 1) * step;

/** Samples and pays whatever is due; a late tick samples once. */
export function tickFunding(venue: Venue, market: Market): void {
  const {funding} = market;
  const {now} = venue;
  if (funding.nextFunding === 0) {
    funding.nextSample = after(now, SAMPLE_MS);
    funding.nextFunding = after(now, FUNDING_MS);
    return;
  }
  if (now >= funding.nextSample) {
    funding.sum += premiumPpb(market);
    funding.samples += 1;
    funding.nextSample = after(now, SAMPLE_MS);
  }
  if (now < funding.nextFunding) return;
  funding.nextFunding = after(now, FUNDING_MS);
  if (funding.samples > 0 && market.mark > 0 && market.indexPrice > 0) payFunding(venue, market, fundingRate(market));
  funding.sum = 0;
  funding.samples = 0;
}

/** F = premium + clamp(interest − premium, ±draw), held to the session's share of (initial − maintenance). */
export function fundingRate(market: Market): number {
  const premium = Math.trunc(market.funding.sum / market.funding.samples);
  const interest = market.spec.fundingInterestPpb ?? DEFAULT_TERMS.fundingInterestPpb;
  const rate = premium + Math.max(-DRAW_PPB, Math.min(DRAW_PPB, interest - premium));
  const {initialPpm, maintenancePpm} = market.spec.margins[0]!;
  const most = Math.floor(((initialPpm - maintenancePpm) * market.fundingClampPpm) / 1_000);
  return Math.max(-most, Math.min(most, rate));
}

type Side = {slot: number; lots: number};

/** Positive rate: longs pay shorts. */
export function payFunding(venue: Venue, market: Market, ratePpb: number): void {
  market.funding.lastPpb = ratePpb;
  if (ratePpb === 0) return;
  const {positions} = venue;
  const payers: Side[] = [];
  const receivers: Side[] = [];
  const rate = Math.abs(ratePpb);
  // By account: who gets the odd lot of a split must not hang on the order in which positions came and went.
  for (const slot of [...market.holders.subarray(0, market.holderCount)].sort((a, b) => positions.account[a]! - positions.account[b]!)) {
    const quantity = positions.quantity[slot]!;
    if (quantity === 0) continue;
    const value = Math.abs(quantity) * market.mark * market.unit;
    if (quantity > 0 === ratePpb > 0) payers.push({slot, lots: Math.min(mulDivCeil(value, rate, PPB), Math.max(0, assessBucket(venue, slot).equity))});
    else receivers.push({slot, lots: mulDivFloor(value, rate, PPB)});
  }
  const paid = payers.reduce((sum, {lots}) => sum + lots, 0);
  const owed = receivers.reduce((sum, {lots}) => sum + lots, 0);
  // Payers without means leave receivers short in proportion.
  const shares = paid >= owed ? receivers.map(({lots}) => lots) : splitByWeight(paid, receivers.map(({lots}) => lots));
  payers.forEach(({slot, lots}) => credit(venue, market, slot, -lots, ratePpb));
  receivers.forEach(({slot}, index) => credit(venue, market, slot, shares[index]!, ratePpb));
  venue.accounts.cash[SYSTEM.liquidationFund]! += paid - shares.reduce((sum, lots) => sum + lots, 0);
  riskPass(venue, market, market.mark);
}

/** Into the position's bucket: its collateral if isolated, else the account's cash. */
function credit(venue: Venue, market: Market, slot: number, lots: number, ratePpb: number): void {
  if (lots === 0) return;
  const {positions, accounts} = venue;
  const account = positions.account[slot]!;
  if ((positions.flags[slot]! & POSITION_FLAG.isolated) === 0) accounts.cash[account]! += lots;
  else positions.collateral[slot]! += lots;
  venue.log.push(head(EVENT.funding, 0, market.index), account, 0, 0, 0, 0, 0, 0, lots, ratePpb, 0, 0);
}
