/** Placing, amending and cancelling (paper §3.4). Each answers a {@link Reason}; anything but `none` changed nothing. */
import {NONE} from './accounts.ts';
import {checkBook, checkShape, checkSpotFunds, knownClientId, reserveMargin} from './check.ts';
import {isUser} from './claims.ts';
import {CLOSE, EVENT, leaseOf, ORDER_FLAG, REASON, type Reason, TIME_IN_FORCE} from './codes.ts';
import {openPosition} from './exposure.ts';
import {cancelOrders, closeOrder, createOrder, rest, tellLevel} from './lifecycle.ts';
import {isQuantity} from './market.ts';
import {match} from './matching.ts';
import {head} from './records.ts';
import {releaseLots, remainingOf, reservePerpetual, reserveSpot} from './reserve.ts';
import {contentOf} from './draft.ts';
import {breaksProgramme, leavesHedge} from './programmes.ts';
import type {Venue} from './venue.ts';

/** Ring entry of the order that a refused duplicate repeats. */
export const duplicate = {slot: 0, sequence: 0};

/** Places the draft of the venue. */
export function placeDraft(venue: Venue): Reason {
  const {draft, clients} = venue;
  const named = (draft.clientHigh | draft.clientLow) !== 0;
  if (named) {
    draft.content = contentOf(draft);
    const known = knownClientId(venue);
    if (known !== NONE) return repeat(venue, known);
  }
  const misshapen = checkShape(venue);
  if (misshapen !== REASON.none) return misshapen;
  const refused = admit(venue);
  if (refused !== REASON.none) return refused;
  const rests = execute(venue) !== NONE;
  if (named) clients.setOutcome(clients.newest, 4 * venue.filled + (rests ? ANSWER.open : venue.whole ? ANSWER.filled : ANSWER.cancelled));
  return REASON.none;
}

/** What became of an order at its placing. */
export const ANSWER = {open: 0, filled: 1, cancelled: 2} as const;

/** The same order again is accepted, changes nothing and is answered as the first time, whatever has become of it; another one is refused. */
function repeat(venue: Venue, known: number): Reason {
  const {draft, clients} = venue;
  duplicate.slot = clients.slot(known);
  duplicate.sequence = clients.sequence(known);
  if (clients.content(known) !== draft.content) return REASON.duplicateClientId;
  const outcome = clients.outcome(known);
  venue.log.push(
    head(EVENT.repeated, outcome & 3, draft.market), draft.account, Math.floor(outcome / 4), duplicate.slot, 0, 0, draft.clientHigh, draft.clientLow, duplicate.sequence, 0, 0, 0,
  );
  return REASON.none;
}

/** Checks the draft against book and funds; what it needs on a perpetual is reserved when it passes. */
export function admit(venue: Venue): Reason {
  const refused = checkBook(venue);
  if (refused !== REASON.none) return refused;
  const {draft} = venue;
  const market = venue.markets[draft.market]!;
  if (market.programmes.size > 0 && leavesHedge(market, draft.account, draft.side)) {
    if (breaksProgramme(venue, market, draft.account, draft.side, draft.quantity)) return REASON.outsideProgramme;
    draft.flags |= ORDER_FLAG.reduceOnly;
  }
  return market.perpetual ? reserveMargin(venue) : checkSpotFunds(venue);
}

/** Runs an admitted draft; returns its slot, or {@link NONE} where the order has ended. */
export function execute(venue: Venue): number {
  const {draft, orders} = venue;
  const market = venue.markets[draft.market]!;
  const slot = createOrder(venue);
  const stopped = match(venue, market, slot);
  venue.filled = orders.total[slot]! - orders.quantity[slot]!;
  venue.whole = orders.quantity[slot] === 0 && orders.total[slot]! > 0;
  if (orders.quantity[slot] === 0) closeOrder(venue, slot, orders.total[slot] === 0 ? CLOSE.selfTrade : CLOSE.filled);
  else if (stopped) closeOrder(venue, slot, CLOSE.selfTrade);
  else if ((draft.flags & ORDER_FLAG.market) !== 0) closeOrder(venue, slot, CLOSE.noLiquidity);
  else if (draft.timeInForce === TIME_IN_FORCE.immediateOrCancel || draft.timeInForce === TIME_IN_FORCE.fillOrKill) closeOrder(venue, slot, CLOSE.immediateOrCancel);
  else {
    rest(venue, slot);
    return slot;
  }
  return NONE;
}

/** Fills the draft with a plain order; flags and the rarer fields start empty. */
export function draftOrder(venue: Venue, account: number, market: number, side: 0 | 1, price: number, quantity: number): void {
  const {draft} = venue;
  draft.account = account;
  draft.market = market;
  draft.side = side;
  draft.price = price;
  draft.quantity = quantity;
  draft.timeInForce = TIME_IN_FORCE.goodTillCancel;
  draft.selfTrade = 0;
  draft.flags = 0;
  draft.lease = 0;
  draft.clientHigh = 0;
  draft.clientLow = 0;
  draft.expiry = 0;
  draft.peak = 0;
  draft.loss = 0;
}

