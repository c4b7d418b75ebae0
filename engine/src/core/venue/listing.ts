/** Listing, changing, halting and delisting markets: what the operator does, off the hot path. */
import {NONE} from './accounts.ts';
import {CLOSE, EVENT, REASON, type Reason} from './codes.ts';
import {applyFill, dropIfIdle} from './exposure.ts';
import {isWhole} from './integers.ts';
import {closeOrder} from './lifecycle.ts';
import {freeOf} from './margin.ts';
import {faultOfMarket, type Market, MARKET_STATUS, type MarketSpec, MARKETS_MAX, type MarketTerms} from './market.ts';
import {closeParents} from './parents.ts';
import {POSITION_FLAG} from './positions.ts';
import {head} from './records.ts';
import {heldCurrency, holdOf} from './reserve.ts';
import {closeOffers} from './roll.ts';
import {closeTriggers} from './triggers.ts';
import type {Venue} from './venue.ts';

/** First fault of a market that is to be listed, or `undefined`. A name is used once for ever, and so is an index. */
export function faultOfListing(venue: Venue, spec: MarketSpec): string | undefined {
  if (venue.markets.length >= MARKETS_MAX) return `there are at most ${MARKETS_MAX} markets`;
  if (venue.markets.some(({spec: {name}}) => name === spec.name)) return 'the name has been used';
  return faultOfMarket(spec);
}

/** The market's specification under changed terms. */
export const revised = ({spec}: Market, terms: Partial<MarketTerms>): MarketSpec => ({...spec, ...terms});

/**
 * Puts changed terms in force; the caller has checked them. Positions meet new margin rates at the next mark. Waiting spot purchases hold
 * the new worst fee; from the newest back, orders are cancelled while their account has less than it holds.
 */
export function reviseMarket(venue: Venue, market: Market, spec: MarketSpec): void {
  const before = market.worstTakerPpm;
  const waiting = market.perpetual ? [] : purchasesOf(venue, market);
  const holds = waiting.map((slot) => holdOfOrder(venue, market, slot));
  market.revise(spec);
  market.rescaleInterest();
  if (market.worstTakerPpm === before) return;
  const {orders, accounts} = venue;
  waiting.forEach((slot, index) => {
    accounts.held[orders.owner[slot]! * accounts.currencies + heldCurrency(market, 0)]! += holdOfOrder(venue, market, slot) - holds[index]!;
  });
  if (market.worstTakerPpm < before) return;
  for (const slot of waiting) if (freeOf(venue, orders.owner[slot]!, market.spec.quote) < 0) closeOrder(venue, slot, CLOSE.margin);
}

/** Resting purchases, newest first. */
function purchasesOf({orders}: Venue, {ladder}: Market): number[] {
  const found: number[] = [];
  for (let price = ladder.bestBid; price > 0; price = ladder.below(price)) {
    for (let slot = ladder.headAt(price); slot !== NONE; slot = orders.next[slot]!) found.push(slot);
  }
  return found.sort((a, b) => orders.sequence[b]! - orders.sequence[a]!);
}

const holdOfOrder = (venue: Venue, market: Market, slot: number): number =>
  holdOf(market, venue.orders.side(slot), venue.orders.price[slot]!, venue.orders.quantity[slot]! + (venue.icebergs.get(slot)?.hidden ?? 0));

/** Open, cancel-only or halted. A delisted market stays delisted. */
export function setStatus(venue: Venue, index: number, status: number): Reason {
  const market = venue.markets[index];
  if (market === undefined) return REASON.unknownMarket;
  if (!isWhole(status, MARKET_STATUS.open, MARKET_STATUS.halted)) return REASON.badFlags;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  market.status = status as Market['status'];
  venue.log.push(head(EVENT.status, status, index), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return REASON.none;
}

/**
 * The end of a market, in this order: status; orders by price and time, purchases first; triggers, parents and novation offers by id; auto-rolls;
 * every position, by account number, settled at the last mark (the equity of nobody changes); isolated modes. Funding since the last
 * hour is not paid. Nothing is accepted here any more.
 */
export function delistMarket(venue: Venue, index: number): Reason {
  const market = venue.markets[index];
  if (market === undefined) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  const {ladder} = market;
  market.status = MARKET_STATUS.delisted;
  venue.log.push(head(EVENT.status, MARKET_STATUS.delisted, index), market.mark, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  while (ladder.bestBid > 0) closeOrder(venue, ladder.headAt(ladder.bestBid), CLOSE.delisted);
  while (ladder.bestAsk < ladder.ticks) closeOrder(venue, ladder.headAt(ladder.bestAsk), CLOSE.delisted);
  closeTriggers(venue, index, CLOSE.delisted);
  closeParents(venue, index, CLOSE.delisted);
  closeOffers(venue, index);
  market.rolls.clear();
  market.programmes.clear();
  if (market.perpetual) settlePositions(venue, market);
  if (market.symmetric) {
    market.symmetric = false;
    venue.log.push(head(EVENT.symmetric, 0, index), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
  return REASON.none;
}

function settlePositions(venue: Venue, market: Market): void {
  const {positions} = venue;
  const slots = [...market.holders.subarray(0, market.holderCount)].sort((a, b) => positions.account[a]! - positions.account[b]!);
  for (const slot of slots) {
    const held = positions.quantity[slot]!;
    if (held !== 0) applyFill(venue, slot, -held, market.mark);
    if ((positions.flags[slot]! & POSITION_FLAG.isolated) !== 0) {
      positions.flags[slot] = 0;
      venue.log.push(head(EVENT.margin, 0, market.index), positions.account[slot]!, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    dropIfIdle(venue, slot);
  }
}
