/**
 * The newest client order ids, so that a repeated order is answered with the first one's id: a ring of entries and an open-addressing index.
 * An id is 64 bits in two words and belongs to its account; {0, 0} is none. The ring is sized once, whatever rests in the books.
 */
import {NONE} from './accounts.ts';

export class ClientIds {
  readonly #mask: number;
  readonly #capacity: number;
  /** Entries ever added; entry i lies at i mod capacity. */
  added = 0;
  account: Int32Array;
  high: Int32Array;
  low: Int32Array;
  slot: Int32Array;
  sequence: Float64Array;
  readonly #index: Int32Array;

  /** @param capacity - Ids remembered, a power of two. */
  constructor(capacity = 2 ** 16) {
    this.#capacity = capacity;
    this.#mask = 2 * capacity - 1;
    this.account = new Int32Array(capacity);
    this.high = new Int32Array(capacity);
    this.low = new Int32Array(capacity);
    this.slot = new Int32Array(capacity);
    this.sequence = new Float64Array(capacity);
    this.#index = new Int32Array(2 * capacity).fill(NONE);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Ring position of a known id, or {@link NONE}. */
  find(account: number, high: number, low: number): number {
    for (let at = hash(account, high, low) & this.#mask; ; at = (at + 1) & this.#mask) {
      const entry = this.#index[at]!;
      if (entry === NONE) return NONE;
      if (this.low[entry] === low && this.high[entry] === high && this.account[entry] === account) return entry;
    }
  }

  /** Remembers an id not yet known; the oldest is forgotten. */
  add(account: number, high: number, low: number, slot: number, sequence: number): void {
    const entry = this.added % this.#capacity;
    if (this.added >= this.#capacity) this.#forget(entry);
    this.account[entry] = account;
    this.high[entry] = high;
    this.low[entry] = low;
    this.slot[entry] = slot;
    this.sequence[entry] = sequence;
    this.added += 1;
    let at = hash(account, high, low) & this.#mask;
    while (this.#index[at] !== NONE) at = (at + 1) & this.#mask;
    this.#index[at] = entry;
  }

  /** Rebuilds the index over the ring. */
  reindex(): void {
    this.#index.fill(NONE);
    for (let entry = 0; entry < Math.min(this.added, this.#capacity); entry += 1) {
      let at = hash(this.account[entry]!, this.high[entry]!, this.low[entry]!) & this.#mask;
      while (this.#index[at] !== NONE) at = (at + 1) & this.#mask;
      this.#index[at] = entry;
    }
  }

  /** Deletion with backward shift, so that probes never cross a hole. */
  #forget(entry: number): void {
    let hole = hash(this.account[entry]!, this.high[entry]!, this.low[entry]!) & this.#mask;
    while (this.#index[hole] !== entry) hole = (hole + 1) & this.#mask;
    for (let at = hole; ; ) {
      at = (at + 1) & this.#mask;
      const other = this.#index[at]!;
      if (other === NONE) break;
      const home = hash(this.account[other]!, this.high[other]!, this.low[other]!) & this.#mask;
      if (((at - home) & this.#mask) >= ((at - hole) & this.#mask)) {
        this.#index[hole] = other;
        hole = at;
      }
    }
    this.#index[hole] = NONE;
  }
}

function hash(account: number, high: number, low: number): number {
  let mixed = Math.imul(low ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35) ^ Math.imul(account + 1, 0x27d4eb2f);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
