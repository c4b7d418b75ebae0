/** What time does: funding, interest between over- and under-collateralised accounts, the fund's excess, timers; and isolated margin. */
import {describe, expect, test} from 'vitest';
import {SYSTEM} from '../../src/core/venue/accounts.ts';
import {CLOSE, EVENT, ORDER_FLAG, REASON, TIME_IN_FORCE} from '../../src/core/venue/codes.ts';
import {payFunding} from '../../src/core/venue/funding.ts';
import {distributeExcess, payInterest, sampleMoment, sampleStandings, setSampleSeed} from '../../src/core/venue/incentives.ts';
import {moveCollateral, setFeeTier, setMarginMode} from '../../src/core/venue/isolated.ts';
import {setMark} from '../../src/core/venue/liquidation.ts';
import {assess} from '../../src/core/venue/margin.ts';
import {impactOf, premiumPpb, setSource} from '../../src/core/venue/prices.ts';
import {armDeadMan} from '../../src/core/venue/leases.ts';
import {tick} from '../../src/core/venue/tick.ts';
import {broken, BUY, PERP, SELL, USD, World} from './world.ts';

const P = 200_000;
const ok = (it: World, command: Parameters<World['run']>[0]): void => expect(it.run(command)).toBe(REASON.none);
const at = (it: World, now: number): void => {
  it.venue.now = now;
  it.run((venue) => tick(venue) ?? REASON.none);
};

function opened(): World {
  const it = new World();
  const [a, b, c] = it.users as [number, number, number];
  it.fund(a, USD, 30_000_000).fund(b, USD, 500_000_000).fund(c, USD, 60_000_000);
  ok(it, (venue) => setMark(venue, PERP, P));
  it.place(b, PERP, SELL, P, 1_500);
  it.place(a, PERP, BUY, P, 1_000);
  it.place(c, PERP, BUY, P, 500);
  return it;
}

describe('funding', () => {
  test('an hour of premium moves from longs to shorts, to the unit', () => {
    const it = opened();
    const [a, b, c] = it.users as [number, number, number];
    at(it, 1_000);
    ok(it, (venue) => setSource(venue, PERP, 0, P));
    it.place(b, PERP, BUY, P + 400, 1);
    const before = it.users.map((user) => assess(it.venue, user).equity);
    for (let now = 5_000; now < 3_600_000; now += 5_000) at(it, now);
    expect(it.perp.funding.samples).toBe(719);
    at(it, 3_600_000);
    // Premium 0.2 %, drawn 0.05 % towards interest.
    expect(it.perp.funding.lastPpb).toBe(1_500_000);
    const paid = it.users.map((user, index) => assess(it.venue, user).equity - before[index]!);
    expect(paid).toEqual([-300_000, 450_000, -150_000, 0]);
    expect(it.events(EVENT.funding)).toHaveLength(3);
    expect(broken(it)).toEqual([]);
    expect([a, b, c].length).toBe(3);
  });

  test('the impact price of a notional is what it would pay through the book, to the part', () => {
    const it = opened();
    const [, b, c] = it.users as [number, number, number];
    ok(it, (venue) => setSource(venue, PERP, 0, P));
    it.perp.revise({...it.perp.spec, impactNotional: 5 * P});
    it.place(b, PERP, BUY, P + 400, 2);
    expect(premiumPpb(it.perp)).toBe(0); // not as much in the book
    it.place(b, PERP, BUY, P + 100, 3);
    // 2 at +400 and, for the rest of five times the index, 3 at +100 of which the value needs not quite all.
    expect(impactOf(it.perp, 'bids', 5 * P)).toEqual({lots: 5, value: 5 * P + 1_100});
    expect(premiumPpb(it.perp)).toBe(Math.trunc((1_100 * 1e9) / (5 * P)));
    expect(impactOf(it.perp, 'bids', 1)).toEqual({lots: 1, value: P + 400});
    expect(impactOf(it.perp, 'asks', 1)).toEqual({lots: 0, value: 0});
    ok(it, (venue) => setSource(venue, PERP, 0, P + 2_000));
    it.place(c, PERP, SELL, P + 1_000, 9);
    expect(impactOf(it.perp, 'asks', 5 * P)).toEqual({lots: 5, value: 5 * (P + 1_000)});
    expect(premiumPpb(it.perp)).toBe(-Math.trunc((1_000 * 1e9) / (P + 2_000)));
    expect(broken(it)).toEqual([]);
  });

  test('nobody pays more than it has; receivers share what there is; dust feeds the fund', () => {
    const it = opened();
    ok(it, (venue) => (payFunding(venue, it.perp, 400_000_000), REASON.none));
    expect(broken(it)).toEqual([]);
    const paid = it.events(EVENT.funding).map(({doubles}) => doubles[0]!);
    expect(paid.filter((lots) => lots < 0)[0]).toBeGreaterThan(-80_000_000);
    const fund = assess(it.venue, SYSTEM.liquidationFund).equity;
    ok(it, (venue) => (payFunding(venue, it.perp, 7), REASON.none));
    expect(assess(it.venue, SYSTEM.liquidationFund).equity).toBeGreaterThanOrEqual(fund);
    expect(broken(it)).toEqual([]);
  });

  test('the index is the median of fresh sources that agree', () => {
    const it = opened();
    for (const [source, price] of [[0, P], [1, P + 10], [2, P + 20], [3, P * 2]] as const) ok(it, (venue) => setSource(venue, PERP, source, price));
    expect(it.perp.indexPrice).toBe(P + 10);
    it.venue.now += 20_000;
    ok(it, (venue) => setSource(venue, PERP, 3, P + 99));
    expect(it.perp.indexPrice).toBe(P + 99);
    expect(it.run((venue) => setSource(venue, PERP, 8, P))).toBe(REASON.badFlags);
    expect(it.run((venue) => setSource(venue, PERP, 0, 0))).toBe(REASON.badPrice);
    expect(it.run((venue) => setSource(venue, 9, 0, P))).toBe(REASON.unknownMarket);
  });
});

