/** The book at work: price, then time. Everything here runs for an order that has been accepted. */
import {CLOSE, EVENT, ORDER_FLAG, SELF_TRADE, SIDE, TIME_IN_FORCE} from './codes.ts';
import {findPosition} from './exposure.ts';
import {fees, fillPerpetual, fillSpot, makerBears, tidyPosition} from './fills.ts';
import {closeOrder, showMore, tellLevel} from './lifecycle.ts';
import type {Market} from './market.ts';
import {head} from './records.ts';
import {releaseLots, remainingOf} from './reserve.ts';
import type {Venue} from './venue.ts';

/** Best opposite price that the order reaches, or 0. */
export function reachable(market: Market, side: number, limit: number): number {
  const {ladder} = market;
  if (side === SIDE.buy) return ladder.bestAsk <= limit && ladder.bestAsk < ladder.ticks ? ladder.bestAsk : 0;
  return ladder.bestBid >= limit && ladder.bestBid > 0 ? ladder.bestBid : 0;
}

/** Matches until the order is filled, nothing is in reach, or a self-trade rule stops it. `true` = stopped: the rest must not rest. */
export function match(venue: Venue, market: Market, taker: number): boolean {
  const {orders} = venue;
  const side = orders.side(taker);
  const limit = orders.price[taker]!;
  const {main} = venue.accounts;
  const owner = main[orders.owner[taker]!]!;
  const {ladder} = market;
  while (orders.quantity[taker]! > 0) {
    const price = reachable(market, side, limit);
    if (price === 0) return false;
    const maker = ladder.head[ladder.cell(price)]!;
    if (main[orders.owner[maker]!] === owner) {
      if (preventSelfTrade(venue, market, maker, taker)) return true;
      continue;
    }
    let lots = Math.min(orders.quantity[maker]!, orders.quantity[taker]!);
    if (market.perpetual) {
      if ((orders.meta[maker]! & ORDER_FLAG.reduceOnly) !== 0) lots = Math.min(lots, reducible(venue, market, maker));
      if (lots === 0) {
        closeOrder(venue, maker, CLOSE.reduceOnly);
        continue;
      }
      if (!makerBears(venue, market, maker, lots, price)) {
        closeOrder(venue, maker, CLOSE.margin);
        continue;
      }
      fillPerpetual(venue, market, maker, taker, lots, price);
    } else fillSpot(venue, market, maker, taker, lots, price);
    settleFill(venue, market, maker, taker, lots, price);
  }
  return false;
}

/** Lots by which a fill of the order may shrink its owner's position. */
export function reducible(venue: Venue, market: Market, slot: number): number {
  const position = findPosition(venue, venue.orders.owner[slot]!, market.index);
  if (position < 0) return 0;
  const quantity = venue.positions.quantity[position]!;
  return Math.max(0, venue.orders.side(slot) === SIDE.buy ? -quantity : quantity);
}

/** Takes the lots off both orders, tells the trade, and closes a maker that is done. */
function settleFill(venue: Venue, market: Market, maker: number, taker: number, lots: number, price: number): void {
  const {orders, log} = venue;
  if (venue.undo.active) venue.undo.level(venue, market, maker);
  orders.quantity[taker]! -= lots;
  orders.quantity[maker]! -= lots;
  const level = market.ladder.reduce(price, lots);
  market.last = price;
  market.trades += 1;
  market.hourVolume[Math.floor(venue.now / 3_600_000) % 24]! += lots;
  const makerAccount = orders.owner[maker]!;
  log.push(
    head(EVENT.trade, orders.side(taker), market.index), makerAccount, orders.owner[taker]!, lots, price, maker, taker, market.trades | 0,
    orders.sequence[maker]!, orders.sequence[taker]!, fees.maker, fees.taker,
  );
  tellLevel(venue, market, orders.side(maker), price, level);
  if (orders.quantity[maker] === 0 && !showMore(venue, market, maker)) closeOrder(venue, maker, CLOSE.filled);
  else if (market.perpetual) tidyPosition(venue, market, makerAccount);
}

