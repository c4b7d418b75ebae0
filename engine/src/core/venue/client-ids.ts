/**
 * The newest client order ids, so that a repeated order is answered with the first one's id. Two generations: ids enter the current one;
 * when it is full it becomes the previous one, and that is forgotten whole, so nothing is ever deleted from a hash table.
 * An id is 64 bits in two words and belongs to its account; {0, 0} is none. All is sized once, whatever rests in the books.
 */
import {NONE} from './accounts.ts';
import {ensure, isWhole} from './integers.ts';

/** Ids a word of a filter serves; about one new id in twenty is then looked for in vain. */
const IDS_PER_WORD = 4;
/** Doubles of an entry, and its first word behind them. */
export const CLIENT_DOUBLES = 5;
const KEY = 6;

/**
 * Ids of one generation. Nearly every id is new, and the filter, small enough to stay in the cache, says so at once: an id sets three bits of
 * one word. What it lets through is looked for in a chain of entries with the same hash; a head is the entry plus one, 0 = none.
 */
type Generation = {filter: Int32Array; heads: Int32Array};

export class ClientIds {
  /** Ids of one generation; between this and twice as many are remembered. */
  readonly generation: number;
  /** Entries ever added; entry i lies at i mod capacity. */
  added = 0;
  /** An entry's fields side by side: `sequence:8 ‖ content:8 ‖ outcome:8 ‖ account:4 ‖ high:4 ‖ low:4 ‖ slot:4`. */
  rows!: Float64Array;
  #words!: Int32Array;
  /** The next entry of a chain, plus one. */
  readonly #next: Int32Array;
  readonly #headMask: number;
  readonly #filterMask: number;
  #current: Generation;
  #previous: Generation;

  /** @param generation - A power of two. */
  constructor(generation = 2 ** 15) {
    ensure(isWhole(generation, 1, 2 ** 24) && (generation & (generation - 1)) === 0, 'a generation of client ids is a power of two');
    this.generation = generation;
    this.#headMask = generation - 1;
    this.#filterMask = Math.max(1, generation / IDS_PER_WORD) - 1;
    this.#next = new Int32Array(2 * generation);
    this.bind(new Float64Array(2 * generation * CLIENT_DOUBLES));
    const empty = (): Generation => ({filter: new Int32Array(this.#filterMask + 1), heads: new Int32Array(generation)});
    this.#current = empty();
    this.#previous = empty();
  }

  /** Takes these rows for its own. */
  bind(rows: Float64Array): void {
    this.rows = rows;
    this.#words = new Int32Array(rows.buffer, rows.byteOffset, 2 * rows.length);
  }

  get capacity(): number {
    return 2 * this.generation;
  }

  /** Place of a known id in the columns, or {@link NONE}. */
  find(account: number, high: number, low: number): number {
    const hash = hashOf(account, high, low);
    const bits = filterBits(hash);
    const word = (hash >>> 15) & this.#filterMask;
    if ((this.#current.filter[word]! & bits) === bits) {
      const entry = this.#walk(this.#current, hash, account, high, low);
      if (entry !== NONE) return entry;
    }
    return (this.#previous.filter[word]! & bits) === bits ? this.#walk(this.#previous, hash, account, high, low) : NONE;
  }

  /** Remembers an id not yet known. */
  add(account: number, high: number, low: number, slot: number, sequence: number, content: number): void {
    const entry = this.added % this.capacity;
    if ((entry & this.#headMask) === 0) this.#turn();
    const row = entry * CLIENT_DOUBLES;
    this.rows[row] = sequence;
    this.rows[row + 1] = content;
    this.rows[row + 2] = 0;
    const word = 2 * row + KEY;
    this.#words[word] = account;
    this.#words[word + 1] = high;
    this.#words[word + 2] = low;
    this.#words[word + 3] = slot;
    this.added += 1;
    this.#enter(this.#current, entry, hashOf(account, high, low));
  }

  /** A copy of an entry's fields. */
  entry(entry: number): Float64Array {
    return this.rows.slice(entry * CLIENT_DOUBLES, (entry + 1) * CLIENT_DOUBLES);
  }

  slot(entry: number): number {
    return this.#words[2 * entry * CLIENT_DOUBLES + KEY + 3]!;
  }

  sequence(entry: number): number {
    return this.rows[entry * CLIENT_DOUBLES]!;
  }

  /** What the order was asked to be. */
  content(entry: number): number {
    return this.rows[entry * CLIENT_DOUBLES + 1]!;
  }

  /** 4 · lots it took at once + what became of it: the answer to a repetition. */
  outcome(entry: number): number {
    return this.rows[entry * CLIENT_DOUBLES + 2]!;
  }

  setOutcome(entry: number, outcome: number): void {
    this.rows[entry * CLIENT_DOUBLES + 2] = outcome;
  }

  /** The id names another order from now on. */
  rename(entry: number, slot: number, sequence: number): void {
    this.rows[entry * CLIENT_DOUBLES] = sequence;
    this.#words[2 * entry * CLIENT_DOUBLES + KEY + 3] = slot;
  }

  /** Entry of the id added last. */
  get newest(): number {
    return (this.added - 1) % this.capacity;
  }

  /** Takes back the newest id; `restore` puts back what lay in its entry. Filters keep its bits, which only costs a look in vain. */
  retract(restore: () => void): void {
    const entry = this.newest;
    this.added -= 1;
    if ((entry & this.#headMask) === 0) {
      // It had begun a generation.
      restore();
      this.reindex();
      return;
    }
    this.#current.heads[this.#hashAt(entry) & this.#headMask] = this.#next[entry]!;
    restore();
  }

  /** Rebuilds both generations from the columns. */
  reindex(): void {
    wipe(this.#current);
    wipe(this.#previous);
    const start = this.added === 0 ? 0 : Math.floor((this.added - 1) / this.generation) * this.generation;
    for (let index = Math.max(0, start - this.generation); index < this.added; index += 1) {
      const entry = index % this.capacity;
      this.#enter(index < start ? this.#previous : this.#current, entry, this.#hashAt(entry));
    }
  }

  #walk({heads}: Generation, hash: number, account: number, high: number, low: number): number {
    for (let entry = heads[hash & this.#headMask]! - 1; entry !== NONE; entry = this.#next[entry]! - 1) {
      const word = 2 * entry * CLIENT_DOUBLES + KEY;
      if (this.#words[word + 2] === low && this.#words[word + 1] === high && this.#words[word] === account) return entry;
    }
    return NONE;
  }

  #hashAt(entry: number): number {
    const word = 2 * entry * CLIENT_DOUBLES + KEY;
    return hashOf(this.#words[word]!, this.#words[word + 1]!, this.#words[word + 2]!);
  }

  #enter({filter, heads}: Generation, entry: number, hash: number): void {
    filter[(hash >>> 15) & this.#filterMask]! |= filterBits(hash);
    const place = hash & this.#headMask;
    this.#next[entry] = heads[place]!;
    heads[place] = entry + 1;
  }

  #turn(): void {
    [this.#current, this.#previous] = [this.#previous, this.#current];
    wipe(this.#current);
  }
}

function wipe({filter, heads}: Generation): void {
  filter.fill(0);
  heads.fill(0);
}

const filterBits = (hash: number): number => (1 << (hash & 31)) | (1 << ((hash >>> 5) & 31)) | (1 << ((hash >>> 10) & 31));

/** 32 bits of a multiply-xor hash. */
function hashOf(account: number, high: number, low: number): number {
  let mixed = Math.imul(low ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35) ^ Math.imul(account + 1, 0x27d4eb2f);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
