/**
 * Durable events on their way to the channels. Books and candles are kept from the records as they lie in the frames; a record is
 * decoded only where somebody listens to what it tells.
 */
import type {Event, NumberedEvent} from '../../core/events.ts';
import {EVENT} from '../../core/venue/codes.ts';
import {codeOf, detailOf, marketOf, RECORD_WORDS} from '../../core/venue/records.ts';
import type {EventFrame} from '../../link/types.ts';
import {type FrameSection, sectionsOf} from '../../node/read-frames.ts';
import type {Candle, GatewayEngine, MarketReads} from '../ports.ts';
import {BookMirror} from './book-mirror.ts';
import {Candles, INTERVAL_NAMES, INTERVALS, type Interval} from './candles.ts';
import {ownMessages, PRIVATE_CHANNELS, privateKey, publicKey, publicMessage} from './channels.ts';
import type {Hub} from './hub.ts';

const LEVELS_ALL = 1 << 24;

type MarketFeed = {
  name: string;
  book: BookMirror;
  candles: Candles;
  /** Level changes while the book is being read; told again on top of it. */
  during: {side: 0 | 1; ticks: number; lots: number}[] | undefined;
  live: boolean;
  /** First trade this gateway saw; what lies before is the database's. */
  firstTrade: bigint | undefined;
  /** Candles that began before this gateway looked, until the database told their start. */
  open: Set<Interval>;
  tick: bigint;
  lot: bigint;
};

export type FeedDeps = {
  engine: Pick<GatewayEngine, 'markets' | 'book' | 'decode'>;
  reads: Pick<MarketReads, 'candles'>;
  hub: Hub;
  now: () => number;
};

export class Feed {
  readonly #deps: FeedDeps;
  readonly #byIndex: MarketFeed[] = [];
  readonly #byName = new Map<string, MarketFeed>();
  /** Numbers of accounts somebody has listened to. */
  readonly #accounts = new Set<number>();
  #seeding: Promise<void> | undefined;
  #again = false;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  /** Reads all books and goes live; after an absence of the engine the differences go out as deltas. */
  async seed(): Promise<void> {
    this.#again = this.#seeding !== undefined;
    this.#seeding ??= this.#seed();
    try {
      await this.#seeding;
    } finally {
      this.#seeding = undefined;
    }
    if (this.#again) await this.seed();
  }

  /** The engine is away: no snapshot is given until the next seed. */
  suspend(): void {
    for (const market of this.#byIndex) market.live = false;
  }

  /** Own channels of an account begin to be heard. */
  listen(account: number): void {
    this.#accounts.add(account);
  }

  take(frame: EventFrame): void {
    for (const {at, records, events = []} of sectionsOf(frame)) {
      if (records) this.#keep(at, records);
      for (const event of events) this.#keepNamed(at, event);
    }
    for (const numbered of this.#deps.engine.decode(frame, this.#wants)) this.#tell(numbered);
    this.#flush();
  }

  /** Levels of a live book with all that was published so far; `undefined` = unknown or not live. */
  book(market: string, depth: number): {bids: [string, string][]; asks: [string, string][]} | undefined {
    const feed = this.#byName.get(market);
    return feed?.live ? feed.book.snapshot(depth) : undefined;
  }

  get marketCount(): number {
    return this.#byIndex.length;
  }

  knows(market: string): boolean {
    return this.#byName.has(market);
  }

  /** The candle being made, with what was traded before this gateway looked. */
  async candle(market: string, interval: Interval): Promise<Candle | undefined> {
    const feed = this.#byName.get(market);
    if (feed?.open.has(interval)) await this.#complete(feed, interval);
    return feed?.candles.current(interval);
  }

  async #seed(): Promise<void> {
    const {engine} = this.#deps;
    for (const [index, {market, tick, lot}] of (await engine.markets()).entries()) {
      const feed = this.#byIndex[index] ?? this.#add(index, {name: market, tick, lot});
      feed.during = [];
      const book = await engine.book(market, LEVELS_ALL);
      // Nothing is awaited from here on: what came while the book was read is told on top of it, which does no harm twice.
      if (book) feed.book.replace(book);
      for (const {side, ticks, lots} of feed.during) feed.book.set(side, ticks, lots);
      feed.during = undefined;
      feed.live = true;
    }
    this.#flush();
  }

  #add(index: number, market: {name: string; tick: bigint; lot: bigint}): MarketFeed {
    const feed = {
      ...market, book: new BookMirror(market), candles: new Candles(market), during: undefined, live: false, firstTrade: undefined, open: new Set(INTERVAL_NAMES),
    };
    this.#byIndex[index] = feed;
    this.#byName.set(market.name, feed);
    return feed;
  }

  /** What a gateway always keeps, from the records themselves. */
  #keep(at: number, {words, doubles, length}: NonNullable<FrameSection['records']>): void {
    for (let word = 0, end = length * RECORD_WORDS; word < end; word += RECORD_WORDS) {
      const head = words[word]!;
      const code = codeOf(head);
      if (code === EVENT.level) this.#level(this.#byIndex[marketOf(head)], detailOf(head) as 0 | 1, words[word + 1]!, doubles[(word >>> 1) + 4]!);
      else if (code === EVENT.trade) this.#byIndex[marketOf(head)]?.candles.trade(at, words[word + 4]!, words[word + 3]!);
    }
  }

