/**
 * Fixed 64-byte records, the form of commands in the journal and of events on the way out, little-endian:
 *
 *     word 0: code (8 bits) ‖ detail (8) ‖ market (16)     words 1–7: 32-bit integers     bytes 32–63: four doubles
 *
 * What each word means for a code is in `codes.ts` and at its writer; unused words are zero. Doubles carry whole numbers below 2^53.
 */

export const RECORD_BYTES = 64;
export const RECORD_WORDS = 16;
export const RECORD_DOUBLES = 8;

/** Growable run of records; two views of one buffer. Readers take `words` and `doubles` anew after each append. */
export class RecordLog {
  words: Int32Array;
  doubles: Float64Array;
  /** Records written since the last {@link clear}. */
  length = 0;

  constructor(capacity = 64) {
    const buffer = new ArrayBuffer(capacity * RECORD_BYTES);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  clear(): void {
    this.length = 0;
  }

  /** Starts a record and returns its first word; the caller writes through {@link words} and {@link doubles}. All of it is overwritten. */
  push(
    head: number, w1: number, w2: number, w3: number, w4: number, w5: number, w6: number, w7: number,
    d0: number, d1: number, d2: number, d3: number,
  ): void {
    if ((this.length + 1) * RECORD_WORDS > this.words.length) this.#grow();
    const word = this.length * RECORD_WORDS;
    const words = this.words;
    words[word] = head;
    words[word + 1] = w1;
    words[word + 2] = w2;
    words[word + 3] = w3;
    words[word + 4] = w4;
    words[word + 5] = w5;
    words[word + 6] = w6;
    words[word + 7] = w7;
    const double = this.length * RECORD_DOUBLES + 4;
    const doubles = this.doubles;
    doubles[double] = d0;
    doubles[double + 1] = d1;
    doubles[double + 2] = d2;
    doubles[double + 3] = d3;
    this.length += 1;
  }

  #grow(): void {
    const buffer = new ArrayBuffer(this.words.byteLength * 2);
    new Int32Array(buffer).set(this.words);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** A copy of the records as bytes. */
  bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer.slice(0, this.length * RECORD_BYTES));
  }
}

export const head = (code: number, detail: number, market: number): number => code | (detail << 8) | (market << 16);
export const codeOf = (word: number): number => word & 0xff;
export const detailOf = (word: number): number => (word >>> 8) & 0xff;
export const marketOf = (word: number): number => word >>> 16;

/** One record in named parts, for readers that are not in a hurry. */
export type Record64 = {code: number; detail: number; market: number; words: readonly number[]; doubles: readonly number[]};

export function readRecord(log: Pick<RecordLog, 'words' | 'doubles'>, index: number): Record64 {
  const word = index * RECORD_WORDS;
  const double = index * RECORD_DOUBLES;
  const first = log.words[word]!;
  return {
    code: codeOf(first), detail: detailOf(first), market: marketOf(first),
    words: [...log.words.subarray(word + 1, word + 8)], doubles: [...log.doubles.subarray(double + 4, double + 8)],
  };
}

/** Records over bytes from elsewhere; `undefined` unless they are whole records. Copies where the bytes are not aligned. */
export function viewRecords(bytes: Uint8Array): Pick<RecordLog, 'words' | 'doubles' | 'length'> | undefined {
  if (bytes.length % RECORD_BYTES !== 0) return undefined;
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const length = bytes.length / RECORD_BYTES;
  return {
    words: new Int32Array(aligned.buffer, aligned.byteOffset, length * RECORD_WORDS),
    doubles: new Float64Array(aligned.buffer, aligned.byteOffset, length * RECORD_DOUBLES), length,
  };
}
