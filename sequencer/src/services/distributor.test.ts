import {payoutTree} from '@pobs/protocol';
import {expect, test} from 'vitest';
import {rangesOf} from './distributor.ts';

const payer = {chainId: 1, custody: `0x${'c1'.repeat(20)}`} as const;
const rows = Array.from({length: 11}, (_, i) => ({
  token: `0x${'a1'.repeat(20)}` as const, wallet: `0x${(i + 1).toString(16).padStart(40, '0')}` as const, cumulative: 5n,
}));
const tree = payoutTree(payer, rows);

test.each([
  [[], 4, []],
  [[3], 4, [[3, 1]]],
  [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 4, [[0, 4], [4, 4], [8, 3]]],
  [[0, 3, 4, 10], 4, [[0, 4], [4, 1], [10, 1]]],
])('due leaves %j in ranges of at most %i', (due, size, expected) => {
  const ranges = rangesOf(tree, due, size);
  expect(ranges.map(({first, leaves}) => [first, leaves.length])).toEqual(expected);
  for (const {first, leaves, siblings} of ranges) {
    expect(leaves).toEqual(tree.rows.slice(first, first + leaves.length));
    expect(siblings).toEqual(tree.proveRange(first, first + leaves.length));
  }
});
