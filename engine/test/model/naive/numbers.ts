/** Whole-number arithmetic of the model: BigInt, every rounding named. */

export const PPM = 1_000_000n;
/** Most an order or position may be worth, and most market lots of one order. */
export const VALUE_MAX = 1n << 50n;
export const LOTS_MAX = 1n << 30n;

export const abs = (a: bigint): bigint => (a < 0n ? -a : a);
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const sign = (a: bigint): bigint => (a > 0n ? 1n : a < 0n ? -1n : 0n);
export const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** ⌊a/b⌋ and ⌈a/b⌉ for b > 0 and any sign of a. */
export const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));
export const ceilDiv = (a: bigint, b: bigint): bigint => -floorDiv(-a, b);
export const ppmFloor = (value: bigint, ppm: bigint): bigint => floorDiv(value * ppm, PPM);
export const ppmCeil = (value: bigint, ppm: bigint): bigint => ceilDiv(value * ppm, PPM);

/** Splits an amount over weights: floors first, then one unit each by largest remainder, ties by place. */
export function split(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = sum(weights);
  if (total === 0n) return weights.map(() => 0n);
  const shares = weights.map((weight) => (amount * weight) / total);
  const byRest = weights.map((weight, index) => ({index, rest: (amount * weight) % total}));
  byRest.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  const left = Number(amount - sum(shares));
  for (const {index} of byRest.slice(0, left)) shares[index]! += 1n;
  return shares;
}
