/** Commands as records: they do what the calls do, and junk is refused without a trace. */
import {expect, test} from 'vitest';
import {COMMAND, EVENT, REASON, TIME_IN_FORCE} from '../../src/core/venue/codes.ts';
import {applyRecord} from '../../src/core/venue/dispatch.ts';
import {venueBytes} from '../../src/core/venue/image.ts';
import {head, RecordLog, viewRecords} from '../../src/core/venue/records.ts';
import {broken, PERP, World} from './world.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const P = 200_000;

/** Runs one record on its way through bytes. */
function apply(it: World, at: number, ...[first, ...rest]: number[]): number {
  const log = new RecordLog(1);
  const [w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0, w6 = 0, w7 = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0] = rest;
  log.push(first!, w1, w2, w3, w4, w5, w6, w7, d0, d1, d2, d3);
  return applyRecord(it.venue, viewRecords(log.bytes())!, 0, at);
}

test('every command goes through its record', () => {
  const it = new World().rich();
  const [a, b] = it.users as [number, number];
  const of = (code: number, detail = 0): number => head(code, detail, PERP);
  expect(apply(it, 1, of(COMMAND.mark), P)).toBe(REASON.none);
  expect(apply(it, 2, of(COMMAND.index, 1), P)).toBe(REASON.none);
  expect(apply(it, 3, of(COMMAND.marginMode, 1), b)).toBe(REASON.none);
  expect(apply(it, 4, of(COMMAND.place, 1), a, P, 10, 0, 7, 8)).toBe(REASON.none);
  expect(apply(it, 5, of(COMMAND.place, TIME_IN_FORCE.immediateOrCancel << 1), b, P, 4)).toBe(REASON.none);
  expect(it.events(EVENT.trade)).toHaveLength(1);
  expect(it.positionOf(b).quantity).toBe(4);
  const slot = it.newest(a);
  const sequence = it.venue.orders.sequence[slot]!;
  expect(apply(it, 6, of(COMMAND.isolatedMargin), b, 0, 0, 0, 0, 0, 0, 1_000)).toBe(REASON.none);
  expect(apply(it, 7, of(COMMAND.amend), a, slot, P, 3, 0, 0, 0, sequence)).toBe(REASON.none);
  expect(apply(it, 8, of(COMMAND.feeTier), a, 1)).toBe(REASON.none);
  expect(apply(it, 9, of(COMMAND.deadMan), a, 0, 0, 0, 0, 0, 0, 50)).toBe(REASON.none);
  expect(apply(it, 9, of(COMMAND.deadMan), a, 0, 0, 0, 0, 0, 0, 5)).toBe(REASON.badTime);
  expect(apply(it, 60, of(COMMAND.tick))).toBe(REASON.none);
  expect(apply(it, 61, of(COMMAND.cancel), a, slot, 0, 0, 0, 0, 0, sequence)).toBe(REASON.none);
  expect(apply(it, 62, of(COMMAND.cancelAll), a, -1)).toBe(REASON.none);
  expect(broken(it)).toEqual([]);
});

