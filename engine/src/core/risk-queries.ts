/** What users look at when they look at risk: positions with their margin, ranks, funding, the Liquidation Fund, programmes. */
import type {Address} from 'viem';
import {big} from './amounts.ts';
import {entryPriceOf, holderIn, priceOf, PROGRAMMES, quantityOf} from './decode.ts';
import type {Core} from './engine.ts';
import {type State, userAccount} from './state.ts';
import {NONE, SYSTEM} from './venue/accounts.ts';
import {openInterestValue} from './venue/controls.ts';
import {findPosition} from './venue/exposure.ts';
import {fundingRate} from './venue/funding.ts';
import {ppmCeil} from './venue/integers.ts';
import {assess, assessBucket} from './venue/margin.ts';
import type {Market} from './venue/market.ts';
import {POSITION_FLAG} from './venue/positions.ts';
import {impactOf, premiumPpb} from './venue/prices.ts';
import {counterparties} from './venue/symmetric.ts';
import type {AdlView, FundingView, PositionView, ProgrammeView, RiskView} from './views.ts';

const PPM = 1_000_000n;

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
  const price = liquidationTicks(venue, slot, market);
  return {
    market: market.spec.name, size: quantityOf(market, lots), entryPrice: entryPriceOf(market, lots, positions.cost[slot]!), mark: priceOf(market, market.mark),
    unrealisedPnl: big(lots * market.mark * market.unit - positions.cost[slot]!), mode: (positions.flags[slot]! & POSITION_FLAG.isolated) === 0 ? 'cross' : 'isolated',
    collateral: big(positions.collateral[slot]!), initialMargin: big(ppmCeil(value, market.initialPpm(value))), maintenanceMargin: big(ppmCeil(value, market.maintenancePpm(value))),
    ...(price !== undefined && {liquidationPrice: price * big(market.spec.tick)}), ...(roll && {autoRoll: {takeLots: big(roll.take), lossLots: big(roll.loss)}}),
  };
}

/** equity + q·u·(p − mark) = maintenance of the others + |q|·p·u·rate, solved for p with the present rate; `undefined` where no price does it. */
function liquidationTicks(venue: State['venue'], slot: number, market: Market): bigint | undefined {
  const lots = venue.positions.quantity[slot]!;
  const value = Math.abs(lots) * market.mark * market.unit;
  const rate = market.maintenancePpm(value);
  const {equity, maintenance} = assessBucket(venue, slot);
  const others = maintenance - ppmCeil(value, rate);
  const numerator = (big(others - equity) + big(lots) * big(market.mark) * big(market.unit)) * PPM;
  const denominator = big(market.unit) * (big(lots) * PPM - big(Math.abs(lots)) * big(rate));
  const price = denominator === 0n ? 0n : numerator / denominator;
  return price > 0n && price < big(market.ladder.ticks) ? price : undefined;
}

const FIFTHS = 5;

/** Every position of a market in the order in which its side would be closed, longs first. `undefined` for an unknown market. */
export function adlViews({state}: Core, name: string): AdlView[] | undefined {
  const market = state.markets.get(name);
  if (!market) return undefined;
  const holder = holderIn(state);
  return ([1, -1] as const).flatMap((sign) => {
    const queue = counterparties(state.venue, market, -sign);
    return queue.map((slot, index): AdlView => ({
      market: name, ...holder(state.venue.positions.account[slot]!), side: sign > 0 ? 'long' : 'short', rank: index + 1, of: queue.length,
      lights: FIFTHS - Math.floor((FIFTHS * index) / queue.length),
    }));
  });
}

/** One position's place; `undefined` where there is none. */
export function adlView(core: Core, {market, wallet, sub = 0}: {market: string; wallet: Address; sub?: number}): AdlView | undefined {
  const account = userAccount(core.state, wallet, sub);
  return account && adlViews(core, market)?.find((view) => view.wallet === account.wallet && (view.sub ?? 0) === sub);
}

/** Perpetuals, by market. */
export function fundingViews({state}: Core): FundingView[] {
  return [...state.markets.values()].filter(({perpetual}) => perpetual).map((market) => {
    const {funding, indexPrice, spec} = market;
    const bids = impactOf(market, 'bids', spec.impactNotional ?? 0);
    const asks = impactOf(market, 'asks', spec.impactNotional ?? 0);
    const tick = big(spec.tick);
    return {
      market: spec.name, ...(indexPrice > 0 && {index: priceOf(market, indexPrice)}), lastPpb: big(funding.lastPpb), premiumPpb: big(premiumPpb(market)), samples: funding.samples,
      ...(funding.samples > 0 && {predictedPpb: big(fundingRate(market))}), ...(funding.nextFunding > 0 && {nextAt: big(funding.nextFunding)}),
      ...(bids.lots > 0 && {impactBid: (big(bids.value) * tick) / big(bids.lots)}), ...(asks.lots > 0 && {impactAsk: (big(asks.value) * tick + big(asks.lots) - 1n) / big(asks.lots)}),
    };
  });
}

export function riskView({state}: Core): RiskView {
  const {venue} = state;
  const fund = assess(venue, SYSTEM.liquidationFund);
  const [fundEquity, fundInitial] = [big(fund.equity), big(fund.initial)];
  return {
    fundEquity, fundInitial, fundPeak: big(Math.max(venue.fundPeak.current, venue.fundPeak.previous)), openInterestValue: big(openInterestValue(venue)),
    markets: venue.markets.filter(({perpetual}) => perpetual).map((market) => {
      const slot = findPosition(venue, SYSTEM.liquidationFund, market.index);
      return {
        market: market.spec.name, symmetric: market.symmetric, disturbedAt: big(market.controls.disturbedAt), openInterestValue: big(market.openInterest * market.mark * market.unit),
        fundPosition: slot === NONE ? 0n : quantityOf(market, venue.positions.quantity[slot]!),
      };
    }),
  };
}

/** Members of a market's programmes, by account. */
export function programmeViews({state}: Core, name: string): ProgrammeView[] | undefined {
  const market = state.markets.get(name);
  const holder = holderIn(state);
  return market && [...market.programmes].sort(([a], [b]) => a - b).map(([account, {kind, feePpm, spreadPpm, lots, timePpm, total, quoted, standing}]) => ({
    market: name, ...holder(account), programme: PROGRAMMES[kind] as ProgrammeView['programme'], feePpm, spreadPpm, minimum: quantityOf(market, lots), timePpm,
    measuredMs: big(total), quotedMs: big(quoted), standing: standing === 1,
  }));
}
