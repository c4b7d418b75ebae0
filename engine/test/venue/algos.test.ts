/** Triggers, parents, rolls, novations and sessions. */
import {describe, expect, test} from 'vitest';
import {SYSTEM} from '../../src/core/venue/accounts.ts';
import {CLOSE, EVENT, REASON, TRIGGER_BY} from '../../src/core/venue/codes.ts';
import {restoreVenue, venueBytes} from '../../src/core/venue/image.ts';
import {setMark} from '../../src/core/venue/liquidation.ts';
import {assess} from '../../src/core/venue/margin.ts';
import {cancelParent, placeParent} from '../../src/core/venue/parents.ts';
import {acceptNovation, offerNovation, setAutoRoll, withdrawOffer} from '../../src/core/venue/roll.ts';
import {setCalendar} from '../../src/core/venue/sessions.ts';
import {tick} from '../../src/core/venue/tick.ts';
import {cancelTrigger, fireTriggers, placeTriggers, type Trigger} from '../../src/core/venue/triggers.ts';
import {Venue} from '../../src/core/venue/venue.ts';
import {broken, BUY, PERP, perpSpec, SELL, SPOT, spotSpec, USD, World} from './world.ts';

const P = 200_000;
/** A command and what follows it in the core. */
const run = (it: World, command: Parameters<World['run']>[0]): number => it.run((venue) => {
  const reason = command(venue);
  if (reason === REASON.none) fireTriggers(venue);
  return reason;
});
const mark = (it: World, price: number): void => expect(run(it, (venue) => setMark(venue, PERP, price))).toBe(REASON.none);
const at = (it: World, now: number): void => {
  it.venue.now = now;
  run(it, (venue) => tick(venue) ?? REASON.none);
};

/** User 0 long 100 at P against user 1; user 2 quotes around. */
function opened(): World {
  const it = new World().rich();
  const [a, b, c] = it.users as [number, number, number];
  mark(it, P);
  it.place(b, PERP, SELL, P, 100);
  it.place(a, PERP, BUY, P, 100);
  it.place(c, PERP, BUY, P - 2_000, 1_000);
  it.place(c, PERP, SELL, P + 2_000, 1_000);
  return it;
}

const stop = (account: number, change: Partial<Trigger> = {}): Omit<Trigger, 'sibling'> => ({
  account, market: PERP, by: TRIGGER_BY.mark, direction: -1, price: P - 1_000, side: SELL, quantity: 100, limit: 0, reduceOnly: 1, trail: 0, ...change,
});

