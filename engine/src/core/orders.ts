/** Order commands of the interfaces on their way to the venue: text becomes numbers, refusals get their details. */
import {big} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {CLIENT_ID_LENGTH_MAX} from './markets.ts';
import {rootTooOld} from './roots.ts';
import {type Context, type State, userAccount} from './state.ts';
import {NONE} from './venue/accounts.ts';
import {OPEN_ORDERS_MAX} from './venue/check.ts';
import {ORDER_FLAG, REASON, REASON_NAMES, type Reason, SELF_TRADE, SIDE, TIME_IN_FORCE} from './venue/codes.ts';
import {QUANTITY_MAX, VALUE_MAX} from './venue/integers.ts';
import type {Market} from './venue/market.ts';
import {orderHandle, orderId} from './venue/order-pool.ts';
import {amend, cancel, cancelAll as cancelAllOf, draftOrder, duplicate, placeDraft} from './venue/orders.ts';

type Place = Extract<Command, {type: 'placeOrder'}>;

const TIMES = {GTC: TIME_IN_FORCE.goodTillCancel, IOC: TIME_IN_FORCE.immediateOrCancel, FOK: TIME_IN_FORCE.fillOrKill, GTD: TIME_IN_FORCE.goodTillDate} as const;

/** Ticks of an interface price; `undefined` off the grid or out of the ladder. */
export function ticksOf({spec, ladder}: Market, price: bigint): number | undefined {
  const tick = big(spec.tick);
  if (price <= 0n || price % tick !== 0n || price / tick >= big(ladder.ticks)) return undefined;
  return Number(price / tick);
}

export function lotsOf({spec}: Market, quantity: bigint): number | undefined {
  const lot = big(spec.lot);
  if (quantity <= 0n || quantity % lot !== 0n || quantity / lot > big(QUANTITY_MAX)) return undefined;
  return Number(quantity / lot);
}

export const badPrice = ({spec, ladder}: Market): Rejection =>
  ({code: 'INVALID_PRICE', reason: `a price is a multiple of ${spec.tick} below ${big(spec.tick) * big(ladder.ticks)}`});

export const badQuantity = ({spec}: Market): Rejection =>
  ({code: 'INVALID_QUANTITY', reason: `a quantity is a multiple of ${spec.lot} lots, at most ${big(spec.lot) * big(QUANTITY_MAX)}`});

/** 64 bits of a text id, never zero. Two lanes of a multiply-xor hash: a collision would hurt only the account that made it. */
export function hashClientId(text: string): {high: number; low: number} {
  let high = 0x243f6a88;
  let low = 0x85a308d3;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    high ^= low >>> 13;
    low ^= high >>> 17;
  }
  return {high: Math.imul(high ^ (low >>> 16), 0x85ebca6b) | 0, low: Math.imul(low ^ (high >>> 15), 0xc2b2ae35) | 1};
}

export function placeOrder({state}: Context, command: Place): Rejection | undefined {
  const account = userAccount(state, command.wallet, command.sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet: command.wallet};
  const market = state.markets.get(command.market);
  if (!market) return {code: 'UNKNOWN_MARKET', market: command.market};
  const {venue} = state;
  const {orderType, price, clientOrderId, selfTrade = 'cancelTaker', displayQuantity} = command;
  if (orderType === 'market' && price !== undefined) return {code: 'INVALID_PRICE', reason: 'a market order has no price'};
  const ticks = orderType === 'market' ? 0 : ticksOf(market, price ?? 0n);
  if (ticks === undefined) return badPrice(market);
  const lots = lotsOf(market, command.quantity);
  if (lots === undefined) return badQuantity(market);
  const peak = displayQuantity === undefined ? 0 : lotsOf(market, displayQuantity);
  if (peak === undefined) return badQuantity(market);
  if (clientOrderId.length === 0 || clientOrderId.length > CLIENT_ID_LENGTH_MAX) {
    return {code: 'INVALID_QUANTITY', reason: `clientOrderId must have 1 to ${CLIENT_ID_LENGTH_MAX} characters`};
  }
  draftOrder(venue, account.number, market.index, command.side === 'buy' ? SIDE.buy : SIDE.sell, ticks, lots);
  const {draft} = venue;
  draft.timeInForce = TIMES[command.timeInForce];
  draft.selfTrade = SELF_TRADE[selfTrade];
  draft.flags = (orderType === 'market' ? ORDER_FLAG.market : 0) | (command.postOnly ? ORDER_FLAG.postOnly : 0)
    | (command.reduceOnly ? ORDER_FLAG.reduceOnly : 0) | (command.deadMan ? ORDER_FLAG.deadMan : 0);
  draft.lease = command.lease ?? 0;
  draft.expiry = command.expiresAt === undefined ? 0 : Number(command.expiresAt);
  draft.peak = peak;
  const id = hashClientId(clientOrderId);
  draft.clientHigh = id.high;
  draft.clientLow = id.low;
  const before = venue.orders.last;
  const refused = refusalOf(state, placeDraft(venue), {market, wallet: command.wallet});
  // A repetition makes no order.
  if (venue.orders.last !== before) state.clientTexts.set(venue.orders.last, clientOrderId);
  return refused;
}

