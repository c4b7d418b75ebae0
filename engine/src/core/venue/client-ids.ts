/**
 * The newest client order ids, so that a repeated order is answered with the first one's id. Two generations: ids enter the current one;
 * when it is full it becomes the previous one, and that is forgotten whole, so nothing is ever deleted from a hash table.
 * An id is 64 bits in two words and belongs to its account; {0, 0} is none. All is sized once, whatever rests in the books.
 */
import {NONE} from './accounts.ts';
import {ensure, isWhole} from './integers.ts';

/** Ids a word of a filter serves; about one new id in twenty is then looked for in vain. */
const IDS_PER_WORD = 4;

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
  account: Int32Array;
  high: Int32Array;
  low: Int32Array;
  slot: Int32Array;
  sequence: Float64Array;
  /** What the order was asked to be, and 4 · lots it took at once + what became of it: the answer to a repetition. */
  content: Float64Array;
  outcome: Float64Array;
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
    const column = (): Int32Array => new Int32Array(2 * generation);
    [this.account, this.high, this.low, this.slot, this.#next] = [column(), column(), column(), column(), column()];
    [this.sequence, this.content, this.outcome] = [new Float64Array(2 * generation), new Float64Array(2 * generation), new Float64Array(2 * generation)];
    const empty = (): Generation => ({filter: new Int32Array(this.#filterMask + 1), heads: new Int32Array(generation)});
    this.#current = empty();
    this.#previous = empty();
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
    this.account[entry] = account;
    this.high[entry] = high;
    this.low[entry] = low;
    this.slot[entry] = slot;
    this.sequence[entry] = sequence;
    this.content[entry] = content;
    this.outcome[entry] = 0;
    this.added += 1;
    this.#enter(this.#current, entry, hashOf(account, high, low));
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
    this.#current.heads[hashOf(this.account[entry]!, this.high[entry]!, this.low[entry]!) & this.#headMask] = this.#next[entry]!;
    restore();
  }

  /** Rebuilds both generations from the columns. */
  reindex(): void {
    wipe(this.#current);
    wipe(this.#previous);
    const start = this.added === 0 ? 0 : Math.floor((this.added - 1) / this.generation) * this.generation;
    for (let index = Math.max(0, start - this.generation); index < this.added; index += 1) {
      const entry = index % this.capacity;
      this.#enter(index < start ? this.#previous : this.#current, entry, hashOf(this.account[entry]!, this.high[entry]!, this.low[entry]!));
    }
  }

  #walk({heads}: Generation, hash: number, account: number, high: number, low: number): number {
    for (let entry = heads[hash & this.#headMask]! - 1; entry !== NONE; entry = this.#next[entry]! - 1) {
      if (this.low[entry] === low && this.high[entry] === high && this.account[entry] === account) return entry;
    }
    return NONE;
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
