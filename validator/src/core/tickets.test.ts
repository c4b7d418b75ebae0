import {expect, test} from 'vitest';
import {ticketHash, ticketMember, ticketRow} from '@pobs/protocol';
import {ticketsOf} from './tickets.ts';

const seed = `0x${'5e'.repeat(32)}` as const;
const term = {setId: 3, seed, tickets: 64, count: 4, weightCap: 100n, first: 10n, last: 19n};

test('every ticket names one member, and each of a full weight takes part', () => {
  const numbers = [0, 1, 2, 3].flatMap((index) => ticketsOf({index, weight: 100n}, term).map(({number}) => number));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({length: 64}, (_, number) => number));
});

test('a ticket counts with a probability of weight by cap, so no weight means no ticket', () => {
  const full = ticketsOf({index: 0, weight: 100n}, {...term, tickets: 2_000});
  const half = ticketsOf({index: 0, weight: 50n}, {...term, tickets: 2_000});
  expect(ticketsOf({index: 0, weight: 0n}, term)).toEqual([]);
  expect(half.length / full.length).toBeGreaterThan(0.42);
  expect(half.length / full.length).toBeLessThan(0.58);
  expect(full.map(({number}) => number)).toEqual(expect.arrayContaining(half.map(({number}) => number)));
});

test('it asks for an epoch of the term and as many rows as there are to ask', () => {
  const [ticket] = ticketsOf({index: 1, weight: 100n}, term);
  const hash = ticketHash(seed, 3, ticket!.number);
  expect(ticketMember(hash, 4)).toBe(1);
  expect(ticket!.epoch).toBeGreaterThanOrEqual(10n);
  expect(ticket!.epoch).toBeLessThanOrEqual(19n);
  expect(ticket!.rows(1_000, 4)).toEqual([0, 1, 2, 3].map((i) => ticketRow(hash, i, 1_000)));
  expect(ticket!.rows(0, 4)).toEqual([]);
});
