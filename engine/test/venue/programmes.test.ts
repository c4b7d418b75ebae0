/** Liquidity programmes (paper A2): makers measured by the clock, hedgers on one side, and the fee they get for it. */
import {describe, expect, test} from 'vitest';
import {CLOSE, EVENT, REASON} from '../../src/core/venue/codes.ts';
import {findPosition} from '../../src/core/venue/exposure.ts';
import {restoreVenue, venueBytes} from '../../src/core/venue/image.ts';
import {setMark} from '../../src/core/venue/liquidation.ts';
import {amend, cancel} from '../../src/core/venue/orders.ts';
import {PROGRAMME, setProgramme} from '../../src/core/venue/programmes.ts';
import {acceptNovation, offerNovation, withdrawOffer} from '../../src/core/venue/roll.ts';
import {setCalendar} from '../../src/core/venue/sessions.ts';
import {tick} from '../../src/core/venue/tick.ts';
import {Venue} from '../../src/core/venue/venue.ts';
import {broken, BUY, PERP, perpSpec, SELL, spotSpec, USD, World} from './world.ts';

const P = 200_000;
const MONDAY = 4 * 86_400_000;
const MINUTE = 60_000;
const at = (it: World, now: number): void => {
  it.venue.now = now;
  it.run((venue) => tick(venue) ?? REASON.none);
};
const maker = {kind: PROGRAMME.maker, feePpm: 250_000, spreadPpm: 10_000, lots: 10, timePpm: 800_000};
const plain = {fundingClampPpm: 600_000, bandPpm: 500_000, marginPpm: 1_000_000, warnPpm: 1_000_000, feePpm: 1_000_000};

function opened(): World {
  const it = new World().rich();
  it.run((venue) => setMark(venue, PERP, P));
  return it;
}

describe('market makers', () => {
  test('are measured by the time between ticks, reported at a session\'s end, and lose the fee where they did not keep it', () => {
    const it = opened();
    const [a, b] = it.users as [number, number];
    const asks = {makerFeePpm: 500_000, makerSpreadPpm: 1_000_000, makerSizePpm: 1_000_000, makerTimePpm: 1_000_000};
    // After hours half the size, twice the spread, half the time.
    const night = {...plain, start: 60, makerFeePpm: 1_000_000, makerSpreadPpm: 2_000_000, makerSizePpm: 500_000, makerTimePpm: 500_000};
    expect(it.run((venue) => setCalendar(venue, PERP, [{...plain, ...asks, start: 0}, night]))).toBe(REASON.none);
    expect(it.run((venue) => setProgramme(venue, a, PERP, maker))).toBe(REASON.none);
    at(it, MONDAY);
    it.place(a, PERP, BUY, P - 500, 10);
    it.place(a, PERP, SELL, P + 500, 10);
    it.place(b, PERP, BUY, P + 500, 1);
    expect(it.events(EVENT.trade)[0]!.doubles[2]).toBe(Math.ceil((P + 500) * 25 / 1_000_000));
    it.place(a, PERP, SELL, P + 500, 1);
    for (let minute = 0; minute < 60 * 6; minute += 1) at(it, MONDAY + (minute + 1) * 10_000 - 1);
    at(it, MONDAY + 60 * MINUTE);
    expect(it.events(EVENT.obligation).map(({detail, words, doubles}) => [detail, words[0], words[1], words[2], words[3], doubles[0] === doubles[1]])).toEqual([[1, a, 1_000_000, 800_000, 0, true]]);
    // At night a wider quote of half the size still counts; then it is gone for two thirds of the session.
    for (let second = 10; second <= 600; second += 10) at(it, MONDAY + 60 * MINUTE + second * 1_000);
    const member = it.perp.programmes.get(a)!;
    expect([member.quoted, member.total]).toEqual([600_000, 600_000]);
    for (let slot = it.newest(a); slot >= 0; slot = it.newest(a)) it.run((venue) => cancel(venue, a, slot, venue.orders.sequence[slot]!));
    for (let second = 610; second <= 1_800; second += 10) at(it, MONDAY + 60 * MINUTE + second * 1_000);
    at(it, MONDAY + 7 * 86_400_000);
    expect(it.events(EVENT.obligation).map(({detail, words}) => [detail, words[0], words[2], words[3]])).toEqual([[0, a, 400_000, 1]]);
    expect(it.perp.programmes.get(a)).toMatchObject({standing: 0, total: 0, quoted: 0});
    it.place(a, PERP, SELL, P + 500, 1);
    it.place(b, PERP, BUY, P + 500, 1);
    expect(it.events(EVENT.trade)[0]!.doubles[2]).toBe(Math.ceil((P + 500) * 200 / 1_000_000));
    expect(broken(it)).toEqual([]);
  });

  test('quote on both sides, close enough and large enough; a long silence of the clock counts for ten seconds', () => {
    const it = opened();
    const [a] = it.users as [number];
    it.run((venue) => setProgramme(venue, a, PERP, maker));
    at(it, MONDAY);
    const quoted = (): number => it.perp.programmes.get(a)!.quoted;
    let now = MONDAY;
    const step = (): number => {
      const before = quoted();
      now += 5_000;
      at(it, now);
      return quoted() - before;
    };
    it.place(a, PERP, BUY, P - 1_000, 10);
    expect(step()).toBe(0);
    it.place(a, PERP, SELL, P + 1_000, 9);
    expect(step()).toBe(0);
    it.place(a, PERP, SELL, P + 1_001, 1);
    expect(step()).toBe(0); // the last lot is a tick too far
    it.place(a, PERP, SELL, P + 1_000, 1);
    expect(step()).toBe(5_000);
    at(it, now + 3_600_000);
    expect(quoted()).toBe(15_000);
    it.perp.status = 2;
    now += 3_600_000;
    const {total} = it.perp.programmes.get(a)!;
    step();
    expect(it.perp.programmes.get(a)!.total).toBe(total);
    it.perp.status = 0;
    // Without a calendar a day is a session.
    at(it, MONDAY + 86_400_000);
    expect(it.events(EVENT.obligation)).toHaveLength(1);
  });
});

