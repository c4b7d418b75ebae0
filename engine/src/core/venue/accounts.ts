/**
 * Accounts by number, as columns: 122 bytes each with four custody assets and two currencies. Amounts are lots.
 * `claims` say what each custody owes; `balance` is their spendable sum by currency; `cash` is what perpetuals won or lost and no seal
 * has turned into claims yet. Only `claims.ts` writes claims, aside and balance.
 */
import {grown, roomFor} from './columns.ts';

/** Numbers of the system accounts; users start at {@link FIRST_USER}. */
export const SYSTEM = {fees: 0, liquidationFund: 1, rounding: 2, unmatched: 3} as const;
export const FIRST_USER = 4;
/** No account: the world outside the sheet in a leg. */
export const OUTSIDE = -1;
export const NONE = -1;

export class Accounts {
  count = 0;
  readonly assets: number;
  readonly currencies: number;
  /** By account·assets + asset. */
  claims: Float64Array;
  /** Part of the claim requested or sealed for withdrawal. */
  aside: Float64Array;
  /** By account·currencies + currency: Σ (claims − aside), and what of it open spot orders hold. */
  balance: Float64Array;
  held: Float64Array;
  /** Settlement lots, signed: realised PnL, fees and funding of perpetuals, less what seals have settled. */
  cash: Float64Array;
  firstPosition: Int32Array;
  firstOrder: Int32Array;
  orderCount: Int32Array;
  /** Main account of the owner, itself for a main one: who may not trade with whom. */
  main: Int32Array;
  feeTier: Uint8Array;
  /** See {@link ACCOUNT_FLAG}. */
  flags: Uint8Array;

  constructor(assets: number, currencies: number, capacity = 16) {
    this.assets = assets;
    this.currencies = currencies;
    this.claims = new Float64Array(capacity * assets);
    this.aside = new Float64Array(capacity * assets);
    this.balance = new Float64Array(capacity * currencies);
    this.held = new Float64Array(capacity * currencies);
    this.cash = new Float64Array(capacity);
    this.firstPosition = new Int32Array(capacity).fill(NONE);
    this.firstOrder = new Int32Array(capacity).fill(NONE);
    this.orderCount = new Int32Array(capacity);
    this.main = new Int32Array(capacity);
    this.feeTier = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  add(): number {
    if (this.count === this.cash.length) this.#grow(roomFor(this.cash.length, this.count + 1));
    this.main[this.count] = this.count;
    this.count += 1;
    return this.count - 1;
  }

  /** Room for as many accounts as an image has; their columns follow. */
  restore(count: number): void {
    if (count > this.cash.length) this.#grow(roomFor(this.cash.length, count));
    this.count = count;
    for (let account = 0; account < count; account += 1) this.main[account] = account;
  }

  has(account: number): boolean {
    return account >= 0 && account < this.count;
  }

  /** Claim not set aside. */
  spendable(account: number, asset: number): number {
    const at = account * this.assets + asset;
    return this.claims[at]! - this.aside[at]!;
  }

  /** Spendable and not held by spot orders. */
  unheld(account: number, currency: number): number {
    const at = account * this.currencies + currency;
    return this.balance[at]! - this.held[at]!;
  }

  #grow(capacity: number): void {
    this.claims = grown(this.claims, capacity * this.assets);
    this.aside = grown(this.aside, capacity * this.assets);
    this.balance = grown(this.balance, capacity * this.currencies);
    this.held = grown(this.held, capacity * this.currencies);
    this.cash = grown(this.cash, capacity);
    this.firstPosition = grown(this.firstPosition, capacity, NONE);
    this.firstOrder = grown(this.firstOrder, capacity, NONE);
    this.orderCount = grown(this.orderCount, capacity);
    this.main = grown(this.main, capacity);
    this.feeTier = grown(this.feeTier, capacity);
    this.flags = grown(this.flags, capacity);
  }
}

export const ACCOUNT_FLAG = {
  /** Liquidated at least partly in the running command: no novation, no roll. */
  inLiquidation: 1,
} as const;
