/**
 * Two-tier liquidation (paper §3.5). After every mark the holders of its market are assessed; whoever is below maintenance loses its orders and,
 * if that does not help, positions: to the Liquidation Fund in normal times, against the other side when symmetric liquidation is active.
 */
import {NONE, SYSTEM} from './accounts.ts';
import {collateralRescue} from './collateral.ts';
import {CLOSE, EVENT, REASON, type Reason} from './codes.ts';
import {setSymmetric, updateControls} from './controls.ts';
import {applyFill, dropIfIdle, openPosition} from './exposure.ts';
import {unwindFund} from './fund.ts';
import {PPM, ppmCeil, ppmFloor} from './integers.ts';
import {cancelOrders} from './lifecycle.ts';
import {assess, assessBucket} from './margin.ts';
import {isPrice, type Market, MARKET_STATUS} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import {head} from './records.ts';
import {rollPositions} from './roll.ts';
import {closeSymmetrically, LIQUIDATED_BY, tell} from './symmetric.ts';
import type {Venue} from './venue.ts';
import {coverDeficit, Episode} from './waterfall.ts';

/** A position is cut until equity is this multiple of maintenance again, ppm. */
const TARGET_PPM = 1_200_000;

export function setMark(venue: Venue, index: number, price: number): Reason {
  const market = venue.markets[index];
  if (market === undefined) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  if (!isPrice(market, price)) return REASON.badPrice;
  const previous = market.mark;
  market.mark = price;
  market.rescaleInterest();
  venue.log.push(head(EVENT.mark, 0, index), price, previous, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  if (market.perpetual) {
    rollPositions(venue, market);
    updateControls(venue, market);
    riskPass(venue, market, previous === 0 ? price : previous);
  }
  return REASON.none;
}

/** Candidates of one pass: an account's cross bucket or one isolated position. */
type Endangered = {account: number; slot: number; health: number};

/** Assesses every holder of the market; liquidates who is below maintenance, the worst first. */
export function riskPass(venue: Venue, market: Market, previous: number): void {
  const endangered = findEndangered(venue, market);
  if (endangered.length > 0) {
    const episode = recordGains(venue, market, previous);
    for (const {account, slot} of endangered) {
      if (slot === NONE) liquidateCross(venue, account, episode);
      else liquidateIsolated(venue, slot, episode);
      // Winners answer for the loser they were paired with, also where it came through by itself.
      episode.paired.clear();
    }
  }
  unwindFund(venue, market);
}

export function findEndangered(venue: Venue, market: Market): Endangered[] {
  const {positions, margin} = venue;
  const found: Endangered[] = [];
  for (let index = 0; index < market.holderCount; index += 1) {
    const slot = market.holders[index]!;
    if (positions.quantity[slot] === 0) continue;
    const isolated = (positions.flags[slot]! & POSITION_FLAG.isolated) !== 0;
    const account = positions.account[slot]!;
    if (isolated) assessBucket(venue, slot);
    else assess(venue, account);
    if (margin.equity < margin.maintenance) found.push({account, slot: isolated ? slot : NONE, health: margin.equity / margin.maintenance});
  }
  return found.sort((a, b) => (a.health === b.health ? a.account - b.account : a.health - b.health));
}

/** What the mark gave to each holder, before anything is closed. */
function recordGains(venue: Venue, market: Market, previous: number): Episode {
  const {positions} = venue;
  const episode = new Episode();
  for (let index = 0; index < market.holderCount; index += 1) {
    const slot = market.holders[index]!;
    const quantity = positions.quantity[slot]!;
    const gain = quantity * (market.mark - previous) * market.unit;
    if (gain > 0) episode.gains.set(positions.account[slot]!, gain);
  }
  return episode;
}

function liquidateCross(venue: Venue, account: number, episode: Episode): void {
  const {positions, margin} = venue;
  cancelOrders(venue, account, CLOSE.liquidation, (meta) => isBinding(venue, meta));
  for (;;) {
    assess(venue, account);
    if (margin.equity >= margin.maintenance) return;
    const slot = largest(venue, account);
    if (slot === NONE) break;
    const market = venue.markets[positions.market[slot]!]!;
    if (account === SYSTEM.liquidationFund || !fundTakes(venue, market, slot)) closeSymmetrically(venue, market, slot, episode);
  }
  if (margin.equity < 0) collateralRescue(venue, account);
  const {equity} = assess(venue, account);
  if (equity < 0) coverDeficit(venue, {account, deficit: -equity, episode});
}

/** Orders that bind margin or settlement currency. */
function isBinding({markets, settlement}: Venue, meta: number): boolean {
  const market = markets[meta & 0xff]!;
  return market.perpetual || ((meta & 256) === 0 && market.spec.quote === settlement);
}

/** The cross position that needs most maintenance. */
function largest({accounts, positions, markets}: Venue, account: number): number {
  let best = NONE;
  let most = -1;
  for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
    if (positions.quantity[slot] === 0 || (positions.flags[slot]! & POSITION_FLAG.isolated) !== 0) continue;
    const market = markets[positions.market[slot]!]!;
    const value = Math.abs(positions.quantity[slot]!) * market.mark * market.unit;
    const needed = ppmCeil(value, market.maintenancePpm(value));
    if (needed > most || (needed === most && positions.market[slot]! < positions.market[best]!)) {
      most = needed;
      best = slot;
    }
  }
  return best;
}

