import {expect, test} from 'vitest';
import {RateLimiter} from './rate-limit.ts';

function limiterAt(nowMs: number) {
  const clock = {nowMs};
  return {clock, limiter: new RateLimiter({perSecond: 2, burst: 3}, {now: () => clock.nowMs})};
}

test('a burst, then one by one as time passes; keys do not share', () => {
  const {clock, limiter} = limiterAt(0);
  expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 500]);
  expect(limiter.take('b')).toBe(0);
  clock.nowMs = 500;
  expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 500]);
  clock.nowMs = 60_000;
  expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 500]);
});

test('what costs more waits longer, and waiting as long as told is enough', () => {
  const {clock, limiter} = limiterAt(0);
  expect(limiter.take('a', 3)).toBe(0);
  const wait = limiter.take('a', 2);
  expect(wait).toBe(1_000);
  clock.nowMs = wait;
  expect(limiter.take('a', 2)).toBe(0);
});

test('a cost above the burst is a debt that later requests pay', () => {
  const {clock, limiter} = limiterAt(0);
  expect(limiter.take('a', 7)).toBe(0);
  expect(limiter.take('a')).toBe(2_500);
  clock.nowMs = 2_500;
  expect(limiter.take('a')).toBe(0);
});

test('a clock set back takes nothing away', () => {
  const {clock, limiter} = limiterAt(10_000);
  expect(limiter.take('a')).toBe(0);
  clock.nowMs = 0;
  expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 500]);
});
