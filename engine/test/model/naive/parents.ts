/** TWAP and VWAP parents: slices by the clock; what one leaves open the later ones take up. */
import type {CloseReason} from '../../../src/core/events.ts';
import type {Command} from '../../../src/core/commands.ts';
import {floorDiv, min} from './numbers.ts';
import {place, plainOrder} from './orders.ts';
import {type Account, lotsOf, type Market, type Parent, type Refusal, refuse, ticksOf, type World} from './world.ts';

const PER_ACCOUNT_MAX = 20;
const DAY_MS = 86_400_000;
const isWhole = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

export function placeParent(world: World, {number}: Account, market: Market, command: Extract<Command, {type: 'placeParent'}>): Refusal | undefined {
  const {side, slices, intervalMs, strategy, reduceOnly = false} = command;
  const limit = command.limitPrice === undefined ? 0n : ticksOf(market, command.limitPrice);
  if (limit === undefined) return refuse('badPrice');
  const quantity = lotsOf(market, command.quantity);
  if (quantity === undefined) return refuse('badQuantity');
  if (market.status === 'delisted') return refuse('marketHalted');
  if (Number(quantity) < slices) return refuse('badQuantity');
  if (!isWhole(slices, 2, 1_000) || !isWhole(intervalMs, 1_000, DAY_MS)) return refuse('badTime');
  if (reduceOnly && !market.spec.perpetual) return refuse('badFlags');
  if (world.parents.filter(({account}) => account === number).length >= PER_ACCOUNT_MAX) return refuse('tooManyOrders');
  world.lastParent += 1n;
  const [id, interval] = [world.lastParent, BigInt(intervalMs)];
  const at = world.now + interval;
  world.parents.push({id, account: number, market, side, quantity, done: 0n, limit, byVolume: strategy === 'vwap', reduceOnly, slices, next: 0, at, interval});
  world.due.push({at, kind: 'slice', subject: id});
  return undefined;
}

export function cancelParent(world: World, {number}: Account, id: bigint): Refusal | undefined {
  const parent = world.parents.find((working) => working.id === id && working.account === number);
  if (!parent) return refuse('unknownOrder', {orderId: id});
  close(world, parent, 'user');
  return undefined;
}

/** Every one of a market. */
export function closeParents(world: World, market: Market): void {
  for (const parent of world.parents.filter((working) => working.market === market)) close(world, parent, 'delisted');
}

function close(world: World, {id, market, account, done}: Parent, reason: CloseReason): void {
  world.parents = world.parents.filter((parent) => parent.id !== id);
  world.tell({type: 'parentClosed', parentId: id, market: market.spec.name, ...world.who(account), filled: done * market.spec.lot, reason});
}

/** Lots of the next slice: equal parts of what is left, or parts by what the hours of the day have traded. */
function sliceOf({market, quantity, done, slices, next, byVolume, at, interval}: Parent): bigint {
  const left = quantity - done;
  if (next === slices - 1) return left;
  const weights = Array.from({length: slices - next}, (_, index) => {
    const hour = Number(((at + BigInt(index) * interval) / 3_600_000n) % 24n);
    return byVolume ? 1n + min(1n << 20n, market.hourVolume[hour]!) : 1n;
  });
  return floorDiv(left * weights[0]!, weights.reduce((total, weight) => total + weight, 0n));
}

/** One slice, set off by the clock; a refused one counts as unfilled. */
export function workParent(world: World, id: bigint): void {
  const parent = world.parents.find((working) => working.id === id);
  if (!parent) return;
  const lots = sliceOf(parent);
  parent.next += 1;
  if (lots > 0n) {
    const order = {...plainOrder(parent.account, parent.market, parent.side, parent.limit, lots), time: 'IOC' as const, reduceOnly: parent.reduceOnly};
    if (!place(world, order)) parent.done += order.total - order.left;
  }
  if (parent.done === parent.quantity) close(world, parent, 'filled');
  else if (parent.next === parent.slices) close(world, parent, 'expired');
  else {
    parent.at += parent.interval;
    world.due.push({at: parent.at, kind: 'slice', subject: id});
  }
}
