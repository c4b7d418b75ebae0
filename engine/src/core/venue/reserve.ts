/** What open orders bind: margin on perpetuals, holds on spot. Added when an order rests or is about to match, taken off lot by lot. */
import {ORDER_FLAG, SIDE, type Side} from './codes.ts';
import {findPosition} from './exposure.ts';
import {ppmCeil} from './integers.ts';
import type {Market} from './market.ts';
import type {Venue} from './venue.ts';

/** Quote lots a waiting spot purchase holds: its payment and the worst fee on it. */
export const purchaseHold = (market: Market, price: number, lots: number): number => {
  const value = lots * price * market.unit;
  return value + ppmCeil(value, market.worstTakerPpm);
};

/** Hold of a spot order of either side, in lots of {@link heldCurrency}. */
export const holdOf = (market: Market, side: Side, price: number, lots: number): number =>
  side === SIDE.buy ? purchaseHold(market, price, lots) : lots * market.spec.lot;

export const heldCurrency = (market: Market, side: Side): number => (side === SIDE.buy ? market.spec.quote : market.spec.base);

export function reserveSpot(venue: Venue, account: number, market: Market, side: Side, price: number, lots: number): void {
  if (venue.undo.active) venue.undo.account(venue, account);
  venue.accounts.held[account * venue.accounts.currencies + heldCurrency(market, side)]! += holdOf(market, side, price, lots);
}

export function reservePerpetual(venue: Venue, position: number, market: Market, side: Side, lots: number, loss: number): void {
  const {positions} = venue;
  if (venue.undo.active) venue.undo.position(venue, position);
  if (side === SIDE.buy) positions.openBuy[position]! += lots;
  else positions.openSell[position]! += lots;
  positions.openLoss[position]! += loss * lots * market.unit;
}

/** Lots of an order are open no more, filled or cancelled; the caller takes them off the order itself. The position record stays. */
export function releaseLots(venue: Venue, slot: number, lots: number): void {
  const {orders, accounts} = venue;
  const market = venue.markets[orders.market(slot)]!;
  const side = orders.side(slot);
  const owner = orders.owner[slot]!;
  if (market.perpetual) {
    reservePerpetual(venue, findPosition(venue, owner, market.index), market, side, -lots, orders.loss[slot]!);
    return;
  }
  if (venue.undo.active) venue.undo.account(venue, owner);
  const price = orders.price[slot]!;
  const open = remainingOf(venue, slot);
  const freed = holdOf(market, side, price, open) - (open === lots ? 0 : holdOf(market, side, price, open - lots));
  accounts.held[owner * accounts.currencies + heldCurrency(market, side)]! -= freed;
}

/** Lots of an order still open, an iceberg's hidden part included. */
export function remainingOf(venue: Venue, slot: number): number {
  const shown = venue.orders.quantity[slot]!;
  return (venue.orders.meta[slot]! & ORDER_FLAG.iceberg) === 0 ? shown : shown + venue.icebergs.get(slot)!.hidden;
}