  /** The same from events that came as JSON. */
  #keepNamed(at: number, event: Event): void {
    if (event.type !== 'bookChanged' && event.type !== 'tradeExecuted') return;
    const feed = this.#byName.get(event.market);
    if (!feed) return;
    const [ticks, lots] = [Number(event.price / feed.tick), Number(event.quantity / feed.lot)];
    if (event.type === 'bookChanged') this.#level(feed, event.side === 'buy' ? 0 : 1, ticks, lots);
    else feed.candles.trade(at, ticks, lots);
  }

  #level(feed: MarketFeed | undefined, side: 0 | 1, ticks: number, lots: number): void {
    feed?.book.set(side, ticks, lots);
    feed?.during?.push({side, ticks, lots});
  }

  #wants = (words: Int32Array, word: number): boolean => {
    const head = words[word]!;
    switch (codeOf(head)) {
      case EVENT.level:
      case EVENT.leg:
      case EVENT.tick: return false;
      case EVENT.trade: {
        const feed = this.#byIndex[marketOf(head)];
        if (feed && (feed.firstTrade === undefined || this.#deps.hub.hears(publicKey('trades', feed.name)))) return true;
        return this.#accounts.has(words[word + 1]!) || this.#accounts.has(words[word + 2]!);
      }
      case EVENT.accepted:
      case EVENT.rested:
      case EVENT.closed:
      case EVENT.amended:
      case EVENT.position: return this.#accounts.has(words[word + 1]!);
      default: return true;
    }
  };

  #reseed(): void {
    // The engine may go while it is read; whoever tells of its return seeds again.
    this.seed().catch(() => {});
  }

  #tell(numbered: NumberedEvent): void {
    const {hub} = this.#deps;
    const {event} = numbered;
    if (event.type === 'marketCreated') this.#reseed();
    const traded = event.type === 'tradeExecuted' ? this.#byName.get(event.market) : undefined;
    if (traded && event.type === 'tradeExecuted') traded.firstTrade ??= event.tradeId;
    if ((event.type === 'accountBound' || event.type === 'subAccountCreated') && PRIVATE_CHANNELS.some((channel) => hub.hears(privateKey(channel, event.wallet)))) this.listen(event.account);
    const shared = publicMessage(numbered);
    if (shared) hub.publish(shared.key, shared.body);
    for (const {wallet, channel, body} of ownMessages(numbered)) {
      if (channel !== 'account') hub.publish(privateKey(channel, wallet), body);
      hub.publish(privateKey('account', wallet), body);
    }
  }

  #flush(): void {
    const {hub} = this.#deps;
    for (const {name, book, candles, live} of this.#byIndex) {
      for (const {interval, candle} of candles.takeChanged()) hub.publish(publicKey('candles', name, interval), candle);
      if (!book.hasChanged || !live) continue;
      const key = publicKey('book', name);
      if (hub.hears(key)) hub.publish(key, {type: 'delta', ...book.takeDelta()});
      else book.dropDelta();
    }
  }

  async #complete(feed: MarketFeed, interval: Interval): Promise<void> {
    const intervalMs = INTERVALS[interval];
    const start = BigInt(this.#deps.now() - (this.#deps.now() % intervalMs));
    const {firstTrade} = feed;
    const wanted = {intervalMs, limit: 1, before: start + BigInt(intervalMs), ...(firstTrade !== undefined && {belowTrade: firstTrade})};
    const [before] = await this.#deps.reads.candles(feed.name, wanted).catch(() => []);
    if (!feed.open.has(interval)) return;
    feed.open.delete(interval);
    if (before?.start === start) feed.candles.precede(interval, before);
  }
}
