import {expect, test} from 'vitest';
import {RateLimiter} from './rate-limit.ts';

test('a burst, then one by one as time passes; keys do not share', () => {
  let nowMs = 0;
  const limiter = new RateLimiter({perSecond: 2, burst: 3}, {now: () => nowMs});
  expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([true, true, true, false]);
  expect(limiter.take('b')).toBe(true);
  nowMs = 500;
  expect([limiter.take('a'), limiter.take('a')]).toEqual([true, false]);
  nowMs = 60_000;
  expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([true, true, true, false]);
});
