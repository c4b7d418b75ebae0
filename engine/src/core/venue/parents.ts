/**
 * TWAP and VWAP parents: a large order worked in slices by the clock. They live in the core, so they go on after a restart or on another
 * node. TWAP slices are equal; VWAP slices follow how much traded at that hour of the day. What a slice leaves open the later ones take up.
 */
import {isUser} from './claims.ts';
import {CLOSE, EVENT, ORDER_FLAG, REASON, type Reason, TIME_IN_FORCE} from './codes.ts';
import {isWhole, mulDivFloor} from './integers.ts';
import {isPrice, isQuantity, type Market, MARKET_STATUS} from './market.ts';
import {draftOrder, placeDraft} from './orders.ts';
import {head} from './records.ts';
import {TIMER} from './timers.ts';
import type {Venue} from './venue.ts';

const SLICES_MAX = 1_000;
const PARENTS_PER_ACCOUNT = 20;
const INTERVAL_MIN_MS = 1_000;
const HOUR_MS = 3_600_000;

export type Parent = {
  account: number; market: number; side: 0 | 1; quantity: number; done: number;
  /** Worst price, ticks; 0 = as a market order. */
  limit: number;
  byVolume: number; reduceOnly: number;
  /** Slices, and the next one's number and moment. */
  slices: number; next: number; at: number; interval: number;
};

export class Parents {
  last = 0;
  readonly working = new Map<number, Parent>();
}

export type ParentRequest = Pick<Parent, 'account' | 'market' | 'side' | 'quantity' | 'limit' | 'byVolume' | 'reduceOnly' | 'slices' | 'interval'>;

export function placeParent(venue: Venue, wanted: ParentRequest): Reason {
  const {parents, now} = venue;
  const market = venue.markets[wanted.market];
  if (!isUser(venue, wanted.account)) return REASON.unknownAccount;
  if (market === undefined) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  if (!isQuantity(wanted.quantity) || wanted.quantity < wanted.slices) return REASON.badQuantity;
  if (wanted.limit !== 0 && !isPrice(market, wanted.limit)) return REASON.badPrice;
  if (!isWhole(wanted.slices, 2, SLICES_MAX) || !isWhole(wanted.interval, INTERVAL_MIN_MS, 24 * HOUR_MS)) return REASON.badTime;
  if (!isWhole(wanted.side, 0, 1) || (wanted.reduceOnly === 1 && !market.perpetual)) return REASON.badFlags;
  let own = 0;
  for (const {account} of parents.working.values()) if (account === wanted.account) own += 1;
  if (own >= PARENTS_PER_ACCOUNT) return REASON.tooManyOrders;
  parents.last += 1;
  parents.working.set(parents.last, {...wanted, done: 0, next: 0, at: now + wanted.interval});
  venue.timers.push(now + wanted.interval, TIMER.slice, parents.last, 0);
  venue.log.push(head(EVENT.parentPlaced, wanted.side, wanted.market), wanted.account, wanted.quantity, wanted.limit, wanted.slices, wanted.byVolume, 0, 0, parents.last, wanted.interval, 0, 0);
  return REASON.none;
}

export function cancelParent(venue: Venue, account: number, id: number): Reason {
  const parent = venue.parents.working.get(id);
  if (parent === undefined || parent.account !== account) return REASON.unknownOrder;
  close(venue, id, parent, CLOSE.user);
  return REASON.none;
}

function close(venue: Venue, id: number, parent: Parent, reason: number): void {
  venue.parents.working.delete(id);
  venue.log.push(head(EVENT.parentClosed, reason, parent.market), parent.account, parent.done, 0, 0, 0, 0, 0, id, 0, 0, 0);
}

/** Closes every parent of a market, by id. */
export function closeParents(venue: Venue, market: number, reason: number): void {
  for (const [id, parent] of venue.parents.working) if (parent.market === market) close(venue, id, parent, reason);
}

/** Share of the remaining slices' weight that the next one has, as lots of what is left. */
export function sliceOf(market: Market, parent: Parent): number {
  const left = parent.quantity - parent.done;
  if (parent.next === parent.slices - 1) return left;
  const weight = (index: number): number => {
    if (parent.byVolume === 0) return 1;
    const hour = Math.floor((parent.at + (index - parent.next) * parent.interval) / HOUR_MS) % 24;
    return 1 + Math.min(2 ** 20, market.hourVolume[hour]!);
  };
  let total = 0;
  for (let index = parent.next; index < parent.slices; index += 1) total += weight(index);
  return mulDivFloor(left, weight(parent.next), total);
}

/** One slice, set off by its timer; a slice the venue refuses counts as unfilled. */
export function workParent(venue: Venue, id: number): void {
  const parent = venue.parents.working.get(id);
  if (parent === undefined) return;
  const market = venue.markets[parent.market]!;
  const lots = sliceOf(market, parent);
  parent.next += 1;
  if (lots > 0) {
    draftOrder(venue, parent.account, parent.market, parent.side, parent.limit, lots);
    venue.draft.flags = ORDER_FLAG.slice | (parent.limit === 0 ? ORDER_FLAG.market : 0) | (parent.reduceOnly === 1 ? ORDER_FLAG.reduceOnly : 0);
    venue.draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
    venue.filled = 0;
    if (placeDraft(venue) === REASON.none) parent.done += venue.filled;
  }
  if (parent.done === parent.quantity) close(venue, id, parent, CLOSE.filled);
  else if (parent.next === parent.slices) close(venue, id, parent, CLOSE.expired);
  else {
    parent.at += parent.interval;
    venue.timers.push(parent.at, TIMER.slice, id, 0);
  }
}
