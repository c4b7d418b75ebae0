/** The naive exchange as a function of typed commands: what the core must do, in a form that can be read. */
import type {Command} from '../../../src/core/commands.ts';
import type {Event} from '../../../src/core/events.ts';
import {cancelWaiting, close} from './book.ts';
import {advanceChain, bindAccount, createSubAccount, transfer} from './deposits.ts';
import {refuseFrozen} from './forced.ts';
import {setSource, tickFunding} from './funding.ts';
import {setSampleSeed, tickIncentives} from './interest.ts';
import {setMark} from './liquidation.ts';
import {changeMarket, createMarket, delistMarket} from './listing.ts';
import {assess, assessBucket} from './margin.ts';
import {acceptNovation, offerNovation, withdrawNovation} from './novation.ts';
import {abs, max, VALUE_MAX} from './numbers.ts';
import {amend, placeCommand, waitingOrder} from './orders.ts';
import {cancelParent, placeParent, workParent} from './parents.ts';
import {measureMakers, setProgramme} from './programmes.ts';
import {setAutoRoll} from './roll.ts';
import {judgeRoots} from './roots.ts';
import {decideEpoch, seal, type SealedModel} from './sealing.ts';
import {setCalendar, tickSession} from './sessions.ts';
import {cancelTrigger, fireTriggers, placeTrigger} from './triggers.ts';
import {cancelWithdrawal, requestWithdrawal} from './withdrawals.ts';
import {type Account, type Market, type Refusal, refuse, ticksOf, World} from './world.ts';

type Genesis = Extract<Command, {type: 'genesis'}>;
type Of<T extends Command['type']> = Extract<Command, {type: T}>;
export type Answer = {ok: true; events: Event[]; sheet?: SealedModel} | {ok: false; refusal: Refusal};

export class NaiveExchange {
  readonly world: World;

  constructor({rules}: Genesis) {
    this.world = new World(rules);
  }

  apply(command: Command, at: bigint): Answer {
    const {world} = this;
    const before = world.now;
    world.events = [];
    world.now = max(before, at);
    const answer = perform(world, command);
    if (answer && 'reason' in answer) {
      world.now = before;
      return {ok: false, refusal: answer};
    }
    fireTriggers(world);
    return {ok: true, events: world.events, ...(answer && {sheet: answer})};
  }
}

function perform(world: World, command: Command): Refusal | SealedModel | undefined {
  switch (command.type) {
    case 'bindAccount': return bindAccount(world, command);
    case 'advanceChain': return advanceChain(world, command);
    case 'requestWithdrawal': return requestWithdrawal(world, command);
    case 'cancelWithdrawal': return cancelWithdrawal(world, command);
    case 'transfer': return transfer(world, command);
    case 'createSubAccount': return createSubAccount(world, command);
    case 'setSampleSeed': return setSampleSeed(world, command.seed);
    case 'createMarket': return createMarket(world, command);
    case 'seal': return seal(world, command);
    case 'decideEpoch': return decideEpoch(world, command);
    case 'tick': return tick(world);
    case 'batch': return batch(world, command);
    case 'placeOrder': return placeCommand(world, command);
    case 'setMark':
    case 'setSourcePrice':
    case 'setMarketStatus':
    case 'changeMarket':
    case 'delistMarket':
    case 'setCalendar': return operate(world, command);
    case 'genesis': return refuse('WRONG_SEQUENCE');
    default: return personal(world, command);
  }
}

/** Commands of the operator about one market. Outside prices round down to the tick. */
function operate(world: World, command: Of<'setMark' | 'setSourcePrice' | 'setMarketStatus' | 'setCalendar' | 'changeMarket' | 'delistMarket'>): Refusal | undefined {
  const market = world.market(command.market);
  if (!market) return refuse('unknownMarket');
  if (command.type === 'setCalendar') return setCalendar(world, market, command.sessions);
  if (command.type === 'changeMarket') return market.status === 'delisted' ? refuse('marketHalted') : changeMarket(world, market, command.terms);
  const frozen = command.type === 'setMarketStatus' && command.status !== 'halted' ? refuseFrozen(world) : undefined;
  if (frozen) return frozen;
  const price = 'price' in command ? ticksOf(market, command.price - (command.price % market.spec.tick)) : 1n;
  if (price === undefined) return refuse('badPrice');
  if (market.status === 'delisted') return refuse('marketHalted');
  if (command.type === 'delistMarket') return delistMarket(world, market);
  if (command.type === 'setMarketStatus') {
    market.status = command.status;
    return undefined;
  }
  if (command.type === 'setSourcePrice') return setSource(world, market, command.source, price);
  setMark(world, market, price);
  return undefined;
}

