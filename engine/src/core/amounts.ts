/** Lots between the interfaces (bigint) and the venue (whole doubles below 2^53). */
import {SAFE_MAX} from './venue/integers.ts';

/** Largest amount the venue holds in one place: an asset of more lots than this is refused at the door. */
export const AMOUNT_MAX = BigInt(SAFE_MAX);

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export const big = (lots: number): bigint => BigInt(lots);

/** A broken assumption of our own: never caught, the process must stop. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`core invariant broken: ${message}`);
}
