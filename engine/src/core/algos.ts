/** Triggers, parents, auto-roll, novation, calendars and batches: text and bigints on their way to the venue. */
import {big} from './amounts.ts';
import {badCalendar, sessionsFrom} from './calendars.ts';
import type {Command, Rejection, TriggerCondition} from './commands.ts';
import {amendOrder, badPrice, badQuantity, cancelAll, cancelOrder, lotsOf, placeOrder, refusalOf, ticksOf} from './orders.ts';
import {type Context, type State, userAccount} from './state.ts';
import {REASON, SIDE, TRIGGER_BY} from './venue/codes.ts';
import {VALUE_MAX} from './venue/integers.ts';
import type {Market} from './venue/market.ts';
import {cancelParent as cancelParentOf, placeParent as placeParentOf} from './venue/parents.ts';
import {PROGRAMME, setProgramme as setProgrammeOf} from './venue/programmes.ts';
import {acceptNovation as accept, offerNovation as offer, setAutoRoll as setRoll, withdrawOffer} from './venue/roll.ts';
import {setCalendar as setCalendarOf} from './venue/sessions.ts';
import {cancelTrigger as cancelTriggerOf, placeTriggers, type Trigger} from './venue/triggers.ts';

type Of<T extends Command['type']> = Extract<Command, {type: T}>;
type Wallet = `0x${string}`;

const BATCH_MAX = 256;

