/**
 * Positions and the open interest of orders by account and market, 64 bytes each with the holder's list. An account's records are a linked
 * list; a market's lie in its holders array. A record lives while it has a position or an open order.
 */
import {NONE} from './accounts.ts';
import {grown, roomFor} from './columns.ts';

export const POSITION_FLAG = {isolated: 1} as const;

export class PositionPool {
  used = 0;
  firstFree = NONE;
  account: Int32Array;
  market: Uint16Array;
  flags: Uint16Array;
  /** Market lots, negative for a short. */
  quantity: Int32Array;
  openBuy: Int32Array;
  openSell: Int32Array;
  next: Int32Array;
  /** Place among the market's holders. */
  holder: Int32Array;
  /** Signed cost basis, settlement lots: Σ ± price·quantity·unit of what is open. */
  cost: Float64Array;
  /** Σ loss ticks · lots · unit of the open orders. */
  openLoss: Float64Array;
  /** Collateral of an isolated position; 0 for cross. */
  collateral: Float64Array;

  constructor(capacity = 64) {
    this.account = new Int32Array(capacity);
    this.market = new Uint16Array(capacity);
    this.flags = new Uint16Array(capacity);
    this.quantity = new Int32Array(capacity);
    this.openBuy = new Int32Array(capacity);
    this.openSell = new Int32Array(capacity);
    this.next = new Int32Array(capacity);
    this.holder = new Int32Array(capacity);
    this.cost = new Float64Array(capacity);
    this.openLoss = new Float64Array(capacity);
    this.collateral = new Float64Array(capacity);
  }

  take(account: number, market: number): number {
    let slot = this.firstFree;
    if (slot !== NONE) this.firstFree = this.next[slot]!;
    else {
      if (this.used === this.account.length) this.#grow(roomFor(this.account.length, this.used + 1));
      slot = this.used;
      this.used += 1;
    }
    this.account[slot] = account;
    this.market[slot] = market;
    return slot;
  }

  /** An idle record becomes a blank: what is free looks the same however it came to be. */
  free(slot: number): void {
    this.account[slot] = NONE;
    this.market[slot] = 0;
    this.holder[slot] = 0;
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

  #grow(capacity: number): void {
    this.account = grown(this.account, capacity);
    this.market = grown(this.market, capacity);
    this.flags = grown(this.flags, capacity);
    this.quantity = grown(this.quantity, capacity);
    this.openBuy = grown(this.openBuy, capacity);
    this.openSell = grown(this.openSell, capacity);
    this.next = grown(this.next, capacity);
    this.holder = grown(this.holder, capacity);
    this.cost = grown(this.cost, capacity);
    this.openLoss = grown(this.openLoss, capacity);
    this.collateral = grown(this.collateral, capacity);
  }
}
