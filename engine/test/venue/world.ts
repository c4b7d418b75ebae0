/** A venue with money in it: one spot and one perpetual market, funded accounts, and the invariants that hold after every command. */
import {FIRST_USER, NONE, OUTSIDE} from '../../src/core/venue/accounts.ts';
import {post} from '../../src/core/venue/claims.ts';
import {ORDER_FLAG} from '../../src/core/venue/codes.ts';
import {LEG} from '../../src/core/venue/legs.ts';
import {assess, assessBucket, unsettled} from '../../src/core/venue/margin.ts';
import {MARKET_KIND, type Market, type MarketSpec} from '../../src/core/venue/market.ts';
import {draftOrder, placeDraft} from '../../src/core/venue/orders.ts';
import {POSITION_FLAG} from '../../src/core/venue/positions.ts';
import {readRecord, type Record64} from '../../src/core/venue/records.ts';
import {holdOf, heldCurrency, remainingOf} from '../../src/core/venue/reserve.ts';
import {Venue} from '../../src/core/venue/venue.ts';

/** Assets: 0 ETH on chain 1, 1 USD on chain 1, 2 USD on chain 2. */
export const ETH = 0;
export const USD = 1;
export const SPOT = 0;
export const PERP = 1;
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

  positionOf(account: number): {quantity: number; cost: number; collateral: number} {
    const {accounts, positions} = this.venue;
    for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
      if (positions.market[slot] === PERP) return {quantity: positions.quantity[slot]!, cost: positions.cost[slot]!, collateral: positions.collateral[slot]!};
    }
    return {quantity: 0, cost: 0, collateral: 0};
  }
}

/** What must hold after every command, recomputed from the columns. */
export function broken(world: World): string[] {
  const {venue} = world;
  return [...brokenClaims(world), ...venue.markets.flatMap((market) => [...brokenMarket(venue, market)]), ...brokenAccounts(venue)];
}

function* brokenClaims({venue, deposited}: World): Generator<string> {
  const {accounts} = venue;
  for (let asset = 0; asset < accounts.assets; asset += 1) {
    let sum = 0;
    for (let account = 0; account < accounts.count; account += 1) sum += accounts.claims[account * accounts.assets + asset]!;
    if (sum !== deposited[asset]) yield `asset ${asset}: ${sum} ≠ ${deposited[asset]}`;
  }
  let open = 0;
  for (let account = 0; account < accounts.count; account += 1) open += unsettled(venue, account);
  if (open !== 0) yield `unsettled PnL sums to ${open}`;
}

function* brokenMarket(venue: Venue, market: Market): Generator<string> {
  const {orders, positions} = venue;
  const {ladder} = market;
  if (ladder.bestBid >= ladder.bestAsk) yield `${market.spec.name}: crossed`;
  for (const [start, step] of [[0, 'above']] as const) {
    for (let price = ladder[step](start); price < ladder.ticks; price = ladder.above(price)) {
      let sum = 0;
      let previous = NONE;
      for (let slot = ladder.headAt(price); slot !== NONE; slot = orders.next[slot]!) {
        if (orders.previous[slot] !== previous || orders.price[slot] !== price || orders.quantity[slot]! <= 0) yield `${market.spec.name}: broken list at ${price}`;
        if (orders.side(slot) === 0 ? price > ladder.bestBid : price < ladder.bestAsk) yield `${market.spec.name}: ${price} is better than the best`;
        sum += orders.quantity[slot]!;
        previous = slot;
      }
      if (sum === 0 || sum !== ladder.quantityAt(price)) yield `${market.spec.name}: level ${price} has ${ladder.quantityAt(price)} ≠ ${sum}`;
    }
  }
  let net = 0;
  let long = 0;
  for (let index = 0; index < market.holderCount; index += 1) {
    const slot = market.holders[index]!;
    net += positions.quantity[slot]!;
    long += Math.max(0, positions.quantity[slot]!);
    if (positions.holder[slot] !== index) yield `${market.spec.name}: holder ${slot} misplaced`;
    if (positions.isIdle(slot)) yield `${market.spec.name}: idle record ${slot}`;
  }
  if (net !== 0) yield `${market.spec.name}: positions sum to ${net}`;
  if (long !== market.openInterest) yield `${market.spec.name}: open interest ${market.openInterest} ≠ ${long}`;
}

function* brokenAccounts(venue: Venue): Generator<string> {
  const {accounts, positions, orders} = venue;
  for (let account = 0; account < accounts.count; account += 1) {
    const held = [0, 0];
    const reserved = new Map<number, {buy: number; sell: number; loss: number}>();
    let count = 0;
    for (let slot = accounts.firstOrder[account]!; slot !== NONE; slot = orders.ownerNext[slot]!) {
      count += 1;
      const market = venue.markets[orders.market(slot)]!;
      const open = remainingOf(venue, slot);
      if (!market.perpetual) held[heldCurrency(market, orders.side(slot))]! += holdOf(market, orders.side(slot), orders.price[slot]!, open);
      const entry = reserved.get(market.index) ?? {buy: 0, sell: 0, loss: 0};
      if (orders.side(slot) === 0) entry.buy += open;
      else entry.sell += open;
      entry.loss += orders.loss[slot]! * open * market.unit;
      reserved.set(market.index, entry);
    }
    if (count !== accounts.orderCount[account]) yield `account ${account}: ${accounts.orderCount[account]} orders ≠ ${count}`;
    for (const [currency, lots] of held.entries()) {
      if (accounts.held[account * 2 + currency] !== lots) yield `account ${account}: holds ${accounts.held[account * 2 + currency]} ≠ ${lots}`;
      if (accounts.unheld(account, currency) < 0) yield `account ${account}: holds more than it has`;
    }
    for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
      const entry = reserved.get(positions.market[slot]!) ?? {buy: 0, sell: 0, loss: 0};
      if (positions.openBuy[slot] !== entry.buy || positions.openSell[slot] !== entry.sell || positions.openLoss[slot] !== entry.loss) yield `account ${account}: reserve ≠ its orders`;
      if ((positions.flags[slot]! & POSITION_FLAG.isolated) !== 0 && assessBucket(venue, slot).equity < 0) yield `account ${account}: isolated bucket below zero`;
    }
    if (assess(venue, account).equity < 0) yield `account ${account}: equity ${venue.margin.equity} below zero`;
  }
}
