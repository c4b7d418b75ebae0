/** Placing and amending: every check in its order, then the match. */
import {best, close, match, opposite, queue, reachable, reducible, rest, shrink, tellAmended} from './book.ts';
import {free, hold, unheld, worstFee} from './ledger.ts';
import {assess, assessBucket, openLots, openOrders} from './margin.ts';
import {abs, ceilDiv, floorDiv, LOTS_MAX, max, min, PPM, ppmCeil, VALUE_MAX} from './numbers.ts';
import {breaksProgramme, leavesHedge} from './programmes.ts';
import {type Account, lotsOf, type Market, type Order, type Place, type Refusal, refuse, type Side, ticksOf, type World} from './world.ts';

const OPEN_ORDERS_MAX = 1_000;

/** A plain good-till-cancel order of nobody's special wishes. */
export const plainOrder = (account: number, market: Market, side: Side, price: bigint, lots: bigint): Order => ({
  id: 0n, account, market, side, price, isMarket: price === 0n, time: 'GTC', selfTrade: 'cancelTaker', postOnly: false, reduceOnly: false, deadMan: false, lease: 0,
  system: false, clientId: '', expiresAt: 0n, total: lots, left: lots, shown: lots, peak: 0n, loss: 0n, place: 0n,
});

export function placeCommand(world: World, command: Place): Refusal | undefined {
  const account = world.user(command.wallet, command.sub);
  if (!account) return refuse('unknownAccount');
  const market = world.market(command.market);
  if (!market) return refuse('unknownMarket');
  if (command.orderType === 'market' && command.price !== undefined) return refuse('badPrice');
  const price = command.orderType === 'market' ? 0n : ticksOf(market, command.price ?? 0n);
  if (price === undefined) return refuse('badPrice');
  const lots = lotsOf(market, command.quantity);
  const peak = command.displayQuantity === undefined ? 0n : lotsOf(market, command.displayQuantity);
  if (lots === undefined || peak === undefined) return refuse('badQuantity');
  if (command.clientOrderId.length < 1 || command.clientOrderId.length > 64) return refuse('badQuantity');
  return place(world, {
    ...plainOrder(account.number, market, command.side, price, lots), time: command.timeInForce, selfTrade: command.selfTrade ?? 'cancelTaker',
    postOnly: command.postOnly ?? false, reduceOnly: command.reduceOnly ?? false, deadMan: command.deadMan ?? false, lease: command.lease ?? 0, clientId: command.clientOrderId,
    expiresAt: command.expiresAt ?? 0n, peak,
  });
}

const clientKey = ({account, clientId}: Order): string => `${account} ${clientId}`;

/** Any order of a user: its own, a trigger's, a parent's slice. */
export function place(world: World, order: Order): Refusal | undefined {
  const known = order.clientId === '' ? undefined : world.clientIds.get(clientKey(order));
  const content = contentOf(order);
  if (known && known.content !== content) return refuse('duplicateClientId', {orderId: known.id});
  if (known) {
    const {id, filled, state} = known;
    world.tell({type: 'orderRepeated', orderId: id, market: order.market.spec.name, ...world.who(order.account), filled: filled * order.market.spec.lot, state});
    return undefined;
  }
  const refused = checkShape(world, order) ?? admit(world, order);
  if (refused) return refused;
  const rests = execute(world, order);
  const state = rests ? 'open' : order.left === 0n && order.total > 0n ? 'filled' : 'cancelled';
  if (order.clientId !== '') world.clientIds.set(clientKey(order), {id: order.id, content, filled: order.total - order.left, state});
  return undefined;
}

/** All that was asked for: the same again under one client id is a repetition, anything else a mistake. */
const contentOf = ({market, side, price, total, time, selfTrade, postOnly, reduceOnly, deadMan, isMarket, expiresAt, peak}: Order): string =>
  [market.index, side, price, total, time, selfTrade, postOnly, reduceOnly, deadMan, isMarket, expiresAt, peak].join(' ');

function checkShape(world: World, order: Order): Refusal | undefined {
  const {market, isMarket, time, left, price} = order;
  const rests = !isMarket && (time === 'GTC' || time === 'GTD');
  if (market.status === 'cancelOnly') return refuse('cancelOnly');
  if (market.status !== 'open') return refuse('marketHalted');
  if (world.halted) return refuse('rootTooOld');
  if (order.lease > 0 && !(order.deadMan && world.deadMen.has(`${order.account} ${order.lease}`))) return refuse('badFlags');
  if (order.postOnly && !rests) return refuse('badFlags');
  if (order.peak > 0n && (!rests || order.peak > left)) return refuse('badFlags');
  if (order.reduceOnly && !market.spec.perpetual) return refuse('badFlags');
  if (time === 'GTD' && (order.expiresAt <= world.now || order.expiresAt > 1n << 52n)) return refuse('badTime');
  if (left * price * market.spec.unit > VALUE_MAX || left * market.spec.lot > 4n * VALUE_MAX) return refuse('valueTooLarge');
  const waiting = world.orders.filter(({account, place}) => account === order.account && place > 0n);
  return waiting.length >= OPEN_ORDERS_MAX ? refuse('tooManyOrders') : undefined;
}

