/** What an account itself can still bring up against a loss, before anybody else is asked: open requests, then other currencies. */
import {setAside} from './claims.ts';
import {CLOSE, EVENT, ORDER_FLAG, SIDE, TIME_IN_FORCE} from './codes.ts';
import {PPM, ppmCeil} from './integers.ts';
import {cancelOrders, closeOrder, createOrder} from './lifecycle.ts';
import {assess} from './margin.ts';
import {type Market, MARKET_STATUS} from './market.ts';
import {match} from './matching.ts';
import {draftOrder} from './orders.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

/** A forced sale keeps at least this of the reference price, ppm. */
const SALE_KEEPS_PPM = 800_000;

/** Both, in this order. */
export function collateralRescue(venue: Venue, account: number): void {
  returnRequests(venue, account);
  if (assess(venue, account).equity < 0) convertCollateral(venue, account);
}

/** Requested, not yet sealed withdrawals return, one custody asset after the other, while the account is below zero. */
export function returnRequests(venue: Venue, account: number): void {
  const requested = venue.requested.get(account);
  if (requested === undefined) return;
  for (const asset of venue.assetsOf[venue.settlement]!) {
    const lots = requested[asset]!;
    if (lots === 0) continue;
    if (assess(venue, account).equity >= 0) return;
    requested[asset] = 0;
    setAside(venue, account, asset, -lots);
    venue.log.push(head(EVENT.requestReturned, 0, asset), account, 0, 0, 0, 0, 0, 0, lots, 0, 0, 0);
  }
}

/** Sells other currencies into their spot books, each only as far as the loss needs and the book gives within the band. */
export function convertCollateral(venue: Venue, account: number): void {
  for (const market of venue.markets) {
    const {base, quote} = market.spec;
    if (market.perpetual || quote !== venue.settlement || base === venue.settlement) continue;
    if (assess(venue, account).equity >= 0) return;
    cancelOrders(venue, account, CLOSE.liquidation, (meta) => (meta & 0xff) === market.index);
    sell(venue, account, market);
  }
}

function sell(venue: Venue, account: number, market: Market): void {
  const best = market.ladder.bestBid;
  if (best === 0) return;
  const lots = Math.floor(venue.accounts.unheld(account, market.spec.base) / market.spec.lot);
  const least = best * market.unit * SALE_KEEPS_PPM;
  const wanted = Math.min(lots, Number((BigInt(-assess(venue, account).equity) * BigInt(PPM) + BigInt(least) - 1n) / BigInt(least)));
  if (wanted <= 0) return;
  const anchor = referencePrice(venue, market) || best;
  draftOrder(venue, account, market.index, SIDE.sell, Math.max(1, ppmCeil(anchor, SALE_KEEPS_PPM)), wanted);
  venue.draft.flags = ORDER_FLAG.system;
  venue.draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
  const slot = createOrder(venue);
  if (slot < 0) return;
  match(venue, market, slot);
  closeOrder(venue, slot, venue.orders.quantity[slot] === 0 ? CLOSE.filled : CLOSE.liquidation);
}

/** Mark of a perpetual on the same base, in ticks of the spot market; 0 where there is none. */
function referencePrice({markets}: Venue, spot: Market): number {
  for (const market of markets) {
    if (market.perpetual && market.spec.base === spot.spec.base && market.mark > 0 && market.status !== MARKET_STATUS.delisted) return Math.floor((market.mark * market.spec.tick) / spot.spec.tick);
  }
  return spot.last;
}
