/**
 * Conditional orders: stop, stop-limit, take-profit, trailing, one-cancels-other. A trigger waits beside the book, binds nothing, and becomes
 * an ordinary order when its price is reached; what that order is refused for is told. The nearest price on either side tells in a few
 * comparisons that nothing is due; only then, and for trailing ones as prices move, is the table walked.
 */
import {isUser} from './claims.ts';
import {CLOSE, EVENT, ORDER_FLAG, REASON, type Reason, TIME_IN_FORCE, TRIGGER_BY} from './codes.ts';
import {isWhole, TICKS_MAX} from './integers.ts';
import {isPrice, isQuantity, type Market, MARKET_STATUS} from './market.ts';
import {draftOrder, placeDraft} from './orders.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export const TRIGGERS_PER_ACCOUNT = 100;
/** Triggers one command may set off; the rest wait for the next. */
const FIRED_MAX = 1_000;

/** All whole numbers, so that the table goes into the image as it is. */
export type Trigger = {
  account: number; market: number;
  /** `TRIGGER_BY`. */
  by: number;
  /** 1 fires at or above the price, −1 at or below. */
  direction: number;
  price: number;
  side: 0 | 1; quantity: number;
  /** 0 = a market order. */
  limit: number;
  reduceOnly: number;
  /** Ticks a trailing trigger keeps from the best price since it was placed; 0 = fixed. */
  trail: number;
  /** The other of two of which one cancels the other; 0 = none. */
  sibling: number;
};

/** Waiting triggers by id. Ids rise, so a map in insertion order is in id order. */
export class Triggers {
  last = 0;
  readonly waiting = new Map<number, Trigger>();
  readonly perAccount = new Map<number, number>();
  /**
   * By market·3 + watched price: the lowest price that fires a rising one, the highest that fires a falling one, the price seen last (0: none), and
   * whether any trails. Derived, never too narrow; `undefined` = to be made anew.
   */
  bounds: Bounds[] | undefined;
}

type Bounds = {rise: number; fall: number; seen: number; trails: boolean};

const priceBy = (market: Market, by: number): number => (by === TRIGGER_BY.mark ? market.mark : by === TRIGGER_BY.index ? market.indexPrice : market.last);

const isDue = (trigger: Trigger, price: number): boolean => price > 0 && (trigger.direction > 0 ? price >= trigger.price : price <= trigger.price);

function check(venue: Venue, trigger: Trigger): Reason {
  const market = venue.markets[trigger.market];
  if (!isUser(venue, trigger.account)) return REASON.unknownAccount;
  if (market === undefined) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  if (!isQuantity(trigger.quantity)) return REASON.badQuantity;
  if (!isPrice(market, trigger.price) || (trigger.limit !== 0 && !isPrice(market, trigger.limit)) || !isWhole(trigger.trail, 0, TICKS_MAX)) return REASON.badPrice;
  if (!isWhole(trigger.by, 0, 2) || Math.abs(trigger.direction) !== 1 || !isWhole(trigger.side, 0, 1) || !isWhole(trigger.reduceOnly, 0, 1)) return REASON.badFlags;
  if (trigger.reduceOnly === 1 && !market.perpetual) return REASON.badFlags;
  // One that is due at once would be an ordinary order in disguise.
  return isDue(trigger, priceBy(market, trigger.by)) ? REASON.badPrice : REASON.none;
}

/** Places one trigger, or two of which one cancels the other. */
export function placeTriggers(venue: Venue, wanted: readonly Omit<Trigger, 'sibling'>[]): Reason {
  const {triggers} = venue;
  const made = wanted.map((trigger) => ({...trigger, sibling: 0}));
  for (const trigger of made) {
    const refused = check(venue, trigger);
    if (refused !== REASON.none) return refused;
  }
  const {account} = made[0]!;
  const count = triggers.perAccount.get(account) ?? 0;
  if (made.length > 2 || made.some((trigger) => trigger.account !== account)) return REASON.badFlags;
  if (count + made.length > TRIGGERS_PER_ACCOUNT) return REASON.tooManyOrders;
  if (made.length === 2) [made[0]!.sibling, made[1]!.sibling] = [triggers.last + 2, triggers.last + 1];
  triggers.perAccount.set(account, count + made.length);
  triggers.bounds = undefined;
  for (const trigger of made) {
    triggers.last += 1;
    triggers.waiting.set(triggers.last, trigger);
    venue.log.push(head(EVENT.triggerPlaced, trigger.side, trigger.market), account, trigger.price, trigger.quantity, trigger.limit, trigger.direction, trigger.by, trigger.trail, triggers.last, trigger.sibling, 0, 0);
  }
  return REASON.none;
}