/** What the order would meet now. Orders of its own wallet count as its self-trade rule treats them. */
type Probe = {lots: bigint; value: bigint; worst: bigint; fills: bigint; meetsOwn: boolean};

function probe(world: World, order: Order): Probe {
  const found: Probe = {lots: 0n, value: 0n, worst: 0n, fills: 0n, meetsOwn: false};
  for (const maker of reachable(world, order.market, order.side, order.price)) {
    if (found.lots === order.left) break;
    if (world.isOneOwner(maker.account, order.account)) {
      if (order.selfTrade === 'cancelMaker' || (order.selfTrade === 'decrement' && order.time !== 'FOK')) continue;
      found.meetsOwn = true;
      break;
    }
    const lots = min(maker.left, order.left - found.lots);
    found.lots += lots;
    found.value += lots * maker.price;
    found.worst = maker.price;
    found.fills += fillsOf(maker, lots);
  }
  return found;
}

/** An iceberg fills part by part, and each rounds its fee. */
const fillsOf = ({peak, shown}: Order, lots: bigint): bigint => (peak === 0n ? 1n : ceilDiv(lots, min(shown, peak)) + 1n);

/** Checks against book and funds; may bound and shrink the order. What it meets is known only where it matters. */
function admit(world: World, order: Order): Refusal | undefined {
  const {market, side} = order;
  if (market.spec.perpetual && market.mark === 0n) return refuse('noMark');
  if (order.reduceOnly) {
    const most = reducible(world, order);
    if (most === 0n) return refuse('reduceOnlyIncreases');
    order.left = order.shown = order.total = min(order.left, most);
    if (order.peak > order.left) order.peak = 0n;
  }
  if (order.isMarket) {
    order.price = marketBound(world, market, side);
    if (order.price === 0n) return refuse('noLiquidity');
    if (order.time !== 'FOK') order.time = 'IOC';
  } else if (isOutOfBand(market, side, order.price)) return refuse('priceOutOfBand');
  const [head] = reachable(world, market, side, order.price);
  if (!head && order.time === 'FOK') return refuse('noLiquidity');
  if (head && order.postOnly) return refuse('postOnlyTakes');
  if (head && order.selfTrade === 'cancelTaker' && world.isOneOwner(head.account, order.account)) return refuse('selfTrade');
  const meets = probe(world, order);
  if (order.time === 'FOK' && meets.lots < order.left) return refuse(meets.meetsOwn ? 'selfTrade' : 'noLiquidity');
  if (order.isMarket && meets.lots === 0n && !meets.meetsOwn) return refuse('noLiquidity');
  if (order.isMarket && meets.lots > 0n) order.price = meets.worst;
  if (breaksProgramme(world, order)) return refuse('outsideProgramme');
  if (leavesHedge(order)) order.reduceOnly = true;
  return market.spec.perpetual ? checkMargin(world, order, meets) : checkFunds(world, order, meets);
}

/** A market order takes no price further than the band from the best one. */
function marketBound(world: World, market: Market, side: Side): bigint {
  const from = best(world, market, opposite(side));
  const {marketBand, ticks} = market.spec;
  if (from === 0n) return 0n;
  return side === 'buy' ? min(ticks - 1n, floorDiv(from * (PPM + marketBand), PPM)) : max(1n, ceilDiv(from * (PPM - marketBand), PPM));
}

function isOutOfBand(market: Market, side: Side, price: bigint): boolean {
  const anchor = market.spec.perpetual ? market.mark : market.last;
  if (market.bandPpm === 0n || anchor === 0n) return false;
  return side === 'buy' ? price * PPM > anchor * (PPM + market.bandPpm) : price * PPM < anchor * (PPM - market.bandPpm);
}

function checkFunds(world: World, order: Order, {value, fills}: Probe): Refusal | undefined {
  const {market, side, left} = order;
  const {base, quote, unit} = market.spec;
  const account = world.accounts[order.account]!;
  const extra = worstFee(market) === 0n ? 0n : max(0n, fills - 1n);
  const paid = order.isMarket ? value * unit + ppmCeil(value * unit, worstFee(market)) : hold(order, left);
  const needed = side === 'sell' ? hold(order, left) : paid + extra;
  const available = side === 'sell' && base !== world.settlement ? unheld(world, account, base) : free(world, account, side === 'sell' ? base : quote);
  return needed > available ? refuse('insufficientFunds', {needed, available: max(0n, available)}) : undefined;
}