/** Account and market of a command, or why there are none. */
function partiesOf(state: State, {wallet, sub, market: name}: {wallet: Wallet; sub?: number; market: string}): {account: number; market: Market} | Rejection {
  const account = userAccount(state, wallet, sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const market = state.markets.get(name);
  return market ? {account: account.number, market} : {code: 'UNKNOWN_MARKET', market: name};
}

/** An id of a trigger, parent or offer; one that no table can hold is 0, which none has. */
const idOf = (id: bigint): number => (id > 0n && id < 2n ** 53n ? Number(id) : 0);

function conditionOf(account: number, market: Market, condition: TriggerCondition): Omit<Trigger, 'sibling'> | Rejection {
  const price = ticksOf(market, condition.price);
  const limit = condition.limitPrice === undefined ? 0 : ticksOf(market, condition.limitPrice);
  const trail = condition.trail === undefined ? 0 : ticksOf(market, condition.trail);
  if (price === undefined || limit === undefined || trail === undefined) return badPrice(market);
  const quantity = lotsOf(market, condition.quantity);
  if (quantity === undefined) return badQuantity(market);
  return {
    account, market: market.index, by: TRIGGER_BY[condition.by], direction: condition.direction === 'rise' ? 1 : -1, price, limit, trail, quantity,
    side: condition.side === 'buy' ? SIDE.buy : SIDE.sell, reduceOnly: condition.reduceOnly ? 1 : 0,
  };
}

export function placeTrigger({state}: Context, command: Of<'placeTrigger'>): Rejection | undefined {
  const {wallet, conditions} = command;
  const parties = partiesOf(state, command);
  if ('code' in parties) return parties;
  if (conditions.length < 1 || conditions.length > 2) return {code: 'INVALID_ORDER', reason: 'one condition, or two of which one cancels the other'};
  const made: Omit<Trigger, 'sibling'>[] = [];
  for (const condition of conditions) {
    const trigger = conditionOf(parties.account, parties.market, condition);
    if ('code' in trigger) return trigger;
    made.push(trigger);
  }
  const reason = placeTriggers(state.venue, made);
  if (reason === REASON.badPrice) return {code: 'INVALID_PRICE', reason: 'the condition already holds: place an order instead'};
  return refusalOf(state, reason, {market: parties.market, wallet});
}

export function cancelTrigger({state}: Context, {wallet, sub, triggerId}: Of<'cancelTrigger'>): Rejection | undefined {
  const account = userAccount(state, wallet, sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  return cancelTriggerOf(state.venue, account.number, idOf(triggerId)) === REASON.none ? undefined : {code: 'UNKNOWN_ORDER', orderId: triggerId};
}

export function placeParent({state}: Context, command: Of<'placeParent'>): Rejection | undefined {
  const parties = partiesOf(state, command);
  if ('code' in parties) return parties;
  const {account, market} = parties;
  const limit = command.limitPrice === undefined ? 0 : ticksOf(market, command.limitPrice);
  if (limit === undefined) return badPrice(market);
  const quantity = lotsOf(market, command.quantity);
  if (quantity === undefined) return badQuantity(market);
  const reason = placeParentOf(state.venue, {
    account, market: market.index, side: command.side === 'buy' ? SIDE.buy : SIDE.sell, quantity, limit, byVolume: command.strategy === 'vwap' ? 1 : 0,
    reduceOnly: command.reduceOnly ? 1 : 0, slices: command.slices, interval: command.intervalMs,
  });
  if (reason === REASON.badTime) return {code: 'INVALID_ORDER', reason: 'a parent has 2 to 1000 slices, a second to a day apart'};
  return refusalOf(state, reason, {market, wallet: command.wallet});
}

export function cancelParent({state}: Context, {wallet, sub, parentId}: Of<'cancelParent'>): Rejection | undefined {
  const account = userAccount(state, wallet, sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  return cancelParentOf(state.venue, account.number, idOf(parentId)) === REASON.none ? undefined : {code: 'UNKNOWN_ORDER', orderId: parentId};
}

export function setAutoRoll({state}: Context, command: Of<'setAutoRoll'>): Rejection | undefined {
  const {wallet, takeLots, lossLots} = command;
  const parties = partiesOf(state, command);
  if ('code' in parties) return parties;
  const lots = (value: bigint): number => (value >= 0n && value <= big(VALUE_MAX) ? Number(value) : -1);
  return refusalOf(state, setRoll(state.venue, parties.account, parties.market.index, {take: lots(takeLots), loss: lots(lossLots)}), {market: parties.market, wallet});
}

export function offerNovation({state}: Context, command: Of<'offerNovation'>): Rejection | undefined {
  const parties = partiesOf(state, command);
  if ('code' in parties) return parties;
  const to = userAccount(state, command.to, command.toSub);
  if (!to) return {code: 'UNKNOWN_ACCOUNT', wallet: command.to};
  const {account, market} = parties;
  const lots = lotsOf(market, command.size < 0n ? -command.size : command.size);
  if (lots === undefined) return badQuantity(market);
  const price = command.price === undefined ? 0 : ticksOf(market, command.price);
  if (price === undefined) return badPrice(market);
  const reason = offer(state.venue, {from: account, to: to.number, market: market.index, lots: command.size < 0n ? -lots : lots, price});
  return reason === REASON.positionOpen ? {code: 'INVALID_ORDER', reason: 'an offer of this position is open'} : refusalOf(state, reason, {market, wallet: command.wallet});
}

/** The receiver's consent, or either side's refusal of an open offer. */
export function decideNovation({state}: Context, {type, wallet, sub, offerId}: Of<'acceptNovation' | 'withdrawNovation'>): Rejection | undefined {
  const account = userAccount(state, wallet, sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const open = state.venue.offers.open.get(idOf(offerId));
  if (!open) return {code: 'UNKNOWN_ORDER', orderId: offerId};
  const market = state.venue.markets[open.market]!;
  const reason = type === 'acceptNovation' ? accept(state.venue, account.number, idOf(offerId)) : withdrawOffer(state.venue, account.number, idOf(offerId));
  return refusalOf(state, reason === REASON.noConsent ? REASON.unknownOrder : reason, {market, wallet, orderId: offerId});
}

export function setProgramme({state}: Context, command: Of<'setProgramme'>): Rejection | undefined {
  const parties = partiesOf(state, command);
  if ('code' in parties) return parties;
  const {account, market} = parties;
  const {programme, feePpm, spreadPpm = 0, minimum, timePpm = 0} = command;
  const lots = minimum === undefined ? 0 : lotsOf(market, minimum);
  if (lots === undefined) return badQuantity(market);
  const reason = setProgrammeOf(state.venue, account, market.index, {kind: PROGRAMME[programme], feePpm, spreadPpm, lots, timePpm});
  if (reason === REASON.badAmount || reason === REASON.badFlags) return {code: 'INVALID_ORDER', reason: 'shares are 0 to 100 %; a maker has a spread, a minimum and a share of the time'};
  if (reason === REASON.tooManyOrders) return {code: 'LIMIT_EXCEEDED', reason: 'the programme is full'};
  return refusalOf(state, reason, {market, wallet: command.wallet});
}

export function setCalendar({state}: Context, {market: name, sessions}: Of<'setCalendar'>): Rejection | undefined {
  const market = state.markets.get(name);
  if (!market) return {code: 'UNKNOWN_MARKET', market: name};
  const reason = setCalendarOf(state.venue, market.index, sessionsFrom(sessions));
  if (reason === REASON.none) return undefined;
  return reason === REASON.marketHalted ? {code: 'MARKET_CLOSED', market: name} : badCalendar;
}

/** Best effort: each item by itself, a refused one changes nothing and is told by its place. Atomic: all of them or none. */
export function batch(context: Context, {commands, atomic}: Of<'batch'>): Rejection | undefined {
  if (commands.length < 1 || commands.length > BATCH_MAX) return {code: 'LIMIT_EXCEEDED', reason: `a batch has 1 to ${BATCH_MAX} commands`};
  if (atomic) return atomicBatch(context, commands);
  for (const [index, command] of commands.entries()) {
    const refused = item(context, command);
    if (refused) context.emit({type: 'batchItemRefused', index, code: refused.code});
  }
  return undefined;
}

/** Runs on the venue itself; the first refusal takes everything back. */
function atomicBatch(context: Context, commands: Of<'batch'>['commands']): Rejection | undefined {
  const {venue, clientTexts} = context.state;
  const before = venue.orders.last;
  venue.undo.begin(venue);
  for (const [index, command] of commands.entries()) {
    const refused = item(context, command);
    if (!refused) continue;
    for (let sequence = venue.orders.last; sequence > before; sequence -= 1) clientTexts.delete(sequence);
    venue.undo.rollBack(venue);
    return {code: 'BATCH_REFUSED', index, item: refused.code};
  }
  venue.undo.end();
  return undefined;
}

function item(context: Context, command: Of<'batch'>['commands'][number]): Rejection | undefined {
  switch (command.type) {
    case 'placeOrder': return placeOrder(context, command);
    case 'cancelOrder': return cancelOrder(context, command);
    case 'amendOrder': return amendOrder(context, command);
    case 'cancelAll': return cancelAll(context, command);
  }
}
