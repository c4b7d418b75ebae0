/** When symmetric liquidation is active: a poor or losing fund, a fast mark; until all has been calm for a while. */
import {assess, valueOf} from './margin.ts';
import {abs, max, PPM, sum} from './numbers.ts';
import {FUND, type Lookback, type Market, type World} from './world.ts';

const [FUND_LOW, FUND_HIGH, DRAWDOWN, VELOCITY] = [1_000n, 5_000n, 300_000n, 100_000n];
const CALM_MS = 600_000n;
const [DRAWDOWN_WINDOW, VELOCITY_WINDOW] = [4n * 3_600_000n, 60_000n];

/** Two tumbling windows: a new one starts from `value`. */
function turn(look: Lookback, now: bigint, window: bigint, value: bigint): void {
  const age = now - look.startedAt;
  if (age < window && look.current !== 0n) return;
  look.previous = age < 2n * window && look.current !== 0n ? look.current : value;
  look.current = value;
  look.startedAt = now - (now % window);
}

/** Value of all long positions at the marks. */
export const openInterest = (world: World): bigint => sum(world.positions.filter(({lots}) => lots > 0n).map(valueOf));

export function setSymmetric(world: World, market: Market, active: boolean): void {
  if (active) market.disturbedAt = world.now;
  if (market.symmetric === active) return;
  market.symmetric = active;
  world.tell({type: 'symmetricLiquidationChanged', market: market.spec.name, active});
}

/** At each mark, before the risk pass. */
export function updateControls(world: World, market: Market): void {
  const {equity: fund} = assess(world, FUND);
  const interest = openInterest(world);
  const {marks} = market;
  const {fundPeak, now} = world;
  turn(marks, now, VELOCITY_WINDOW, market.mark);
  turn(fundPeak, now, DRAWDOWN_WINDOW, fund);
  fundPeak.current = max(fundPeak.current, fund);
  const peak = max(fundPeak.current, fundPeak.previous);
  const isPoor = fund * PPM < FUND_LOW * interest;
  const hasLost = peak > 0n && (peak - fund) * PPM > DRAWDOWN * peak;
  const isFast = max(abs(market.mark - marks.current), abs(market.mark - marks.previous)) * PPM > VELOCITY * marks.previous;
  if (isPoor || hasLost || isFast) setSymmetric(world, market, true);
  else if (market.symmetric && fund * PPM > FUND_HIGH * interest && now - market.disturbedAt >= CALM_MS) setSymmetric(world, market, false);
}
