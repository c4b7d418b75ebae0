/** Hex and big-endian helpers of the rules, written for columns of fixed-width records. */

const HEX: readonly string[] = Array.from({length: 256}, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Value of an ASCII lower-case hex digit, or −1. */
export const NIBBLE: Int8Array = (() => {
  const table = new Int8Array(256).fill(-1);
  for (let digit = 0; digit < 16; digit += 1) table[digit.toString(16).charCodeAt(0)] = digit;
  return table;
})();

/** `0x…` of `length` bytes from `offset`. */
export function hexAt(bytes: Uint8Array, offset: number, length: number): `0x${string}` {
  let text = '0x';
  for (let i = offset; i < offset + length; i += 1) text += HEX[bytes[i]!];
  return text as `0x${string}`;
}

/** Bytes of a hex string with or without prefix; the caller knows that it is well formed. */
export function bytesOf(hex: string): Uint8Array {
  const start = hex.startsWith('0x') ? 2 : 0;
  const bytes = new Uint8Array((hex.length - start) / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(hex.slice(start + 2 * i, start + 2 * i + 2), 16);
  return bytes;
}

/** Compares records `i` of `a` and `j` of `b`, each `width` bytes. */
export function compareAt(a: Uint8Array, i: number, b: Uint8Array, j: number, width: number): number {
  const left = i * width;
  const right = j * width;
  for (let k = 0; k < width; k += 1) {
    const difference = a[left + k]! - b[right + k]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

export function writeUint(bytes: Uint8Array, offset: number, width: number, value: bigint | number): void {
  let rest = BigInt(value);
  for (let i = offset + width - 1; i >= offset; i -= 1) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** Text for a report: printable, short, quoted. */
export const quoted = (text: string): string => JSON.stringify(text.length > 96 ? `${text.slice(0, 96)}…` : text);
