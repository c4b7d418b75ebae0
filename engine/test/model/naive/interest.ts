/** Less leverage pays: interest between the sides while symmetric liquidation is active, and the fund's excess to the best collateralised. */
import {openInterest} from './controls.ts';
import {toBucket} from './funding.ts';
import {assess, assessBucket, maintenanceOf, valueOf} from './margin.ts';
import {abs, ceilDiv, max, min, PPM, ppmFloor, sign, split, sum} from './numbers.ts';
import {FIRST_USER, FUND, type Market, type Position, type Refusal, refuse, type World} from './world.ts';

const [FUND_KEEPS, EXCESS_SHARE] = [20_000n, 100_000n];
/** One in ten receives; collateral counts up to twice the position; an account must be in twelve hourly samples. */
const [TOP, COLLATERAL_CAP, SAMPLES_LEAST] = [10, 2n, 12];
const HOUR_MS = 3_600_000n;

type Holder = {position: Position; side: bigint; value: bigint; collateral: bigint; spare: bigint};

/** Every user's position with its share of its bucket's equity, in proportion to maintenance. */
function holdersOf(world: World, market: Market): Holder[] {
  return world.holders(market).filter(({account}) => account >= FIRST_USER).map((position) => {
    const {equity, maintenance} = assessBucket(world, position);
    const collateral = (max(0n, equity) * maintenanceOf(market, position.lots)) / maintenance;
    return {position, side: sign(position.lots), value: abs(valueOf(position)), collateral, spare: max(0n, equity - maintenance)};
  });
}

/** One hour: whoever has less collateral per value than the other side pays those of that side's opposite who have more. */
function payInterest(world: World, market: Market): void {
  const holders = holdersOf(world, market);
  const known = holders.map((holder) => {
    const others = holders.filter(({side}) => side !== holder.side);
    const [collateral, value] = [sum(others.map((other) => other.collateral)), sum(others.map((other) => other.value))];
    // Collateral per value against the other side's, both times both values.
    return {holder, other: collateral, excess: holder.collateral * value - holder.value * collateral};
  });
  const receivers = known.filter(({excess}) => excess > 0n);
  if (receivers.length === 0) return;
  let pool = 0n;
  for (const {holder, other, excess} of known) {
    if (excess >= 0n || other === 0n) continue;
    const lots = min(ceilDiv(-excess * market.spec.collateralInterest, other * PPM), holder.spare);
    pool += lots;
    credit(world, holder.position, -lots);
  }
  split(pool, receivers.map(({excess}) => excess)).forEach((lots, index) => credit(world, receivers[index]!.holder.position, lots));
}

function credit(world: World, position: Position, lots: bigint): void {
  if (lots === 0n) return;
  toBucket(world, position, lots);
  world.tell({type: 'interestSettled', market: position.market.spec.name, ...world.who(position.account), lots});
}

/** Hourly samples in whole settlement units. */
function sample(world: World): void {
  for (const market of world.markets) {
    if (!market.spec.perpetual || market.mark === 0n) continue;
    for (const {position: {account}, value, collateral} of holdersOf(world, market)) {
      const standing = world.standings.get(account) ?? {collateral: 0n, value: 0n, samples: 0};
      standing.collateral += min(collateral, COLLATERAL_CAP * value) / PPM;
      standing.value += value / PPM;
      standing.samples += 1;
      world.standings.set(account, standing);
    }
  }
}

/** Daily. */
function distribute(world: World): void {
  const {equity, initial} = assess(world, FUND);
  const keep = max(initial, ppmFloor(openInterest(world), FUND_KEEPS));
  const amount = ppmFloor(max(0n, equity - keep), EXCESS_SHARE);
  const eligible = [...world.standings].filter(([, {samples, value}]) => samples >= SAMPLES_LEAST && value > 0n);
  eligible.sort(([a, x], [b, y]) => Number(y.collateral * x.value - x.collateral * y.value) || a - b);
  const chosen = eligible.slice(0, Math.ceil(eligible.length / TOP));
  world.standings.clear();
  split(amount, chosen.map(([, {collateral}]) => collateral)).forEach((lots, index) => {
    if (lots === 0n) return;
    const account = chosen[index]![0];
    world.accounts[FUND]!.cash -= lots;
    world.accounts[account]!.cash += lots;
    world.tell({type: 'excessDistributed', ...world.who(account), lots});
  });
}

/** 128 bits that draw the second of each hour in which standings are sampled; none: on the hour. */
export function setSampleSeed(world: World, seed: string): Refusal | undefined {
  if (!/^0x[0-9a-fA-F]{32}$/.test(seed)) return refuse('badFlags');
  world.sampleSeed = [0, 1, 2, 3].map((word) => BigInt(`0x${seed.slice(2 + 8 * word, 10 + 8 * word)}`));
  return undefined;
}

function sampleMoment({sampleSeed}: World, hour: bigint): bigint {
  if (sampleSeed.every((word) => word === 0n)) return hour * HOUR_MS;
  const mod = (value: bigint): bigint => value % (1n << 32n);
  const mixed = [...sampleSeed, hour].reduce((state, word) => {
    const first = mod((state ^ word) * 2_654_435_761n);
    const second = mod((first ^ (first >> 15n)) * 2_246_822_507n);
    return second ^ (second >> 13n);
  }, 0n);
  return hour * HOUR_MS + (mixed % 3_600n) * 1_000n;
}

/** Interest on the hour, then a sample where its moment has come, then on a new day the fund's excess. */
export function tickIncentives(world: World): void {
  const hour = world.now / HOUR_MS;
  const before = world.lastHour === 0n ? hour : world.lastHour;
  world.lastHour = hour;
  for (const market of world.markets) if (hour !== before && market.spec.perpetual && market.symmetric && market.mark > 0n) payInterest(world, market);
  if (world.nextSample > 0n && world.now >= world.nextSample) sample(world);
  if (world.now >= world.nextSample) world.nextSample = sampleMoment(world, hour + 1n);
  if (before / 24n !== hour / 24n && !world.halted) distribute(world);
}
