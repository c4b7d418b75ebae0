/** Split arithmetic against BigInt, at the limits and at random. */
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {isWhole, mulDivCeil, mulDivFloor, ppmCeil, ppmFloor, splitByWeight} from './integers.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));
const word = fc.oneof(fc.integer({min: 1, max: 2 ** 16}), fc.maxSafeInteger().map((value) => 1 + (Math.abs(value) % (2 ** 32 - 1))));

describe('split products', () => {
  test('mulDiv equals BigInt wherever the result fits', () => {
    console.log(`seed ${seed}`);
    fc.assert(fc.property(fc.maxSafeInteger().map(Math.abs), word, word, (value, numerator, denominator) => {
      const product = BigInt(value) * BigInt(numerator);
      fc.pre(product / BigInt(denominator) < 2n ** 53n - 1n);
      expect(BigInt(mulDivFloor(value, numerator, denominator))).toBe(product / BigInt(denominator));
      expect(BigInt(mulDivCeil(value, numerator, denominator))).toBe((product + BigInt(denominator) - 1n) / BigInt(denominator));
    }), {seed, numRuns: 20_000});
  });

  test('ppm products equal BigInt for both signs', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), fc.integer({min: 0, max: 1_000_000}), (value, ppm) => {
      expect(BigInt(ppmFloor(value, ppm))).toBe(floorDiv(BigInt(value) * BigInt(ppm), 1_000_000n));
      expect(BigInt(ppmCeil(value, ppm))).toBe(-floorDiv(BigInt(-value) * BigInt(ppm), 1_000_000n));
    }), {seed, numRuns: 20_000});
  });

  test('plain doubles would be wrong where the split is right', () => {
    let wrong = 0;
    for (let step = 0; step < 10_000; step += 1) {
      const value = 2 ** 45 - step * 7_919;
      if (Math.floor((value * 999_999) / 1_000_000) !== ppmFloor(value, 999_999)) wrong += 1;
      expect(BigInt(ppmFloor(value, 999_999))).toBe((BigInt(value) * 999_999n) / 1_000_000n);
    }
    expect(wrong).toBeGreaterThan(0);
  });
});

test('a split is exact and never exceeds its weights', () => {
  fc.assert(fc.property(fc.array(fc.integer({min: 0, max: 2 ** 40}), {minLength: 1, maxLength: 30}), fc.double({min: 0, max: 1, noNaN: true}), (weights, part) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const amount = Math.floor(total * part);
    const shares = splitByWeight(amount, weights);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(amount);
    shares.forEach((share, index) => expect(share).toBeLessThanOrEqual(weights[index]!));
  }), {seed});
});

test.each([[1, true], [2 ** 20, true], [0, false], [-1, false], [1.5, false], [Number.NaN, false], [Number.POSITIVE_INFINITY, false], [2 ** 20 + 1, false]])('isWhole(%d)', (value, expected) => {
  expect(isWhole(value, 1, 2 ** 20)).toBe(expected);
});
