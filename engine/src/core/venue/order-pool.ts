/**
 * Open orders of all markets in one pool, 56 bytes each. A slot is reused; the order's sequence, which never is, tells its tenants
 * apart, so `(sequence, slot)` is a handle that needs no hash table. Orders of a price level and of an account are linked lists inside.
 */
import {NONE} from './accounts.ts';
import {SIDE, type Side} from './codes.ts';
import {grown, roomFor} from './columns.ts';

/** Slots fit 22 bits of an order id. */
export const SLOT_BITS = 22;
export const ORDERS_MAX = 2 ** SLOT_BITS;

export class OrderPool {
  /** Slots ever used; free ones form a list through `next`. */
  used = 0;
  live = 0;
  firstFree = NONE;
  /** Sequence of the newest order. */
  last = 0;
  price: Int32Array;
  /** Market lots still open; of an iceberg, the part that shows. */
  quantity: Int32Array;
  total: Int32Array;
  owner: Int32Array;
  next: Int32Array;
  previous: Int32Array;
  ownerNext: Int32Array;
  ownerPrevious: Int32Array;
  /** Ticks by which the price was worse than the mark at placing: margin reserves them per lot. */
  loss: Int32Array;
  /** Market, side, time in force and flags: `ORDER_FLAG`. */
  meta: Int32Array;
  clientHigh: Int32Array;
  clientLow: Int32Array;
  sequence: Float64Array;

  constructor(capacity = 64) {
    const column = (): Int32Array => new Int32Array(capacity);
    [this.price, this.quantity, this.total, this.owner, this.next, this.previous] = [column(), column(), column(), column(), column(), column()];
    [this.ownerNext, this.ownerPrevious, this.loss, this.meta, this.clientHigh, this.clientLow] = [column(), column(), column(), column(), column(), column()];
    this.sequence = new Float64Array(capacity);
  }

  /** A slot for a new order with the next sequence; {@link NONE} when the pool is full. */
  take(): number {
    let slot = this.firstFree;
    if (slot !== NONE) this.firstFree = this.next[slot]!;
    else {
      if (this.used === ORDERS_MAX) return NONE;
      if (this.used === this.price.length) this.#grow(roomFor(this.price.length, this.used + 1));
      slot = this.used;
      this.used += 1;
    }
    this.last += 1;
    this.sequence[slot] = this.last;
    this.live += 1;
    return slot;
  }

  free(slot: number): void {
    this.sequence[slot] = 0;
    this.next[slot] = this.firstFree;
    this.firstFree = slot;
    this.live -= 1;
  }

  /** The handle still names a live order. */
  holds(slot: number, sequence: number): boolean {
    return slot >= 0 && slot < this.used && sequence > 0 && this.sequence[slot] === sequence;
  }

  side(slot: number): Side {
    return (this.meta[slot]! & 256) === 0 ? SIDE.buy : SIDE.sell;
  }

  market(slot: number): number {
    return this.meta[slot]! & 0xff;
  }

  #grow(capacity: number): void {
    this.price = grown(this.price, capacity);
    this.quantity = grown(this.quantity, capacity);
    this.total = grown(this.total, capacity);
    this.owner = grown(this.owner, capacity);
    this.next = grown(this.next, capacity);
    this.previous = grown(this.previous, capacity);
    this.ownerNext = grown(this.ownerNext, capacity);
    this.ownerPrevious = grown(this.ownerPrevious, capacity);
    this.loss = grown(this.loss, capacity);
    this.meta = grown(this.meta, capacity);
    this.clientHigh = grown(this.clientHigh, capacity);
    this.clientLow = grown(this.clientLow, capacity);
    this.sequence = grown(this.sequence, capacity);
  }
}

/** An order id as the interfaces show it: rises with time, names its slot. */
export const orderId = (sequence: number, slot: number): bigint => (BigInt(sequence) << BigInt(SLOT_BITS)) | BigInt(slot);

export const orderHandle = (id: bigint): {slot: number; sequence: number} =>
  ({slot: Number(id & BigInt(ORDERS_MAX - 1)), sequence: Number(id >> BigInt(SLOT_BITS))});