export function cancelOrder({state}: Context, {wallet, sub, orderId: id}: Extract<Command, {type: 'cancelOrder'}>): Rejection | undefined {
  const account = userAccount(state, wallet, sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const {slot, sequence} = orderHandle(id);
  return cancel(state.venue, account.number, slot, sequence) === REASON.none ? undefined : {code: 'UNKNOWN_ORDER', orderId: id};
}

export function cancelAll({state}: Context, {wallet, sub, market: name}: Extract<Command, {type: 'cancelAll'}>): Rejection | undefined {
  const account = userAccount(state, wallet, sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const market = name === undefined ? NONE : state.markets.get(name)?.index;
  if (market === undefined) return {code: 'UNKNOWN_MARKET', market: name!};
  cancelAllOf(state.venue, account.number, market);
  return undefined;
}

export function amendOrder({state}: Context, command: Extract<Command, {type: 'amendOrder'}>): Rejection | undefined {
  const account = userAccount(state, command.wallet, command.sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet: command.wallet};
  const {slot, sequence} = orderHandle(command.orderId);
  const {venue} = state;
  if (!venue.orders.holds(slot, sequence) || venue.orders.owner[slot] !== account.number) return {code: 'UNKNOWN_ORDER', orderId: command.orderId};
  const market = venue.markets[venue.orders.market(slot)]!;
  const ticks = ticksOf(market, command.price);
  if (ticks === undefined) return badPrice(market);
  const lots = lotsOf(market, command.quantity);
  if (lots === undefined) return badQuantity(market);
  const text = state.clientTexts.get(sequence);
  const refused = refusalOf(state, amend(venue, account.number, slot, sequence, ticks, lots), {market, wallet: command.wallet, orderId: command.orderId});
  const next = venue.orders.last;
  if (!refused && text !== undefined && !venue.orders.holds(slot, sequence)) state.clientTexts.set(next, text);
  return refused;
}

type About = {market: Market; wallet: `0x${string}`; orderId?: bigint};

/** The venue's reason with its details; `undefined` = accepted. */
export function refusalOf(state: State, reason: Reason, {market, wallet, orderId: id = 0n}: About): Rejection | undefined {
  const {name} = market.spec;
  const {venue} = state;
  const [needed, available] = [big(venue.needed), big(venue.available)];
  switch (reason) {
    case REASON.none: return undefined;
    case REASON.unknownAccount: return {code: 'UNKNOWN_ACCOUNT', wallet};
    case REASON.unknownMarket: return {code: 'UNKNOWN_MARKET', market: name};
    case REASON.unknownOrder: return {code: 'UNKNOWN_ORDER', orderId: id};
    case REASON.badQuantity: return badQuantity(market);
    case REASON.badPrice: return badPrice(market);
    case REASON.insufficientFunds: return {code: 'INSUFFICIENT_FUNDS', needed, available};
    case REASON.insufficientMargin: return {code: 'INSUFFICIENT_MARGIN', needed, available};
    case REASON.noMark: return {code: 'NO_MARK', market: name};
    case REASON.noLiquidity: return {code: 'NO_LIQUIDITY', market: name};
    case REASON.selfTrade: return {code: 'WOULD_SELF_TRADE'};
    case REASON.duplicateClientId: return {code: 'DUPLICATE_CLIENT_ORDER_ID', orderId: orderId(duplicate.sequence, duplicate.slot)};
    case REASON.tooManyOrders: return {code: 'LIMIT_EXCEEDED', reason: `an account has at most ${OPEN_ORDERS_MAX} open orders`};
    case REASON.poolFull: return {code: 'LIMIT_EXCEEDED', reason: 'the books hold as many orders as they can'};
    case REASON.valueTooLarge: return {code: 'LIMIT_EXCEEDED', reason: `orders and positions are worth at most ${VALUE_MAX} lots`};
    case REASON.positionOpen: return {code: 'INVALID_ORDER', reason: 'the account has a position or orders there'};
    case REASON.noPosition: return {code: 'INVALID_ORDER', reason: 'the account has no isolated position there'};
    case REASON.badAmount: return {code: 'INVALID_QUANTITY', reason: `an amount is a whole number of lots up to ${VALUE_MAX}`};
    case REASON.postOnlyTakes: return {code: 'WOULD_TAKE'};
    case REASON.reduceOnlyIncreases: return {code: 'WOULD_INCREASE'};
    case REASON.outsideProgramme: return {code: 'OUTSIDE_PROGRAMME', market: name};
    case REASON.priceOutOfBand: return {code: 'PRICE_OUT_OF_BAND', market: name};
    case REASON.openInterestCap: return {code: 'OPEN_INTEREST_CAP', market: name};
    case REASON.marketHalted:
    case REASON.cancelOnly: return {code: 'MARKET_CLOSED', market: name};
    case REASON.rootTooOld: return rootTooOld(state);
    case REASON.badTime: return {code: 'INVALID_ORDER', reason: 'a GTD order expires later than now'};
    default: return {code: 'INVALID_ORDER', reason: `it breaks the rule ${REASON_NAMES[reason]}`};
  }
}
