/**
 * Balances, cash, positions, open orders and books from events alone, as anybody could keep them who reads the event stream from its beginning.
 * No state of the core is read. Money is in lots, prices and quantities as the interfaces show them.
 */
import {SYSTEM_WALLETS} from '@pobs/protocol';
import type {Event} from '../../src/core/events.ts';

export type RebuiltPosition = {size: bigint; cost: bigint; collateral: bigint; isolated: boolean};
export type RebuiltOrder = {account: string; market: string; side: 'buy' | 'sell'; filled: bigint; remaining: bigint; resting: boolean};

const FUND = SYSTEM_WALLETS.liquidationFund.toLowerCase();
const FEES = SYSTEM_WALLETS.fees.toLowerCase();
const OUTSIDE = `0x${'0'.repeat(40)}`;

export const accountKey = (wallet: string, sub = 0): string => `${wallet}/${sub}`;

type Of<T extends Event['type']> = Extract<Event, {type: T}>;

export class FromEvents {
  readonly claims = new Map<string, bigint>();
  readonly cash = new Map<string, bigint>();
  /** Requested and not sealed, by wallet and asset. */
  readonly requested = new Map<string, bigint>();
  readonly positions = new Map<string, RebuiltPosition>();
  readonly orders = new Map<bigint, RebuiltOrder>();
  readonly books = new Map<string, bigint>();
  readonly #markets = new Map<string, Pick<Of<'marketCreated'>, 'kind' | 'tick' | 'lot' | 'unit' | 'terms'>>();

  apply(event: Event): void {
    switch (event.type) {
      case 'marketCreated': this.#markets.set(event.market, event); return;
      case 'marketChanged': this.#markets.get(event.market)!.terms = event.terms; return;
      case 'legPosted': this.#leg(event); return;
      case 'withdrawalRequested': this.#add(this.requested, `${event.wallet} ${event.chainId} ${event.token}`, event.lots); return;
      case 'withdrawalCancelled':
      case 'withdrawalSealed': this.#add(this.requested, `${event.wallet} ${event.chainId} ${event.token}`, -event.lots); return;
      case 'withdrawalReturned': this.#add(this.requested, `${event.wallet} ${event.chainId} ${event.token}`, event.lots); return;
      case 'bookChanged': {
        const at = `${event.market} ${event.side} ${event.price}`;
        if (event.quantity === 0n) this.books.delete(at);
        else this.books.set(at, event.quantity);
        return;
      }
      case 'tradeExecuted': this.#trade(event); return;
      case 'orderAccepted': case 'orderRested': case 'orderAmended': case 'orderClosed': this.#order(event); return;
      default: this.#money(event);
    }
  }

  #add(table: Map<string, bigint>, key: string, lots: bigint): void {
    const sum = (table.get(key) ?? 0n) + lots;
    if (sum === 0n) table.delete(key);
    else table.set(key, sum);
  }

  #leg({from, fromSub, to, toSub, chainId, token, lots}: Of<'legPosted'>): void {
    if (from !== OUTSIDE) this.#add(this.claims, `${accountKey(from, fromSub)} ${chainId} ${token}`, -lots);
    if (to !== OUTSIDE) this.#add(this.claims, `${accountKey(to, toSub)} ${chainId} ${token}`, lots);
  }

  #order(event: Of<'orderAccepted' | 'orderRested' | 'orderAmended' | 'orderClosed'>): void {
    if (event.type === 'orderAccepted') {
      const {market, side, quantity} = event;
      this.orders.set(event.orderId, {account: accountKey(event.wallet, event.sub), market, side, filled: 0n, remaining: quantity, resting: false});
      return;
    }
    const order = this.orders.get(event.orderId)!;
    if (event.type === 'orderClosed') this.orders.delete(event.orderId);
    else if (event.type === 'orderRested') Object.assign(order, {remaining: event.remaining, resting: true});
    else order.remaining = event.quantity - order.filled;
  }

  #trade(event: Of<'tradeExecuted'>): void {
    for (const id of [event.makerOrderId, event.takerOrderId]) {
      const order = this.orders.get(id)!;
      order.filled += event.quantity;
      order.remaining -= event.quantity;
    }
    const {kind, terms} = this.#markets.get(event.market)!;
    if (kind === 'spot') return;
    const fees = event.makerFeeLots + event.takerFeeLots;
    const share = fees > 0n ? (fees * BigInt(terms.fundSharePpm)) / 1_000_000n : 0n;
    this.#add(this.cash, accountKey(event.maker, event.makerSub), -event.makerFeeLots);
    this.#add(this.cash, accountKey(event.taker, event.takerSub), -event.takerFeeLots);
    this.#add(this.cash, accountKey(FUND), share);
    this.#add(this.cash, accountKey(FEES), fees - share);
  }

  #position(event: {wallet: string; sub?: number; market: string}): RebuiltPosition {
    const key = `${accountKey(event.wallet, event.sub)} ${event.market}`;
    const known = this.positions.get(key) ?? {size: 0n, cost: 0n, collateral: 0n, isolated: false};
    this.positions.set(key, known);
    return known;
  }

  #money(event: Event): void {
    switch (event.type) {
      case 'positionChanged': {
        const position = this.#position(event);
        this.#add(this.cash, accountKey(event.wallet, event.sub), event.realisedPnl - (event.collateral - position.collateral));
        Object.assign(position, {size: event.size, cost: event.cost, collateral: event.collateral});
        return;
      }
      case 'marginModeSet': this.#position(event).isolated = event.mode === 'isolated'; return;
      case 'collateralMoved': {
        const position = this.#position(event);
        this.#add(this.cash, accountKey(event.wallet, event.sub), position.collateral - event.collateral);
        position.collateral = event.collateral;
        return;
      }
      case 'positionLiquidated':
        this.#add(this.cash, accountKey(event.wallet, event.sub), -event.charge);
        this.#add(this.cash, accountKey(FUND), event.charge);
        return;
      case 'fundingSettled':
        this.#credit(event, event.lots);
        // What is paid and not received is dust for the fund.
        this.#add(this.cash, accountKey(FUND), -event.lots);
        return;
      case 'interestSettled': this.#credit(event, event.lots); return;
      case 'positionRolled': {
        const {tick, lot, unit} = this.#markets.get(event.market)!;
        this.#credit(event, event.realised - event.fee);
        this.#add(this.cash, accountKey(FEES), event.fee);
        this.#position(event).cost = (event.size / lot) * (event.price / tick) * unit;
        return;
      }
      case 'excessDistributed':
        this.#add(this.cash, accountKey(event.wallet, event.sub), event.lots);
        this.#add(this.cash, accountKey(FUND), -event.lots);
        return;
      case 'shortfallCovered':
        if (event.payer === undefined) return;
        this.#add(this.cash, accountKey(event.payer, event.payerSub), -event.lots);
        this.#add(this.cash, accountKey(event.wallet, event.sub), event.lots);
        return;
      case 'pnlSettled': this.#add(this.cash, accountKey(event.wallet, event.sub), -event.lots); return;
      default:
    }
  }

  /** Into the position's bucket where it is isolated, else into the account's cash. */
  #credit(event: {wallet: string; sub?: number; market: string}, lots: bigint): void {
    const position = this.#position(event);
    if (position.isolated) position.collateral += lots;
    else this.#add(this.cash, accountKey(event.wallet, event.sub), lots);
  }
}
