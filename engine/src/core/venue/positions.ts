/**
 * Positions and the open interest of orders by account and market, 64 bytes each with the holder's list. An account's records are a linked
 * list; a market's lie in its holders array. A record lives while it has a position or an open order.
 *
 * What an order touches of a record lies side by side, so that it costs two cache lines and not one for each field: 16 bytes of lots, 32 of
 * amounts, 4 of keys. Every field is a view into its group, shifted by its place there, and slots count in steps of {@link STRIDE}; so
 * `quantity[slot]` is all a reader needs to know. With the list of holders, 60 bytes.
 */
import {NONE} from './accounts.ts';
import {grown, roomFor} from './columns.ts';

export const POSITION_FLAG = {isolated: 1} as const;

/** Slots are multiples of this. */
const STRIDE = 4;

export class PositionPool {
  /** First slot never used. */
  used = 0;
  firstFree = NONE;
  /** The groups and the places among the holders; what an image holds. */
  lots: Int32Array;
  keys: Uint8Array;
  amounts: Float64Array;
  holders: Int32Array;
  /** Market lots, negative for a short. */
  quantity!: Int32Array;
  openBuy!: Int32Array;
  openSell!: Int32Array;
  next!: Int32Array;
  market!: Uint8Array;
  flags!: Uint8Array;
  /** Signed cost basis, settlement lots: Σ ± price·quantity·unit of what is open. */
  cost!: Float64Array;
  /** Σ loss ticks · lots · unit of the open orders. */
  openLoss!: Float64Array;
  /** Collateral of an isolated position; 0 for cross. */
  collateral!: Float64Array;
  account!: Float64Array;

  constructor(capacity = 64) {
    this.lots = new Int32Array(capacity * STRIDE);
    this.keys = new Uint8Array(capacity * STRIDE);
    this.amounts = new Float64Array(capacity * STRIDE);
    this.holders = new Int32Array(capacity);
    this.bind();
  }

  /** Makes the fields' views anew, after the groups were replaced. */
  bind(): void {
    const {lots, keys, amounts} = this;
    [this.quantity, this.openBuy, this.openSell, this.next] = [lots.subarray(0), lots.subarray(1), lots.subarray(2), lots.subarray(3)];
    [this.market, this.flags] = [keys.subarray(0), keys.subarray(1)];
    [this.cost, this.openLoss, this.collateral, this.account] = [amounts.subarray(0), amounts.subarray(1), amounts.subarray(2), amounts.subarray(3)];
  }

  /** Records ever used. */
  get records(): number {
    return this.used / STRIDE;
  }

  /** Place among the market's holders. */
  holder(slot: number): number {
    return this.holders[slot / STRIDE]!;
  }

  setHolder(slot: number, place: number): void {
    this.holders[slot / STRIDE] = place;
  }

  take(account: number, market: number): number {
    let slot = this.firstFree;
    if (slot !== NONE) this.firstFree = this.next[slot]!;
    else {
      if (this.used === this.lots.length) this.#grow(roomFor(this.lots.length, this.used + STRIDE));
      slot = this.used;
      this.used += STRIDE;
    }
    this.account[slot] = account;
    this.market[slot] = market;
    return slot;
  }

  /** An idle record becomes a blank: what is free looks the same however it came to be. */
  free(slot: number): void {
    this.account[slot] = NONE;
    this.market[slot] = 0;
    this.setHolder(slot, 0);
    this.cost[slot] = 0;
    this.openLoss[slot] = 0;
    this.next[slot] = this.firstFree;
    this.firstFree = slot;
  }

  /** Undoes the last {@link take}, already freed again, if it had extended the pool. */
  retract(used: number): void {
    if (this.used === used) return;
    this.firstFree = this.next[used]!;
    this.used = used;
  }

  isIdle(slot: number): boolean {
    return this.quantity[slot] === 0 && this.openBuy[slot] === 0 && this.openSell[slot] === 0 && this.collateral[slot] === 0 && this.flags[slot] === 0;
  }

  #grow(length: number): void {
    this.lots = grown(this.lots, length);
    this.keys = grown(this.keys, length);
    this.amounts = grown(this.amounts, length);
    this.holders = grown(this.holders, length / STRIDE);
    this.bind();
  }
}
