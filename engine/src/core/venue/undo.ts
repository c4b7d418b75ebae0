/**
 * What an atomic batch has touched, as it was before: a batch that is refused halfway is taken back to the last bit, and its cost is that of
 * what it touched, never of the state. Whoever changes orders, positions, accounts or levels while a batch may be running saves them here first
 * (`if (venue.undo.active) …`); each thing is saved once, at its first change.
 */
import {NONE} from './accounts.ts';
import {CLIENT_DOUBLES} from './client-ids.ts';
import {findPosition} from './exposure.ts';
import type {Market} from './market.ts';
import {ORDERS_MAX} from './order-pool.ts';
import type {Venue} from './venue.ts';

const ORDER_FIELDS = [
  'price', 'quantity', 'total', 'owner', 'next', 'previous', 'ownerNext', 'ownerPrevious', 'loss', 'meta', 'clientHigh', 'clientLow', 'sequence',
] as const;
const POSITION_FIELDS = ['quantity', 'openBuy', 'openSell', 'next', 'market', 'flags', 'account', 'cost', 'openLoss', 'collateral'] as const;
const ACCOUNT_FIELDS = ['cash', 'firstPosition', 'firstOrder', 'orderCount'] as const;
const TIMER_FIELDS = ['at', 'rank', 'kind', 'subject', 'sequence'] as const;

type Columns<F extends string> = Record<F, {[index: number]: number}>;
const read = <F extends string>(of: Columns<F>, fields: readonly F[], index: number): number[] => fields.map((field) => of[field][index] ?? 0);
const write = <F extends string>(of: Columns<F>, fields: readonly F[], index: number, values: readonly number[]): void =>
  fields.forEach((field, at) => (of[field][index] = values[at]!));

type SavedOrder = {fields: number[]; iceberg: {hidden: number; peak: number} | undefined; expiry: number | undefined};
type SavedAccount = {fields: number[]; claims: Float64Array; aside: Float64Array; balance: Float64Array; held: Float64Array};
type SavedLevel = {market: Market; price: number; head: number; tail: number; quantity: number};
type SavedMarket = {last: number; trades: number; openInterest: number; holderCount: number; bestBid: number; bestAsk: number; hours: Float64Array};

export class Undo {
  active = false;
  readonly #orders = new Map<number, SavedOrder>();
  readonly #positions = new Map<number, {fields: number[]; holder: number}>();
  readonly #accounts = new Map<number, SavedAccount>();
  readonly #levels = new Map<number, SavedLevel>();
  readonly #holders: {market: Market; place: number; slot: number}[] = [];
  /** Changes of tables that are undone one by one, the newest first. */
  readonly #steps: (() => void)[] = [];
  #markets: SavedMarket[] = [];
  #counts: number[] = [];