const ownResting = ({orders}: Venue, account: number, slot: number, sequence: number): boolean =>
  orders.holds(slot, sequence) && orders.owner[slot] === account && (orders.meta[slot]! & ORDER_FLAG.resting) !== 0;

export function cancel(venue: Venue, account: number, slot: number, sequence: number): Reason {
  if (!isUser(venue, account)) return REASON.unknownAccount;
  if (!ownResting(venue, account, slot, sequence)) return REASON.unknownOrder;
  closeOrder(venue, slot, CLOSE.user);
  return REASON.none;
}

/** @param market - {@link NONE} for all markets. */
export function cancelAll(venue: Venue, account: number, market: number): Reason {
  if (!isUser(venue, account)) return REASON.unknownAccount;
  if (market !== NONE && venue.markets[market] === undefined) return REASON.unknownMarket;
  cancelOrders(venue, account, CLOSE.user, (meta) => market === NONE || (meta & 0xff) === market);
  return REASON.none;
}

/**
 * New price and open quantity of a resting order. Fewer lots at the same price keep the place in the queue; anything else
 * is a new order under the same client id, admitted as if the old one were gone. Refused, the old one stays as it was.
 */
export function amend(venue: Venue, account: number, slot: number, sequence: number, price: number, quantity: number): Reason {
  const {orders} = venue;
  if (!isUser(venue, account)) return REASON.unknownAccount;
  if (!ownResting(venue, account, slot, sequence)) return REASON.unknownOrder;
  if (!isQuantity(quantity)) return REASON.badQuantity;
  const open = remainingOf(venue, slot);
  if (price === orders.price[slot] && quantity <= open && (orders.meta[slot]! & ORDER_FLAG.iceberg) === 0) {
    if (quantity < open) shrink(venue, slot, open - quantity);
    return REASON.none;
  }
  draftFrom(venue, slot, price, quantity);
  const misshapen = checkShape(venue);
  if (misshapen !== REASON.none && misshapen !== REASON.tooManyOrders) return misshapen;
  releaseLots(venue, slot, open);
  const refused = admit(venue);
  restore(venue, slot, open);
  if (refused !== REASON.none) return refused;
  const [high, low] = [venue.draft.clientHigh, venue.draft.clientLow];
  closeOrder(venue, slot, CLOSE.amended);
  venue.draft.clientHigh = 0;
  venue.draft.clientLow = 0;
  const next = execute(venue);
  if (next !== NONE) {
    orders.clientHigh[next] = high;
    orders.clientLow[next] = low;
  }
  const known = (high | low) === 0 ? NONE : venue.clients.find(account, high, low);
  if (known !== NONE && next !== NONE) {
    if (venue.undo.active) venue.undo.client(venue, known);
    venue.clients.rename(known, next, orders.sequence[next]!);
  }
  return REASON.none;
}

/** Puts back what {@link releaseLots} took off for the check. */
function restore(venue: Venue, slot: number, open: number): void {
  const {orders} = venue;
  const market = venue.markets[orders.market(slot)]!;
  const owner = orders.owner[slot]!;
  if (market.perpetual) reservePerpetual(venue, openPosition(venue, owner, market), market, orders.side(slot), open, orders.loss[slot]!);
  else reserveSpot(venue, owner, market, orders.side(slot), orders.price[slot]!, open);
}

function draftFrom(venue: Venue, slot: number, price: number, quantity: number): void {
  const {orders, draft} = venue;
  draftOrder(venue, orders.owner[slot]!, orders.market(slot), orders.side(slot), price, quantity);
  const meta = orders.meta[slot]!;
  draft.timeInForce = (meta >>> ORDER_FLAG.timeInForceShift) & 3;
  draft.selfTrade = (meta >>> ORDER_FLAG.selfTradeShift) & 3;
  draft.flags = meta & (ORDER_FLAG.reduceOnly | ORDER_FLAG.postOnly | ORDER_FLAG.deadMan | ORDER_FLAG.slice);
  draft.lease = leaseOf(meta);
  draft.clientHigh = orders.clientHigh[slot]!;
  draft.clientLow = orders.clientLow[slot]!;
  draft.peak = (meta & ORDER_FLAG.iceberg) === 0 ? 0 : Math.min(quantity, venue.icebergs.get(slot)!.peak);
  draft.expiry = venue.expiries.get(slot) ?? 0;
}

function shrink(venue: Venue, slot: number, lots: number): void {
  const {orders} = venue;
  const market = venue.markets[orders.market(slot)]!;
  if (venue.undo.active) venue.undo.level(venue, market, slot);
  releaseLots(venue, slot, lots);
  orders.quantity[slot]! -= lots;
  orders.total[slot]! -= lots;
  const price = orders.price[slot]!;
  tellLevel(venue, market, orders.side(slot), price, market.ladder.reduce(price, lots));
  venue.log.push(head(EVENT.amended, 0, market.index), orders.owner[slot]!, orders.total[slot]!, slot, price, 0, 0, 0, orders.sequence[slot]!, 0, 0, 0);
}
