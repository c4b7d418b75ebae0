/** Conditional orders: they bind nothing, wait for a price, and become ordinary orders. */
import type {CloseReason} from '../../../src/core/events.ts';
import type {Command} from '../../../src/core/commands.ts';
import {max, min} from './numbers.ts';
import {place, plainOrder} from './orders.ts';
import {type Account, lotsOf, type Market, type Refusal, refuse, ticksOf, type Trigger, type World} from './world.ts';

const PER_ACCOUNT_MAX = 100;
/** Triggers one command may set off. */
const FIRED_MAX = 1_000;

const priceBy = (market: Market, by: Trigger['by']): bigint => ({mark: market.mark, index: market.indexPrice, last: market.last})[by];

const isDue = ({market, by, direction, price}: Trigger): boolean => {
  const now = priceBy(market, by);
  return now > 0n && (direction === 'rise' ? now >= price : now <= price);
};

export function placeTrigger(world: World, {number}: Account, market: Market, {conditions}: Extract<Command, {type: 'placeTrigger'}>): Refusal | undefined {
  if (conditions.length < 1 || conditions.length > 2) return refuse('badFlags');
  const made: Trigger[] = [];
  for (const {limitPrice, trail = 0n, ...condition} of conditions) {
    const [price, limit] = [ticksOf(market, condition.price), limitPrice === undefined ? 0n : ticksOf(market, limitPrice)];
    const distance = trail === 0n ? 0n : ticksOf(market, trail);
    if (price === undefined || limit === undefined || distance === undefined) return refuse('badPrice');
    const quantity = lotsOf(market, condition.quantity);
    if (quantity === undefined) return refuse('badQuantity');
    made.push({...condition, id: 0n, account: number, market, price, limit, quantity, reduceOnly: condition.reduceOnly ?? false, trail: distance, sibling: 0n});
  }
  if (market.status === 'delisted') return refuse('marketHalted');
  for (const trigger of made) {
    if (trigger.reduceOnly && !market.spec.perpetual) return refuse('badFlags');
    // One that is due at once would be an order in disguise.
    if (isDue(trigger)) return refuse('badPrice');
  }
  if (world.triggers.filter(({account}) => account === number).length + made.length > PER_ACCOUNT_MAX) return refuse('tooManyOrders');
  if (made.length === 2) [made[0]!.sibling, made[1]!.sibling] = [world.lastTrigger + 2n, world.lastTrigger + 1n];
  for (const trigger of made) {
    world.lastTrigger += 1n;
    world.triggers.push({...trigger, id: world.lastTrigger});
  }
  return undefined;
}

/** Every one of a market. */
export function closeTriggers(world: World, market: Market): void {
  for (const trigger of world.triggers.filter((waiting) => waiting.market === market)) remove(world, trigger, 'delisted');
}

function remove(world: World, {id, market, account}: Trigger, reason: CloseReason): void {
  world.triggers = world.triggers.filter((trigger) => trigger.id !== id);
  world.tell({type: 'triggerClosed', triggerId: id, market: market.spec.name, ...world.who(account), reason});
}

export function cancelTrigger(world: World, {number}: Account, id: bigint): Refusal | undefined {
  const trigger = world.triggers.find((waiting) => waiting.id === id && waiting.account === number);
  if (!trigger) return refuse('unknownOrder', {orderId: id});
  remove(world, trigger, 'user');
  return undefined;
}

/** After every accepted command, in passes by id, until one sets off nothing. */
export function fireTriggers(world: World): void {
  let fired = 0;
  for (let before = -1; fired !== before && fired < FIRED_MAX;) {
    before = fired;
    const waiting = world.triggers;
    for (const trigger of waiting) {
      if (fired === FIRED_MAX || !world.triggers.includes(trigger)) continue;
      follow(trigger);
      if (!isDue(trigger)) continue;
      fire(world, trigger);
      fired += 1;
    }
  }
}

/** A trailing trigger keeps its distance from the best price since it was placed, and never moves back. */
function follow(trigger: Trigger): void {
  const now = priceBy(trigger.market, trigger.by);
  if (trigger.trail === 0n || now === 0n) return;
  trigger.price = trigger.direction === 'fall' ? max(trigger.price, now - trigger.trail) : min(trigger.price, now + trigger.trail);
}

function fire(world: World, trigger: Trigger): void {
  const {id, account, market, side, limit, quantity, reduceOnly} = trigger;
  remove(world, trigger, 'filled');
  const sibling = world.triggers.find((other) => other.id === trigger.sibling);
  if (sibling) remove(world, sibling, 'oneCancelsOther');
  const refused = place(world, {...plainOrder(account, market, side, limit, quantity), reduceOnly});
  world.tell({type: 'triggerFired', triggerId: id, market: market.spec.name, ...world.who(account), refused: refused?.reason ?? 'none'});
}
