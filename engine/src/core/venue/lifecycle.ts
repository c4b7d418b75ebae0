/** An order's way into the book, out of it, and to its end. */
import {NONE} from './accounts.ts';
import {EVENT, ORDER_FLAG, TIME_IN_FORCE} from './codes.ts';
import {dropIfIdle, findPosition} from './exposure.ts';
import type {Market} from './market.ts';
import {head} from './records.ts';
import {releaseLots, remainingOf, reservePerpetual, reserveSpot} from './reserve.ts';
import {TIMER} from './timers.ts';
import type {Venue} from './venue.ts';

/** Level `price` of `side` now holds `quantity` lots. */
export function tellLevel(venue: Venue, market: Market, side: number, price: number, quantity: number): void {
  venue.log.push(head(EVENT.level, side, market.index), price, 0, 0, 0, 0, 0, 0, quantity, 0, 0, 0);
}

/** A slot for the draft; the order is nowhere yet. Perpetual margin and spot holds are the caller's. */
export function createOrder(venue: Venue): number {
  const {draft, orders} = venue;
  if (venue.undo.active) venue.undo.nextOrder(venue);
  const slot = orders.take();
  if (slot === NONE) return NONE;
  orders.price[slot] = draft.price;
  orders.quantity[slot] = draft.quantity;
  orders.total[slot] = draft.quantity;
  orders.owner[slot] = draft.account;
  orders.loss[slot] = draft.loss;
  orders.meta[slot] = draft.market | (draft.side << 8) | (draft.timeInForce << ORDER_FLAG.timeInForceShift)
    | (draft.selfTrade << ORDER_FLAG.selfTradeShift) | (draft.lease << ORDER_FLAG.leaseShift) | draft.flags;
  orders.clientHigh[slot] = draft.clientHigh;
  orders.clientLow[slot] = draft.clientLow;
  if ((draft.clientHigh | draft.clientLow) !== 0) {
    if (venue.undo.active) venue.undo.nextClient(venue);
    venue.clients.add(draft.account, draft.clientHigh, draft.clientLow, slot, orders.sequence[slot]!, draft.content);
  }
  venue.log.push(
    head(EVENT.accepted, 0, draft.market), draft.account, draft.price, draft.quantity, slot, orders.meta[slot]!, draft.clientHigh, draft.clientLow,
    orders.sequence[slot]!, 0, 0, 0,
  );
  return slot;
}

/** What is left of a matched order waits in the book. Spot: its hold begins here; perpetual margin was reserved before it matched. */
export function rest(venue: Venue, slot: number): void {
  const {orders, accounts, draft} = venue;
  const market = venue.markets[orders.market(slot)]!;
  const owner = orders.owner[slot]!;
  const open = orders.quantity[slot]!;
  if (venue.undo.active) venue.undo.resting(venue, market, slot);
  if (!market.perpetual) reserveSpot(venue, owner, market, orders.side(slot), orders.price[slot]!, open);
  orders.meta[slot]! |= ORDER_FLAG.resting;
  if (draft.peak > 0 && draft.peak < open) {
    orders.meta[slot]! |= ORDER_FLAG.iceberg;
    orders.quantity[slot] = draft.peak;
    venue.icebergs.set(slot, {hidden: open - draft.peak, peak: draft.peak});
  }
  orders.ownerPrevious[slot] = NONE;
  const first = accounts.firstOrder[owner]!;
  orders.ownerNext[slot] = first;
  if (first !== NONE) orders.ownerPrevious[first] = slot;
  accounts.firstOrder[owner] = slot;
  accounts.orderCount[owner]! += 1;
  if (draft.timeInForce === TIME_IN_FORCE.goodTillDate) {
    venue.expiries.set(slot, draft.expiry);
    venue.timers.push(draft.expiry, TIMER.orderExpiry, slot, orders.sequence[slot]!);
  }
  venue.log.push(head(EVENT.rested, 0, market.index), owner, open, slot, 0, 0, 0, 0, orders.sequence[slot]!, 0, 0, 0);
  tellLevel(venue, market, orders.side(slot), orders.price[slot]!, market.ladder.append(orders, slot));
}

/** Ends an order, wherever it is; what is left of it is released. */
export function closeOrder(venue: Venue, slot: number, reason: number): void {
  const {orders} = venue;
  const market = venue.markets[orders.market(slot)]!;
  const owner = orders.owner[slot]!;
  const open = remainingOf(venue, slot);
  const resting = (orders.meta[slot]! & ORDER_FLAG.resting) !== 0;
  if (venue.undo.active) venue.undo.closing(venue, market, slot, resting);
  const position = market.perpetual ? findPosition(venue, owner, market.index) : NONE;
  if (position !== NONE) reservePerpetual(venue, position, market, orders.side(slot), -open, orders.loss[slot]!);
  else if (open > 0 && resting) releaseLots(venue, slot, open);
  if (resting) {
    const level = market.ladder.remove(orders, slot);
    if (open > 0) tellLevel(venue, market, orders.side(slot), orders.price[slot]!, level);
    unlinkFromOwner(venue, slot);
    if ((orders.meta[slot]! & ORDER_FLAG.iceberg) !== 0) venue.icebergs.delete(slot);
    if (((orders.meta[slot]! >>> ORDER_FLAG.timeInForceShift) & 3) === TIME_IN_FORCE.goodTillDate) venue.expiries.delete(slot);
  }
  venue.log.push(head(EVENT.closed, reason, market.index), owner, orders.total[slot]! - open, slot, orders.meta[slot]!, 0, 0, 0, orders.sequence[slot]!, 0, 0, 0);
  orders.free(slot);
  if (position !== NONE) dropIfIdle(venue, position);
}

function unlinkFromOwner(venue: Venue, slot: number): void {
  const {orders, accounts} = venue;
  const owner = orders.owner[slot]!;
  const before = orders.ownerPrevious[slot]!;
  const after = orders.ownerNext[slot]!;
  if (before === NONE) accounts.firstOrder[owner] = after;
  else orders.ownerNext[before] = after;
  if (after !== NONE) orders.ownerPrevious[after] = before;
  accounts.orderCount[owner]! -= 1;
}

/** An iceberg whose shown part is gone shows the next one, at the end of its level. `false` when nothing is hidden. */
export function showMore(venue: Venue, market: Market, slot: number): boolean {
  const {orders} = venue;
  if ((orders.meta[slot]! & ORDER_FLAG.iceberg) === 0) return false;
  const iceberg = venue.icebergs.get(slot)!;
  if (iceberg.hidden === 0) return false;
  const shown = Math.min(iceberg.peak, iceberg.hidden);
  if (venue.undo.active) venue.undo.level(venue, market, slot);
  iceberg.hidden -= shown;
  market.ladder.remove(orders, slot);
  orders.quantity[slot] = shown;
  tellLevel(venue, market, orders.side(slot), orders.price[slot]!, market.ladder.append(orders, slot));
  return true;
}

/** Cancels an account's resting orders that `wanted` picks (market and flags), newest first. */
export function cancelOrders(venue: Venue, account: number, reason: number, wanted: (meta: number) => boolean): number {
  const {orders, accounts} = venue;
  let cancelled = 0;
  for (let slot = accounts.firstOrder[account]!; slot !== NONE;) {
    const next = orders.ownerNext[slot]!;
    if (wanted(orders.meta[slot]!)) {
      closeOrder(venue, slot, reason);
      cancelled += 1;
    }
    slot = next;
  }
  return cancelled;
}