test('triggers, parents, rolls, novation, states and seeds go through theirs', () => {
  const it = new World().rich();
  const [a, b] = it.users as [number, number];
  const of = (code: number, detail = 0): number => head(code, detail, PERP);
  const id = (value: number): number[] => [0, 0, 0, 0, 0, 0, value];
  apply(it, 1, of(COMMAND.mark), P);
  apply(it, 2, of(COMMAND.place, 1), a, P, 10);
  apply(it, 3, of(COMMAND.place), b, P, 10);
  // A stop of b's long and, rising, its take-profit: one cancels the other.
  expect(apply(it, 4, of(COMMAND.placeTrigger, 0b1_0_00_1), b, P - 500, 10, 0, 0, 0b1_1_00_1 | 256, 0, P + 500, 10)).toBe(REASON.none);
  expect(it.venue.triggers.waiting.get(1)).toEqual({account: b, market: PERP, side: 1, by: 0, direction: -1, reduceOnly: 1, price: P - 500, quantity: 10, limit: 0, trail: 0, sibling: 2});
  expect(it.venue.triggers.waiting.get(2)).toMatchObject({direction: 1, price: P + 500, sibling: 1, reduceOnly: 1, side: 1});
  expect(apply(it, 5, of(COMMAND.cancelTrigger), a, ...id(1))).toBe(REASON.unknownOrder);
  expect(apply(it, 6, of(COMMAND.cancelTrigger), b, ...id(1))).toBe(REASON.none);
  expect(apply(it, 7, of(COMMAND.placeParent, 0b111), b, 10, P - 9, 5, 0, 0, 0, 2_000)).toBe(REASON.none);
  expect(it.venue.parents.working.get(1)).toEqual({account: b, market: PERP, side: 1, byVolume: 1, reduceOnly: 1, quantity: 10, limit: P - 9, slices: 5, interval: 2_000, done: 0, next: 0, at: 2_007});
  expect(apply(it, 8, of(COMMAND.cancelParent), b, ...id(1))).toBe(REASON.none);
  expect(apply(it, 9, of(COMMAND.autoRoll), b, ...id(77))).toBe(REASON.none);
  expect(it.perp.rolls.get(b)).toEqual({take: 77, loss: 0});
  expect(apply(it, 10, of(COMMAND.novate), b, it.users[2]!, 0, 0, 0, 0, 0, 4)).toBe(REASON.none);
  expect(apply(it, 11, of(COMMAND.consent, 1), a, ...id(1))).toBe(REASON.noConsent);
  expect(apply(it, 12, of(COMMAND.consent, 1), it.users[2]!, ...id(1))).toBe(REASON.none);
  expect(it.positionOf(it.users[2]!).quantity).toBe(4);
  expect(apply(it, 13, of(COMMAND.novate), b, it.users[2]!, 0, 0, 0, 0, 0, 4)).toBe(REASON.none);
  expect(apply(it, 14, of(COMMAND.consent), it.users[2]!, ...id(2))).toBe(REASON.none);
  expect(apply(it, 15, of(COMMAND.distribute), 1, -2, 3, 2 ** 31 - 1)).toBe(REASON.none);
  expect([...it.venue.sampleSeed]).toEqual([1, -2, 3, 2 ** 31 - 1]);
  expect(apply(it, 16, of(COMMAND.marketStatus, 2))).toBe(REASON.none);
  expect(apply(it, 17, of(COMMAND.place), b, P, 1)).toBe(REASON.marketHalted);
  const refused: [number, ...number[]][] = [
    [of(COMMAND.placeTrigger, 32), b, P - 1, 1], [of(COMMAND.placeTrigger), b, P - 1, 1, 0, 0, 1], [of(COMMAND.placeTrigger, 6), b, P - 1, 1], [of(COMMAND.placeParent, 8), b, 10, 0, 5],
    [of(COMMAND.consent, 2), b], [of(COMMAND.marketStatus, 3)], [of(COMMAND.session), b], [of(COMMAND.autoRoll), b, ...id(Number.NaN)], [of(COMMAND.novate), b, b, 0, 0, 0, 0, 0, 1],
  ];
  for (const words of refused) expect(apply(it, 18, ...words)).not.toBe(REASON.none);
  expect(broken(it)).toEqual([]);
});

test('random words never break an invariant, and a refusal leaves no trace', () => {
  console.log(`seed ${seed}`);
  const it = new World().rich(1e9);
  apply(it, 1, head(COMMAND.mark, 0, PERP), P);
  let state = seed | 1;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return (state ^ (state >>> 12)) | 0;
  };
  // Small values often, so that some of it is meant.
  const word = (): number => (next() & 3) === 0 ? next() : (next() >>> 0) % 9;
  const doubles = [0, 1, -1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 0.5, 3];
  let refused = 0;
  for (let round = 0; round < 4_000; round += 1) {
    const before = venueBytes(it.venue);
    const code = (next() >>> 0) % 24;
    // Marks stay: a random one only liquidates everybody.
    if (code === COMMAND.mark) continue;
    const price = (next() & 1) === 0 ? word() : P + (next() % 100);
    const reason = apply(it, round, head(code, next() & 0xff, (next() >>> 0) % 4), (next() >>> 0) % 9, price, word(), (next() & 1) === 0 ? 0 : word(), word(), word(), (next() & 3) === 0 ? word() : 0, doubles[(next() >>> 0) % doubles.length]!);
    if (reason === REASON.none) {
      const faults = broken(it);
      if (faults.length > 0) expect(faults, `round ${round} seed ${seed}`).toEqual([]);
      continue;
    }
    refused += 1;
    expect(it.venue.log.length).toBe(0);
    expect(Buffer.compare(venueBytes(it.venue), before), `round ${round} seed ${seed} reason ${reason}`).toBe(0);
  }
  expect(refused).toBeGreaterThan(500);
});
