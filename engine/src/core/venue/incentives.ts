/**
 * Less leverage pays (paper §3.5). While symmetric liquidation is active, accounts with less collateral per position than the other side
 * (RUC) pay hourly interest to those with more (ROC). And the Liquidation Fund's excess over open interest goes to the best collateralised.
 * Cold paths: ratios are compared by exact products in bigint.
 */
import {FIRST_USER, SYSTEM} from './accounts.ts';
import {EVENT, REASON, type Reason} from './codes.ts';
import {openInterestValue} from './controls.ts';
import {mulDivFloor, PPM, ppmCeil, ppmFloor, splitByWeight} from './integers.ts';
import {assess, assessBucket} from './margin.ts';
import {DEFAULT_TERMS, type Market} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

/** The fund keeps this of open interest, and gives this share of what exceeds it, ppm. */
const FUND_KEEPS_PPM = 20_000;
const EXCESS_SHARE_PPM = 100_000;
/** One in this many eligible accounts receives; collateral counts up to this multiple of the position; samples an account must be in. */
const TOP = 10;
const COLLATERAL_CAP = 2;
const SAMPLES_LEAST = 12;

type Holder = {slot: number; account: number; side: number; value: number; collateral: number; spare: number};

/** Every user's position with the collateral its bucket allocates to it: equity in proportion to maintenance. */
function holdersOf(venue: Venue, market: Market): Holder[] {
  const {positions} = venue;
  const found: Holder[] = [];
  for (let index = 0; index < market.holderCount; index += 1) {
    const slot = market.holders[index]!;
    const quantity = positions.quantity[slot]!;
    const account = positions.account[slot]!;
    if (quantity === 0 || account < FIRST_USER) continue;
    const value = Math.abs(quantity) * market.mark * market.unit;
    const own = ppmCeil(value, market.maintenancePpm(value));
    const {equity, maintenance} = assessBucket(venue, slot);
    const collateral = equity <= 0 ? 0 : Number((BigInt(equity) * BigInt(own)) / BigInt(Math.max(own, maintenance)));
    found.push({slot, account, side: Math.sign(quantity), value, collateral, spare: Math.max(0, equity - maintenance)});
  }
  return found.sort((a, b) => a.account - b.account);
}

const total = (holders: readonly Holder[], side: number, field: 'value' | 'collateral'): bigint =>
  holders.reduce((sum, holder) => (holder.side === side ? sum + BigInt(holder[field]) : sum), 0n);

/** One hour of interest. Paid = received exactly; without receivers nobody is charged. */
export function payInterest(venue: Venue, market: Market): void {
  const holders = holdersOf(venue, market);
  // By side: collateral per value of the *other* side, as a fraction.
  const opposite = (side: number) => ({collateral: total(holders, -side, 'collateral'), value: total(holders, -side, 'value')});
  const rates = new Map([1, -1].map((side) => [side, opposite(side)]));
  const excess = holders.map(({side, value, collateral}) => {
    const other = rates.get(side)!;
    return BigInt(collateral) * other.value - BigInt(value) * other.collateral;
  });
  const receivers = holders.flatMap((holder, index) => (excess[index]! > 0n ? [{holder, weight: excess[index]!}] : []));
  if (receivers.length === 0) return;
  let pool = 0;
  holders.forEach((holder, index) => {
    const other = rates.get(holder.side)!.collateral;
    if (excess[index]! >= 0n || other === 0n) return;
    const due = (-excess[index]! * BigInt(market.spec.collateralInterestPpm ?? DEFAULT_TERMS.collateralInterestPpm) + other * BigInt(PPM) - 1n) / (other * BigInt(PPM));
    const lots = Math.min(Number(due), holder.spare);
    pool += lots;
    credit(venue, market, holder, -lots);
  });
  splitByWeight(pool, receivers.map(({weight}) => weight)).forEach((lots, index) => credit(venue, market, receivers[index]!.holder, lots));
}

function credit(venue: Venue, market: Market, {slot, account}: Holder, lots: number): void {
  if (lots === 0) return;
  const {positions, accounts} = venue;
  if ((positions.flags[slot]! & POSITION_FLAG.isolated) === 0) accounts.cash[account]! += lots;
  else positions.collateral[slot]! += lots;
  venue.log.push(head(EVENT.interest, 0, market.index), account, 0, 0, 0, 0, 0, 0, lots, 0, 0, 0);
}

/** 128 journaled bits that draw the moments of the samples after the one already drawn; all zero = on the hour. */
export function setSampleSeed(venue: Venue, words: readonly number[]): Reason {
  venue.sampleSeed.set(words);
  venue.log.push(head(EVENT.excess, 1, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return REASON.none;
}

/**
 * When hour `hour` (since 1970) is sampled, milliseconds: nobody without the seed can show collateral for that moment alone. From h = 0 and for
 * each of the seed's four words and then the hour: h = (h xor word)·2654435761, h xor= h≫15, h = h·2246822507, h xor= h≫13, all mod 2^32; second h mod 3600.
 */
export function sampleMoment({sampleSeed}: Venue, hour: number): number {
  if (sampleSeed.every((word) => word === 0)) return hour * HOUR_MS;
  let mixed = 0;
  for (const word of [...sampleSeed, hour]) {
    mixed = Math.imul(mixed ^ word, 0x9e3779b1);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  return hour * HOUR_MS + ((mixed >>> 0) % 3_600) * 1_000;
}

const HOUR_MS = 3_600_000;

/** What each account has shown of itself since the last distribution: Σ samples of capped collateral and of value. */
export type Standing = {collateral: number; value: number; samples: number};

/** Once an hour, so that a moment of much collateral earns little. */
export function sampleStandings(venue: Venue): void {
  for (const market of venue.markets) {
    if (!market.perpetual || market.mark === 0) continue;
    for (const {account, value, collateral} of holdersOf(venue, market)) {
      const standing = venue.standings.get(account) ?? {collateral: 0, value: 0, samples: 0};
      standing.collateral += mulDivFloor(Math.min(collateral, COLLATERAL_CAP * value), 1, PPM);
      standing.value += mulDivFloor(value, 1, PPM);
      standing.samples += 1;
      venue.standings.set(account, standing);
    }
  }
}

/** Daily: a share of the fund's excess goes to the top tenth by collateral per value, in proportion to their collateral. */
export function distributeExcess(venue: Venue): void {
  const {equity, initial} = assess(venue, SYSTEM.liquidationFund);
  const keep = Math.max(initial, ppmFloor(openInterestValue(venue), FUND_KEEPS_PPM));
  const amount = ppmFloor(Math.max(0, equity - keep), EXCESS_SHARE_PPM);
  const eligible = [...venue.standings].filter(([, {samples, value}]) => samples >= SAMPLES_LEAST && value > 0)
    .sort(([a, x], [b, y]) => Number(BigInt(y.collateral) * BigInt(x.value) - BigInt(x.collateral) * BigInt(y.value)) || a - b);
  const chosen = eligible.slice(0, Math.ceil(eligible.length / TOP));
  venue.standings.clear();
  if (amount === 0 || chosen.every(([, {collateral}]) => collateral === 0)) return;
  splitByWeight(amount, chosen.map(([, {collateral}]) => collateral)).forEach((lots, index) => {
    const [account] = chosen[index]!;
    venue.accounts.cash[SYSTEM.liquidationFund]! -= lots;
    venue.accounts.cash[account]! += lots;
    if (lots > 0) venue.log.push(head(EVENT.excess, 0, 0), account, 0, 0, 0, 0, 0, 0, lots, 0, 0, 0);
  });
}