type Personal = Of<
  'amendOrder' | 'cancelOrder' | 'cancelAll' | 'setMarginMode' | 'moveCollateral' | 'setFeeTier' | 'armDeadMan' | 'placeTrigger' | 'cancelTrigger' | 'placeParent' | 'cancelParent'
  | 'setProgramme' | 'setAutoRoll' | 'offerNovation' | 'acceptNovation' | 'withdrawNovation'>;

/** Commands of one account. */
function personal(world: World, command: Personal): Refusal | undefined {
  const account = world.user(command.wallet, 'sub' in command ? command.sub : 0);
  if (!account) return refuse('unknownAccount');
  switch (command.type) {
    case 'amendOrder': return amend(world, account, command.orderId, command.price, command.quantity);
    case 'cancelOrder': return cancel(world, account, command.orderId);
    case 'cancelTrigger': return cancelTrigger(world, account, command.triggerId);
    case 'cancelParent': return cancelParent(world, account, command.parentId);
    case 'acceptNovation': return acceptNovation(world, account, command.offerId);
    case 'withdrawNovation': return withdrawNovation(world, account, command.offerId);
    case 'setFeeTier': return setFeeTier(world, account, command.tier);
    case 'armDeadMan': return armDeadMan(world, account, command);
    case 'cancelAll': return cancelAll(world, account, command.market);
    default: return inMarket(world, account, command);
  }
}

function inMarket(world: World, account: Account, command: Extract<Personal, {market: string}>): Refusal | undefined {
  const market = world.market(command.market!);
  if (!market) return refuse('unknownMarket');
  switch (command.type) {
    case 'placeTrigger': return placeTrigger(world, account, market, command);
    case 'placeParent': return placeParent(world, account, market, command);
    case 'setProgramme': return setProgramme(world, account, market, command);
    case 'setAutoRoll': return setAutoRoll(account, market, command.takeLots, command.lossLots);
    case 'setMarginMode': return setMarginMode(world, account, market, command.mode === 'isolated');
    case 'moveCollateral': return moveCollateral(world, account, market, command.lots);
    case 'offerNovation': {
      const to = world.user(command.to, command.toSub);
      return to ? offerNovation(world, account, to, market, command.size, command.price) : refuse('unknownAccount');
    }
    default: return undefined;
  }
}

function cancel(world: World, account: Account, id: bigint): Refusal | undefined {
  const order = waitingOrder(world, account, id);
  if (!order) return refuse('unknownOrder', {orderId: id});
  close(world, order, 'user');
  return undefined;
}

function cancelAll(world: World, {number}: Account, name: string | undefined): Refusal | undefined {
  if (name !== undefined && !world.market(name)) return refuse('unknownMarket');
  cancelWaiting(world, number, 'user', ({market}) => name === undefined || market.spec.name === name);
  return undefined;
}

/** For all accounts of the wallet. */
function setFeeTier(world: World, account: Account, tier: number): Refusal | undefined {
  if (!Number.isInteger(tier) || tier < 0 || tier > 31) return refuse('badFlags');
  for (const own of world.family(account)) own.tier = tier;
  return undefined;
}

/** Only while the account has neither position nor orders there. */
function setMarginMode(world: World, {number}: Account, market: Market, isolated: boolean): Refusal | undefined {
  if (!market.spec.perpetual) return refuse('unknownMarket');
  if (market.status === 'delisted') return refuse('marketHalted');
  const position = world.position(number, market);
  if (position.lots !== 0n || world.orders.some((order) => order.account === number && order.market === market)) return refuse('positionOpen');
  position.isolated = isolated;
  return undefined;
}

/** Neither bucket may fall below its initial margin by it. */
function moveCollateral(world: World, account: Account, market: Market, lots: bigint): Refusal | undefined {
  if (!market.spec.perpetual) return refuse('unknownMarket');
  const position = world.position(account.number, market);
  if (!position.isolated || position.lots === 0n) return refuse('noPosition');
  if (lots === 0n || abs(lots) > VALUE_MAX) return refuse('badAmount');
  const {equity, initial} = lots > 0n ? assess(world, account.number) : assessBucket(world, position);
  if (equity - abs(lots) < initial) return refuse('insufficientMargin', {needed: abs(lots), available: max(0n, equity - initial)});
  position.collateral += lots;
  account.cash -= lots;
  return undefined;
}

