/** Byte-level text of the csv files: a growing-free writer and a line reader that is total over bad bytes. */

const LF = 10;
const EXACT_HIGH_MAX = 0x1fffff;
const TWO_32 = 4294967296;
const DIGITS_MAX = 20;
const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (char) => char.charCodeAt(0));

/** Why a file is not canonical; `line` counts from 1, the header. */
export type Finding = {
  code: 'HEADER_INVALID' | 'ROW_INVALID' | 'NUMBER_NOT_CANONICAL' | 'OUT_OF_RANGE' | 'NOT_SORTED' | 'DUPLICATE' | 'FINAL_LF_MISSING';
  line: number;
  text: string;
};

export const FINDINGS_MAX = 100;
const TEXT_MAX = 160;

export function addFinding(findings: Finding[], code: Finding['code'], line: number, text: string): void {
  if (findings.length < FINDINGS_MAX) findings.push({code, line, text: text.slice(0, TEXT_MAX)});
}

/** Kept between files of a few megabytes: their many chunks then leave no garbage. */
let spare = new Uint8Array(0);
const SPARE_BYTES_MAX = 2 ** 23;

/** Writes text of at most `bytesMax` bytes; one writer at a time. */
export class TextWriter {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #scratch = new Uint8Array(DIGITS_MAX);
  #at = 0;

  constructor(bytesMax: number) {
    if (bytesMax > SPARE_BYTES_MAX) {
      this.#bytes = new Uint8Array(bytesMax);
      return;
    }
    if (spare.length < bytesMax) spare = new Uint8Array(bytesMax);
    this.#bytes = spare;
  }

  /** ASCII text only. */
  ascii(text: string): void {
    for (let i = 0; i < text.length; i += 1) this.#bytes[this.#at++] = text.charCodeAt(i);
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  hex(source: Uint8Array, offset: number, length: number): void {
    for (let i = offset; i < offset + length; i += 1) {
      const byte = source[i]!;
      this.#bytes[this.#at++] = HEX_DIGITS[byte >> 4]!;
      this.#bytes[this.#at++] = HEX_DIGITS[byte & 15]!;
    }
  }

  /** Decimal text of a signed 64-bit integer given as two words; values below 2^53 never become a bigint. */
  int64(low: number, high: number): void {
    if (high < 0 || high > EXACT_HIGH_MAX) {
      this.ascii(((BigInt(high) << 32n) | BigInt(low >>> 0)).toString());
      return;
    }
    let rest = high * TWO_32 + (low >>> 0);
    let first = DIGITS_MAX;
    // Above 2^31 the engine divides doubles; below, small integers.
    while (rest > 0x7fffffff) {
      const quotient = Math.floor(rest / 10);
      this.#scratch[--first] = 48 + (rest - quotient * 10);
      rest = quotient;
    }
    let small = rest | 0;
    do {
      const quotient = (small / 10) | 0;
      this.#scratch[--first] = 48 + (small - quotient * 10);
      small = quotient;
    } while (small > 0);
    while (first < DIGITS_MAX) this.#bytes[this.#at++] = this.#scratch[first++]!;
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }
}

export type TextLine = {line: number; text: string};

/**
 * Lines after the header, as Latin-1 text, so that any byte has a meaning. A wrong header is a finding and skipped;
 * data after the last LF is a finding and still yielded.
 */
export function* linesAfter(header: string, bytes: Uint8Array, findings: Finding[]): Generator<TextLine> {
  let at = 0;
  let line = 1;
  while (at < bytes.length) {
    const end = bytes.indexOf(LF, at);
    const text = latin1(bytes, at, end < 0 ? bytes.length : end);
    if (end < 0) addFinding(findings, 'FINAL_LF_MISSING', line, text);
    if (line > 1) yield {line, text};
    else if (text !== header) addFinding(findings, 'HEADER_INVALID', line, text);
    if (end < 0) return;
    at = end + 1;
    line += 1;
  }
  if (line === 1) addFinding(findings, 'HEADER_INVALID', 1, '');
}

const decoder = new TextDecoder('latin1');
export const latin1 = (bytes: Uint8Array, start: number, end: number): string => decoder.decode(bytes.subarray(start, end));

