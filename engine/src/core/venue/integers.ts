/**
 * Exact integer arithmetic on doubles. Every amount is a whole number below 2^53, so sums are exact; products are split so that
 * no intermediate leaves that range. Limits are checked where values enter, never inside the loops.
 */

/** Largest whole number a double holds exactly. */
export const SAFE_MAX = Number.MAX_SAFE_INTEGER;
export const PPM = 1_000_000;
/** |position value| and |order value|, settlement lots (about $1.1bn in micro-dollars): leaves room for every product below. */
export const VALUE_MAX = 2 ** 50;
/** Market lots of one order, one position, and one side's open orders of a position. */
export const QUANTITY_MAX = 2 ** 30;
/** Prices are ticks from 1 to this. */
export const TICKS_MAX = 2 ** 24 - 1;

/** A whole number from `least` to `most`; NaN, fractions and infinities are not. */
export const isWhole = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

const SMALL = 2 ** 53;

/**
 * ⌊value·ppm/10⁶⌋ for any sign of `value`, |value| < 2^53, 0 ≤ ppm ≤ 2^31; the result must fit. Where the product is exact, one division
 * will do: its quotient is below 2^34, where doubles lie 2^-19 apart and rounding moves it by less than the 10^-6 to the next whole number.
 * `+ 0` makes a negative zero an ordinary one: amounts are compared and hashed by their bytes.
 */
export function ppmFloor(value: number, ppm: number): number {
  const product = value * ppm;
  if (product < SMALL && product > -SMALL) return Math.floor(product / PPM) + 0;
  const whole = Math.floor(value / PPM);
  return whole * ppm + Math.floor(((value - whole * PPM) * ppm) / PPM);
}

/** ⌈value·ppm/10⁶⌉, as {@link ppmFloor}. */
export function ppmCeil(value: number, ppm: number): number {
  const product = value * ppm;
  if (product < SMALL && product > -SMALL) return Math.ceil(product / PPM) + 0;
  const whole = Math.floor(value / PPM);
  return whole * ppm + Math.ceil(((value - whole * PPM) * ppm) / PPM);
}

const HALF = 65_536;

/** ⌊value·numerator/denominator⌋ for 0 ≤ value < 2^53 and numerator, denominator in 0…2^32 (denominator > 0); the result must fit. */
export function mulDivFloor(value: number, numerator: number, denominator: number): number {
  let whole = Math.floor(value / denominator);
  let rest = value - whole * denominator;
  // The quotient of doubles may round up across an integer.
  if (rest < 0) {
    whole -= 1;
    rest += denominator;
  }
  const product = rest * numerator;
  if (product < SMALL) return whole * numerator + Math.floor(product / denominator);
  // rest·numerator in two halves of 16 bits, schoolbook division.
  const high = Math.floor(numerator / HALF);
  const upper = rest * high;
  const quotient = Math.floor(upper / denominator);
  const carried = (upper - quotient * denominator) * HALF + rest * (numerator - high * HALF);
  return whole * numerator + quotient * HALF + Math.floor(carried / denominator);
}

/** ⌈value·numerator/denominator⌉, as {@link mulDivFloor}. */
export function mulDivCeil(value: number, numerator: number, denominator: number): number {
  const low = mulDivFloor(value, numerator, denominator);
  return isMultiple(value, numerator, denominator) ? low : low + 1;
}

/** value·numerator is a multiple of denominator (all below 2^53, the last two below 2^32). */
function isMultiple(value: number, numerator: number, denominator: number): boolean {
  const high = Math.floor(numerator / HALF);
  const rest = value % denominator;
  const upper = (rest * high) % denominator;
  return (upper * HALF + rest * (numerator - high * HALF)) % denominator === 0;
}

/** A broken assumption of our own: never caught, the process must stop. */
export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`core invariant broken: ${message}`);
}

/**
 * Splits `amount` over `weights` in proportion, exactly: floors first, then one unit each by largest remainder, ties by index.
 * No share exceeds its weight as long as `amount` ≤ Σ weights. Weights are whole and non-negative. Cold path.
 */
export function splitByWeight(amount: number, weights: readonly (number | bigint)[]): number[] {
  const total = weights.reduce<bigint>((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) return weights.map(() => 0);
  const shares = weights.map((weight) => (BigInt(amount) * BigInt(weight)) / total);
  const rests = weights.map((weight, index) => ({index, rest: (BigInt(amount) * BigInt(weight)) % total}));
  let left = BigInt(amount) - shares.reduce((sum, share) => sum + share, 0n);
  rests.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const {index} of rests) {
    if (left === 0n) break;
    shares[index]! += 1n;
    left -= 1n;
  }
  return shares.map(Number);
}