describe('triggers', () => {
  test('a stop becomes a market order when the mark reaches it; what it is refused for is told', () => {
    const it = opened();
    const [a] = it.users as [number];
    expect(run(it, (venue) => placeTriggers(venue, [stop(a), ]))).toBe(REASON.none);
    expect(run(it, (venue) => placeTriggers(venue, [stop(a, {price: P - 1_500})]))).toBe(REASON.none);
    mark(it, P - 999);
    expect(it.events(EVENT.triggered)).toEqual([]);
    mark(it, P - 1_000);
    expect(it.events(EVENT.triggered).map(({detail}) => detail)).toEqual([REASON.none]);
    expect(it.positionOf(a).quantity).toBe(0);
    mark(it, P - 1_600);
    expect(it.events(EVENT.triggered).map(({detail}) => detail)).toEqual([REASON.reduceOnlyIncreases]);
    expect(it.venue.triggers.waiting.size).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test('one cancels the other; a stop-limit rests at its limit', () => {
    const it = opened();
    const [a] = it.users as [number];
    run(it, (venue) => placeTriggers(venue, [stop(a), stop(a, {direction: 1, price: P + 1_000, limit: P + 900})]));
    mark(it, P + 1_000);
    expect(it.events(EVENT.triggerClosed).map(({detail}) => detail)).toEqual([CLOSE.filled, CLOSE.oneCancelsOther]);
    expect(it.venue.orders.price[it.newest(a)]).toBe(P + 900);
    expect(it.venue.triggers.perAccount.size).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test('a trailing stop follows the best price and never steps back', () => {
    const it = opened();
    const [a] = it.users as [number];
    run(it, (venue) => placeTriggers(venue, [stop(a, {trail: 1_000})]));
    for (const price of [P + 3_000, P + 2_500, P + 2_001]) mark(it, price);
    expect(it.events(EVENT.triggered)).toEqual([]);
    mark(it, P + 2_000);
    expect(it.events(EVENT.triggered)).toHaveLength(1);
  });

  test('by last price, in a chain: one fill sets off the next', () => {
    const it = opened();
    const [a, b, c] = it.users as [number, number, number];
    it.place(c, PERP, BUY, P - 10, 1);
    it.place(c, PERP, BUY, P - 20, 200);
    run(it, (venue) => placeTriggers(venue, [stop(a, {by: TRIGGER_BY.last, price: P - 10, quantity: 50})]));
    run(it, (venue) => placeTriggers(venue, [stop(a, {by: TRIGGER_BY.last, price: P - 20, quantity: 50})]));
    it.place(b, PERP, SELL, P - 10, 1);
    it.venue.log.clear();
    fireTriggers(it.venue);
    expect(it.events(EVENT.triggered)).toHaveLength(2);
    expect(it.positionOf(a).quantity).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test('refusals, cancelling, limits', () => {
    const it = opened();
    const [a, b] = it.users as [number, number];
    const refusal = (change: Partial<Trigger>) => run(it, (venue) => placeTriggers(venue, [stop(a, change)]));
    expect([refusal({account: 1}), refusal({market: 9}), refusal({quantity: 0}), refusal({price: 0}), refusal({by: 7}), refusal({price: P + 1}), refusal({market: SPOT})])
      .toEqual([REASON.unknownAccount, REASON.unknownMarket, REASON.badQuantity, REASON.badPrice, REASON.badFlags, REASON.badPrice, REASON.badFlags]);
    for (let count = 0; count < 100; count += 1) expect(refusal({})).toBe(REASON.none);
    expect(refusal({})).toBe(REASON.tooManyOrders);
    expect(run(it, (venue) => cancelTrigger(venue, b, 1))).toBe(REASON.unknownOrder);
    expect(run(it, (venue) => cancelTrigger(venue, a, 1))).toBe(REASON.none);
    expect(refusal({})).toBe(REASON.none);
  });
});

describe('parents', () => {
  const twap = {market: PERP, side: SELL as 0 | 1, quantity: 100, limit: 0, byVolume: 0, reduceOnly: 1, slices: 4, interval: 1_000};

  test('TWAP: equal slices by the clock; the last takes what is left', () => {
    const it = opened();
    const [a] = it.users as [number];
    expect(run(it, (venue) => placeParent(venue, {...twap, account: a}))).toBe(REASON.none);
    const sizes: number[] = [];
    for (const now of [1_000, 2_000, 3_000, 4_000]) {
      at(it, now);
      sizes.push(...it.events(EVENT.trade).map(({words}) => words[2]!));
    }
    expect(sizes).toEqual([25, 25, 25, 25]);
    expect(it.events(EVENT.parentClosed).map(({detail, words}) => [detail, words[1]])).toEqual([[CLOSE.filled, 100]]);
    expect(broken(it)).toEqual([]);
  });

  test('an empty book delays; at the end the parent says what it did', () => {
    const it = opened();
    const [a, , c] = it.users as [number, number, number];
    run(it, (venue) => placeParent(venue, {...twap, account: a, limit: P - 1_000}));
    at(it, 1_000);
    it.place(c, PERP, BUY, P - 900, 30);
    for (const now of [2_000, 3_000, 4_000]) at(it, now);
    expect(it.events(EVENT.parentClosed).map(({detail, words}) => [detail, words[1]])).toEqual([[CLOSE.expired, 30]]);
  });

  test('VWAP follows the hours in which the market trades', () => {
    const it = opened();
    const [a] = it.users as [number];
    it.perp.hourVolume.set([0, 300, 100, 0, 0]);
    run(it, (venue) => placeParent(venue, {...twap, account: a, byVolume: 1, interval: 3_600_000}));
    const sizes: number[] = [];
    for (let hour = 1; hour <= 4; hour += 1) {
      at(it, hour * 3_600_000);
      sizes.push(...it.events(EVENT.trade).map(({words}) => words[2]!));
    }
    expect(sizes.reduce((sum, lots) => sum + lots, 0)).toBe(100);
    expect(sizes[0]! > sizes[1]! && sizes[1]! > 1).toBe(true);
  });

  test('refusals and cancelling', () => {
    const it = opened();
    const [a, b] = it.users as [number, number];
    const refusal = (change: object) => run(it, (venue) => placeParent(venue, {...twap, account: a, ...change}));
    expect([refusal({account: 0}), refusal({market: 5}), refusal({quantity: 3}), refusal({limit: -1}), refusal({slices: 1}), refusal({interval: 10}), refusal({market: SPOT})])
      .toEqual([REASON.unknownAccount, REASON.unknownMarket, REASON.badQuantity, REASON.badPrice, REASON.badTime, REASON.badTime, REASON.badFlags]);
    for (let count = 0; count < 20; count += 1) expect(refusal({})).toBe(REASON.none);
    expect(refusal({})).toBe(REASON.tooManyOrders);
    expect(run(it, (venue) => cancelParent(venue, b, 1))).toBe(REASON.unknownOrder);
    expect(run(it, (venue) => cancelParent(venue, a, 1))).toBe(REASON.none);
    at(it, 1_000);
    expect(it.events(EVENT.trade)).toHaveLength(4); // the first four have closed the position
  });
});

describe('auto-roll', () => {
  test('a winner that rolls is no unrealised winner: symmetric liquidation meets the others first', () => {
    const it = new World({users: 4});
    const [a, b, c] = it.users as [number, number, number];
    it.fund(a, USD, 44_000_000).fund(b, USD, 1e9).fund(c, USD, 1e10);
    mark(it, P);
    it.place(b, PERP, SELL, P, 1_000);
    it.place(c, PERP, SELL, P, 1_000);
    it.place(a, PERP, BUY, P, 2_000);
    expect(run(it, (venue) => setAutoRoll(venue, b, PERP, {take: 1_000_000, loss: 0}))).toBe(REASON.none);
    const before = assess(it.venue, b).equity;
    mark(it, P - 2_000);
    expect(it.events(EVENT.rolled).map(({words}) => words[0])).toEqual([b]);
    // Won 2 million; the fee is a fifth of the taker fee.
    expect(assess(it.venue, b).equity - before).toBe(2_000_000 - 19_800);
    expect(it.positionOf(b).cost).toBe(-1_000 * (P - 2_000));
    it.venue.markets[PERP]!.rolls.clear();
    mark(it, 186_500);
    expect(it.events(EVENT.liquidated).length).toBeGreaterThan(0);
    expect(broken(it)).toEqual([]);
  });

  test('rolling through a gap that liquidates keeps every invariant', () => {
    const it = opened();
    const [a, b] = it.users as [number, number];
    for (const account of [a, b]) run(it, (venue) => setAutoRoll(venue, account, PERP, {take: 1, loss: 1}));
    for (const price of [250_000, 150_000, 187_500, 140_625]) {
      mark(it, price);
      expect(broken(it)).toEqual([]);
    }
    expect([run(it, (venue) => setAutoRoll(venue, 1, PERP, {take: 1, loss: 1})), run(it, (venue) => setAutoRoll(venue, a, SPOT, {take: 1, loss: 1})), run(it, (venue) => setAutoRoll(venue, a, PERP, {take: -1, loss: 1}))])
      .toEqual([REASON.unknownAccount, REASON.unknownMarket, REASON.badAmount]);
  });
});

describe('novation', () => {
  test('needs both consents, keeps open interest, and the receiver\'s margin', () => {
    const it = opened();
    const [a, b, , d] = it.users as [number, number, number, number];
    const interest = it.perp.openInterest;
    expect(run(it, (venue) => offerNovation(venue, {from: a, to: d, market: PERP, lots: 60, price: P + 100}))).toBe(REASON.none);
    expect(run(it, (venue) => offerNovation(venue, {from: a, to: d, market: PERP, lots: 60, price: 0}))).toBe(REASON.positionOpen);
    expect(run(it, (venue) => acceptNovation(venue, b, 1))).toBe(REASON.noConsent);
    expect(run(it, (venue) => acceptNovation(venue, d, 1))).toBe(REASON.none);
    expect([it.positionOf(a).quantity, it.positionOf(d).quantity, it.perp.openInterest]).toEqual([40, 60, interest]);
    expect(it.positionOf(d).cost).toBe(60 * (P + 100));
    expect(broken(it)).toEqual([]);
  });

  test.each([
    ['more than is held', {lots: 101}, REASON.noPosition], ['the other side', {lots: -10}, REASON.noPosition],
    ['a price outside the band', {price: P + 3_000}, REASON.priceOutOfBand],
  ])('refuses %s', (_, change, reason) => {
    const it = opened();
    const [a, , , d] = it.users as [number, number, number, number];
    run(it, (venue) => offerNovation(venue, {from: a, to: d, market: PERP, lots: 60, price: 0, ...change}));
    expect(run(it, (venue) => acceptNovation(venue, d, 1))).toBe(reason);
    expect(run(it, (venue) => withdrawOffer(venue, a, 1))).toBe(REASON.none);
    expect(broken(it)).toEqual([]);
  });

  test('refuses a receiver without margin, and what cannot be offered', () => {
    const it = opened();
    const [a] = it.users as [number];
    const poor = it.venue.accounts.add();
    it.fund(poor, USD, 1_000);
    run(it, (venue) => offerNovation(venue, {from: a, to: poor, market: PERP, lots: 60, price: 0}));
    const before = venueBytes(it.venue);
    expect(run(it, (venue) => acceptNovation(venue, poor, 1))).toBe(REASON.insufficientMargin);
    expect(venueBytes(it.venue)).toEqual(before);
    expect(run(it, (venue) => offerNovation(venue, {from: a, to: a, market: PERP, lots: 1, price: 0}))).toBe(REASON.unknownAccount);
    expect(run(it, (venue) => offerNovation(venue, {from: a, to: poor, market: SPOT, lots: 1, price: 0}))).toBe(REASON.unknownMarket);
  });
});

describe('sessions', () => {
  const plain = {warnPpm: 1_000_000, makerFeePpm: 1_000_000, makerSpreadPpm: 1_000_000, makerSizePpm: 1_000_000, makerTimePpm: 1_000_000};
  const day = {...plain, feePpm: 1_000_000, fundingClampPpm: 600_000, bandPpm: 500_000, marginPpm: 1_000_000};
  const night = {...plain, feePpm: 500_000, fundingClampPpm: 900_000, bandPpm: 100_000, marginPpm: 2_000_000};
  const MONDAY = 4 * 86_400_000;

  test('the clock picks the part of the week; who would not meet its margin is warned before', () => {
    const it = new World();
    const [a, b] = it.users as [number, number];
    it.fund(a, USD, 30_000_000).fund(b, USD, 1e10);
    it.fund(SYSTEM.liquidationFund, USD, 1e10);
    mark(it, P);
    it.place(b, PERP, SELL, P, 1_000);
    it.place(a, PERP, BUY, P, 1_000);
    mark(it, 190_500);
    expect(run(it, (venue) => setCalendar(venue, PERP, [{...day, start: 0}, {...night, start: 600}]))).toBe(REASON.none);
    at(it, MONDAY + 569 * 60_000);
    expect([it.perp.session, it.events(EVENT.warning).length]).toEqual([0, 0]);
    at(it, MONDAY + 571 * 60_000);
    expect(it.events(EVENT.warning)).toHaveLength(0); // 20.4 of equity against 19.05 of doubled maintenance
    mark(it, 188_900);
    it.perp.warned = -1;
    at(it, MONDAY + 572 * 60_000);
    expect(it.events(EVENT.warning).map(({words}) => words[0])).toEqual([a]);
    at(it, MONDAY + 600 * 60_000);
    expect([it.perp.session, it.perp.takerPpm(0), it.perp.maintenancePpm(1), it.perp.bandPpm]).toEqual([1, 250, 100_000, 100_000]);
    at(it, MONDAY + 7 * 86_400_000 + 60_000);
    expect(it.perp.session).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test('a calendar that is none is refused', () => {
    const it = new World();
    const refusal = (...sessions: object[]) => run(it, (venue) => setCalendar(venue, PERP, sessions as never));
    expect([refusal({...day, start: 5}, {...day, start: 5}), refusal({...day, start: 10_080}), refusal({...day, start: 0, feePpm: 1_000_001}), refusal({...day, start: 0, marginPpm: 1})])
      .toEqual([REASON.badTime, REASON.badTime, REASON.badAmount, REASON.badAmount]);
    expect(run(it, (venue) => setCalendar(venue, 9, []))).toBe(REASON.unknownMarket);
  });
});

test('all of it goes through an image', () => {
  const it = opened();
  const [a, , , d] = it.users as [number, number, number, number];
  run(it, (venue) => placeTriggers(venue, [stop(a), stop(a, {direction: 1, price: P + 1_000})]));
  run(it, (venue) => placeParent(venue, {account: a, market: PERP, side: SELL, quantity: 100, limit: 0, byVolume: 1, reduceOnly: 0, slices: 4, interval: 1_000}));
  run(it, (venue) => setAutoRoll(venue, a, PERP, {take: 5, loss: 7}));
  run(it, (venue) => offerNovation(venue, {from: a, to: d, market: PERP, lots: 60, price: 0}));
  run(it, (venue) => setCalendar(venue, PERP, [{
    start: 0, feePpm: 1, fundingClampPpm: 2, bandPpm: 3, marginPpm: 1_000_000, warnPpm: 1_000_001, makerFeePpm: 4, makerSpreadPpm: 1_000_002, makerSizePpm: 5, makerTimePpm: 6,
  }]));
  at(it, 1_500);
  const copy = new Venue({currencyOf: it.venue.currencyOf, currencies: 2, settlement: USD, clientIds: 256});
  copy.addMarket(spotSpec);
  copy.addMarket(perpSpec);
  restoreVenue(copy, venueBytes(it.venue));
  expect(venueBytes(copy)).toEqual(venueBytes(it.venue));
  for (const venue of [copy, it.venue]) {
    venue.now = 3_000;
    tick(venue);
    setMark(venue, PERP, P - 1_100);
    fireTriggers(venue);
  }
  expect(venueBytes(copy)).toEqual(venueBytes(it.venue));
});
