/** What users look at when they look at risk: positions with their margin, ranks, funding, the Liquidation Fund, programmes. */
import type {Address} from 'viem';
import {big} from './amounts.ts';
import {entryPriceOf, holderIn, priceOf, PROGRAMMES, quantityOf} from './decode.ts';
import type {Core} from './engine.ts';
import {liquidationTicks} from './liquidation-price.ts';
import {type State, userAccount} from './state.ts';
import {NONE, SYSTEM} from './venue/accounts.ts';
import {openInterestValue} from './venue/controls.ts';
import {findPosition} from './venue/exposure.ts';
import {fundingRate} from './venue/funding.ts';
import {ppmCeil} from './venue/integers.ts';
import {assess} from './venue/margin.ts';
import type {Market} from './venue/market.ts';
import {POSITION_FLAG} from './venue/positions.ts';
import {impactOf, premiumPpb} from './venue/prices.ts';
import type {Programme} from './venue/programmes.ts';
import {counterparties} from './venue/symmetric.ts';
import type {AdlView, FundingView, MarketRiskView, PositionView, ProgrammeView, RiskView, SessionView} from './views.ts';

export function positionsOf(state: State, account: number): PositionView[] {
  const {positions, accounts, markets} = state.venue;
  const found: PositionView[] = [];
  for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
    if (positions.quantity[slot] !== 0) found.push(positionView(state, slot, markets[positions.market[slot]!]!));
  }
  return found;
}

function positionView({venue}: State, slot: number, market: Market): PositionView {
  const {positions} = venue;
  const lots = positions.quantity[slot]!;
  const value = Math.abs(lots) * market.mark * market.unit;
  const roll = market.rolls.get(positions.account[slot]!);
  const price = liquidationTicks(venue, slot);
  return {
    market: market.spec.name, size: quantityOf(market, lots), entryPrice: entryPriceOf(market, lots, positions.cost[slot]!), mark: priceOf(market, market.mark),
    unrealisedPnl: big(lots * market.mark * market.unit - positions.cost[slot]!), mode: (positions.flags[slot]! & POSITION_FLAG.isolated) === 0 ? 'cross' : 'isolated',
    collateral: big(positions.collateral[slot]!), initialMargin: big(ppmCeil(value, market.initialPpm(value))), maintenanceMargin: big(ppmCeil(value, market.maintenancePpm(value))),
    ...(price !== undefined && {liquidationPrice: priceOf(market, price)}), ...(roll && {autoRoll: {takeLots: big(roll.take), lossLots: big(roll.loss)}}),
  };
}

const FIFTHS = 5;

/** Every position of a market in the order in which its side would be closed, longs first. `undefined` for an unknown market. */
export function adlViews({state}: Core, name: string): AdlView[] | undefined {
  const market = state.markets.get(name);
  if (!market) return undefined;
  return market.mark === 0 ? [] : ([1, -1] as const).flatMap((sign) => queueOf(state, market, sign));
}

/** Places of all positions of a wallet, sub-accounts too. */
export function adlViewsOf({state}: Core, wallet: Address): AdlView[] {
  const main = userAccount(state, wallet);
  const numbers = main ? [main.number, ...state.subs.get(main.number) ?? []] : [];
  return numbers.flatMap((account, sub) => heldBy(state, account).flatMap(({market, lots}) =>
    queueOf(state, market, Math.sign(lots)).filter((view) => view.wallet === main!.wallet && (view.sub ?? 0) === sub)));
}

function heldBy({venue}: State, account: number): {market: Market; lots: number}[] {
  const held: {market: Market; lots: number}[] = [];
  for (let slot = venue.accounts.firstPosition[account]!; slot !== NONE; slot = venue.positions.next[slot]!) {
    const [market, lots] = [venue.markets[venue.positions.market[slot]!]!, venue.positions.quantity[slot]!];
    if (lots !== 0 && market.mark > 0) held.push({market, lots});
  }
  return held;
}

function queueOf(state: State, market: Market, sign: number): AdlView[] {
  const holder = holderIn(state);
  const queue = counterparties(state.venue, market, -sign);
  return queue.map((slot, index) => ({
    market: market.spec.name, ...holder(state.venue.positions.account[slot]!), side: sign > 0 ? 'long' : 'short', rank: index + 1, of: queue.length,
    lights: FIFTHS - Math.floor((FIFTHS * index) / queue.length),
  }));
}

