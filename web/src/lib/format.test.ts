import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseLots} from './amount.ts';
import {formatAgo, formatCount, formatLots, formatSpan, percent, ratio, shorten, toMillis} from './format.ts';

const USDC = {lotSize: '1', decimals: 6};
const ETHER = {lotSize: '1000000000', decimals: 18};

describe('amounts', () => {
  test.each([
    ['0', USDC, '0.00'], ['1', USDC, '0.000001'], ['1250750000', USDC, '1\u202f250.75'], ['-1500000', USDC, '\u22121.50'],
    ['1000000000', ETHER, '1.00'], ['1', ETHER, '0.000000001'], ['9223372036854775807', ETHER, '9\u202f223\u202f372\u202f036.854775807'],
    ['7', {lotSize: '1', decimals: 0}, '7'], ['7', {lotSize: '1', decimals: 1}, '0.7'],
  ])('%s lots of %o read %s', (lots, unit, text) => {
    expect(formatLots(lots, unit)).toBe(text);
  });

  test('what is shown can be typed again and means the same lots', () => {
    fc.assert(fc.property(fc.bigInt({min: 1n, max: (1n << 63n) - 1n}), fc.constantFrom(USDC, ETHER), (lots, unit) => {
      expect(parseLots(formatLots(lots, unit), unit)).toEqual({ok: true, lots});
    }));
  });

  test.each(['', 'x', '-1', '1e3', '1,5', '.5', '0', '0.0000001'])('"%s" is no amount of USDC', (text) => {
    expect(parseLots(text, USDC).ok).toBe(false);
  });

  test('an amount finer than a lot is refused, not rounded', () => {
    expect(parseLots('0.0000000001', ETHER)).toEqual({ok: false, message: 'The amount is finer than the smallest unit of this asset.'});
  });
});

describe('shares', () => {
  // Goal: no rounding ever turns a shortfall into full coverage.
  test('percent rounds down', () => {
    expect(percent(99_999n, 100_000n)).toBe('99.9');
    expect(percent(100_000n, 100_000n)).toBe('100.0');
    expect(percent(1n, 0n)).toBeUndefined();
  });

  test('ratio stays within what can be drawn', () => {
    expect(ratio(3n, 2n)).toBe(1);
    expect(ratio(3n, 2n, 1.25)).toBe(1.25);
    expect(ratio(0n, 0n)).toBe(0);
  });
});

describe('times', () => {
  test('seconds, milliseconds and ISO dates are the same moment', () => {
    expect([toMillis('1795000000'), toMillis('1795000000000'), toMillis('2026-11-18T11:06:40Z')]).toEqual([1_795_000_000_000, 1_795_000_000_000, 1_795_000_000_000]);
    expect(toMillis('soon')).toBeUndefined();
  });

  test.each([[0, 'just now'], [40, '40 s ago'], [180, '3 min ago'], [7_200, '2 h ago'], [400_000, '5 days ago'], [-30, 'just now']])('%i s', (seconds, text) => {
    expect(formatAgo(1_000_000, 1_000_000 + seconds * 1_000)).toBe(text);
  });

  test.each([[800, '0.8 s'], [12_000, '12 s'], [200_000, '3 min 20 s'], [240_000, '4 min']])('%i ms', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });
});

test('long texts are shortened, short ones are not', () => {
  expect(shorten('0x1234567890abcdef1234')).toBe('0x123456…ef1234');
  expect(shorten('short')).toBe('short');
  expect(formatCount(1_234_567)).toBe('1\u202f234\u202f567');
});