function remove(venue: Venue, id: number, trigger: Trigger, reason: number): void {
  const {triggers} = venue;
  triggers.waiting.delete(id);
  const left = triggers.perAccount.get(trigger.account)! - 1;
  if (left === 0) triggers.perAccount.delete(trigger.account);
  else triggers.perAccount.set(trigger.account, left);
  venue.log.push(head(EVENT.triggerClosed, reason, trigger.market), trigger.account, 0, 0, 0, 0, 0, 0, id, 0, 0, 0);
}

export function cancelTrigger(venue: Venue, account: number, id: number): Reason {
  const trigger = venue.triggers.waiting.get(id);
  if (trigger === undefined || trigger.account !== account) return REASON.unknownOrder;
  remove(venue, id, trigger, CLOSE.user);
  return REASON.none;
}

/** Closes every trigger of a market, by id. */
export function closeTriggers(venue: Venue, market: number, reason: number): void {
  for (const [id, trigger] of venue.triggers.waiting) if (trigger.market === market) remove(venue, id, trigger, reason);
}

/** Runs after every accepted command: prices may have moved, and orders set off here may move them again. */
export function fireTriggers(venue: Venue): void {
  const {triggers, markets} = venue;
  if (triggers.waiting.size === 0) return;
  for (let fired = 0; fired < FIRED_MAX && isStirred(venue);) {
    const before = fired;
    for (const [id, trigger] of triggers.waiting) {
      const price = priceBy(markets[trigger.market]!, trigger.by);
      if (trigger.trail > 0) follow(trigger, price);
      if (!isDue(trigger, price)) continue;
      fire(venue, id, trigger);
      fired += 1;
      if (fired === FIRED_MAX) break;
    }
    // A pass that set off nothing has followed every price as it is now.
    triggers.bounds = fired === before ? boundsOf(venue, true) : undefined;
    if (fired === before) return;
  }
}

/** Some watched price has reached a bound, or moved where something trails. */
function isStirred(venue: Venue): boolean {
  const bounds = (venue.triggers.bounds ??= boundsOf(venue, false));
  let stirred = false;
  bounds.forEach((bound, index) => {
    const price = priceBy(venue.markets[Math.floor(index / 3)]!, index % 3);
    if (price > 0 && (price >= bound.rise || price <= bound.fall || (bound.trails && price !== bound.seen))) stirred = true;
    bound.seen = price;
  });
  return stirred;
}

/** @param followed - The trailing ones have seen today's prices; else they are yet to follow them. */
function boundsOf(venue: Venue, followed: boolean): Bounds[] {
  const bounds = Array.from({length: venue.markets.length * 3}, (_, index): Bounds => ({
    rise: Number.POSITIVE_INFINITY, fall: 0, seen: followed ? priceBy(venue.markets[Math.floor(index / 3)]!, index % 3) : 0, trails: false,
  }));
  for (const trigger of venue.triggers.waiting.values()) {
    const bound = bounds[trigger.market * 3 + trigger.by]!;
    if (trigger.direction > 0) bound.rise = Math.min(bound.rise, trigger.price);
    else bound.fall = Math.max(bound.fall, trigger.price);
    bound.trails ||= trigger.trail > 0;
  }
  return bounds;
}

/** A trailing trigger keeps its distance from the best price and never moves back. */
function follow(trigger: Trigger, price: number): void {
  if (price === 0) return;
  if (trigger.direction < 0) trigger.price = Math.max(trigger.price, price - trigger.trail);
  else trigger.price = Math.min(trigger.price, price + trigger.trail);
}

function fire(venue: Venue, id: number, trigger: Trigger): void {
  const {account, market, side, limit, quantity} = trigger;
  remove(venue, id, trigger, CLOSE.filled);
  const sibling = venue.triggers.waiting.get(trigger.sibling);
  if (sibling !== undefined) remove(venue, trigger.sibling, sibling, CLOSE.oneCancelsOther);
  draftOrder(venue, account, market, side, limit, quantity);
  const {draft} = venue;
  draft.flags = (limit === 0 ? ORDER_FLAG.market : 0) | (trigger.reduceOnly === 1 ? ORDER_FLAG.reduceOnly : 0);
  if (limit === 0) draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
  const reason = placeDraft(venue);
  venue.log.push(head(EVENT.triggered, reason, market), account, 0, 0, 0, 0, 0, 0, id, 0, 0, 0);
}