/** Perpetuals, by market. */
export const fundingViews = ({state}: Core): FundingView[] => [...state.markets.values()].filter(({perpetual}) => perpetual).map(fundingOf);

/** `undefined` for a market that pays no funding. */
export function fundingView({state}: Core, name: string): FundingView | undefined {
  const market = state.markets.get(name);
  return market?.perpetual ? fundingOf(market) : undefined;
}

function fundingOf(market: Market): FundingView {
  const {funding, indexPrice, spec} = market;
  const bids = impactOf(market, 'bids', spec.impactNotional ?? 0);
  const asks = impactOf(market, 'asks', spec.impactNotional ?? 0);
  const tick = big(spec.tick);
  return {
    market: spec.name, ...(indexPrice > 0 && {index: priceOf(market, indexPrice)}), lastPpb: big(funding.lastPpb), premiumPpb: big(premiumPpb(market)), samples: funding.samples,
    ...(funding.samples > 0 && {predictedPpb: big(fundingRate(market))}), ...(funding.nextFunding > 0 && {nextAt: big(funding.nextFunding)}),
    ...(bids.lots > 0 && {impactBid: (big(bids.value) * tick) / big(bids.lots)}), ...(asks.lots > 0 && {impactAsk: (big(asks.value) * tick + big(asks.lots) - 1n) / big(asks.lots)}),
  };
}

export function riskView({state}: Core): RiskView {
  const {venue} = state;
  const fund = assess(venue, SYSTEM.liquidationFund);
  const [fundEquity, fundInitial] = [big(fund.equity), big(fund.initial)];
  return {
    fundEquity, fundInitial, fundPeak: big(Math.max(venue.fundPeak.current, venue.fundPeak.previous)), openInterestValue: big(openInterestValue(venue)),
    markets: venue.markets.filter(({perpetual}) => perpetual).map((market) => marketRisk(state, market)),
  };
}

function marketRisk({venue}: State, market: Market): MarketRiskView {
  const slot = findPosition(venue, SYSTEM.liquidationFund, market.index);
  const session = sessionView(market);
  return {
    market: market.spec.name, symmetric: market.symmetric, ...(market.mark > 0 && {mark: priceOf(market, market.mark)}), disturbedAt: big(market.controls.disturbedAt),
    openInterest: quantityOf(market, market.openInterest), openInterestValue: big(market.openInterest * market.mark * market.unit),
    ...(market.spec.openInterestMax > 0 && {openInterestMax: quantityOf(market, market.spec.openInterestMax)}),
    fundPosition: slot === NONE ? 0n : quantityOf(market, venue.positions.quantity[slot]!), ...(session && {session}),
  };
}

function sessionView({calendar, session}: Market): SessionView | undefined {
  const running = calendar[session];
  if (!running) return undefined;
  const {start, feePpm, fundingClampPpm, bandPpm, marginPpm} = running;
  return {index: session, of: calendar.length, start, feePpm, fundingClampPpm, bandPpm, marginPpm};
}

/** Members of a market's programmes, by account. `undefined` for an unknown market. */
export function programmeViews({state}: Core, name: string): ProgrammeView[] | undefined {
  const market = state.markets.get(name);
  return market && [...market.programmes].sort(([a], [b]) => a - b).map(([account, member]) => programmeView(state, {market, account, member}));
}

export const programmesOf = (state: State, account: number): ProgrammeView[] => state.venue.markets.flatMap((market) => {
  const member = market.programmes.get(account);
  return member ? [programmeView(state, {market, account, member})] : [];
});

function programmeView(state: State, {market, account, member}: {market: Market; account: number; member: Programme}): ProgrammeView {
  const {kind, feePpm, spreadPpm, lots, timePpm, total, quoted, standing} = member;
  return {
    market: market.spec.name, ...holderIn(state)(account), programme: PROGRAMMES[kind] as ProgrammeView['programme'], feePpm, spreadPpm, minimum: quantityOf(market, lots),
    timePpm, measuredMs: big(total), quotedMs: big(quoted), standing: standing === 1,
  };
}
