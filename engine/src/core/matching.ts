/** The order book at work: sweeping, resting and closing orders. Price, then time; a taker that meets its own order stops there. */
import {min} from './amounts.ts';
import {firstMatch, matches, reduce, remove, rest} from './book.ts';
import type {CloseReason} from './events.ts';
import {fillPerpetual, fillSpot, spotHold} from './fills.ts';
import {lossAgainstMark} from './risk.ts';
import type {Account, Context, Market, Order} from './state.ts';

/** What an order would do now: quantities and nano amounts of the fills before its first own order. */
export type Preview = {filled: bigint; costNano: bigint; lossNano: bigint; meetsOwn: boolean};

export function preview(account: Account, order: {market: Market; side: 'buy' | 'sell'; price: bigint | undefined; quantity: bigint}): Preview {
  const {market, side, price, quantity} = order;
  const seen: Preview = {filled: 0n, costNano: 0n, lossNano: 0n, meetsOwn: false};
  for (const maker of matches(market.book, side, price)) {
    if (seen.filled === quantity) break;
    if (maker.account === account) {
      seen.meetsOwn = true;
      break;
    }
    const part = min(maker.remaining, quantity - seen.filled);
    seen.filled += part;
    seen.costNano += part * maker.price;
    seen.lossNano += part * lossAgainstMark(side, maker.price, market.mark);
  }
  return seen;
}

/** Holds of a spot order follow what remains of it. */
function setHold(order: Order, lots: bigint): void {
  if (order.market.spec.kind !== 'spot') return;
  const currency = order.side === 'buy' ? order.market.quoteCurrency : order.market.baseCurrency;
  order.account.holds[currency]! += lots - order.hold;
  order.hold = lots;
}

/** Ends an order; if it rests, it leaves the book first. */
export function close(context: Context, order: Order, {state, reason}: {state: 'filled' | 'cancelled'; reason: CloseReason}): void {
  const {market, account} = order;
  if (account.orders.has(order.id)) {
    if (order.remaining > 0n) {
      const quantity = remove(market.book, order);
      context.emit({type: 'bookChanged', market: market.spec.name, side: order.side, price: order.price, quantity});
    }
    setHold(order, 0n);
    account.orders.delete(order.id);
    context.state.orders.delete(order.id);
  }
  context.emit({
    type: 'orderClosed', orderId: order.id, market: market.spec.name, wallet: account.wallet, state, reason, filled: order.quantity - order.remaining,
  });
}

export function restOrder(context: Context, order: Order): void {
  const {market, account} = order;
  account.orders.set(order.id, order);
  context.state.orders.set(order.id, order);
  setHold(order, market.spec.kind === 'spot' ? spotHold(order) : 0n);
  context.emit({type: 'orderRested', orderId: order.id, market: market.spec.name, wallet: account.wallet, remaining: order.remaining});
  context.emit({type: 'bookChanged', market: market.spec.name, side: order.side, price: order.price, quantity: rest(market.book, order)});
}

/** Fills the taker against the book up to `price` (undefined: any). `true` if it stopped at an order of its own account. */
export function sweep(context: Context, taker: Order, {price, takerFeeBps}: {price: bigint | undefined; takerFeeBps: bigint}): boolean {
  const {market} = taker;
  while (taker.remaining > 0n) {
    const maker = firstMatch(market.book, taker.side, price);
    if (!maker) return false;
    if (maker.account === taker.account) return true;
    const quantity = min(maker.remaining, taker.remaining);
    const fill = {market, maker, taker, quantity, price: maker.price, takerFeeBps};
    const cost = market.spec.kind === 'spot' ? fillSpot(context, fill) : fillPerpetual(context, fill);
    taker.remaining -= quantity;
    const level = reduce(market.book, maker, quantity);
    market.lastPrice = maker.price;
    market.lastTradeId += 1n;
    context.emit({
      type: 'tradeExecuted', tradeId: market.lastTradeId, market: market.spec.name, price: maker.price, quantity, takerSide: taker.side,
      makerOrderId: maker.id, takerOrderId: taker.id, maker: maker.account.wallet, taker: taker.account.wallet, ...cost,
    });
    context.emit({type: 'bookChanged', market: market.spec.name, side: maker.side, price: maker.price, quantity: level});
    if (maker.remaining === 0n) close(context, maker, {state: 'filled', reason: 'filled'});
    else if (market.spec.kind === 'spot') setHold(maker, spotHold(maker));
  }
  return false;
}