/** `true` when the taker must stop. */
function preventSelfTrade(venue: Venue, market: Market, maker: number, taker: number): boolean {
  const {orders} = venue;
  const mode = (orders.meta[taker]! >>> ORDER_FLAG.selfTradeShift) & 3;
  if (mode === SELF_TRADE.cancelTaker) return true;
  if (mode === SELF_TRADE.cancelMaker) {
    closeOrder(venue, maker, CLOSE.selfTrade);
    return false;
  }
  if (mode === SELF_TRADE.cancelBoth) {
    closeOrder(venue, maker, CLOSE.selfTrade);
    return true;
  }
  decrement(venue, market, maker, taker);
  return false;
}

/** Both shrink by the smaller of the two, untraded. */
function decrement(venue: Venue, market: Market, maker: number, taker: number): void {
  const {orders} = venue;
  const lots = Math.min(orders.quantity[maker]!, orders.quantity[taker]!);
  if (market.perpetual) releaseLots(venue, taker, lots);
  orders.quantity[taker]! -= lots;
  orders.total[taker]! -= lots;
  venue.log.push(
    head(EVENT.amended, 0, market.index), orders.owner[taker]!, orders.total[taker]!, taker, orders.price[taker]!, 0, 0, 0, orders.sequence[taker]!, 0, 0, 0,
  );
  if (lots === remainingOf(venue, maker)) {
    closeOrder(venue, maker, CLOSE.selfTrade);
    return;
  }
  if (venue.undo.active) venue.undo.level(venue, market, maker);
  releaseLots(venue, maker, lots);
  orders.quantity[maker]! -= lots;
  orders.total[maker]! -= lots;
  const price = orders.price[maker]!;
  tellLevel(venue, market, orders.side(maker), price, market.ladder.reduce(price, lots));
  if (orders.quantity[maker] === 0) showMore(venue, market, maker);
  venue.log.push(head(EVENT.amended, 0, market.index), orders.owner[maker]!, orders.total[maker]!, maker, price, 0, 0, 0, orders.sequence[maker]!, 0, 0, 0);
}

/** What an order would meet now; changes nothing. Own orders count as their self-trade rule treats them. */
export function probeBook(venue: Venue, market: Market): void {
  const {draft, probe, orders} = venue;
  const {ladder} = market;
  probe.lots = 0;
  probe.value = 0;
  probe.worst = 0;
  probe.fills = 0;
  probe.meetsOwn = false;
  const {main} = venue.accounts;
  const owner = main[draft.account]!;
  const buys = draft.side === SIDE.buy;
  const wholly = draft.timeInForce === TIME_IN_FORCE.fillOrKill;
  for (
    let price = reachable(market, draft.side, draft.price);
    price !== 0 && price !== ladder.ticks && (buys ? price <= draft.price : price >= draft.price);
    price = buys ? ladder.above(price) : ladder.below(price)
  ) {
    for (let slot = ladder.headAt(price); slot >= 0; slot = orders.next[slot]!) {
      if (main[orders.owner[slot]!] === owner) {
        // Decrement goes on past it as well, with fewer lots: looking past it whole finds the most it could cost.
        if (draft.selfTrade === SELF_TRADE.cancelMaker || (draft.selfTrade === SELF_TRADE.decrement && !wholly)) continue;
        probe.meetsOwn = true;
        return;
      }
      const lots = Math.min(remainingOf(venue, slot), draft.quantity - probe.lots);
      probe.lots += lots;
      probe.value += lots * price;
      probe.worst = price;
      // An iceberg fills shown part by shown part, and each rounds its fee.
      probe.fills += (orders.meta[slot]! & ORDER_FLAG.iceberg) === 0 ? 1 : Math.ceil(lots / Math.max(1, Math.min(orders.quantity[slot]!, venue.icebergs.get(slot)!.peak))) + 1;
      if (probe.lots === draft.quantity) return;
    }
  }
}
