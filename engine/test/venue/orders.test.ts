/** Orders of every kind against the typed book: what fills, what rests, what is refused and why. */
import {describe, expect, test} from 'vitest';
import {CLOSE, EVENT, ORDER_FLAG, REASON, SELF_TRADE, TIME_IN_FORCE} from '../../src/core/venue/codes.ts';
import {amend, cancel, cancelAll, duplicate} from '../../src/core/venue/orders.ts';
import {remainingOf} from '../../src/core/venue/reserve.ts';
import {broken, BUY, PERP, SELL, SPOT, World} from './world.ts';

const world = () => {
  const made = new World().rich();
  made.perp.mark = 200_000;
  return made;
};
const trades = (it: World) => it.events(EVENT.trade).map(({words, doubles}) => [words[2], words[3], ...doubles.slice(2)]);
const closes = (it: World) => it.events(EVENT.closed).map(({detail, words}) => [detail, words[1]]);
const [P] = [200_000];

describe.each([SPOT, PERP])('market %d', (market) => {
  test('price, then time; the maker\'s price counts', () => {
    const it = world();
    const [a, b, c] = it.users as [number, number, number];
    it.place(a, market, SELL, P + 1, 5);
    it.place(b, market, SELL, P, 5);
    it.place(a, market, SELL, P, 5);
    expect(it.place(c, market, BUY, P + 1, 12)).toBe(REASON.none);
    expect(trades(it).map(([lots, price]) => [lots, price])).toEqual([[5, P], [5, P], [2, P + 1]]);
    expect(broken(it)).toEqual([]);
  });

  test('immediate-or-cancel, fill-or-kill, post-only, good-till-date', () => {
    const it = world();
    const [a, b] = it.users as [number, number];
    it.place(a, market, SELL, P, 5);
    expect(it.place(b, market, BUY, P, 6, {timeInForce: TIME_IN_FORCE.fillOrKill})).toBe(REASON.noLiquidity);
    expect(it.place(b, market, BUY, P, 1, {flags: ORDER_FLAG.postOnly})).toBe(REASON.postOnlyTakes);
    expect(it.place(b, market, BUY, P - 1, 1, {flags: ORDER_FLAG.postOnly})).toBe(REASON.none);
    expect(it.place(b, market, BUY, P, 6, {timeInForce: TIME_IN_FORCE.immediateOrCancel})).toBe(REASON.none);
    expect(closes(it)).toEqual([[CLOSE.filled, 5], [CLOSE.immediateOrCancel, 5]]);
    expect(it.place(b, market, BUY, P, 6, {timeInForce: TIME_IN_FORCE.goodTillDate})).toBe(REASON.badTime);
    expect(it.place(b, market, BUY, P, 6, {timeInForce: TIME_IN_FORCE.goodTillDate, expiry: 9})).toBe(REASON.none);
    expect(it.venue.timers.next).toBe(9);
    expect(broken(it)).toEqual([]);
  });

  test('a market order is bounded and never rests', () => {
    const it = world();
    const [a, b] = it.users as [number, number];
    expect(it.place(b, market, BUY, 0, 1)).toBe(REASON.noLiquidity);
    it.place(a, market, SELL, P, 1);
    it.place(a, market, SELL, P * 2 - P / 4 * 3, 1);
    it.place(a, market, SELL, Math.floor(P * 1.21), 5);
    expect(it.place(b, market, BUY, 0, 9)).toBe(REASON.none);
    expect(trades(it).map(([lots]) => lots)).toEqual(P * 1.25 <= P * 1.2 ? [1, 1] : [1]);
    expect(closes(it).at(-1)).toEqual([CLOSE.noLiquidity, 1]);
    expect(broken(it)).toEqual([]);
  });

  test.each([
    ['cancelTaker', SELF_TRADE.cancelTaker, [3, 0, 4], [[CLOSE.filled, 3], [CLOSE.selfTrade, 3]]],
    ['cancelMaker', SELF_TRADE.cancelMaker, [3, 3], [[CLOSE.filled, 3], [CLOSE.selfTrade, 0], [CLOSE.filled, 3]]],
    ['cancelBoth', SELF_TRADE.cancelBoth, [3], [[CLOSE.filled, 3], [CLOSE.selfTrade, 0], [CLOSE.selfTrade, 3]]],
    ['decrement', SELF_TRADE.decrement, [3, 3], [[CLOSE.filled, 3], [CLOSE.selfTrade, 0], [CLOSE.filled, 3]]],
  ] as const)('self-trade: %s', (_, mode, _fills, expected) => {
    const it = world();
    const [a, b] = it.users as [number, number];
    it.place(b, market, SELL, P, 3);
    it.place(a, market, SELL, P, 4);
    it.place(b, market, SELL, P, 3);
    expect(it.place(a, market, BUY, P, 10, {selfTrade: mode})).toBe(REASON.none);
    expect(it.events(EVENT.trade).every(({words}) => words[0] !== words[1])).toBe(true);
    expect(closes(it).slice(0, expected.length)).toEqual(expected);
    expect(broken(it)).toEqual([]);
  });

  test('a taker that would meet its own order first is refused; fill-or-kill looks past nothing of its own', () => {
    const it = world();
    const [a, b] = it.users as [number, number];
    it.place(a, market, SELL, P, 4);
    it.place(b, market, SELL, P, 4);
    expect(it.place(a, market, BUY, P, 1)).toBe(REASON.selfTrade);
    expect(it.place(a, market, BUY, P, 4, {timeInForce: TIME_IN_FORCE.fillOrKill, selfTrade: SELF_TRADE.cancelMaker})).toBe(REASON.none);
    expect(it.place(a, market, BUY, P, 4, {timeInForce: TIME_IN_FORCE.fillOrKill, selfTrade: SELF_TRADE.cancelMaker})).toBe(REASON.noLiquidity);
    expect(broken(it)).toEqual([]);
  });

  test('amend keeps the place when it only shrinks, and is refused whole', () => {
    const it = world();
    const [a, b, c] = it.users as [number, number, number];
    it.place(a, market, SELL, P, 10, {clientLow: 7});
    const slot = it.newest(a);
    const sequence = it.venue.orders.sequence[slot]!;
    it.place(b, market, SELL, P, 10);
    expect(it.run((venue) => amend(venue, a, slot, sequence, P, 4))).toBe(REASON.none);
    it.place(c, market, BUY, P, 5);
    expect(trades(it).map(([lots]) => lots)).toEqual([4, 1]);
    it.place(a, market, SELL, P + 5, 3, {clientLow: 8});
    const second = it.newest(a);
    const itsSequence = it.venue.orders.sequence[second]!;
    expect(it.run((venue) => amend(venue, a, second, itsSequence, P + 9, 2 ** 29))).not.toBe(REASON.none);
    expect(remainingOf(it.venue, second)).toBe(3);
    expect(it.run((venue) => amend(venue, a, second, itsSequence, P + 9, 6))).toBe(REASON.none);
    expect(it.venue.ladderQuantity(market, P + 9)).toBe(6);
    expect(it.run((venue) => amend(venue, a, second, itsSequence, P + 9, 7))).toBe(REASON.unknownOrder);
    expect(broken(it)).toEqual([]);
  });

  test('an iceberg shows its peak and goes to the end of the queue with each', () => {
    const it = world();
    const [a, b, c] = it.users as [number, number, number];
    it.place(a, market, SELL, P, 10, {peak: 4});
    it.place(b, market, SELL, P, 4);
    expect(it.venue.ladderQuantity(market, P)).toBe(8);
    it.place(c, market, BUY, P, 9);
    expect(it.events(EVENT.trade).map(({words}) => [words[0], words[2]])).toEqual([[a, 4], [b, 4], [a, 1]]);
    expect(broken(it)).toEqual([]);
    expect(it.place(c, market, BUY, P, 5, {timeInForce: TIME_IN_FORCE.fillOrKill})).toBe(REASON.none);
    expect(it.venue.icebergs.size).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test('client ids: a repeat names the first order, another account may use the same, old ones are forgotten', () => {
    const it = world();
    const [a, b] = it.users as [number, number];
    it.place(a, market, BUY, P - 5, 1, {clientHigh: 1, clientLow: 2});
    const first = it.venue.orders.sequence[it.newest(a)]!;
    expect(it.place(a, market, BUY, P - 5, 2, {clientHigh: 1, clientLow: 2})).toBe(REASON.duplicateClientId);
    expect(duplicate.sequence).toBe(first);
    expect(it.place(a, market, BUY, P - 5, 1, {clientHigh: 1, clientLow: 2})).toBe(REASON.none);
    expect(it.events().map(({code, doubles}) => [code, doubles[0]])).toEqual([[EVENT.repeated, first]]);
    expect(it.place(b, market, BUY, P - 5, 1, {clientHigh: 1, clientLow: 2})).toBe(REASON.none);
    for (let id = 0; id < 600; id += 1) it.place(b, market, BUY, P - 9, 1, {clientLow: id + 10, timeInForce: TIME_IN_FORCE.immediateOrCancel});
    expect(it.place(a, market, BUY, P - 5, 1, {clientHigh: 1, clientLow: 2})).toBe(REASON.none);
  });

  test('cancel names an own live order; cancel-all takes one market or all', () => {
    const it = world();
    const [a, b] = it.users as [number, number];
    for (const price of [P - 1, P - 2, P - 3]) it.place(a, market, BUY, price, 1);
    const slot = it.newest(a);
    const sequence = it.venue.orders.sequence[slot]!;
    expect(it.run((venue) => cancel(venue, b, slot, sequence))).toBe(REASON.unknownOrder);
    expect(it.run((venue) => cancel(venue, a, slot, sequence))).toBe(REASON.none);
    expect(it.run((venue) => cancel(venue, a, slot, sequence))).toBe(REASON.unknownOrder);
    expect(it.run((venue) => cancelAll(venue, a, 1 - market))).toBe(REASON.none);
    expect(it.venue.accounts.orderCount[a]).toBe(2);
    expect(it.run((venue) => cancelAll(venue, a, -1))).toBe(REASON.none);
    expect(it.venue.accounts.orderCount[a]).toBe(0);
    expect(it.venue.orders.live).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test.each([
    ['no such account', {account: 99}, REASON.unknownAccount], ['a system account', {account: 1}, REASON.unknownAccount],
    ['no such market', {market: 7}, REASON.unknownMarket], ['zero quantity', {quantity: 0}, REASON.badQuantity], ['a fraction', {quantity: 1.5}, REASON.badQuantity],
    ['NaN', {quantity: Number.NaN}, REASON.badQuantity], ['too many lots', {quantity: 2 ** 31}, REASON.badQuantity], ['a negative price', {price: -1}, REASON.badPrice],
    ['a price beyond the ladder', {price: 2 ** 20}, REASON.badPrice], ['a side that is none', {side: 2 as 1}, REASON.badFlags],
    ['an unknown flag', {flags: 1 << 25}, REASON.badFlags], ['too large a value', {quantity: 2 ** 30, price: 2 ** 20 - 1}, market === SPOT ? REASON.insufficientFunds : REASON.insufficientMargin],
    ['an iceberg that is immediate', {peak: 1, timeInForce: 1}, REASON.badFlags], ['a peak above the quantity', {peak: 11}, REASON.badFlags],
  ])('refuses %s', (_, change, reason) => {
    const it = world();
    it.perp.mark = 2 ** 20 - 1;
    expect(it.place(it.users[0]!, market, BUY, 100, 10, change)).toBe(reason);
    expect(broken(it)).toEqual([]);
  });
});

test('reduce-only never opens or flips, at entry and at the match', () => {
  const it = world();
  const [a, b, c] = it.users as [number, number, number];
  const flags = ORDER_FLAG.reduceOnly;
  expect(it.place(a, PERP, SELL, P, 5, {flags})).toBe(REASON.reduceOnlyIncreases);
  it.place(b, PERP, SELL, P, 5);
  it.place(a, PERP, BUY, P, 5);
  expect(it.place(a, PERP, SELL, P + 1, 9, {flags})).toBe(REASON.none);
  expect(it.place(a, PERP, SELL, P + 2, 5, {flags})).toBe(REASON.none);
  it.place(c, PERP, BUY, P + 2, 20);
  expect(it.events(EVENT.trade).map(({words}) => words[2])).toEqual([5]);
  expect(closes(it)).toContainEqual([CLOSE.reduceOnly, 0]);
  expect(it.positionOf(a).quantity).toBe(0);
  expect(broken(it)).toEqual([]);
});
