/** Hex, fixed-width big-endian integers and byte order: the field encodings of PROTOCOL §4. */
import type {Hex} from 'viem';
import {PobsError} from './errors.ts';

export class EncodingError extends PobsError<
  {code: 'HEX_INVALID'; text: string} | {code: 'UINT_OUT_OF_RANGE'; value: string; bytes: number}
> {}

export const WALLET_BYTES = 20;
export const BLINDING_BYTES = 32;

const HEX: readonly string[] = Array.from({length: 256}, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Value of a hex digit by character code; 16 marks anything else. */
const NIBBLES = (() => {
  const table = new Uint8Array(128).fill(16);
  for (const digits of ['0123456789abcdef', '0123456789ABCDEF']) {
    for (let value = 0; value < 16; value += 1) table[digits.charCodeAt(value)] = value;
  }
  return table;
})();

/**
 * Bytes of a hex string with or without `0x`.
 *
 * @param length - Expected bytes, if fixed.
 * @throws {EncodingError} `HEX_INVALID`.
 */
export function hexToBytes(hex: string, length?: number): Uint8Array {
  const size = (hex.length - (hex.startsWith('0x') ? 2 : 0)) / 2;
  const bytes = new Uint8Array(Math.ceil(size));
  if (size !== bytes.length || (length !== undefined && size !== length)) throw new EncodingError({code: 'HEX_INVALID', text: hex.slice(0, 80)});
  hexInto(hex, bytes, 0, size);
  return bytes;
}

/** Writes `length` bytes of hex, with or without `0x`, to `out` at `offset`. @throws {EncodingError} `HEX_INVALID`. */
export function hexInto(hex: string, out: Uint8Array, offset: number, length: number): void {
  const start = hex.startsWith('0x') ? 2 : 0;
  let seen = hex.length === start + 2 * length ? 0 : 16;
  for (let i = 0; i < length; i += 1) {
    const high = NIBBLES[hex.charCodeAt(start + 2 * i)] ?? 16;
    const low = NIBBLES[hex.charCodeAt(start + 2 * i + 1)] ?? 16;
    seen |= high | low;
    out[offset + i] = (high << 4) | low;
  }
  if (seen > 15) throw new EncodingError({code: 'HEX_INVALID', text: hex.slice(0, 80)});
}

/** Lower-case hex without prefix of `bytes[from, to)`. */
export function plainHex(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = '';
  for (let i = from; i < to; i += 1) text += HEX[bytes[i]!];
  return text;
}

/** Lower-case `0x…` hex. */
export const bytesToHex = (bytes: Uint8Array, from = 0, to = bytes.length): Hex => `0x${plainHex(bytes, from, to)}`;

/** @throws {EncodingError} `UINT_OUT_OF_RANGE` when `value` is negative or wider than `width` bytes. */
export function writeUint(bytes: Uint8Array, offset: number, width: number, value: bigint | number): void {
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(8 * width) !== 0n) {
    throw new EncodingError({code: 'UINT_OUT_OF_RANGE', value: rest.toString(), bytes: width});
  }
  for (let i = offset + width - 1; i >= offset; i -= 1) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

export function uintBytes(value: bigint | number, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  writeUint(bytes, 0, width, value);
  return bytes;
}

export function readUint(bytes: Uint8Array, offset: number, width: number): bigint {
  let value = 0n;
  for (let i = offset; i < offset + width; i += 1) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, {length}) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Lexicographic order of unsigned bytes. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => compareBytes(a, b) === 0;

/** Order of two strings by code unit: the byte order of lower-case hex. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
