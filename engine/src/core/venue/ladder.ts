/**
 * Price levels of one market, both sides on one ladder of ticks: pages of 256 levels exist where orders are, and a bitmap of four storeys
 * finds the next level in a few steps wherever it is. Best bid < best ask always, so one bit per tick serves both sides.
 */
import {NONE} from './accounts.ts';
import {grown} from './columns.ts';
import {ensure} from './integers.ts';
import type {OrderPool} from './order-pool.ts';

const PAGE_BITS = 8;
const PAGE = 1 << PAGE_BITS;

export class Ladder {
  /** Prices are 1…ticks−1. */
  readonly ticks: number;
  /** 0 where there is no bid, `ticks` where there is no ask. */
  bestBid = 0;
  bestAsk: number;
  readonly pageOf: Int32Array;
  #pages = 0;
  readonly #freePages: number[] = [];
  /** Levels in use by page. */
  #used: Int32Array;
  /** By page·256 + tick mod 256. */
  head: Int32Array;
  tail: Int32Array;
  quantity: Float64Array;
  readonly #bits0: Int32Array;
  readonly #bits1: Int32Array;
  readonly #bits2: Int32Array;
  readonly #bits3: Int32Array;

  constructor(ticks: number) {
    ensure(ticks >= 1 << 10 && ticks <= 1 << 24 && (ticks & (ticks - 1)) === 0, 'a ladder has 2^10 to 2^24 ticks');
    this.ticks = ticks;
    this.bestAsk = ticks;
    this.pageOf = new Int32Array(ticks >> PAGE_BITS).fill(NONE);
    this.#used = new Int32Array(2);
    this.head = new Int32Array(2 * PAGE).fill(NONE);
    this.tail = new Int32Array(2 * PAGE).fill(NONE);
    this.quantity = new Float64Array(2 * PAGE);
    this.#bits0 = new Int32Array(ticks >> 5);
    this.#bits1 = new Int32Array(ticks >> 10);
    this.#bits2 = new Int32Array(Math.max(1, ticks >> 15));
    this.#bits3 = new Int32Array(Math.max(1, ticks >> 20));
  }

  /** Index of a level whose page exists. */
  cell(price: number): number {
    return (this.pageOf[price >> PAGE_BITS]! << PAGE_BITS) | (price & (PAGE - 1));
  }

  /** Lots resting at a price; 0 where nothing rests. */
  quantityAt(price: number): number {
    return this.pageOf[price >> PAGE_BITS] === NONE ? 0 : this.quantity[this.cell(price)]!;
  }

  headAt(price: number): number {
    return this.pageOf[price >> PAGE_BITS] === NONE ? NONE : this.head[this.cell(price)]!;
  }

  /** Links an order at the end of its level; returns the level's new quantity. */
  append(orders: OrderPool, slot: number): number {
    const price = orders.price[slot]!;
    if (this.pageOf[price >> PAGE_BITS] === NONE) this.#openPage(price >> PAGE_BITS);
    const cell = this.cell(price);
    const last = this.tail[cell]!;
    orders.next[slot] = NONE;
    orders.previous[slot] = last;
    this.tail[cell] = slot;
    if (last !== NONE) orders.next[last] = slot;
    else {
      this.head[cell] = slot;
      this.#used[cell >> PAGE_BITS]! += 1;
      this.#set(price);
      if (orders.side(slot) === 0) {
        if (price > this.bestBid) this.bestBid = price;
      } else if (price < this.bestAsk) this.bestAsk = price;
    }
    this.quantity[cell]! += orders.quantity[slot]!;
    return this.quantity[cell]!;
  }

  /** Takes lots off a level whose order keeps its place. */
  reduce(price: number, lots: number): number {
    const cell = this.cell(price);
    this.quantity[cell]! -= lots;
    return this.quantity[cell]!;
  }

  /** Unlinks an order with all that is left of it; returns the level's new quantity. */
  remove(orders: OrderPool, slot: number): number {
    const price = orders.price[slot]!;
    const cell = this.cell(price);
    const before = orders.previous[slot]!;
    const after = orders.next[slot]!;
    if (before !== NONE) orders.next[before] = after;
    else this.head[cell] = after;
    if (after !== NONE) orders.previous[after] = before;
    else this.tail[cell] = before;
    this.quantity[cell]! -= orders.quantity[slot]!;
    if (this.head[cell] !== NONE) return this.quantity[cell]!;
    this.#leave(price, cell);
    if (orders.side(slot) === 0) {
      if (price === this.bestBid) this.bestBid = this.below(price);
    } else if (price === this.bestAsk) this.bestAsk = this.above(price);
    return 0;
  }

