/** Less leverage pays: interest between the sides while symmetric liquidation is active, and the fund's excess to the best collateralised. */
import {openInterest} from './controls.ts';
import {toBucket} from './funding.ts';
import {assess, assessBucket, maintenanceOf, valueOf} from './margin.ts';
import {abs, ceilDiv, max, min, PPM, ppmFloor, sign, split, sum} from './numbers.ts';
import {FIRST_USER, FUND, type Market, type Position, type World} from './world.ts';

const RATE = 100n;
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
    const lots = min(ceilDiv(-excess * RATE, other * PPM), holder.spare);
    pool += lots;
    credit(world, holder.position, -lots);
  }
  split(pool, receivers.map(({excess}) => excess)).forEach((lots, index) => credit(world, receivers[index]!.holder.position, lots));
}

function credit(world: World, position: Position, lots: bigint): void {
  if (lots === 0n) return;
  toBucket(world, position, lots);
  world.tell({type: 'interestSettled', market: position.market.spec.name, wallet: world.wallet(position.account), lots});
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
    world.tell({type: 'excessDistributed', wallet: world.wallet(account), lots});
  });
}

export function tickIncentives(world: World): void {
  const hour = world.now / HOUR_MS;
  if (world.lastHour === 0n) world.lastHour = hour;
  if (hour === world.lastHour) return;
  const isSameDay = world.lastHour / 24n === hour / 24n;
  world.lastHour = hour;
  for (const market of world.markets) if (market.spec.perpetual && market.symmetric && market.mark > 0n) payInterest(world, market);
  sample(world);
  if (!isSameDay) distribute(world);
}
