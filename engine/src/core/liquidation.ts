/**
 * Marks and what they force (first form). Orders are cancelled before they could endanger an account, positions below maintenance are
 * closed against the book no worse than their bankruptcy price and inside the market's band, the Liquidation Fund takes the rest at the mark.
 */
import {abs, BPS, max, min} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {changePosition} from './fills.ts';
import {PRICE_LIMIT} from './markets.ts';
import {close, sweep} from './matching.ts';
import {createOrder} from './orders.ts';
import {riskOf} from './risk.ts';
import {type Account, type Context, FIRST_USER, type Market, systemAccount} from './state.ts';

export function setMark(context: Context, {market: name, price}: Extract<Command, {type: 'setMark'}>): Rejection | undefined {
  const market = context.state.markets.get(name);
  if (!market) return {code: 'UNKNOWN_MARKET', market: name};
  if (price <= 0n || price >= PRICE_LIMIT) return {code: 'INVALID_PRICE', reason: `a mark is from 1 to ${PRICE_LIMIT - 1n}`};
  market.mark = price;
  context.emit({type: 'markSet', market: name, price});
  if (market.spec.kind !== 'perpetual') return undefined;
  const exposed = exposedAccounts(market);
  for (const account of exposed) relieve(context, account);
  for (const account of exposed) {
    const {equity, maintenance} = riskOf(context.state, account);
    if (equity < maintenance) liquidate(context, account);
  }
  unwindFund(context, market);
  return undefined;
}

/** Users with a position or an order in the market, by account number. */
function exposedAccounts(market: Market): Account[] {
  const found = new Map(market.holders);
  for (const levels of [market.book.bids, market.book.asks]) {
    for (const {orders} of levels) for (const {account} of orders) found.set(account.number, account);
  }
  return [...found.values()].filter(({number}) => number >= FIRST_USER).sort((a, b) => a.number - b.number);
}

/** Cancels what the account can no longer afford: perpetual orders first, then spot purchases. */
function relieve(context: Context, account: Account): void {
  const {state} = context;
  const {equity, maintenanceWithOrders} = riskOf(state, account);
  if (equity >= maintenanceWithOrders) return;
  for (const order of account.orders.values()) {
    if (order.market.spec.kind === 'perpetual') close(context, order, {state: 'cancelled', reason: 'margin'});
  }
  const after = riskOf(state, account);
  if (after.equity >= after.maintenance) return;
  for (const order of account.orders.values()) {
    if (order.side === 'buy' && order.market.quoteCurrency === state.settlementCurrency) close(context, order, {state: 'cancelled', reason: 'liquidation'});
  }
}

/** Worst price a closing order may take: neither beyond bankruptcy nor outside the band around the mark. */
function closingPrice(market: Market, {size, equity}: {size: bigint; equity: bigint}): bigint {
  // equity / BPS is nano, and nano per base lot is a price.
  const room = equity > 0n ? equity / BPS / abs(size) : 0n;
  const band = (market.mark * market.spec.liquidationBandBps) / BPS;
  const step = min(room, band);
  return size > 0n ? max(1n, market.mark - step) : market.mark + step;
}

function liquidate(context: Context, account: Account): void {
  for (const name of [...account.positions.keys()].sort()) {
    const market = context.state.markets.get(name)!;
    const size = account.positions.get(name)!.size;
    const {equity} = riskOf(context.state, account);
    closeAgainstBook(context, {account, market, price: closingPrice(market, {size, equity})});
    handToFund(context, {account, market});
  }
  coverFromRequests(context, account);
}

/** An immediate-or-cancel order of the account for its whole position, free of fees. */
function closeAgainstBook(context: Context, {account, market, price}: {account: Account; market: Market; price: bigint}): void {
  const before = account.positions.get(market.spec.name)?.size ?? 0n;
  if (before === 0n) return;
  const side = before > 0n ? 'sell' : 'buy';
  const order = createOrder(context.state, {account, market, side, price, quantity: abs(before), clientOrderId: ''});
  context.emit({
    type: 'orderAccepted', orderId: order.id, market: market.spec.name, wallet: account.wallet, side, orderType: 'limit', price,
    quantity: order.quantity, timeInForce: 'IOC', clientOrderId: '',
  });
  sweep(context, order, {price, takerFeeBps: 0n});
  const filled = order.quantity - order.remaining;
  if (filled > 0n && account.number >= FIRST_USER) {
    context.emit({type: 'positionLiquidated', market: market.spec.name, wallet: account.wallet, size: before > 0n ? filled : -filled, price, by: 'book'});
  }
  close(context, order, order.remaining === 0n ? {state: 'filled', reason: 'filled'} : {state: 'cancelled', reason: 'liquidation'});
}

/** The Liquidation Fund takes what is left of the position at the mark. */
function handToFund(context: Context, {account, market}: {account: Account; market: Market}): void {
  const size = account.positions.get(market.spec.name)?.size ?? 0n;
  if (size === 0n) return;
  const price = market.mark;
  changePosition(context, {account, market, size: -size, price});
  changePosition(context, {account: systemAccount(context.state, 'liquidationFund'), market, size, price});
  context.emit({type: 'positionLiquidated', market: market.spec.name, wallet: account.wallet, size, price, by: 'fund'});
}

/** The fund sells what it took over, at the mark or better. */
function unwindFund(context: Context, market: Market): void {
  closeAgainstBook(context, {account: systemAccount(context.state, 'liquidationFund'), market, price: market.mark});
}

/** A loss beyond the account's spendable claims takes back its open requests, one custody asset after the other. */
export function coverFromRequests(context: Context, account: Account): void {
  const {state, emit} = context;
  for (const asset of state.assets) {
    if (asset.currency !== state.settlementCurrency || account.requested[asset.index] === 0n) continue;
    if (riskOf(state, account).equity >= 0n) return;
    const lots = account.requested[asset.index]!;
    account.requested[asset.index] = 0n;
    emit({type: 'withdrawalCancelled', wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots, reason: 'shortfall'});
  }
}
