/** The book: price, then time. Orders of a side are sorted whenever somebody asks for the best one. */
import type {CloseReason} from '../../../src/core/events.ts';
import {fillPerpetual, fillSpot, makerBears} from './fills.ts';
import {max, min} from './numbers.ts';
import type {Market, Order, Side, World} from './world.ts';

export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');

/** Resting orders of one side, best first. */
export function queue(world: World, market: Market, side: Side): Order[] {
  const orders = world.orders.filter((order) => order.market === market && order.side === side && order.place > 0n);
  return orders.sort((a, b) => Number(a.price === b.price ? a.place - b.place : side === 'buy' ? b.price - a.price : a.price - b.price));
}

/** Best price of a side; 0 where nothing rests. */
export const best = (world: World, market: Market, side: Side): bigint => queue(world, market, side)[0]?.price ?? 0n;

/** Resting orders that a limit reaches. */
export const reachable = (world: World, market: Market, side: Side, limit: bigint): Order[] =>
  queue(world, market, opposite(side)).filter(({price}) => (side === 'buy' ? price <= limit : price >= limit));

/** Matches a taker; `true` = a self-trade rule stopped it, the rest must not rest. */
export function match(world: World, taker: Order): boolean {
  const {market} = taker;
  while (taker.left > 0n) {
    const maker = reachable(world, market, taker.side, taker.price)[0];
    if (!maker) return false;
    if (world.isOneOwner(maker.account, taker.account)) {
      if (preventSelfTrade(world, maker, taker)) return true;
      continue;
    }
    let lots = min(maker.shown, taker.left);
    if (market.spec.perpetual) {
      if (maker.reduceOnly) lots = min(lots, reducible(world, maker));
      if (lots === 0n) {
        close(world, maker, 'reduceOnly');
        continue;
      }
      if (!makerBears(world, maker, lots)) {
        close(world, maker, 'margin');
        continue;
      }
    }
    trade(world, maker, taker, lots);
  }
  return false;
}

/** Lots by which the order may shrink its owner's position. */
export function reducible(world: World, {account, market, side}: Pick<Order, 'account' | 'market' | 'side'>): bigint {
  const {lots} = world.position(account, market);
  return max(0n, side === 'buy' ? -lots : lots);
}

function trade(world: World, maker: Order, taker: Order, lots: bigint): void {
  const {market} = taker;
  const {spec} = market;
  const fees = spec.perpetual ? fillPerpetual(world, maker, taker, lots) : fillSpot(world, maker, taker, lots);
  market.last = maker.price;
  market.trades += 1n;
  market.hourVolume[Number((world.now / 3_600_000n) % 24n)]! += lots;
  const [made, took] = [world.who(maker.account), world.who(taker.account)];
  world.tell({
    type: 'tradeExecuted', tradeId: market.trades, market: spec.name, price: maker.price * spec.tick, quantity: lots * spec.lot, quoteLots: lots * maker.price * spec.unit,
    takerSide: taker.side, makerOrderId: maker.id, takerOrderId: taker.id, maker: made.wallet, ...(made.sub && {makerSub: made.sub}),
    taker: took.wallet, ...(took.sub && {takerSub: took.sub}),
    makerFeeLots: fees.maker, takerFeeLots: fees.taker,
  });
  if (maker.left === 0n) close(world, maker, 'filled');
  else if (maker.shown === 0n) showMore(world, maker);
}

/** The next part of an iceberg, at the end of its level. */
function showMore(world: World, order: Order): void {
  order.shown = min(order.peak, order.left);
  world.lastPlace += 1n;
  order.place = world.lastPlace;
}

function preventSelfTrade(world: World, maker: Order, taker: Order): boolean {
  if (taker.selfTrade === 'cancelTaker') return true;
  if (taker.selfTrade === 'decrement') {
    decrement(world, maker, taker);
    return false;
  }
  close(world, maker, 'selfTrade');
  return taker.selfTrade === 'cancelBoth';
}

/** Both shrink by the smaller of the two, untraded. */
function decrement(world: World, maker: Order, taker: Order): void {
  const lots = min(maker.shown, taker.left);
  taker.left -= lots;
  taker.total -= lots;
  tellAmended(world, taker);
  if (lots === maker.left) {
    close(world, maker, 'selfTrade');
    return;
  }
  shrink(maker, lots);
  if (maker.shown === 0n) showMore(world, maker);
  tellAmended(world, maker);
}

/** Fewer lots, as if they had never been wanted; the place stays. */
export function shrink(order: Order, lots: bigint): void {
  order.left -= lots;
  order.shown -= lots;
  order.total -= lots;
}

export function tellAmended(world: World, {id, market, account, total}: Order): void {
  world.tell({type: 'orderAmended', orderId: id, market: market.spec.name, ...world.who(account), quantity: total * market.spec.lot});
}

/** What is left of a matched order waits. */
export function rest(world: World, order: Order): void {
  world.lastPlace += 1n;
  order.place = world.lastPlace;
  // Only an order larger than what it shows is an iceberg, and it stays one.
  if (order.peak >= order.left) order.peak = 0n;
  order.shown = order.peak > 0n ? order.peak : order.left;
  if (order.time === 'GTD') world.due.push({at: order.expiresAt, kind: 'expiry', subject: order.id});
}

export function close(world: World, order: Order, reason: CloseReason): void {
  const {id, market, account, total, left} = order;
  world.orders = world.orders.filter((other) => other !== order);
  world.tell({
    type: 'orderClosed', orderId: id, market: market.spec.name, ...world.who(account), state: reason === 'filled' ? 'filled' : 'cancelled',
    filled: (total - left) * market.spec.lot, reason,
  });
}

/** Cancels an account's waiting orders, newest first. */
export function cancelWaiting(world: World, account: number, reason: CloseReason, wanted: (order: Order) => boolean): void {
  const own = world.orders.filter((order) => order.account === account && order.place > 0n && wanted(order));
  for (const order of own.sort((a, b) => Number(b.id - a.id))) close(world, order, reason);
}
