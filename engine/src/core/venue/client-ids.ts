/**
 * The newest client order ids, so that a repeated order is answered with the first one's id. Two generations: ids enter the current one;
 * when it is full it becomes the previous one, and that is forgotten whole, so nothing is ever deleted from a hash table.
 * An id is 64 bits in two words and belongs to its account; {0, 0} is none. All is sized once, whatever rests in the books.
 */
import {NONE} from './accounts.ts';

/** Open addressing by 32-bit tag; 0 is empty. */
type Table = {tags: Int32Array; entries: Int32Array};

export class ClientIds {
  /** Ids of one generation; between this and twice as many are remembered. */
  readonly generation: number;
  readonly #mask: number;
  /** Entries ever added; entry i lies at i mod capacity. */
  added = 0;
  account: Int32Array;
  high: Int32Array;
  low: Int32Array;
  slot: Int32Array;
  sequence: Float64Array;
  #current: Table;
  #previous: Table;

  /** @param generation - A power of two. */
  constructor(generation = 2 ** 15) {
    this.generation = generation;
    this.#mask = 2 * generation - 1;
    const column = (): Int32Array => new Int32Array(2 * generation);
    [this.account, this.high, this.low, this.slot] = [column(), column(), column(), column()];
    this.sequence = new Float64Array(2 * generation);
    this.#current = {tags: column(), entries: column()};
    this.#previous = {tags: column(), entries: column()};
  }

  get capacity(): number {
    return 2 * this.generation;
  }

  /** Place of a known id in the columns, or {@link NONE}. */
  find(account: number, high: number, low: number): number {
    const tag = tagOf(account, high, low);
    const entry = this.#lookUp(this.#current, tag, account, high, low);
    return entry === NONE && this.added > this.generation ? this.#lookUp(this.#previous, tag, account, high, low) : entry;
  }

  /** Remembers an id not yet known. */
  add(account: number, high: number, low: number, slot: number, sequence: number): void {
    if (this.added > 0 && this.added % this.generation === 0) this.#turn();
    const entry = this.added % this.capacity;
    this.account[entry] = account;
    this.high[entry] = high;
    this.low[entry] = low;
    this.slot[entry] = slot;
    this.sequence[entry] = sequence;
    this.added += 1;
    this.#insert(this.#current, entry);
  }

  /** Rebuilds both tables from the columns. */
  reindex(): void {
    this.#current.tags.fill(0);
    this.#previous.tags.fill(0);
    const start = this.added === 0 ? 0 : Math.floor((this.added - 1) / this.generation) * this.generation;
    for (let index = Math.max(0, start - this.generation); index < this.added; index += 1) {
      this.#insert(index < start ? this.#previous : this.#current, index % this.capacity);
    }
  }

  #lookUp({tags, entries}: Table, tag: number, account: number, high: number, low: number): number {
    for (let at = tag & this.#mask; ; at = (at + 1) & this.#mask) {
      const found = tags[at]!;
      if (found === 0) return NONE;
      if (found !== tag) continue;
      const entry = entries[at]!;
      if (this.low[entry] === low && this.high[entry] === high && this.account[entry] === account) return entry;
    }
  }

  #insert({tags, entries}: Table, entry: number): void {
    const tag = tagOf(this.account[entry]!, this.high[entry]!, this.low[entry]!);
    let at = tag & this.#mask;
    while (tags[at] !== 0) at = (at + 1) & this.#mask;
    tags[at] = tag;
    entries[at] = entry;
  }

  #turn(): void {
    [this.#current, this.#previous] = [this.#previous, this.#current];
    this.#current.tags.fill(0);
  }
}

/** 32 bits of a multiply-xor hash, never 0. */
function tagOf(account: number, high: number, low: number): number {
  let mixed = Math.imul(low ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35) ^ Math.imul(account + 1, 0x27d4eb2f);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  mixed ^= mixed >>> 13;
  return mixed === 0 ? 1 : mixed;
}
