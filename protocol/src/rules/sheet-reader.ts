/**
 * Strict reader of `balances/*.csv`, columnar and total over bad data: what a row breaks is recorded, never thrown.
 *
 * Canonical form: the header, then `id,total,withdrawable,withdrawal` per row; id of 48 lower-case hex digits,
 * decimal lots without sign or leading zero, LF after every row.
 */
import {NIBBLE, quoted} from './bytes.ts';

const HEADER = 'id,total,withdrawable,withdrawal\n';
const ID_BYTES = 24;
const ID_DIGITS = 48;
const ROW_BYTES_MIN = 55;
/** Above this a row goes through BigInt: fifteen digits stay exact in a double. */
const FAST_DIGITS_MAX = 15;
const TWO_32 = 4294967296;
const LF = 10;
const COMMA = 44;
const LINE = /^([0-9a-f]{48}),(-?\d+),(-?\d+),(-?\d+)$/;
const CANONICAL_NUMBER = /^-?(0|[1-9]\d*)$/;
const LOTS_LIMIT = 1n << 63n;

export type Sheet = {
  count: number;
  /** 24 bytes per row. */
  ids: Uint8Array;
  /** Lots; a value outside int64 is clamped and listed in `outOfRange`. */
  total: BigInt64Array;
  withdrawable: BigInt64Array;
  withdrawal: BigInt64Array;
  /** V4: why the bytes are not canonical, in order. */
  malformed: string[];
  /** V3: rows with a negative amount or one of 2^63 or more, as their text. */
  outOfRange: string[];
};

type Reading = {bytes: Uint8Array; sheet: Sheet; words: Int32Array[]};

/** Reads one sheet from bytes; `capacity` columns are allocated from the shortest possible row. */
export function readSheet(bytes: Uint8Array): Sheet {
  const capacity = Math.floor(bytes.length / ROW_BYTES_MIN) + 1;
  const columns = [0, 1, 2].map(() => new BigInt64Array(capacity));
  const sheet: Sheet = {
    count: 0, ids: new Uint8Array(capacity * ID_BYTES), total: columns[0]!, withdrawable: columns[1]!,
    withdrawal: columns[2]!, malformed: [], outOfRange: [],
  };
  const reading: Reading = {bytes, sheet, words: columns.map(({buffer}) => new Int32Array(buffer))};
  let at = readHeader(bytes, sheet);
  while (at < bytes.length) {
    const next = readFastRow(reading, at);
    at = next >= 0 ? next : readSlowRow(reading, at);
  }
  return trimmed(sheet);
}

function readHeader(bytes: Uint8Array, sheet: Sheet): number {
  if (textOf(bytes, 0, HEADER.length) === HEADER) return HEADER.length;
  sheet.malformed.push(`header is not ${quoted(HEADER.trimEnd())}`);
  const end = bytes.indexOf(LF);
  // Without a header the first line may already be a row.
  return LINE.test(textOf(bytes, 0, end < 0 ? bytes.length : end)) ? 0 : end < 0 ? bytes.length : end + 1;
}

/** Reads a canonical row of small amounts; −1 hands it to the slow path, which names what is wrong. */
function readFastRow({bytes, sheet, words}: Reading, start: number): number {
  const row = sheet.count;
  const idOffset = row * ID_BYTES;
  if (start + ROW_BYTES_MIN > bytes.length) return -1;
  for (let i = 0; i < ID_BYTES; i += 1) {
    const high = NIBBLE[bytes[start + 2 * i]!]!;
    const low = NIBBLE[bytes[start + 2 * i + 1]!]!;
    if ((high | low) < 0) return -1;
    sheet.ids[idOffset + i] = (high << 4) | low;
  }
  let at = start + ID_DIGITS;
  for (let column = 0; column < 3; column += 1) {
    if (bytes[at] !== COMMA) return -1;
    at += 1;
    const first = at;
    let value = 0;
    let digit = (bytes[at] ?? 0) - 48;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at += 1;
      digit = (bytes[at] ?? 0) - 48;
    }
    const digits = at - first;
    if (digits === 0 || digits > FAST_DIGITS_MAX || (digits > 1 && bytes[first] === 48)) return -1;
    const high = Math.floor(value / TWO_32);
    words[column]![2 * row] = (value - high * TWO_32) | 0;
    words[column]![2 * row + 1] = high;
  }
  if (bytes[at] !== LF) return -1;
  sheet.count = row + 1;
  return at + 1;
}

function readSlowRow({bytes, sheet}: Reading, start: number): number {
  const end = bytes.indexOf(LF, start);
  const stop = end < 0 ? bytes.length : end;
  const text = textOf(bytes, start, stop);
  const match = LINE.exec(text);
  if (end < 0) sheet.malformed.push(`trailing data ${quoted(text)}`);
  if (match === null) {
    if (end >= 0) sheet.malformed.push(quoted(text));
    return stop + 1;
  }
  const [, id, ...amounts] = match as unknown as [string, string, string, string, string];
  const values = amounts.map(BigInt);
  if (values.some((value) => value < 0n || value >= LOTS_LIMIT)) sheet.outOfRange.push(`0x${text.split(',').join(' ')}`);
  if (amounts.some((amount) => !CANONICAL_NUMBER.test(amount) || amount === '-0')) sheet.malformed.push(quoted(text));
  const row = sheet.count;
  for (let i = 0; i < ID_BYTES; i += 1) sheet.ids[row * ID_BYTES + i] = Number.parseInt(id.slice(2 * i, 2 * i + 2), 16);
  sheet.total[row] = clamp(values[0]!);
  sheet.withdrawable[row] = clamp(values[1]!);
  sheet.withdrawal[row] = clamp(values[2]!);
  sheet.count = row + 1;
  return stop + 1;
}

const clamp = (value: bigint): bigint =>
  value >= LOTS_LIMIT ? LOTS_LIMIT - 1n : value < -LOTS_LIMIT ? -LOTS_LIMIT : value;

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  new TextDecoder('latin1').decode(bytes.subarray(start, end));

function trimmed(sheet: Sheet): Sheet {
  const {count} = sheet;
  return {
    ...sheet, ids: sheet.ids.subarray(0, count * ID_BYTES), total: sheet.total.subarray(0, count),
    withdrawable: sheet.withdrawable.subarray(0, count), withdrawal: sheet.withdrawal.subarray(0, count),
  };
}

/** Sum of a column in lots; BigInt additions of 32-bit halves collected in doubles. */
export function columnSum(column: BigInt64Array): bigint {
  const words = new Int32Array(column.buffer, column.byteOffset, column.length * 2);
  let low = 0;
  let high = 0;
  let sum = 0n;
  for (let i = 0; i < words.length; i += 2) {
    low += words[i]! >>> 0;
    high += words[i + 1]!;
    // 2^20 additions of 32 bits stay below 2^53.
    if ((i & 0x1ffffe) === 0x1ffffe) {
      sum += BigInt(low) + BigInt(high) * 4294967296n;
      low = 0;
      high = 0;
    }
  }
  return sum + BigInt(low) + BigInt(high) * 4294967296n;
}

/** True when `a[i] < b[j]`, without allocating BigInts. */
export function lessAt(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  const difference = a[2 * i + 1]! - b[2 * j + 1]!;
  return difference !== 0 ? difference < 0 : a[2 * i]! >>> 0 < b[2 * j]! >>> 0;
}

export const wordsOf = (column: BigInt64Array): Int32Array =>
  new Int32Array(column.buffer, column.byteOffset, column.length * 2);
