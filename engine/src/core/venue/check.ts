/** Everything that can be wrong with a new order. All checks come before the first change; a refusal leaves no trace. */
import {NONE} from './accounts.ts';
import {isUser} from './claims.ts';
import {LEASES_MAX, ORDER_FLAG, REASON, type Reason, SELF_TRADE, SIDE, TIME_IN_FORCE} from './codes.ts';
import {dropIfIdle, findPosition, openPosition} from './exposure.ts';
import {worstFee} from './fills.ts';
import {isWhole, PPM, ppmCeil, QUANTITY_MAX, VALUE_MAX} from './integers.ts';
import {timerKey} from './leases.ts';
import {assess, assessBucket, freeOf, lossTicks, onlyReduces} from './margin.ts';
import {isPrice, isQuantity, type Market, MARKET_STATUS} from './market.ts';
import {probeBook, reachable} from './matching.ts';
import {ORDERS_MAX} from './order-pool.ts';
import {POSITION_FLAG} from './positions.ts';
import {purchaseHold, reservePerpetual} from './reserve.ts';
import type {Venue} from './venue.ts';

export const OPEN_ORDERS_MAX = 1_000;
const TIME_MAX = 2 ** 52;
const OWN_FLAGS = ORDER_FLAG.reduceOnly | ORDER_FLAG.postOnly | ORDER_FLAG.market | ORDER_FLAG.deadMan | ORDER_FLAG.slice;

const refuse = (venue: Venue, reason: Reason, needed: number, available: number): Reason => {
  venue.needed = needed;
  venue.available = Math.max(0, available);
  return reason;
};

/** Fields of the draft, without looking at the book. */
export function checkShape(venue: Venue): Reason {
  const {draft, accounts, markets} = venue;
  if (!isUser(venue, draft.account)) return REASON.unknownAccount;
  const market = markets[draft.market];
  if (market === undefined || !Number.isInteger(draft.market)) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.cancelOnly) return REASON.cancelOnly;
  if (market.status !== MARKET_STATUS.open) return REASON.marketHalted;
  if (venue.roots.old) return REASON.rootTooOld;
  if (!isQuantity(draft.quantity)) return REASON.badQuantity;
  const bounded = (draft.flags & ORDER_FLAG.market) !== 0;
  if (bounded ? draft.price !== 0 : !isPrice(market, draft.price)) return REASON.badPrice;
  if (!isWhole(draft.side, 0, 1) || !isWhole(draft.timeInForce, 0, 3) || !isWhole(draft.selfTrade, 0, 3) || (draft.flags & ~OWN_FLAGS) !== 0) return REASON.badFlags;
  if (draft.lease !== 0 && !(isWhole(draft.lease, 1, LEASES_MAX) && (draft.flags & ORDER_FLAG.deadMan) !== 0 && venue.deadMen.has(timerKey(draft.account, draft.lease)))) return REASON.badFlags;
  const rests = !bounded && (draft.timeInForce === TIME_IN_FORCE.goodTillCancel || draft.timeInForce === TIME_IN_FORCE.goodTillDate);
  if ((draft.flags & ORDER_FLAG.postOnly) !== 0 && !rests) return REASON.badFlags;
  if (draft.peak !== 0 && (!rests || !isWhole(draft.peak, 1, draft.quantity))) return REASON.badFlags;
  if ((draft.flags & ORDER_FLAG.reduceOnly) !== 0 && !market.perpetual) return REASON.badFlags;
  if (draft.timeInForce === TIME_IN_FORCE.goodTillDate && !isWhole(draft.expiry, venue.now + 1, TIME_MAX)) return REASON.badTime;
  if (draft.quantity * draft.price * market.unit > VALUE_MAX || draft.quantity * market.spec.lot > VALUE_MAX * 4) return REASON.valueTooLarge;
  if (accounts.orderCount[draft.account]! >= OPEN_ORDERS_MAX) return REASON.tooManyOrders;
  if (venue.orders.live >= ORDERS_MAX) return REASON.poolFull;
  return REASON.none;
}

