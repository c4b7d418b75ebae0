/** Placing and cancelling orders: every check comes before the first change. */
import {ceilDiv, FINE, NANO} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {CLIENT_ID_LENGTH_MAX, CLIENT_IDS_MAX, OPEN_ORDERS_MAX, PRICE_LIMIT, QUANTITY_LIMIT} from './markets.ts';
import {close, preview, type Preview, restOrder, sweep} from './matching.ts';
import {free, lossAgainstMark, type Prospect, reducesOnly, riskOf} from './risk.ts';
import {type Account, type Context, type Market, type Order, type State, userAccount} from './state.ts';

type Place = Extract<Command, {type: 'placeOrder'}>;

/** The order as checked; a market order has no price. */
type Draft = {account: Account; market: Market; side: 'buy' | 'sell'; price: bigint | undefined; quantity: bigint; timeInForce: 'GTC' | 'IOC' | 'FOK'};

function checkShape(command: Place): Rejection | undefined {
  const {orderType, price, quantity, clientOrderId} = command;
  if (quantity <= 0n || quantity >= QUANTITY_LIMIT) return {code: 'INVALID_QUANTITY', reason: `quantity must be from 1 to ${QUANTITY_LIMIT - 1n} lots`};
  if (orderType === 'market' && price !== undefined) return {code: 'INVALID_PRICE', reason: 'a market order has no price'};
  if (orderType === 'limit' && (price === undefined || price <= 0n || price >= PRICE_LIMIT)) {
    return {code: 'INVALID_PRICE', reason: `a limit order needs a price from 1 to ${PRICE_LIMIT - 1n}`};
  }
  if (clientOrderId.length === 0 || clientOrderId.length > CLIENT_ID_LENGTH_MAX) {
    return {code: 'INVALID_QUANTITY', reason: `clientOrderId must have 1 to ${CLIENT_ID_LENGTH_MAX} characters`};
  }
  return undefined;
}

/** The matching itself: is there anything to meet, and not the account's own order first. */
function checkMatch({market, price, quantity, timeInForce}: Draft, seen: Preview): Rejection | undefined {
  if (seen.meetsOwn && seen.filled === 0n) return {code: 'WOULD_SELF_TRADE'};
  if (price === undefined && seen.filled === 0n) return {code: 'NO_LIQUIDITY', market: market.spec.name};
  if (timeInForce === 'FOK' && seen.filled < quantity) {
    return seen.meetsOwn ? {code: 'WOULD_SELF_TRADE'} : {code: 'NO_LIQUIDITY', market: market.spec.name};
  }
  return undefined;
}

function checkSpotFunds(state: State, {account, market, side, price, quantity}: Draft, seen: Preview): Rejection | undefined {
  const currency = side === 'buy' ? market.quoteCurrency : market.baseCurrency;
  const available = free(state, account, currency);
  const costNano = price === undefined ? seen.costNano : price * quantity;
  const needed = side === 'sell' ? quantity : ceilDiv(costNano, NANO) + ceilDiv(costNano * market.spec.takerFeeBps, FINE);
  return needed > available ? {code: 'INSUFFICIENT_FUNDS', needed, available} : undefined;
}

/** Initial margin with the order in the book; an order that only reduces needs no more than maintenance. */
function checkMargin(state: State, {account, market, side, price, quantity}: Draft, seen: Preview): Rejection | undefined {
  if (market.mark === 0n) return {code: 'NO_MARK', market: market.spec.name};
  const prospect: Prospect = price === undefined
    ? {market, side, quantity: seen.filled, lossNano: seen.lossNano, notionalNano: seen.costNano}
    : {market, side, quantity, lossNano: lossAgainstMark(side, price, market.mark) * quantity, notionalNano: price * quantity};
  const risk = riskOf(state, account, prospect);
  if (risk.initial <= risk.equity) return undefined;
  if (reducesOnly(account, prospect) && risk.maintenanceWithOrders <= risk.equity) return undefined;
  return {code: 'INSUFFICIENT_MARGIN', needed: ceilDiv(risk.initial, FINE), available: risk.equity > 0n ? risk.equity / FINE : 0n};
}

function rememberClientId(account: Account, clientOrderId: string, id: bigint): void {
  account.clientIds.set(clientOrderId, id);
  if (account.clientIds.size <= CLIENT_IDS_MAX) return;
  for (const [oldest, orderId] of account.clientIds) {
    if (account.orders.has(orderId)) continue;
    account.clientIds.delete(oldest);
    return;
  }
}

/** A new order with the next id; not in the book, not among the account's orders. */
export function createOrder(state: State, draft: Omit<Draft, 'timeInForce'> & {clientOrderId: string}): Order {
  state.lastOrderId += 1n;
  const {account, market, side, price, quantity, clientOrderId} = draft;
  return {
    id: state.lastOrderId, clientOrderId, account, market, side, price: price ?? 0n, quantity, remaining: quantity,
    filledNano: 0n, feeFine: 0n, feePaidLots: 0n, hold: 0n,
  };
}

export function placeOrder(context: Context, command: Place): Rejection | undefined {
  const {state, emit} = context;
  const account = userAccount(state, command.wallet);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet: command.wallet};
  const market = state.markets.get(command.market);
  if (!market) return {code: 'UNKNOWN_MARKET', market: command.market};
  const misshapen = checkShape(command);
  if (misshapen) return misshapen;
  const known = account.clientIds.get(command.clientOrderId);
  if (known !== undefined) return {code: 'DUPLICATE_CLIENT_ORDER_ID', orderId: known};
  if (account.orders.size >= OPEN_ORDERS_MAX) return {code: 'INVALID_QUANTITY', reason: `at most ${OPEN_ORDERS_MAX} open orders`};

  const {side, price, quantity, orderType, clientOrderId} = command;
  const timeInForce = orderType === 'market' && command.timeInForce === 'GTC' ? 'IOC' : command.timeInForce;
  const draft: Draft = {account, market, side, price, quantity, timeInForce};
  const seen = preview(account, draft);
  const refused = checkMatch(draft, seen)
    ?? (market.spec.kind === 'spot' ? checkSpotFunds(state, draft, seen) : checkMargin(state, draft, seen));
  if (refused) return refused;

  const order = createOrder(state, {...draft, clientOrderId});
  rememberClientId(account, clientOrderId, order.id);
  emit({
    type: 'orderAccepted', orderId: order.id, market: market.spec.name, wallet: account.wallet, side, orderType,
    ...(price !== undefined && {price}), quantity, timeInForce, clientOrderId,
  });
  const metOwn = sweep(context, order, {price, takerFeeBps: market.spec.takerFeeBps});
  if (order.remaining === 0n) close(context, order, {state: 'filled', reason: 'filled'});
  else if (metOwn) close(context, order, {state: 'cancelled', reason: 'selfTrade'});
  else if (price === undefined) close(context, order, {state: 'cancelled', reason: 'noLiquidity'});
  else if (timeInForce === 'IOC') close(context, order, {state: 'cancelled', reason: 'immediateOrCancel'});
  else restOrder(context, order);
  return undefined;
}

export function cancelOrder(context: Context, {wallet, orderId}: Extract<Command, {type: 'cancelOrder'}>): Rejection | undefined {
  const account = userAccount(context.state, wallet);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const order = account.orders.get(orderId);
  if (!order) return {code: 'UNKNOWN_ORDER', orderId};
  close(context, order, {state: 'cancelled', reason: 'user'});
  return undefined;
}
