/** What one fill does to the two accounts: claims on a spot market, positions on a perpetual one. */
import {abs, BPS, ceilDiv, FINE, floorDiv, min, NANO} from './amounts.ts';
import {payCurrency} from './ledger.ts';
import {type Account, type Context, type Market, type Order, systemAccount} from './state.ts';

export type Fill = {market: Market; maker: Order; taker: Order; quantity: bigint; price: bigint; takerFeeBps: bigint};

/** Lots of each side's fee and what the buyer paid, for the trade's event. */
export type FillCost = {quoteLots: bigint; makerFeeLots: bigint; takerFeeLots: bigint};

/** Lots an order waiting on a spot market holds: its worst remaining payment with the taker fee, rounded once for the whole order. */
export function spotHold(order: Order): bigint {
  if (order.side === 'sell') return order.remaining;
  const openNano = order.price * order.remaining;
  const payment = ceilDiv(order.filledNano + openNano, NANO) - ceilDiv(order.filledNano, NANO);
  return payment + ceilDiv(order.feeFine + openNano * order.market.spec.takerFeeBps, FINE) - order.feePaidLots;
}

/** Charges the order's fee so far, less what it has paid; never more than `limit` lots now. */
function chargeFee(context: Context, {order, nano, feeBps, limit}: {order: Order; nano: bigint; feeBps: bigint; limit: bigint | undefined}): bigint {
  order.feeFine += nano * feeBps;
  const due = ceilDiv(order.feeFine, FINE) - order.feePaidLots;
  const lots = limit === undefined ? due : min(due, limit);
  if (lots === 0n) return 0n;
  order.feePaidLots += lots;
  const to = systemAccount(context.state, 'fees');
  payCurrency(context, {from: order.account, to, currency: order.market.quoteCurrency, pay: lots, receive: lots, kind: 'fee'});
  return lots;
}

export function fillSpot(context: Context, {market, maker, taker, quantity, price, takerFeeBps}: Fill): FillCost {
  const [buyer, seller] = taker.side === 'buy' ? [taker, maker] : [maker, taker];
  const nano = price * quantity;
  const pay = ceilDiv(buyer.filledNano + nano, NANO) - ceilDiv(buyer.filledNano, NANO);
  const receive = nano / NANO;
  buyer.filledNano += nano;
  seller.filledNano += nano;
  payCurrency(context, {from: buyer.account, to: seller.account, currency: market.quoteCurrency, pay, receive, kind: 'trade'});
  payCurrency(context, {from: seller.account, to: buyer.account, currency: market.baseCurrency, pay: quantity, receive: quantity, kind: 'trade'});
  const feeBps = (order: Order): bigint => (order === taker ? takerFeeBps : market.spec.makerFeeBps);
  const buyerFee = chargeFee(context, {order: buyer, nano, feeBps: feeBps(buyer), limit: undefined});
  const sellerFee = chargeFee(context, {order: seller, nano, feeBps: feeBps(seller), limit: receive});
  return taker.side === 'buy'
    ? {quoteLots: pay, makerFeeLots: sellerFee, takerFeeLots: buyerFee}
    : {quoteLots: pay, makerFeeLots: buyerFee, takerFeeLots: sellerFee};
}

export function fillPerpetual(context: Context, {market, maker, taker, quantity, price, takerFeeBps}: Fill): FillCost {
  const nano = price * quantity;
  const fees = systemAccount(context.state, 'fees');
  for (const {account, feeBps} of [{account: maker.account, feeBps: market.spec.makerFeeBps}, {account: taker.account, feeBps: takerFeeBps}]) {
    account.pending -= nano * feeBps;
    fees.pending += nano * feeBps;
  }
  const signed = taker.side === 'buy' ? quantity : -quantity;
  changePosition(context, {account: maker.account, market, size: -signed, price});
  changePosition(context, {account: taker.account, market, size: signed, price});
  return {
    quoteLots: nano / NANO,
    makerFeeLots: ceilDiv(nano * market.spec.makerFeeBps, FINE),
    takerFeeLots: ceilDiv(nano * takerFeeBps, FINE),
  };
}

/** Entry price of a position: |cost| / |size|, rounded down; 0 when flat. */
export const entryPrice = ({size, entryCost}: {size: bigint; entryCost: bigint}): bigint => (size === 0n ? 0n : abs(entryCost) / abs(size));

/**
 * Adds a signed fill to a position. What closes is realised against the average cost; the cost split rounds,
 * but what leaves the cost enters `pending`, so nothing is lost and Σ over accounts stays zero.
 */
export function changePosition(context: Context, {account, market, size, price}: {account: Account; market: Market; size: bigint; price: bigint}): void {
  const {name} = market.spec;
  const position = account.positions.get(name) ?? {size: 0n, settleCost: 0n, entryCost: 0n};
  let opening = size;
  let realised = 0n;
  if (position.size !== 0n && position.size > 0n !== size > 0n) {
    const closing = abs(size) < abs(position.size) ? size : -position.size;
    const held = abs(position.size);
    const settled = (position.settleCost * abs(closing)) / held;
    const entered = (position.entryCost * abs(closing)) / held;
    account.pending += (-closing * price - settled) * BPS;
    realised = -closing * price - entered;
    position.settleCost -= settled;
    position.entryCost -= entered;
    position.size += closing;
    opening = size - closing;
  }
  position.size += opening;
  position.settleCost += opening * price;
  position.entryCost += opening * price;
  if (position.size === 0n) {
    account.positions.delete(name);
    market.holders.delete(account.number);
  } else {
    account.positions.set(name, position);
    market.holders.set(account.number, account);
  }
  context.emit({
    type: 'positionChanged', market: name, wallet: account.wallet, size: position.size, entryPrice: entryPrice(position),
    realisedPnl: floorDiv(realised, NANO),
  });
}