function liquidateIsolated(venue: Venue, slot: number, episode: Episode): void {
  const {positions, accounts} = venue;
  const account = positions.account[slot]!;
  const market = venue.markets[positions.market[slot]!]!;
  if (positions.quantity[slot] === 0) return;
  cancelOrders(venue, account, CLOSE.liquidation, (meta) => (meta & 0xff) === market.index);
  // It may have been the counterparty of an earlier one, and stand better for it.
  const {equity, maintenance} = assessBucket(venue, slot);
  if (equity >= maintenance) return;
  const before = accounts.cash[account]!;
  if (!fundTakes(venue, market, slot)) closeSymmetrically(venue, market, slot, episode);
  // Whatever the bucket could not pay has become the account's cash: the bucket's loss ends at its collateral.
  const debt = before - accounts.cash[account]!;
  if (debt > 0) coverDeficit(venue, {account, deficit: debt, episode});
}

/**
 * Tier 1: the fund takes enough lots at the mark, less a penalty that never exceeds the position's share of the account's equity
 * (below zero it is the fund's loss), so that the rest is {@link TARGET_PPM} of maintenance. It refuses what its own margin cannot carry;
 * symmetric liquidation then takes over. A cold path: products that leave 2^53 are bigints.
 */
export function fundTakes(venue: Venue, market: Market, slot: number): boolean {
  if (market.symmetric) return false;
  const {positions, accounts} = venue;
  const {equity, maintenance} = assessBucket(venue, slot);
  const held = positions.quantity[slot]!;
  const size = Math.abs(held);
  const each = market.mark * market.unit;
  const rate = market.maintenancePpm(size * each);
  const {penaltyPpm} = market.spec;
  const isolated = (positions.flags[slot]! & POSITION_FLAG.isolated) !== 0;
  // What one lot less brings: its target margin less its penalty, ppm².
  const relief = BigInt(each) * (BigInt(TARGET_PPM * rate) - BigInt(penaltyPpm * PPM));
  const missing = (BigInt(maintenance) * BigInt(TARGET_PPM) - BigInt(equity) * BigInt(PPM)) * BigInt(PPM);
  const lots = isolated || equity < 0 || relief <= 0n ? size : Math.min(size, Math.max(1, Number((missing + relief - 1n) / relief)));
  const whole = equity < 0 && lots === size && isOnly(venue, slot);
  const share = whole ? equity : floorOf(BigInt(equity) * BigInt(lots * each) * BigInt(rate), BigInt(PPM) * BigInt(maintenance));
  const charge = Math.min(ppmFloor(lots * each, penaltyPpm), share);
  const fund = assess(venue, SYSTEM.liquidationFund);
  if (fund.equity + charge < fund.initial + ppmCeil(lots * each, market.initialPpm(lots * each))) {
    setSymmetric(venue, market, true);
    return false;
  }
  const account = positions.account[slot]!;
  const taken = held > 0 ? lots : -lots;
  const receiver = openPosition(venue, SYSTEM.liquidationFund, market);
  if (isolated) positions.collateral[slot]! -= charge;
  else accounts.cash[account]! -= charge;
  accounts.cash[SYSTEM.liquidationFund]! += charge;
  applyFill(venue, slot, -taken, market.mark);
  applyFill(venue, receiver, taken, market.mark);
  tell(venue, market, {by: LIQUIDATED_BY.fund, account, lots: taken, price: market.mark, charge});
  dropIfIdle(venue, receiver);
  dropIfIdle(venue, slot);
  return true;
}

/** ⌊a/b⌋ for b > 0. */
const floorOf = (a: bigint, b: bigint): number => Number(a >= 0n ? a / b : -((b - 1n - a) / b));

/** The account's bucket holds nothing but this position. */
function isOnly({accounts, positions}: Venue, slot: number): boolean {
  if ((positions.flags[slot]! & POSITION_FLAG.isolated) !== 0) return true;
  for (let other = accounts.firstPosition[positions.account[slot]!]!; other !== NONE; other = positions.next[other]!) {
    if (other !== slot && positions.quantity[other] !== 0 && (positions.flags[other]! & POSITION_FLAG.isolated) === 0) return false;
  }
  return true;
}