describe('hedgers', () => {
  test('supply one side, reduce on the other, and pay the reduced maker fee', () => {
    const it = opened();
    const [a, b] = it.users as [number, number];
    expect(it.run((venue) => setProgramme(venue, a, PERP, {...maker, kind: PROGRAMME.longHedger, feePpm: 0}))).toBe(REASON.none);
    expect(it.place(a, PERP, SELL, P + 10, 1)).toBe(REASON.outsideProgramme);
    expect(it.place(a, PERP, BUY, P, 10)).toBe(REASON.none);
    it.place(b, PERP, SELL, P, 10);
    expect(it.events(EVENT.trade)[0]!.doubles[2]).toBe(0);
    expect(it.place(a, PERP, SELL, P + 10, 6)).toBe(REASON.none);
    expect(it.place(a, PERP, SELL, P + 20, 5)).toBe(REASON.outsideProgramme);
    expect(it.place(a, PERP, SELL, P + 20, 4)).toBe(REASON.none);
    const slot = it.newest(a);
    const sequence = it.venue.orders.sequence[slot]!;
    expect(it.run((venue) => amend(venue, a, slot, sequence, P + 30, 5))).toBe(REASON.outsideProgramme);
    expect(it.run((venue) => amend(venue, a, slot, sequence, P + 30, 3))).toBe(REASON.none);
    expect(it.run((venue) => setProgramme(venue, b, PERP, {...maker, kind: PROGRAMME.shortHedger}))).toBe(REASON.none);
    expect(it.place(b, PERP, BUY, P - 10, 11)).toBe(REASON.outsideProgramme);
    expect(it.place(b, PERP, BUY, P - 10, 10)).toBe(REASON.none);
    expect(it.run((venue) => setProgramme(venue, a, PERP, {...maker, kind: PROGRAMME.none}))).toBe(REASON.none);
    expect(it.place(a, PERP, SELL, P + 20, 50)).toBe(REASON.none);
    expect(broken(it)).toEqual([]);
  });
});

