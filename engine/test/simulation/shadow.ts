/**
 * What an observer of the events knows: orders in their queues, levels, positions, claims. It is rebuilt from nothing but the events, and says where
 * they contradict each other or the rules of matching: price then time, no self-trade, post-only never takes, reduce-only never flips.
 */
import type {Command} from '../../src/core/commands.ts';
import type {Event} from '../../src/core/events.ts';

type Of<T extends Event['type']> = Extract<Event, {type: T}>;
type Side = 'buy' | 'sell';

/** What an order asked for that its events do not repeat. */
export type Traits = {peak: bigint; postOnly: boolean; reduceOnly: boolean};

export type Seen = {
  id: bigint; account: string; wallet: `0x${string}`; sub: number; market: string; side: Side; price: bigint; total: bigint; filled: bigint; left: bigint; shown: bigint; traits: Traits;
  resting: boolean;
};
type Level = {queue: Seen[]; told: bigint};
export type Book = Record<Side, Map<bigint, Level>>;

const PLAIN: Traits = {peak: 0n, postOnly: false, reduceOnly: false};
export const accountOf = (wallet: string, sub = 0): string => `${wallet} ${sub}`;
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export class Shadow {
  readonly orders = new Map<bigint, Seen>();
  readonly books = new Map<string, Book>();
  /** By market, then account; base lots. */
  readonly positions = new Map<string, Map<string, bigint>>();
  readonly #sums = new Map<string, bigint>();
  /** Last change of a position: before and after. */
  readonly #changes = new Map<string, {before: bigint; after: bigint}>();
  /** Claims by asset, then account. */
  readonly claims = new Map<string, Map<string, bigint>>();
  readonly #sent = new Map<string, Traits>();
  #amended: Traits | undefined;
  #legs = 0n;
  #touched: {market: string; side: Side; price: bigint}[] = [];
  readonly faults: string[] = [];

  /** An order that is about to be placed. */
  sending(command: Extract<Command, {type: 'placeOrder'}>, lot: bigint): void {
    const {wallet, sub, clientOrderId, displayQuantity = 0n, postOnly = false, reduceOnly = false} = command;
    this.#sent.set(`${accountOf(wallet.toLowerCase(), sub)} ${clientOrderId}`, {peak: (displayQuantity / lot) * lot, postOnly, reduceOnly});
  }

  book(market: string): Book {
    const known = this.books.get(market);
    if (known) return known;
    const made = {buy: new Map<bigint, Level>(), sell: new Map<bigint, Level>()};
    this.books.set(market, made);
    return made;
  }

  /** Best price of a side, or `undefined`. */
  best(market: string, side: Side): bigint | undefined {
    let found: bigint | undefined;
    for (const [price, {queue}] of this.book(market)[side]) if (queue.length > 0 && (found === undefined || (side === 'buy' ? price > found : price < found))) found = price;
    return found;
  }

  follow(events: readonly Event[]): void {
    for (const event of events) this.#follow(event);
    this.#settle();
  }

  #follow(event: Event): void {
    switch (event.type) {
      case 'orderAccepted': return this.#accepted(event);
      case 'orderRested': return this.#rested(event);
      case 'orderAmended': return this.#amend(event);
      case 'orderClosed': return this.#closed(event);
      case 'tradeExecuted': return this.#traded(event);
      case 'bookChanged': {
        this.#level(event.market, event.side, event.price).told = event.quantity;
        this.#touched.push(event);
        return undefined;
      }
      case 'positionChanged': return this.#moved(event);
      case 'legPosted': return this.#leg(event);
      default: return undefined;
    }
  }

  #level(market: string, side: Side, price: bigint): Level {
    const levels = this.book(market)[side];
    const known = levels.get(price);
    if (known) return known;
    const made = {queue: [], told: 0n};
    levels.set(price, made);
    return made;
  }

  #accepted({orderId: id, market, wallet, sub = 0, side, price = 0n, quantity, clientOrderId}: Of<'orderAccepted'>): void {
    const account = accountOf(wallet, sub);
    const traits = this.#amended ?? this.#sent.get(`${account} ${clientOrderId}`) ?? PLAIN;
    this.#amended = undefined;
    this.#sent.delete(`${account} ${clientOrderId}`);
    this.orders.set(id, {id, account, wallet, sub, market, side, price, total: quantity, filled: 0n, left: quantity, shown: quantity, traits: {...traits}, resting: false});
  }

  #rested({orderId, remaining}: Of<'orderRested'>): void {
    const order = this.orders.get(orderId)!;
    if (order.left !== remaining) this.faults.push(`order ${orderId} rests with ${remaining}, it has ${order.left} left of ${order.total}`);
    if (order.traits.peak >= order.left) order.traits.peak = 0n;
    order.shown = order.traits.peak > 0n ? order.traits.peak : order.left;
    order.resting = true;
    this.#level(order.market, order.side, order.price).queue.push(order);
  }

  #amend({orderId, quantity}: Of<'orderAmended'>): void {
    const order = this.orders.get(orderId)!;
    const lots = order.total - quantity;
    if (lots <= 0n) this.faults.push(`order ${orderId} was amended from ${order.total} to ${quantity} in place`);
    order.total = quantity;
    order.left -= lots;
    order.shown -= lots;
    this.#showMore(order);
  }

  #showMore(order: Seen): void {
    if (!order.resting || order.shown > 0n || order.left === 0n) return;
    order.shown = min(order.traits.peak, order.left);
    const {queue} = this.#level(order.market, order.side, order.price);
    queue.push(queue.splice(queue.indexOf(order), 1)[0]!);
  }

  #closed({orderId, filled, state, reason}: Of<'orderClosed'>): void {
    const order = this.orders.get(orderId)!;
    if (order.filled !== filled || (state === 'filled') !== (order.left === 0n && order.total > 0n)) {
      this.faults.push(`order ${orderId} closed ${state} with ${filled} filled; its trades say ${order.filled} of ${order.total}`);
    }
    if (order.resting) {
      const {queue} = this.#level(order.market, order.side, order.price);
      queue.splice(queue.indexOf(order), 1);
      this.#touched.push(order);
    }
    if (reason === 'amended') this.#amended = order.traits;
    this.orders.delete(orderId);
  }

  #traded({market, price, quantity, makerOrderId, takerOrderId}: Of<'tradeExecuted'>): void {
    const [maker, taker] = [this.orders.get(makerOrderId)!, this.orders.get(takerOrderId)!];
    const say = (what: string): void => void this.faults.push(`trade of ${makerOrderId} and ${takerOrderId}: ${what}`);
    if (maker.account === taker.account) say('an account trades with itself');
    if (taker.traits.postOnly) say('a post-only order takes');
    if (maker.price !== price || this.best(market, maker.side) !== price) say('not at the best price');
    if (this.#level(market, maker.side, price).queue[0] !== maker) say('not the first of its level');
    if (quantity > maker.shown || quantity > taker.left) say('more than there was');
    for (const order of [maker, taker]) {
      if (order.traits.reduceOnly) this.#reduces(order, say);
      order.filled += quantity;
      order.left -= quantity;
      order.shown -= quantity;
    }
    this.#touched.push(maker);
    this.#showMore(maker);
  }

  #reduces({account, market}: Seen, say: (what: string) => void): void {
    const {before, after} = this.#changes.get(`${market} ${account}`)!;
    const [size, left] = [before < 0n ? -before : before, after < 0n ? -after : after];
    if (left >= size || (after !== 0n && after > 0n !== before > 0n)) say(`reduce-only from ${before} to ${after}`);
  }

  #moved({market, wallet, sub, size}: Of<'positionChanged'>): void {
    const account = accountOf(wallet, sub);
    const held = this.positions.get(market) ?? new Map<string, bigint>();
    this.positions.set(market, held);
    const before = held.get(account) ?? 0n;
    this.#changes.set(`${market} ${account}`, {before, after: size});
    this.#sums.set(market, (this.#sums.get(market) ?? 0n) + size - before);
    if (size === 0n) held.delete(account);
    else held.set(account, size);
  }

  #leg({seq, from, fromSub, to, toSub, lots, chainId, token}: Of<'legPosted'>): void {
    if (seq !== this.#legs + 1n) this.faults.push(`leg ${seq} follows leg ${this.#legs}`);
    this.#legs = seq;
    const asset = `${chainId} ${token}`;
    const rows = this.claims.get(asset) ?? new Map<string, bigint>();
    this.claims.set(asset, rows);
    for (const [account, change] of [[accountOf(from, fromSub), -lots], [accountOf(to, toSub), lots]] as const) rows.set(account, (rows.get(account) ?? 0n) + change);
  }

  /** After a command: what its events touched must add up. */
  #settle(): void {
    for (const [market, sum] of this.#sums) if (sum !== 0n) this.faults.push(`${market}: positions sum to ${sum}`);
    for (const {market, side, price} of this.#touched) {
      const level = this.#level(market, side, price);
      const lots = level.queue.reduce((sum, {shown}) => sum + shown, 0n);
      if (lots !== level.told) this.faults.push(`${market} ${side} ${price}: level told ${level.told}, its orders show ${lots}`);
      if (level.queue.length === 0) this.book(market)[side].delete(price);
    }
    for (const market of new Set(this.#touched.map((touched) => touched.market))) {
      const [bid, ask] = [this.best(market, 'buy'), this.best(market, 'sell')];
      if (bid !== undefined && ask !== undefined && bid >= ask) this.faults.push(`${market}: crossed, ${bid} and ${ask}`);
    }
    this.#touched = [];
  }
}
