/** Exact integer arithmetic. Units: lots; nano = lots·10⁹ (price·quantity); fine = lots·10¹³ (nano·10⁴, so that basis points stay exact). */

/** Base lots per whole base unit: price is per whole unit, so `price·quantity` counts quote lots times this. */
export const NANO = 1_000_000_000n;

export const BPS = 10_000n;

/** {@link NANO} · {@link BPS}. */
export const FINE = NANO * BPS;

export const abs = (value: bigint): bigint => (value < 0n ? -value : value);

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** ⌈a / b⌉ for any sign of `a`, `b > 0`. */
export const ceilDiv = (a: bigint, b: bigint): bigint => (a > 0n ? (a + b - 1n) / b : a / b);

/** ⌊a / b⌋ for any sign of `a`, `b > 0`. */
export const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));

/** A broken assumption of our own: never caught, the process must stop. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`core invariant broken: ${message}`);
}
