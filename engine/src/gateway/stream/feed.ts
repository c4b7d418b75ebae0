/** Durable events on their way to the channels: books, trades, prices, candles, and what belongs to single accounts. */
import type {NumberedEvent} from '../../core/events.ts';
import type {MarketView} from '../../core/views.ts';
import type {Candle, EnginePort, MarketReads} from '../ports.ts';
import {BookMirror} from './book-mirror.ts';
import {Candles, INTERVAL_NAMES, INTERVALS, type Interval} from './candles.ts';
import {ownMessages, privateKey, publicKey, publicMessage} from './channels.ts';
import type {Hub} from './hub.ts';

const LEVELS_ALL = 1 << 24;

type MarketFeed = {
  view: MarketView;
  book: BookMirror;
  /** Level changes while the book is being read; told again on top of it. */
  during: {side: 'buy' | 'sell'; price: bigint; quantity: bigint}[] | undefined;
  live: boolean;
  /** First trade this gateway saw; what lies before is the database's. */
  firstTrade: bigint | undefined;
  /** Candles that began before this gateway looked, until the database told their start. */
  open: Set<Interval>;
};

export type FeedDeps = {
  engine: Pick<EnginePort, 'markets' | 'book'>;
  reads: Pick<MarketReads, 'candles'>;
  hub: Hub;
  now: () => number;
};

export class Feed {
  readonly #deps: FeedDeps;
  readonly #markets = new Map<string, MarketFeed>();
  readonly #candles = new Candles();
  #seeding: Promise<void> | undefined;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  /** Reads all books and goes live; after an absence of the engine the differences go out as deltas. */
  seed(): Promise<void> {
    this.#seeding ??= this.#seed().finally(() => {
      this.#seeding = undefined;
    });
    return this.#seeding;
  }

  /** The engine is away: no snapshot is given until the next seed. */
  suspend(): void {
    for (const market of this.#markets.values()) market.live = false;
  }

  take(events: readonly NumberedEvent[]): void {
    for (const numbered of events) this.#takeOne(numbered);
    this.#flush();
  }

  /** Levels of a live book with all that was published so far; `undefined` = unknown or not live. */
  book(market: string, depth: number): {bids: [string, string][]; asks: [string, string][]} | undefined {
    const feed = this.#markets.get(market);
    return feed?.live ? feed.book.snapshot(depth) : undefined;
  }

  get marketCount(): number {
    return this.#markets.size;
  }

  knows(market: string): boolean {
    return this.#markets.has(market);
  }

  /** The candle being made, with what was traded before this gateway looked. */
  async candle(market: string, interval: Interval): Promise<Candle | undefined> {
    const feed = this.#markets.get(market);
    if (feed?.open.has(interval)) await this.#complete(feed, interval);
    return this.#candles.current(market, interval);
  }

  async #seed(): Promise<void> {
    const {engine} = this.#deps;
    for (const view of await engine.markets()) {
      const known = this.#markets.get(view.market);
      const feed = known ?? {view, book: new BookMirror(view), during: undefined, live: false, firstTrade: undefined, open: new Set(INTERVAL_NAMES)};
      this.#markets.set(view.market, feed);
      feed.during = [];
      const book = await engine.book(view.market, LEVELS_ALL);
      // Nothing is awaited from here on: what came while the book was read is told on top of it, which does no harm twice.
      if (book) feed.book.replace(book);
      for (const {side, price, quantity} of feed.during) feed.book.setLevel(side, price, quantity);
      feed.during = undefined;
      feed.live = true;
      this.#flush();
    }
  }

  #takeOne(numbered: NumberedEvent): void {
    const {hub} = this.#deps;
    const {event} = numbered;
    if (event.type === 'bookChanged') {
      const feed = this.#markets.get(event.market);
      feed?.book.setLevel(event.side, event.price, event.quantity);
      feed?.during?.push(event);
      return;
    }
    if (event.type === 'tradeExecuted') this.#trade(numbered, event);
    const shared = publicMessage(numbered);
    if (shared) hub.publish(shared.key, shared.body);
    for (const {wallet, channel, body} of ownMessages(numbered)) {
      if (channel !== 'account') hub.publish(privateKey(channel, wallet), body);
      hub.publish(privateKey('account', wallet), body);
    }
  }

  #trade({at}: NumberedEvent, {market, tradeId, price, quantity}: Extract<NumberedEvent['event'], {type: 'tradeExecuted'}>): void {
    const feed = this.#markets.get(market);
    if (feed) feed.firstTrade ??= tradeId;
    for (const {interval, candle} of this.#candles.trade(market, {at, price, quantity})) {
      // A candle that began after this gateway looked is whole.
      if (feed && candle.trades === 1 && feed.firstTrade !== tradeId) feed.open.delete(interval);
      this.#deps.hub.publish(publicKey('candles', market, interval), candle);
    }
  }

  #flush(): void {
    const {hub} = this.#deps;
    for (const [market, {book, live}] of this.#markets) {
      if (!book.hasChanged || !live) continue;
      const key = publicKey('book', market);
      if (hub.hears(key)) hub.publish(key, {type: 'delta', ...book.takeDelta()});
      else book.dropDelta();
    }
  }

  async #complete(feed: MarketFeed, interval: Interval): Promise<void> {
    const intervalMs = INTERVALS[interval];
    const {market} = feed.view;
    const start = BigInt(this.#deps.now() - (this.#deps.now() % intervalMs));
    const {firstTrade} = feed;
    const [before] = await this.#deps.reads.candles(market, {intervalMs, limit: 1, before: start + BigInt(intervalMs), ...(firstTrade !== undefined && {belowTrade: firstTrade})})
      .catch(() => []);
    if (!feed.open.has(interval)) return;
    feed.open.delete(interval);
    if (before?.start === start) this.#candles.precede(market, interval, before);
  }
}
