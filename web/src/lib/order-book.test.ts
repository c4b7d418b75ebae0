import fc from 'fast-check';
import {expect, test} from 'vitest';
import {applyDelta, type Book, depthOf, type Level} from './order-book.ts';

const level = fc.tuple(fc.integer({min: 1, max: 12}), fc.integer({min: 0, max: 3})).map(([price, quantity]): Level => [String(price), String(quantity)]);
const delta = fc.record({bids: fc.array(level, {maxLength: 4}), asks: fc.array(level, {maxLength: 4})});

/** The same by keeping a map and sorting it. */
function naive(deltas: readonly Book[]): Book {
  const side = (name: 'bids' | 'asks', order: 1 | -1): Level[] => {
    const held = new Map(deltas.flatMap((each) => each[name]));
    return [...held].filter(([, quantity]) => quantity !== '0').sort(([a], [b]) => order * (Number(a) - Number(b)));
  };
  return {bids: side('bids', -1), asks: side('asks', 1)};
}

test('deltas add up to the book a map would hold, best price first', () => {
  fc.assert(fc.property(fc.array(delta, {maxLength: 12}), (deltas) => {
    expect(deltas.reduce(applyDelta, {bids: [], asks: []})).toEqual(naive(deltas));
  }));
});

test('a book that is shown is never changed', () => {
  const shown: Book = {bids: [['10', '1']], asks: [['11', '1']]};
  applyDelta(shown, {bids: [['10', '0']], asks: [['11', '5']]});
  expect(shown).toEqual({bids: [['10', '1']], asks: [['11', '1']]});
});

test('depth sums what lies up to each price', () => {
  expect(depthOf([['10', '5'], ['9', '7'], ['8', '1']], 2)).toEqual([{price: '10', quantity: '5', sum: 5n}, {price: '9', quantity: '7', sum: 12n}]);
});