describe('incentives', () => {
  test('the less collateralised pay the more collateralised, exactly; without receivers nobody pays', () => {
    const it = opened();
    const before = it.users.map((user) => assess(it.venue, user).equity);
    ok(it, (venue) => (payInterest(venue, it.perp), REASON.none));
    const change = it.users.map((user, index) => assess(it.venue, user).equity - before[index]!);
    expect(change.reduce((sum, lots) => sum + lots, 0)).toBe(0);
    expect(change[0]).toBeLessThan(0);
    expect(change[1]).toBeGreaterThan(0);
    expect(change[3]).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test('the fund\'s excess goes to the best collateralised that stayed long enough', () => {
    const it = opened();
    it.fund(SYSTEM.liquidationFund, USD, 1e9);
    for (let hour = 0; hour < 11; hour += 1) sampleStandings(it.venue);
    ok(it, (venue) => (distributeExcess(venue), REASON.none));
    expect(it.events(EVENT.excess)).toEqual([]);
    for (let hour = 0; hour < 12; hour += 1) sampleStandings(it.venue);
    ok(it, (venue) => (distributeExcess(venue), REASON.none));
    expect(it.events(EVENT.excess).map(({words}) => words[0])).toEqual([it.users[1]]);
    expect(broken(it)).toEqual([]);
  });

  test('samples fall on moments that the seed draws, one in each hour', () => {
    const it = opened();
    const seed = [0x12345678, -5, 77, 1];
    ok(it, (venue) => setSampleSeed(venue, seed));
    const hour = 3_600_000;
    const samples = () => [...it.venue.standings.values()].reduce((sum, {samples: count}) => sum + count, 0);
    at(it, 30_000);
    const moments = Array.from({length: 6}, (_, index) => sampleMoment(it.venue, index + 1));
    expect(new Set(moments.map((moment) => moment % hour)).size).toBe(6);
    moments.forEach((moment, index) => {
      expect(Math.floor(moment / hour)).toBe(index + 1);
      at(it, moment - 1);
      expect(samples()).toBe(3 * index);
      at(it, moment);
      at(it, moment + 1);
      expect(samples()).toBe(3 * (index + 1));
    });
    ok(it, (venue) => setSampleSeed(venue, [1, 1, 1, 1]));
    expect(it.venue.nextSample).not.toBe(sampleMoment(it.venue, 7));
    at(it, 8 * hour);
    expect(it.venue.nextSample).toBe(sampleMoment(it.venue, 9));
  });

  test('hourly and daily work is done by the clock', () => {
    const it = opened();
    it.perp.symmetric = true;
    it.fund(SYSTEM.liquidationFund, USD, 1e9);
    for (let hour = 1; hour <= 24; hour += 1) {
      at(it, hour * 3_600_000);
      expect(it.events(EVENT.interest).length > 0).toBe(hour > 1);
    }
    expect(it.events(EVENT.excess)).toHaveLength(1);
    expect(broken(it)).toEqual([]);
  });
});

test('orders expire and dead-man timers fire at a tick, the newest arming alone', () => {
  const it = opened();
  const [, b] = it.users as [number, number];
  it.place(b, PERP, BUY, P - 50, 1, {timeInForce: TIME_IN_FORCE.goodTillDate, expiry: 10_000});
  it.place(b, PERP, BUY, P - 60, 1, {flags: ORDER_FLAG.deadMan});
  it.place(b, PERP, BUY, P - 70, 1);
  armDeadMan(it.venue, b, 12_000);
  armDeadMan(it.venue, b, 14_000);
  const closed = () => it.events(EVENT.closed).map(({detail}) => detail);
  at(it, 9_999);
  expect(closed()).toEqual([]);
  at(it, 12_000);
  expect(closed()).toEqual([CLOSE.expired]);
  at(it, 14_000);
  expect(closed()).toEqual([CLOSE.deadMan]);
  expect(it.venue.accounts.orderCount[b]).toBe(1);
  expect(broken(it)).toEqual([]);
});

describe('isolated margin', () => {
  test('a bucket of its own: its loss ends at its collateral, and it is liquidated alone', () => {
    const it = new World();
    const [a, b] = it.users as [number, number];
    it.fund(a, USD, 1e9).fund(b, USD, 1e9);
    ok(it, (venue) => setMark(venue, PERP, P));
    ok(it, (venue) => setMarginMode(venue, a, PERP, true));
    it.place(b, PERP, SELL, P, 1_000);
    it.place(a, PERP, BUY, P, 1_000);
    expect(it.positionOf(a).collateral).toBe(20_000_000);
    expect(it.run((venue) => setMarginMode(venue, a, PERP, false))).toBe(REASON.positionOpen);
    ok(it, (venue) => moveCollateral(venue, a, PERP, 5_000_000));
    expect(it.run((venue) => moveCollateral(venue, a, PERP, -6_000_000))).toBe(REASON.insufficientMargin);
    ok(it, (venue) => moveCollateral(venue, a, PERP, -5_000_000));
    const outside = assess(it.venue, a).equity;
    ok(it, (venue) => setMark(venue, PERP, 170_000));
    expect(it.positionOf(a).quantity).toBe(0);
    expect(assess(it.venue, a).equity).toBe(outside);
    expect(broken(it)).toEqual([]);
  });

  test('closing gives collateral and profit back; adding takes more', () => {
    const it = new World();
    const [a, b] = it.users as [number, number];
    it.fund(a, USD, 1e9).fund(b, USD, 1e9);
    ok(it, (venue) => setMark(venue, PERP, P));
    ok(it, (venue) => setMarginMode(venue, a, PERP, true));
    it.place(b, PERP, SELL, P, 2_000);
    it.place(a, PERP, BUY, P, 1_000);
    it.place(a, PERP, BUY, P, 1_000);
    expect(it.positionOf(a).collateral).toBe(40_000_000);
    it.place(b, PERP, BUY, P + 1_000, 3_000);
    it.place(a, PERP, SELL, P + 1_000, 500);
    expect(it.positionOf(a).collateral).toBe(30_000_000); // the closed quarter takes its own 10 million, and its gain
    it.place(a, PERP, SELL, P + 1_000, 2_500);
    expect(it.positionOf(a).quantity).toBe(-1_000);
    expect(it.positionOf(a).collateral).toBe(1_000 * P / 10); // sold above the mark: no loss to cover
    expect(broken(it)).toEqual([]);
  });

  test('what cannot be set is refused', () => {
    const it = new World().rich();
    const [a] = it.users as [number];
    expect(it.run((venue) => setMarginMode(venue, 1, PERP, true))).toBe(REASON.unknownAccount);
    expect(it.run((venue) => setMarginMode(venue, a, 0, true))).toBe(REASON.unknownMarket);
    expect(it.run((venue) => moveCollateral(venue, a, PERP, 1))).toBe(REASON.noPosition);
    expect(it.run((venue) => setFeeTier(venue, a, 32))).toBe(REASON.badFlags);
    ok(it, (venue) => setFeeTier(venue, a, 1));
  });
});
