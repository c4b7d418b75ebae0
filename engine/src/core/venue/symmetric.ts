/** Automatic Symmetric Liquidation (paper §3.5): a losing position and the most under-collateralised winners close each other at the mid. */
import {EVENT} from './codes.ts';
import {applyFill, dropIfIdle} from './exposure.ts';
import {PPM} from './integers.ts';
import {assessBucket} from './margin.ts';
import type {Market} from './market.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';
import type {Episode} from './waterfall.ts';

/** The mid may differ from the mark by this at most. */
const MID_BAND_PPM = 10_000;

export const LIQUIDATED_BY = {fund: 0, symmetric: 1, counterparty: 2} as const;

/** Mid of the book, held to the mark's band; the mark where a side is empty. */
export function midPrice(market: Market): number {
  const {ladder, mark} = market;
  if (ladder.bestBid === 0 || ladder.bestAsk === ladder.ticks) return mark;
  const mid = Math.floor((ladder.bestBid + ladder.bestAsk) / 2);
  const low = Math.max(1, Math.ceil((mark * (PPM - MID_BAND_PPM)) / PPM));
  const high = Math.floor((mark * (PPM + MID_BAND_PPM)) / PPM);
  return Math.min(Math.max(mid, low), high);
}

/** Opposite holders: unrealised winners first, then ascending equity per maintenance, then account number. Total order. */
export function counterparties(venue: Venue, market: Market, side: number): number[] {
  const {positions} = venue;
  const found: {slot: number; winning: boolean; health: number; account: number}[] = [];
  for (let index = 0; index < market.holderCount; index += 1) {
    const slot = market.holders[index]!;
    const quantity = positions.quantity[slot]!;
    if (quantity === 0 || quantity > 0 === side > 0) continue;
    const {equity, maintenance} = assessBucket(venue, slot);
    const pnl = quantity * market.mark * market.unit - positions.cost[slot]!;
    found.push({slot, winning: pnl > 0, health: equity / maintenance, account: positions.account[slot]!});
  }
  found.sort((a, b) => (a.winning !== b.winning ? (a.winning ? -1 : 1) : a.health === b.health ? a.account - b.account : a.health - b.health));
  return found.map(({slot}) => slot);
}

/** Closes a position wholly against its counterparties. Σ positions = 0, so there are always enough of them. */
export function closeSymmetrically(venue: Venue, market: Market, slot: number, episode: Episode): void {
  const {positions} = venue;
  const loser = positions.account[slot]!;
  const side = positions.quantity[slot]! > 0 ? 1 : -1;
  const mid = midPrice(market);
  for (const other of counterparties(venue, market, side)) {
    const left = Math.abs(positions.quantity[slot]!);
    if (left === 0) break;
    const winner = positions.account[other]!;
    const lots = Math.min(left, Math.abs(positions.quantity[other]!));
    const price = bothBear(venue, market, {slot, other, lots: -side * lots, mid}) ? mid : market.mark;
    applyFill(venue, slot, -side * lots, price);
    const gain = applyFill(venue, other, side * lots, price);
    if (gain > 0) episode.paired.set(winner, (episode.paired.get(winner) ?? 0) + gain);
    tell(venue, market, {by: LIQUIDATED_BY.symmetric, account: loser, lots: side * lots, price});
    tell(venue, market, {by: LIQUIDATED_BY.counterparty, account: winner, lots: -side * lots, price});
    dropIfIdle(venue, other);
  }
  dropIfIdle(venue, slot);
}

/** Neither side falls below zero by the difference between mid and mark. */
function bothBear(venue: Venue, market: Market, {slot, other, lots, mid}: {slot: number; other: number; lots: number; mid: number}): boolean {
  const effect = lots * (market.mark - mid) * market.unit;
  if (effect < 0 && assessBucket(venue, slot).equity + effect < 0) return false;
  return effect <= 0 || assessBucket(venue, other).equity - effect >= 0;
}

export function tell(venue: Venue, market: Market, {by, account, lots, price, charge = 0}: {by: number; account: number; lots: number; price: number; charge?: number}): void {
  venue.log.push(head(EVENT.liquidated, by, market.index), account, lots, price, 0, 0, 0, 0, charge, 0, 0, 0);
}