/** The id's first order is in `clients`; {@link NONE} = not used yet. */
export const knownClientId = ({draft, clients}: Venue): number =>
  (draft.clientHigh | draft.clientLow) === 0 ? NONE : clients.find(draft.account, draft.clientHigh, draft.clientLow);

/** The draft against the book: bounds of a market order, bands, post-only, self-trade, fill-or-kill. May shrink and bound the draft. */
export function checkBook(venue: Venue): Reason {
  const {draft, probe, accounts, orders} = venue;
  const market = venue.markets[draft.market]!;
  if (market.perpetual && market.mark === 0) return REASON.noMark;
  if ((draft.flags & ORDER_FLAG.reduceOnly) !== 0 && !clampToPosition(venue, market)) return REASON.reduceOnlyIncreases;
  const bounded = (draft.flags & ORDER_FLAG.market) !== 0;
  if (bounded) {
    draft.price = marketBound(market, draft.side);
    if (draft.price === 0) return REASON.noLiquidity;
    if (draft.timeInForce !== TIME_IN_FORCE.fillOrKill) draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
  } else if (outOfBand(market, draft.side, draft.price)) return REASON.priceOutOfBand;
  const best = reachable(market, draft.side, draft.price);
  if (best === 0) {
    probe.lots = 0;
    probe.fills = 0;
    return draft.timeInForce === TIME_IN_FORCE.fillOrKill ? REASON.noLiquidity : REASON.none;
  }
  if ((draft.flags & ORDER_FLAG.postOnly) !== 0) return REASON.postOnlyTakes;
  if (draft.selfTrade === SELF_TRADE.cancelTaker && accounts.main[orders.owner[market.ladder.headAt(best)]!] === accounts.main[draft.account]) return REASON.selfTrade;
  const wholly = draft.timeInForce === TIME_IN_FORCE.fillOrKill;
  if (!bounded && !wholly && (market.perpetual || draft.side === SIDE.sell)) return REASON.none;
  probeBook(venue, market);
  if (wholly && probe.lots < draft.quantity) return probe.meetsOwn ? REASON.selfTrade : REASON.noLiquidity;
  if (bounded) {
    if (probe.lots === 0) return probe.meetsOwn ? REASON.none : REASON.noLiquidity;
    draft.price = probe.worst;
  }
  return REASON.none;
}

function clampToPosition(venue: Venue, market: Market): boolean {
  const {draft, positions} = venue;
  const slot = findPosition(venue, draft.account, market.index);
  if (slot === NONE) return false;
  const quantity = draft.side === SIDE.buy ? -positions.quantity[slot]! : positions.quantity[slot]!;
  draft.quantity = Math.min(draft.quantity, quantity);
  if (draft.peak > draft.quantity) draft.peak = 0;
  return draft.quantity > 0;
}

/** A market order takes no price further than the market's band from the best one; 0 = nothing to take. */
function marketBound(market: Market, side: number): number {
  const {ladder, spec} = market;
  if (side === SIDE.buy) return ladder.bestAsk === ladder.ticks ? 0 : Math.min(ladder.ticks - 1, Math.floor((ladder.bestAsk * (PPM + spec.marketBandPpm)) / PPM));
  return ladder.bestBid === 0 ? 0 : Math.max(1, Math.ceil((ladder.bestBid * (PPM - spec.marketBandPpm)) / PPM));
}

/** A price that would give the order away: too high a purchase, too low a sale. */
function outOfBand(market: Market, side: number, price: number): boolean {
  const anchor = market.perpetual ? market.mark : market.last;
  if (market.bandPpm === 0 || anchor === 0) return false;
  return side === SIDE.buy ? price * PPM > anchor * (PPM + market.bandPpm) : price * PPM < anchor * (PPM - market.bandPpm);
}