function armDeadMan(world: World, {number}: Account, {at = 0n, lease = 0, opens = false}: Of<'armDeadMan'>): Refusal | undefined {
  if (at !== 0n && (at <= world.now || at >= 1n << 53n)) return refuse('badTime');
  const key = `${number} ${lease}`;
  if (lease === 0 ? opens : lease < 0 || lease > 1_023 || opens === world.deadMen.has(key) || (opens && at === 0n)) return refuse('badTime');
  world.deadMen.delete(key);
  if (at === 0n && lease > 0) cancelWaiting(world, number, 'deadMan', (order) => order.lease === lease);
  if (at === 0n) return undefined;
  world.deadMen.set(key, at);
  world.due.push({at, kind: 'deadMan', subject: BigInt(number), lease});
  return undefined;
}

/** Each by itself, a refused one is told and does not stop the rest; or, atomic, all or none. */
function batch(world: World, {commands, atomic = false}: Of<'batch'>): Refusal | undefined {
  if (commands.length < 1 || commands.length > 256) return refuse('tooManyOrders');
  const before = atomic ? structuredClone({...world}) : undefined;
  for (const [index, command] of commands.entries()) {
    const refused = perform(world, command);
    if (before && refused && 'reason' in refused) {
      Object.assign(world, before);
      return refuse('BATCH_REFUSED', {index, item: codeOf(refused)});
    }
    if (refused && 'reason' in refused) world.tell({type: 'batchItemRefused', index, code: codeOf(refused)});
  }
  return undefined;
}

/** The clock: everything due by now, by time and then in the order it was set; then each market's hour, then everybody's. */
function tick(world: World): undefined {
  judgeRoots(world);
  for (;;) {
    const next = world.due.filter(({at}) => at <= world.now).reduce<World['due'][number] | undefined>((first, due) => (first && first.at <= due.at ? first : due), undefined);
    if (!next) break;
    world.due.splice(world.due.indexOf(next), 1);
    const {kind, subject, at, lease} = next;
    if (kind === 'slice') workParent(world, subject);
    const expired = kind === 'expiry' && world.orders.find(({id}) => id === subject);
    if (expired) close(world, expired, 'expired');
    if (kind === 'deadMan' && world.deadMen.get(`${subject} ${lease}`) === at) {
      world.deadMen.delete(`${subject} ${lease}`);
      cancelWaiting(world, Number(subject), 'deadMan', (order) => (lease === 0 ? order.deadMan : order.lease === lease));
    }
  }
  for (const market of world.markets) {
    if (market.status === 'delisted') continue;
    measureMakers(world, market);
    tickSession(world, market);
    if (market.spec.perpetual) tickFunding(world, market);
  }
  tickIncentives(world);
  return undefined;
}

const CODES: Readonly<Record<string, string>> = {
  unknownAccount: 'UNKNOWN_ACCOUNT', unknownMarket: 'UNKNOWN_MARKET', unknownOrder: 'UNKNOWN_ORDER', badQuantity: 'INVALID_QUANTITY', badAmount: 'INVALID_QUANTITY',
  badPrice: 'INVALID_PRICE', insufficientFunds: 'INSUFFICIENT_FUNDS', insufficientMargin: 'INSUFFICIENT_MARGIN', noMark: 'NO_MARK', noLiquidity: 'NO_LIQUIDITY',
  selfTrade: 'WOULD_SELF_TRADE', duplicateClientId: 'DUPLICATE_CLIENT_ORDER_ID', tooManyOrders: 'LIMIT_EXCEEDED', valueTooLarge: 'LIMIT_EXCEEDED',
  postOnlyTakes: 'WOULD_TAKE', reduceOnlyIncreases: 'WOULD_INCREASE', priceOutOfBand: 'PRICE_OUT_OF_BAND', openInterestCap: 'OPEN_INTEREST_CAP', outsideProgramme: 'OUTSIDE_PROGRAMME', rootTooOld: 'ROOT_TOO_OLD',
  marketHalted: 'MARKET_CLOSED', cancelOnly: 'MARKET_CLOSED', badFlags: 'INVALID_ORDER', badTime: 'INVALID_ORDER', positionOpen: 'INVALID_ORDER',
  noPosition: 'INVALID_ORDER', inLiquidation: 'INVALID_ORDER',
};

/** How the interfaces name a refusal; the ledger's are named alike. */
export const codeOf = ({reason}: Refusal): string => CODES[reason] ?? reason;
