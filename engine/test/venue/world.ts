/** A venue with money in it: one spot and one perpetual market, funded accounts, and the invariants that hold after every command. */
import {FIRST_USER, NONE, OUTSIDE} from '../../src/core/venue/accounts.ts';
import {post} from '../../src/core/venue/claims.ts';
import {ORDER_FLAG} from '../../src/core/venue/codes.ts';
import {LEG} from '../../src/core/venue/legs.ts';
import {MARKET_KIND, type Market, type MarketSpec} from '../../src/core/venue/market.ts';
import {draftOrder, placeDraft} from '../../src/core/venue/orders.ts';
import {readRecord, type Record64} from '../../src/core/venue/records.ts';
import {Venue} from '../../src/core/venue/venue.ts';
import {brokenVenue} from './invariants.ts';

/** Assets: 0 ETH on chain 1, 1 USD on chain 1, 2 USD on chain 2. */
export const ETH = 0;
export const USD = 1;
export const SPOT = 0;
export const PERP = 1;
/** A second perpetual, where a test adds one. */
export const OTHER = 2;
export const BUY = 0;
export const SELL = 1;

export const spotSpec: MarketSpec = {
  name: 'ETH-USD', kind: MARKET_KIND.spot, base: ETH, quote: USD, tick: 10_000, lot: 100_000, unit: 1, ladderTicks: 2 ** 20,
  fees: [{makerPpm: 500, takerPpm: 1_000}, {makerPpm: -100, takerPpm: 700}], fundSharePpm: 0, margins: [], bandPpm: 0, marketBandPpm: 200_000, penaltyPpm: 0,
  openInterestMax: 0, interestFrom: 0, interestFull: 0,
};
export const perpSpec: MarketSpec = {
  ...spotSpec, name: 'ETH-PERP', kind: MARKET_KIND.perpetual, fees: [{makerPpm: 200, takerPpm: 500}, {makerPpm: -50, takerPpm: 400}], fundSharePpm: 200_000,
  margins: [{upTo: 2 ** 50, initialPpm: 100_000, maintenancePpm: 50_000}], bandPpm: 500_000, penaltyPpm: 10_000,
};

export class World {
  readonly venue: Venue;
  readonly users: number[] = [];
  deposited = [0, 0, 0];

  constructor({users = 4, spot = spotSpec, perp = perpSpec}: {users?: number; spot?: MarketSpec; perp?: MarketSpec} = {}) {
    this.venue = new Venue({currencyOf: [ETH, USD, USD], currencies: 2, settlement: USD, clientIds: 256});
    for (let account = 0; account < FIRST_USER; account += 1) this.venue.accounts.add();
    this.venue.addMarket(spot);
    this.venue.addMarket(perp);
    for (let user = 0; user < users; user += 1) this.users.push(this.venue.accounts.add());
  }

  fund(account: number, asset: number, lots: number): this {
    post(this.venue, OUTSIDE, account, asset, lots, LEG.deposit);
    this.deposited[asset]! += lots;
    return this;
  }

  /** Everybody gets lots of every asset. */
  rich(lots = 1e12): this {
    for (const user of this.users) for (const asset of [0, 1, 2]) this.fund(user, asset, lots);
    return this;
  }

  get perp(): Market {
    return this.venue.markets[PERP]!;
  }

  /** Runs one command on a clean log; its reason. */
  run(command: (venue: Venue) => number): number {
    this.venue.log.clear();
    const reason = command(this.venue);
    if (reason !== 0 && this.venue.log.length > 0) throw new Error(`refused with ${reason}, yet ${this.venue.log.length} events`);
    return reason;
  }

  place(account: number, market: number, side: number, price: number, quantity: number, change: Partial<Venue['draft']> = {}): number {
    return this.run((venue) => {
      draftOrder(venue, account, market, side as 0 | 1, price, quantity);
      if (price === 0) venue.draft.flags = ORDER_FLAG.market;
      Object.assign(venue.draft, change);
      return placeDraft(venue);
    });
  }

  /** Slot of the account's newest resting order. */
  newest(account: number): number {
    return this.venue.accounts.firstOrder[account]!;
  }

  events(code?: number): Record64[] {
    const all = Array.from({length: this.venue.log.length}, (_, index) => readRecord(this.venue.log, index));
    return code === undefined ? all : all.filter((event) => event.code === code);
  }

  positionOf(account: number, market = PERP): {quantity: number; cost: number; collateral: number} {
    const {accounts, positions} = this.venue;
    for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
      if (positions.market[slot] === market) return {quantity: positions.quantity[slot]!, cost: positions.cost[slot]!, collateral: positions.collateral[slot]!};
    }
    return {quantity: 0, cost: 0, collateral: 0};
  }
}

/** What must hold after every command, and that what was deposited is all there. */
export function broken({venue, deposited}: World): string[] {
  const {accounts} = venue;
  const lost = deposited.flatMap((lots, asset) => {
    let sum = 0;
    for (let account = 0; account < accounts.count; account += 1) sum += accounts.claims[account * accounts.assets + asset]!;
    return sum === lots ? [] : [`asset ${asset}: ${sum} ≠ ${lots}`];
  });
  return [...lost, ...brokenVenue(venue)];
}