export function checkSpotFunds(venue: Venue): Reason {
  const {draft, probe, accounts} = venue;
  const market = venue.markets[draft.market]!;
  if (draft.side === SIDE.sell) {
    const needed = draft.quantity * market.spec.lot;
    const available = market.spec.base === venue.settlement ? freeOf(venue, draft.account, market.spec.base) : accounts.unheld(draft.account, market.spec.base);
    return needed > available ? refuse(venue, REASON.insufficientFunds, needed, available) : REASON.none;
  }
  const extra = Math.max(0, probe.fills - 1);
  const needed = (draft.flags & ORDER_FLAG.market) !== 0
    ? probe.value * market.unit + worstFee(market, probe.value * market.unit, extra)
    : purchaseHold(market, draft.price, draft.quantity) + (market.worstTakerPpm === 0 ? 0 : extra);
  const available = freeOf(venue, draft.account, market.spec.quote);
  return needed > available ? refuse(venue, REASON.insufficientFunds, needed, available) : REASON.none;
}

/**
 * Initial margin with the order in the book; an order that only reduces needs no more than maintenance after its own loss and fee.
 * On success the draft's lots are reserved.
 */
export function reserveMargin(venue: Venue): Reason {
  const {draft, probe, margin} = venue;
  const market = venue.markets[draft.market]!;
  const known = findPosition(venue, draft.account, market.index);
  const {used} = venue.positions;
  const slot = known === NONE ? openPosition(venue, draft.account, market) : known;
  draft.loss = lossTicks(market, draft.side, draft.price);
  // A market order is judged by what it will fill; the rest of it never rests.
  const judged = (draft.flags & ORDER_FLAG.market) !== 0 ? probe.lots : draft.quantity;
  const refused = judgeMargin(venue, slot, market, judged);
  if (refused !== REASON.none) {
    // A refusal leaves no trace, not even in which record is free.
    if (known === NONE) {
      dropIfIdle(venue, slot);
      venue.positions.retract(used);
    }
    return refused === REASON.insufficientMargin ? refuse(venue, refused, margin.initial, margin.equity) : refused;
  }
  reservePerpetual(venue, slot, market, draft.side, draft.quantity - judged, draft.loss);
  return REASON.none;
}

function judgeMargin(venue: Venue, slot: number, market: Market, lots: number): Reason {
  const {draft, positions, margin} = venue;
  const quantity = positions.quantity[slot]!;
  const opens = draft.side === SIDE.buy ? quantity + positions.openBuy[slot]! + lots > Math.max(0, quantity) : quantity - positions.openSell[slot]! - lots < Math.min(0, quantity);
  const worst = draft.side === SIDE.buy ? Math.abs(quantity + positions.openBuy[slot]!) + draft.quantity : Math.abs(quantity - positions.openSell[slot]!) + draft.quantity;
  if (worst > QUANTITY_MAX || worst * Math.max(market.mark, draft.price) * market.unit > VALUE_MAX) return REASON.valueTooLarge;
  if (opens && market.spec.openInterestMax > 0 && market.openInterest + lots > market.spec.openInterestMax) return REASON.openInterestCap;
  if (!bucketBears(venue, slot, market, lots)) return REASON.insufficientMargin;
  reservePerpetual(venue, slot, market, draft.side, lots, draft.loss);
  assess(venue, draft.account);
  if (margin.initial <= margin.equity) return REASON.none;
  const cost = draft.loss * lots * market.unit + ppmCeil(lots * draft.price * market.unit, market.worstTakerPpm);
  if (onlyReduces(venue, slot, draft.side) && margin.equity - cost >= margin.maintenance) return REASON.none;
  reservePerpetual(venue, slot, market, draft.side, -lots, draft.loss);
  return REASON.insufficientMargin;
}

/** What an order closes of an isolated position must not cost more than the bucket has: its debt would be the account's. */
function bucketBears(venue: Venue, slot: number, market: Market, lots: number): boolean {
  const {draft, positions, margin} = venue;
  const quantity = positions.quantity[slot]!;
  if ((positions.flags[slot]! & POSITION_FLAG.isolated) === 0 || quantity === 0 || quantity > 0 === (draft.side === SIDE.buy)) return true;
  assessBucket(venue, slot);
  return margin.equity >= draft.loss * Math.min(lots, Math.abs(quantity)) * market.unit;
}