describe('a hedger never ends on the other side', () => {
  const hedging = (): {it: World; a: number; b: number; c: number; held: (account: number) => number} => {
    const it = opened();
    const [a, b, c] = it.users as [number, number, number];
    it.run((venue) => setProgramme(venue, a, PERP, {...maker, kind: PROGRAMME.longHedger}));
    it.place(b, PERP, SELL, P, 10);
    it.place(a, PERP, BUY, P, 10);
    const held = (account: number): number => {
      const slot = findPosition(it.venue, account, PERP);
      return slot < 0 ? 0 : it.venue.positions.quantity[slot]!;
    };
    return {it, a, b, c, held};
  };
  const offered = (it: World, from: number, to: number, lots: number): number => {
    expect(it.run((venue) => offerNovation(venue, {from, to, market: PERP, price: 0, lots}))).toBe(REASON.none);
    return it.run((venue) => acceptNovation(venue, to, venue.offers.last));
  };

  test('by orders that rest while its hedge moves to somebody else', () => {
    const {it, a, b, c, held} = hedging();
    expect(it.place(a, PERP, SELL, P + 10, 6)).toBe(REASON.none);
    expect(it.place(a, PERP, SELL, P + 20, 4)).toBe(REASON.none);
    expect(offered(it, a, c, 7)).toBe(REASON.none);
    it.place(b, PERP, BUY, P + 20, 10);
    expect([held(a), held(c)]).toEqual([0, 7]);
    // What was left of them is gone; the buyer waits.
    expect(it.events(EVENT.closed).filter(({detail}) => detail === CLOSE.reduceOnly)).toHaveLength(2);
    expect(it.venue.accounts.orderCount[a]).toBe(0);
    expect(broken(it)).toEqual([]);
  });

  test('by orders from before it was a hedger', () => {
    const {it, a, b, c, held} = hedging();
    expect(it.place(c, PERP, SELL, P + 10, 5)).toBe(REASON.none);
    expect(it.run((venue) => setProgramme(venue, c, PERP, {...maker, kind: PROGRAMME.longHedger}))).toBe(REASON.none);
    it.place(b, PERP, BUY, P + 10, 5);
    expect([held(a), held(c)]).toEqual([10, 0]);
    expect(broken(it)).toEqual([]);
  });

  test('by a position it takes over', () => {
    const {it, a, b, held} = hedging();
    it.place(a, PERP, SELL, P + 10, 4);
    expect(offered(it, b, a, -7)).toBe(REASON.outsideProgramme);
    expect(it.run((venue) => acceptNovation(venue, a, venue.offers.last))).toBe(REASON.outsideProgramme);
    expect(it.run((venue) => withdrawOffer(venue, a, venue.offers.last))).toBe(REASON.none);
    expect(offered(it, b, a, -6)).toBe(REASON.none);
    expect([held(a), held(b)]).toEqual([4, -4]);
    it.place(b, PERP, BUY, P + 10, 4);
    expect(held(a)).toBe(0);
    expect(broken(it)).toEqual([]);
  });
});

test('terms are checked, and all of it goes through an image', () => {
  const it = opened();
  const [a, b] = it.users as [number, number];
  const refusal = (account: number, market: number, change: object): number => it.run((venue) => setProgramme(venue, account, market, {...maker, ...change}));
  expect([
    refusal(0, PERP, {}), refusal(999, PERP, {}), refusal(a, 9, {}), refusal(a, PERP, {kind: 4}), refusal(a, PERP, {feePpm: 1_000_001}), refusal(a, PERP, {spreadPpm: 0}),
    refusal(a, PERP, {lots: 0.5}), refusal(a, PERP, {timePpm: Number.NaN}), refusal(a, 0, {kind: PROGRAMME.longHedger}),
  ]).toEqual([
    REASON.unknownAccount, REASON.unknownAccount, REASON.unknownMarket, REASON.badFlags, REASON.badFlags, REASON.badAmount, REASON.badAmount, REASON.badAmount, REASON.unknownMarket,
  ]);
  refusal(a, PERP, {});
  refusal(b, 0, {});
  at(it, MONDAY);
  at(it, MONDAY + 4_000);
  const copy = new Venue({currencyOf: it.venue.currencyOf, currencies: 2, settlement: USD, clientIds: 256});
  copy.addMarket(spotSpec);
  copy.addMarket(perpSpec);
  restoreVenue(copy, venueBytes(it.venue));
  expect(venueBytes(copy)).toEqual(venueBytes(it.venue));
  expect(copy.markets[PERP]!.programmes.get(a)).toMatchObject({total: 4_000, quoted: 0});
});
