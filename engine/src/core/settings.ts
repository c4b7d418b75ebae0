/** Commands that set prices, margin modes, tiers, timers and market states: text and bigints on their way to the venue. */
import {big} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {frozenChain} from './forced.ts';
import {badPrice, refusalOf, ticksOf} from './orders.ts';
import {type Context, type State, userAccount} from './state.ts';
import {accountsOf} from './subaccounts.ts';
import {REASON} from './venue/codes.ts';
import {VALUE_MAX} from './venue/integers.ts';
import {moveCollateral, setFeeTier, setMarginMode} from './venue/isolated.ts';
import {setSampleSeed} from './venue/incentives.ts';
import {setMark as markVenue} from './venue/liquidation.ts';
import {setStatus} from './venue/listing.ts';
import {type Market, MARKET_STATUS} from './venue/market.ts';
import {setSource} from './venue/prices.ts';
import {LEASES_MAX} from './venue/codes.ts';
import {armDeadMan, endLease, timerKey} from './venue/leases.ts';

type Of<T extends Command['type']> = Extract<Command, {type: T}>;

/** Ticks of an outside price, which need not lie on the grid: it rounds down. */
const groundTicks = (market: Market, price: bigint): number | undefined => ticksOf(market, price - (price % big(market.spec.tick)));

/** A mark rounds down to the market's tick. */
export function setMark({state}: Context, {market: name, price}: Of<'setMark'>): Rejection | undefined {
  const market = state.markets.get(name);
  if (!market) return {code: 'UNKNOWN_MARKET', market: name};
  const ticks = groundTicks(market, price);
  if (ticks === undefined) return badPrice(market);
  return refusalOf(state, markVenue(state.venue, market.index, ticks), {market, wallet: '0x'});
}

export function setSourcePrice({state}: Context, {market: name, source, price}: Of<'setSourcePrice'>): Rejection | undefined {
  const market = state.markets.get(name);
  if (!market) return {code: 'UNKNOWN_MARKET', market: name};
  const ticks = groundTicks(market, price);
  if (ticks === undefined) return badPrice(market);
  return refusalOf(state, setSource(state.venue, market.index, source, ticks), {market, wallet: '0x'});
}

/** Account and market of a command, or why there are none. */
function partiesOf(state: State, command: {wallet: `0x${string}`; sub?: number; market: string}): {account: number; market: Market} | Rejection {
  const account = userAccount(state, command.wallet, command.sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet: command.wallet};
  const market = state.markets.get(command.market);
  return market?.perpetual ? {account: account.number, market} : {code: 'UNKNOWN_MARKET', market: command.market};
}

export function changeMarginMode({state}: Context, command: Of<'setMarginMode'>): Rejection | undefined {
  const parties = partiesOf(state, command);
  if ('code' in parties) return parties;
  const {account, market} = parties;
  return refusalOf(state, setMarginMode(state.venue, account, market.index, command.mode === 'isolated'), {market, wallet: command.wallet});
}

export function changeCollateral({state}: Context, command: Of<'moveCollateral'>): Rejection | undefined {
  const parties = partiesOf(state, command);
  if ('code' in parties) return parties;
  const {lots} = command;
  const fits = lots <= big(VALUE_MAX) && lots >= -big(VALUE_MAX);
  return refusalOf(state, moveCollateral(state.venue, parties.account, parties.market.index, fits ? Number(lots) : 0), {market: parties.market, wallet: command.wallet});
}

/** For every account of the wallet. */
export function changeFeeTier({state}: Context, {wallet, tier}: Of<'setFeeTier'>): Rejection | undefined {
  const main = userAccount(state, wallet);
  if (!main) return {code: 'UNKNOWN_ACCOUNT', wallet};
  for (const account of accountsOf(state, main)) {
    if (setFeeTier(state.venue, account, tier) !== REASON.none) return {code: 'INVALID_ORDER', reason: 'a fee tier is 0 to 31'};
  }
  return undefined;
}

const LEASE_PROBLEM = {
  number: `a lease is a number from 1 to ${LEASES_MAX}`, open: 'this lease is open already', closed: 'there is no such lease: open it first', opens: 'only a lease with a moment is opened',
};

export function arm({state, emit}: Context, {wallet, sub, at, lease, opens = false}: Of<'armDeadMan'>): Rejection | undefined {
  const account = userAccount(state, wallet, sub);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const moment = Number(at ?? 0n);
  if (moment !== 0 && !(moment > state.venue.now && Number.isSafeInteger(moment))) return {code: 'INVALID_ORDER', reason: 'a dead-man timer fires later than now'};
  const {number} = account;
  const problem = leaseProblem(state.venue.deadMen.has(timerKey(number, lease ?? 0)), {lease, opens, moment});
  if (problem) return {code: 'INVALID_ORDER', reason: LEASE_PROBLEM[problem]};
  if (lease !== undefined && moment === 0) endLease(state.venue, number, lease);
  else armDeadMan(state.venue, number, moment, lease);
  emit({type: 'deadManArmed', wallet: account.wallet, ...(account.sub > 0 && {sub: account.sub}), ...(lease !== undefined && {lease}), at: big(moment)});
  return undefined;
}

function leaseProblem(isOpen: boolean, {lease, opens, moment}: {lease: number | undefined; opens: boolean; moment: number}): keyof typeof LEASE_PROBLEM | undefined {
  if (lease === undefined) return opens ? 'number' : undefined;
  if (!Number.isInteger(lease) || lease < 1 || lease > LEASES_MAX) return 'number';
  if (opens && moment === 0) return 'opens';
  if (opens === isOpen) return opens ? 'open' : 'closed';
  return undefined;
}

export function changeSampleSeed({state}: Context, {seed}: Of<'setSampleSeed'>): Rejection | undefined {
  if (!/^0x[0-9a-fA-F]{32}$/.test(seed)) return {code: 'INVALID_ORDER', reason: 'a seed has 16 bytes'};
  setSampleSeed(state.venue, [0, 1, 2, 3].map((word) => Number.parseInt(seed.slice(2 + 8 * word, 10 + 8 * word), 16) | 0));
  return undefined;
}

export function setMarketStatus({state}: Context, {market: name, status}: Of<'setMarketStatus'>): Rejection | undefined {
  const market = state.markets.get(name);
  if (!market) return {code: 'UNKNOWN_MARKET', market: name};
  const frozen = status === 'halted' ? undefined : frozenChain(state);
  if (frozen) return frozen;
  return refusalOf(state, setStatus(state.venue, market.index, MARKET_STATUS[status]), {market, wallet: '0x'});
}