  /** Puts a level back as it was; the caller puts back the best prices. {@link NONE} = there was none. */
  restoreLevel(price: number, head: number, tail: number, quantity: number): void {
    const before = this.headAt(price);
    if (before === NONE && head === NONE) return;
    const index = price >> PAGE_BITS;
    if (this.pageOf[index] === NONE) this.#openPage(index);
    const cell = this.cell(price);
    this.head[cell] = head;
    this.tail[cell] = tail;
    this.quantity[cell] = quantity;
    if (before === NONE) {
      this.#used[cell >> PAGE_BITS]! += 1;
      this.#set(price);
    } else if (head === NONE) this.#leave(price, cell);
  }

  /** The level at `price` is empty now. */
  #leave(price: number, cell: number): void {
    this.#clear(price);
    const page = cell >> PAGE_BITS;
    this.#used[page]! -= 1;
    if (this.#used[page] === 0) {
      this.pageOf[price >> PAGE_BITS] = NONE;
      this.#freePages.push(page);
    }
  }

  /** Lowest level above `price`, or `ticks`. */
  above(price: number): number {
    const at = price + 1;
    if (at >= this.ticks) return this.ticks;
    const [b0, b1, b2, b3] = [this.#bits0, this.#bits1, this.#bits2, this.#bits3];
    let word = b0[at >> 5]! & (-1 << (at & 31));
    if (word !== 0) return (at & ~31) + lowest(word);
    let q = (at >> 5) + 1;
    if (q >= b0.length) return this.ticks;
    word = b1[q >> 5]! & (-1 << (q & 31));
    if (word === 0) {
      let r = (q >> 5) + 1;
      if (r >= b1.length) return this.ticks;
      let outer = b2[r >> 5]! & (-1 << (r & 31));
      if (outer === 0) {
        let s = (r >> 5) + 1;
        while (s < b2.length && (b3[s >> 5]! & (1 << (s & 31))) === 0) s += 1;
        if (s >= b2.length) return this.ticks;
        outer = b2[s]!;
        r = s << 5;
      }
      r = (r & ~31) + lowest(outer);
      word = b1[r]!;
      q = r << 5;
    }
    q = (q & ~31) + lowest(word);
    return (q << 5) + lowest(b0[q]!);
  }

  /** Highest level below `price`, or 0. */
  below(price: number): number {
    const at = price - 1;
    if (at <= 0) return 0;
    const [b0, b1, b2, b3] = [this.#bits0, this.#bits1, this.#bits2, this.#bits3];
    let word = b0[at >> 5]! & (-1 >>> (31 - (at & 31)));
    if (word !== 0) return (at & ~31) + highest(word);
    let q = (at >> 5) - 1;
    if (q < 0) return 0;
    word = b1[q >> 5]! & (-1 >>> (31 - (q & 31)));
    if (word === 0) {
      let r = (q >> 5) - 1;
      if (r < 0) return 0;
      let outer = b2[r >> 5]! & (-1 >>> (31 - (r & 31)));
      if (outer === 0) {
        let s = (r >> 5) - 1;
        while (s >= 0 && (b3[s >> 5]! & (1 << (s & 31))) === 0) s -= 1;
        if (s < 0) return 0;
        outer = b2[s]!;
        r = s << 5;
      }
      r = (r & ~31) + highest(outer);
      word = b1[r]!;
      q = r << 5;
    }
    q = (q & ~31) + highest(word);
    return (q << 5) + highest(b0[q]!);
  }

  #set(price: number): void {
    this.#bits0[price >> 5]! |= 1 << (price & 31);
    this.#bits1[price >> 10]! |= 1 << ((price >> 5) & 31);
    this.#bits2[price >> 15]! |= 1 << ((price >> 10) & 31);
    this.#bits3[price >> 20]! |= 1 << ((price >> 15) & 31);
  }

  #clear(price: number): void {
    if ((this.#bits0[price >> 5]! &= ~(1 << (price & 31))) !== 0) return;
    if ((this.#bits1[price >> 10]! &= ~(1 << ((price >> 5) & 31))) !== 0) return;
    if ((this.#bits2[price >> 15]! &= ~(1 << ((price >> 10) & 31))) !== 0) return;
    this.#bits3[price >> 20]! &= ~(1 << ((price >> 15) & 31));
  }

  #openPage(index: number): void {
    let page = this.#freePages.pop();
    if (page === undefined) {
      page = this.#pages;
      this.#pages += 1;
      if (page === this.#used.length) {
        this.#used = grown(this.#used, page * 2);
        this.head = grown(this.head, page * 2 * PAGE, NONE);
        this.tail = grown(this.tail, page * 2 * PAGE, NONE);
        this.quantity = grown(this.quantity, page * 2 * PAGE);
      }
    }
    this.pageOf[index] = page;
  }
}

const lowest = (word: number): number => 31 - Math.clz32(word & -word);
const highest = (word: number): number => 31 - Math.clz32(word);