  begin(venue: Venue): void {
    const {orders, positions, legs, timers} = venue;
    this.active = true;
    this.#counts = [orders.used, orders.live, orders.firstFree, orders.last, positions.used, positions.firstFree, legs.length, legs.last, timers.set];
    this.#markets = venue.markets.map(({last, trades, openInterest, holderCount, ladder: {bestBid, bestAsk}, hourVolume}) =>
      ({last, trades, openInterest, holderCount, bestBid, bestAsk, hours: hourVolume.slice()}));
  }

  /** The batch stands. */
  end(): void {
    this.active = false;
    for (const table of [this.#orders, this.#positions, this.#accounts, this.#levels]) table.clear();
    this.#holders.length = 0;
    this.#steps.length = 0;
  }

  order(venue: Venue, slot: number): void {
    if (slot === NONE || this.#orders.has(slot)) return;
    const iceberg = venue.icebergs.get(slot);
    this.#orders.set(slot, {fields: read(venue.orders, ORDER_FIELDS, slot), iceberg: iceberg && {...iceberg}, expiry: venue.expiries.get(slot)});
  }

  /** The slot the next order will get. */
  nextOrder(venue: Venue): void {
    const {orders} = venue;
    if (orders.firstFree !== NONE) this.order(venue, orders.firstFree);
    else if (orders.used < ORDERS_MAX) this.order(venue, orders.used);
  }

  position({positions}: Venue, slot: number): void {
    if (slot !== NONE && !this.#positions.has(slot)) this.#positions.set(slot, {fields: read(positions, POSITION_FIELDS, slot), holder: positions.holder(slot)});
  }

  /** The record the account's next position will get: at the head of its list, the last of the market's holders. */
  nextPosition(venue: Venue, account: number, market: Market): void {
    const {positions} = venue;
    this.account(venue, account);
    this.#holders.push({market, place: market.holderCount, slot: market.holders[market.holderCount] ?? NONE});
    this.position(venue, positions.firstFree === NONE ? positions.used : positions.firstFree);
  }

  /** A record that leaves its account's list and its market's holders. */
  leaving(venue: Venue, slot: number): void {
    const {accounts, positions} = venue;
    const account = positions.account[slot]!;
    const market = venue.markets[positions.market[slot]!]!;
    this.account(venue, account);
    for (let other = accounts.firstPosition[account]!; other !== NONE; other = positions.next[other]!) this.position(venue, other);
    const place = positions.holder(slot);
    this.#holders.push({market, place, slot: market.holders[place]!});
    this.position(venue, market.holders[market.holderCount - 1]!);
  }

  account({accounts}: Venue, account: number): void {
    if (account < 0 || this.#accounts.has(account)) return;
    const {assets, currencies} = accounts;
    const row = (column: Float64Array, width: number): Float64Array => column.slice(account * width, (account + 1) * width);
    this.#accounts.set(account, {
      fields: read(accounts, ACCOUNT_FIELDS, account), claims: row(accounts.claims, assets), aside: row(accounts.aside, assets),
      balance: row(accounts.balance, currencies), held: row(accounts.held, currencies),
    });
  }

  /** A resting order at its level: itself, its neighbours there, and the level. */
  level(venue: Venue, market: Market, slot: number): void {
    const {orders} = venue;
    for (const touched of [slot, orders.previous[slot]!, orders.next[slot]!]) this.order(venue, touched);
    this.#levelAt(venue, market, orders.price[slot]!);
  }

  /** An order on its way into the book: its level, its owner's list, and the path its expiry would take through the timers. */
  resting(venue: Venue, market: Market, slot: number): void {
    const {orders, accounts, timers} = venue;
    const owner = orders.owner[slot]!;
    this.account(venue, owner);
    this.order(venue, slot);
    this.order(venue, accounts.firstOrder[owner]!);
    const {length} = timers;
    const path: [number, number[]][] = [];
    for (let place = length; place > 0;) {
      place = (place - 1) >> 1;
      path.push([place, read(timers, TIMER_FIELDS, place)]);
    }
    this.#steps.push(() => {
      timers.length = length;
      for (const [place, fields] of path) write(timers, TIMER_FIELDS, place, fields);
    });
    this.#levelAt(venue, market, orders.price[slot]!);
  }

  #levelAt(venue: Venue, market: Market, price: number): void {
    const {ladder} = market;
    const head = ladder.headAt(price);
    const tail = head === NONE ? NONE : ladder.tail[ladder.cell(price)]!;
    this.order(venue, tail);
    const key = market.index * 2 ** 24 + price;
    if (!this.#levels.has(key)) this.#levels.set(key, {market, price, head, tail, quantity: ladder.quantityAt(price)});
  }

  /** An order that ends. */
  closing(venue: Venue, market: Market, slot: number, resting: boolean): void {
    const {orders} = venue;
    const owner = orders.owner[slot]!;
    this.account(venue, owner);
    this.order(venue, slot);
    if (market.perpetual) this.position(venue, findPosition(venue, owner, market.index));
    if (!resting) return;
    this.level(venue, market, slot);
    this.order(venue, orders.ownerPrevious[slot]!);
    this.order(venue, orders.ownerNext[slot]!);
  }

  /** A client id about to be added. */
  nextClient({clients}: Venue): void {
    const entry = clients.added % clients.capacity;
    const before = clients.entry(entry);
    this.#steps.push(() => clients.retract(() => clients.rows.set(before, entry * CLIENT_DOUBLES)));
  }

  /** A known client id that will name another order. */
  client({clients}: Venue, entry: number): void {
    const before = clients.entry(entry);
    this.#steps.push(() => clients.rows.set(before, entry * CLIENT_DOUBLES));
  }

  /** Everything is as it was at {@link begin}. */
  rollBack(venue: Venue): void {
    const {orders, positions, accounts, legs, timers, markets} = venue;
    for (const step of this.#steps.toReversed()) step();
    for (const [slot, {fields, iceberg, expiry}] of this.#orders) {
      write(orders, ORDER_FIELDS, slot, fields);
      if (iceberg === undefined) venue.icebergs.delete(slot);
      else venue.icebergs.set(slot, iceberg);
      if (expiry === undefined) venue.expiries.delete(slot);
      else venue.expiries.set(slot, expiry);
    }
    for (const [slot, {fields, holder}] of this.#positions) {
      write(positions, POSITION_FIELDS, slot, fields);
      positions.setHolder(slot, holder);
    }
    for (const [account, {fields, claims, aside, balance, held}] of this.#accounts) {
      write(accounts, ACCOUNT_FIELDS, account, fields);
      accounts.claims.set(claims, account * accounts.assets);
      accounts.aside.set(aside, account * accounts.assets);
      accounts.balance.set(balance, account * accounts.currencies);
      accounts.held.set(held, account * accounts.currencies);
    }
    for (const {market, place, slot} of this.#holders.toReversed()) market.holders[place] = slot;
    for (const {market, price, head, tail, quantity} of this.#levels.values()) market.ladder.restoreLevel(price, head, tail, quantity);
    const [used, live, firstFree, last, positionsUsed, positionsFree, legsLength, legsLast, set] = this.#counts as [number, number, number, number, number, number, number, number, number];
    Object.assign(orders, {used, live, firstFree, last});
    Object.assign(positions, {used: positionsUsed, firstFree: positionsFree});
    Object.assign(legs, {length: legsLength, last: legsLast});
    timers.set = set;
    this.#markets.forEach(({bestBid, bestAsk, hours, ...scalars}, index) => {
      const market = markets[index]!;
      Object.assign(market, scalars);
      Object.assign(market.ladder, {bestBid, bestAsk});
      market.hourVolume.set(hours);
    });
    venue.log.clear();
    this.end();
  }
}
