/** Turns lots, weights and times into text. Money never passes through a floating-point number. */

/** Groups the digits of a whole number by threes with thin spaces that do not break. */
const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');

/**
 * An amount of lots as a decimal number of whole tokens, exact.
 *
 * @param lots - Decimal integer, may be negative.
 * @param lotSize - Base units per lot.
 * @param decimals - Base units per token, as a power of ten.
 * @returns For example `1 234.50`: at least two decimals, no more than carry information.
 */
export function formatLots(lots: string | bigint, {lotSize, decimals}: {lotSize: string | bigint; decimals: number}): string {
  const base = BigInt(lots) * BigInt(lotSize);
  const sign = base < 0n ? '\u2212' : '';
  const digits = (base < 0n ? -base : base).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '').padEnd(Math.min(2, decimals), '0');
  return `${sign}${group(whole)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A count with grouped digits. */
export const formatCount = (count: number | string | bigint): string => group(BigInt(count).toString());

/**
 * `part / whole` in percent with one decimal, rounded down: 99.96 % must never read 100 %.
 *
 * @returns `undefined` when there is nothing to compare with.
 */
export function percent(part: bigint, whole: bigint): string | undefined {
  if (whole <= 0n) return undefined;
  const tenths = (part * 1_000n) / whole;
  return `${group((tenths / 10n).toString())}.${(tenths % 10n).toString()}`;
}

/** `part / whole` as a number for drawing, between 0 and `max`. */
export function ratio(part: bigint, whole: bigint, max = 1): number {
  if (whole <= 0n) return part > 0n ? max : 0;
  const scaled = Number((part * 1_000_000n) / whole) / 1_000_000;
  return Math.max(0, Math.min(max, scaled));
}

/** Milliseconds since 1970 of a chain time (seconds), a time in milliseconds, or an ISO date. */
export function toMillis(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number > 100_000_000_000 ? number : number * 1_000;
  }
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** `just now`, `40 s ago`, `3 min ago`, `5 h ago`, `2 days ago`. */
export function formatAgo(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1_000));
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 36 * 3_600) return `${Math.round(seconds / 3_600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** A span such as `0.8 s`, `12 s` or `3 min 20 s`. */
export function formatSpan(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** Date and time in UTC, `2026-11-25 09:01:33`. */
export const formatTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** `0x1234…cdef` of a long hex string or CID; short texts stay whole. */
export const shorten = (text: string, head = 8, tail = 6): string =>
  text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`;
