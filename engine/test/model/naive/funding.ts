/** Index prices of several sources, and hourly funding between the two sides of a perpetual. */
import {assessBucket, valueOf} from './margin.ts';
import {riskPass} from './liquidation.ts';
import {abs, ceilDiv, max, min, PPM, split, sum} from './numbers.ts';
import {depth} from './orders.ts';
import {FUND, type Market, type Position, type Refusal, refuse, type World} from './world.ts';

const STALE_MS = 15_000n;
const OUTLIER = 20_000n;
const [SAMPLE_MS, FUNDING_MS] = [5_000n, 3_600_000n];
const PPB = 1_000_000_000n;
/** The rate is drawn towards the market's interest by at most 0.05 %. */
const DRAW = 500_000n;

/** The lower middle one; 0 of none. */
function median(values: readonly bigint[]): bigint {
  return [...values].sort((a, b) => Number(a - b))[(values.length - 1) >> 1] ?? 0n;
}

/** The index is the median of the fresh sources that agree with their median. */
export function setSource(world: World, market: Market, source: number, price: bigint): Refusal | undefined {
  if (!Number.isInteger(source) || source < 0 || source > 7) return refuse('badFlags');
  market.sources[source] = {price, at: world.now};
  const fresh = market.sources.filter((known) => known.price > 0n && world.now - known.at <= STALE_MS).map((known) => known.price);
  const middle = median(fresh);
  market.indexPrice = median(fresh.filter((known) => abs(known - middle) * PPM <= OUTLIER * middle)) || market.indexPrice;
  return undefined;
}

/** Lots that the impact notional takes out of what a side shows, and their value; none where the side has not enough. */
function impact(world: World, market: Market, side: 'buy' | 'sell'): {lots: bigint; value: bigint} {
  const levels = [...depth(world, market, side)].map(([price, {lots}]) => ({price, lots}));
  if (levels.length === 0) return {lots: 0n, value: 0n};
  if (market.spec.impactNotional === 0n) return {lots: 1n, value: levels[0]!.price};
  let left = ceilDiv(market.spec.impactNotional, market.spec.unit);
  const taken = {lots: 0n, value: 0n};
  for (const {price, lots: shown} of levels) {
    const lots = min(shown, ceilDiv(left, price));
    taken.lots += lots;
    taken.value += lots * price;
    left -= lots * price;
    if (left <= 0n) return taken;
  }
  return {lots: 0n, value: 0n};
}

/** Parts per 10⁹ by which the impact bid lies above the index, or else the impact ask below it. */
function premium(world: World, market: Market): bigint {
  const {indexPrice} = market;
  if (indexPrice === 0n) return 0n;
  const [bids, asks] = [impact(world, market, 'buy'), impact(world, market, 'sell')];
  const above = bids.value - indexPrice * bids.lots;
  if (above > 0n) return (above * PPB) / (indexPrice * bids.lots);
  const below = indexPrice * asks.lots - asks.value;
  return below > 0n ? -((below * PPB) / (indexPrice * asks.lots)) : 0n;
}

const following = (now: bigint, step: bigint): bigint => (now / step + 1n) * step;

export function tickFunding(world: World, market: Market): void {
  const {funding} = market;
  const {now} = world;
  if (funding.nextFunding === 0n) {
    Object.assign(funding, {nextSample: following(now, SAMPLE_MS), nextFunding: following(now, FUNDING_MS)});
    return;
  }
  if (now >= funding.nextSample) Object.assign(funding, {sum: funding.sum + premium(world, market), samples: funding.samples + 1n, nextSample: following(now, SAMPLE_MS)});
  if (now < funding.nextFunding) return;
  if (funding.samples > 0n && market.mark > 0n && market.indexPrice > 0n) pay(world, market, rateOf(market));
  Object.assign(funding, {sum: 0n, samples: 0n, nextFunding: following(now, FUNDING_MS)});
}

const clamp = (value: bigint, most: bigint): bigint => max(-most, min(most, value));

function rateOf({funding, spec, clampPpm}: Market): bigint {
  const mean = funding.sum / funding.samples;
  const {initial, maintenance} = spec.margins[0]!;
  return clamp(mean + clamp(spec.fundingInterest - mean, DRAW), ((initial - maintenance) * clampPpm) / 1_000n);
}

/** A positive rate: longs pay. Nobody pays more than its bucket has; what rounding leaves is the fund's. */
function pay(world: World, market: Market, rate: bigint): void {
  if (rate === 0n) return;
  const holders = world.holders(market);
  const pays = ({lots}: Position): boolean => lots > 0n === rate > 0n;
  const due = (position: Position): bigint => abs(valueOf(position)) * abs(rate);
  const payers = holders.filter(pays).map((position) => ({position, lots: min(ceilDiv(due(position), PPB), max(0n, assessBucket(world, position).equity))}));
  const receivers = holders.filter((position) => !pays(position)).map((position) => ({position, lots: due(position) / PPB}));
  const [paid, owed] = [payers, receivers].map((side) => sum(side.map(({lots}) => lots))) as [bigint, bigint];
  const shares = paid >= owed ? receivers.map(({lots}) => lots) : split(paid, receivers.map(({lots}) => lots));
  for (const {position, lots} of payers) credit(world, position, -lots, rate);
  receivers.forEach(({position}, index) => credit(world, position, shares[index]!, rate));
  world.accounts[FUND]!.cash += paid - sum(shares);
  riskPass(world, market, market.mark);
}

function credit(world: World, position: Position, lots: bigint, ratePpb: bigint): void {
  if (lots === 0n) return;
  toBucket(world, position, lots);
  world.tell({type: 'fundingSettled', market: position.market.spec.name, ...world.who(position.account), lots, ratePpb});
}

export function toBucket(world: World, position: Position, lots: bigint): void {
  if (position.isolated) position.collateral += lots;
  else world.accounts[position.account]!.cash += lots;
}