/** Initial margin with the order open; one that only shrinks the position needs maintenance after its own loss and fee. */
function checkMargin(world: World, order: Order, meets: Probe): Refusal | undefined {
  const {market, side, price, left} = order;
  const {spec} = market;
  order.loss = max(0n, side === 'buy' ? price - market.mark : market.mark - price);
  const position = world.position(order.account, market);
  const open = openLots(openOrders(world, order.account, market), side);
  const signed = side === 'buy' ? 1n : -1n;
  // A market order is judged by what it will fill; the rest of it never rests.
  const lots = order.isMarket ? meets.lots : left;
  const opens = signed * position.lots + open + lots > max(0n, signed * position.lots);
  const most = abs(position.lots + signed * open) + left;
  if (most > LOTS_MAX || most * max(market.mark, price) * spec.unit > VALUE_MAX) return refuse('valueTooLarge');
  const long = world.positions.reduce((total, held) => (held.market === market && held.lots > 0n ? total + held.lots : total), 0n);
  if (opens && spec.openInterestMax > 0n && long + lots > spec.openInterestMax) return refuse('openInterestCap');
  // What closes an isolated position must not cost more than its bucket has.
  if (position.isolated && signed * position.lots < 0n) {
    const bucket = assessBucket(world, position);
    if (bucket.equity < order.loss * min(lots, abs(position.lots)) * spec.unit) return refuse('insufficientMargin', {needed: bucket.initial, available: max(0n, bucket.equity)});
  }
  world.orders.push({...order, left: lots});
  const {equity, initial, maintenance} = assess(world, order.account);
  world.orders.pop();
  const cost = order.loss * lots * spec.unit + ppmCeil(lots * price * spec.unit, worstFee(market));
  const onlyReduces = signed * position.lots < 0n && signed * position.lots + open + lots <= 0n;
  if (initial <= equity || (onlyReduces && equity - cost >= maintenance)) return undefined;
  return refuse('insufficientMargin', {needed: initial, available: max(0n, equity)});
}

/** Gives an admitted order its number and runs it; `true` = it waits in the book. */
export function execute(world: World, order: Order): boolean {
  world.lastOrder += 1n;
  order.id = world.lastOrder;
  world.orders.push(order);
  const stopped = match(world, order);
  if (order.left === 0n) close(world, order, order.total === 0n ? 'selfTrade' : 'filled');
  else if (stopped) close(world, order, 'selfTrade');
  else if (order.isMarket) close(world, order, 'noLiquidity');
  else if (order.time === 'IOC' || order.time === 'FOK') close(world, order, 'immediateOrCancel');
  else {
    rest(world, order);
    return true;
  }
  return false;
}

export const waitingOrder = (world: World, account: Account, id: bigint): Order | undefined =>
  world.orders.find((order) => order.id === id && order.account === account.number && order.place > 0n);

/** Fewer lots at the same price keep the place; anything else is a new order, admitted as if the old one were gone. */
export function amend(world: World, account: Account, id: bigint, price: bigint, quantity: bigint): Refusal | undefined {
  const order = waitingOrder(world, account, id);
  if (!order) return refuse('unknownOrder', {orderId: id});
  const ticks = ticksOf(order.market, price);
  if (ticks === undefined) return refuse('badPrice');
  const lots = lotsOf(order.market, quantity);
  if (lots === undefined) return refuse('badQuantity');
  const isIceberg = order.peak > 0n;
  if (ticks === order.price && lots <= order.left && !isIceberg) {
    if (lots === order.left) return undefined;
    shrink(order, order.left - lots);
    tellAmended(world, order);
    return undefined;
  }
  const next = {...order, id: 0n, price: ticks, total: lots, left: lots, shown: lots, place: 0n, peak: isIceberg ? min(lots, order.peak) : 0n};
  const misshapen = checkShape(world, next);
  if (misshapen && misshapen.reason !== 'tooManyOrders') return misshapen;
  const at = world.orders.indexOf(order);
  world.orders.splice(at, 1);
  const refused = admit(world, next);
  world.orders.splice(at, 0, order);
  if (refused) return refused;
  close(world, order, 'amended');
  const known = world.clientIds.get(clientKey(order));
  if (execute(world, next) && known) known.id = next.id;
  return undefined;
}

export const depth = (world: World, market: Market, side: Side): Map<bigint, {lots: bigint; orders: number}> => {
  const levels = new Map<bigint, {lots: bigint; orders: number}>();
  for (const {price, shown} of queue(world, market, side)) {
    const level = levels.get(price) ?? {lots: 0n, orders: 0};
    levels.set(price, {lots: level.lots + shown, orders: level.orders + 1});
  }
  return levels;
};
