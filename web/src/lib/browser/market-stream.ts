/** One market live: the gateway's stream for what is new, its REST interface for what was before (engine/README.md "Stream"). */
import {mergeCandle} from '../candle-shape.ts';
import type {Candle, Interval, MarketStatus, Trade} from '../markets.ts';
import {applyDelta, type Book, type BookSides} from '../order-book.ts';
import {readJson} from './engine-client.ts';

export type Ticker = {mark?: string; lastPrice?: string; openInterest?: string};

export type MarketState = {
  /** `live` once the book's snapshot is here; `lost` while the connection is down: figures are then old. */
  connection: 'connecting' | 'live' | 'lost';
  book: Book | undefined;
  trades: readonly Trade[];
  candles: readonly Candle[];
  ticker: Ticker;
  index: string | undefined;
  status: MarketStatus | undefined;
  /** Grows with every event of the signed-in wallet. */
  ownEvents: number;
  /** Grows with every settlement of funding. */
  fundings: number;
};

export type StreamOptions = {url: string; market: string; interval: Interval; token: string | undefined};

type Message = {
  channel?: string; type?: string; sequence?: string; op?: string; error?: {code: string};
  price?: string; status?: MarketStatus; candle?: Candle;
} & Partial<BookSides> & Partial<Trade> & Partial<Ticker> & Partial<Candle>;

const TRADES_MAX = 60;
const CANDLES_MAX = 400;
/** Changes are shown together: a busy market changes more often than a screen. */
const SHOW_EVERY_MS = 60;
const RECONNECT_MS = [250, 1_000, 3_000, 10_000] as const;

const EMPTY: MarketState = {
  connection: 'connecting', book: undefined, trades: [], candles: [], ticker: {}, index: undefined, status: undefined, ownEvents: 0, fundings: 0,
};

export class MarketStream {
  readonly #options: StreamOptions;
  readonly #listeners = new Set<() => void>();
  readonly #sequences = new Map<string, bigint>();
  #state: MarketState = EMPTY;
  #shown: MarketState = EMPTY;
  #socket: WebSocket | undefined;
  #showing: ReturnType<typeof setTimeout> | undefined;
  #reconnect: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  open(): void {
    this.#closed = false;
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#showing);
    clearTimeout(this.#reconnect);
    this.#showing = undefined;
    this.#socket?.close();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): MarketState => this.#shown;

  #connect(): void {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    this.#sequences.clear();
    socket.addEventListener('open', () => this.#subscribeAll());
    socket.addEventListener('message', ({data}) => this.#take(JSON.parse(String(data)) as Message));
    socket.addEventListener('close', () => {
      if (this.#closed || this.#socket !== socket) return;
      this.#change({connection: 'lost'});
      const wait = RECONNECT_MS[Math.min(this.#failures, RECONNECT_MS.length - 1)]!;
      this.#failures += 1;
      this.#reconnect = setTimeout(() => this.#connect(), wait);
    });
  }

  #subscribeAll(): void {
    const {token, interval} = this.#options;
    for (const channel of ['book', 'trades', 'prices', 'ticker']) this.#ask(channel);
    this.#send({op: 'subscribe', channel: 'candles', market: this.#options.market, interval});
    if (token !== undefined) {
      this.#send({op: 'auth', token});
      this.#send({op: 'subscribe', channel: 'account'});
    }
    void this.#readPast();
  }

  #ask(channel: string): void {
    this.#send({op: 'subscribe', channel, market: this.#options.market});
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Read after subscribing, so that nothing lies between the past and the stream. */
  async #readPast(): Promise<void> {
    const {market, interval} = this.#options;
    const [trades, candles] = await Promise.all([
      readJson<Trade[]>(`/api/engine/v1/markets/${market}/trades?limit=${TRADES_MAX}`),
      readJson<Candle[]>(`/api/engine/v1/markets/${market}/candles?interval=${interval}&limit=${CANDLES_MAX}`),
    ]);
    if (this.#closed) return;
    if (trades.ok) this.#addTrades(trades.data);
    if (candles.ok) this.#change({candles: this.#state.candles.reduce(mergeCandle, candles.data)});
  }

  #take(message: Message): void {
    const {channel} = message;
    if (message.error !== undefined) {
      // The engine is away: its book comes back with it.
      if (message.error.code === 'ENGINE_AWAY') this.#socket?.close();
      return;
    }
    if (channel === undefined || message.sequence === undefined) return;
    if (message.type === 'subscribed') {
      this.#sequences.set(channel, BigInt(message.sequence));
      this.#begin(channel, message);
      return;
    }
    if (!this.#follows(channel, message)) return;
    switch (channel) {
      case 'book': return this.#change({book: applyDelta(this.#state.book!, {bids: message.bids ?? [], asks: message.asks ?? []})});
      case 'trades': return this.#addTrades([message as Trade]);
      case 'candles': return this.#change({candles: mergeCandle(this.#state.candles, message as Candle)});
      case 'ticker': return this.#change({ticker: message as Ticker});
      case 'prices': return this.#price(message);
      default: return this.#change({ownEvents: this.#state.ownEvents + 1});
    }
  }

  /** The number after the one before; after a hole everything is asked for anew. */
  #follows(channel: string, {sequence, type}: Message): boolean {
    const known = this.#sequences.get(channel);
    if (known === undefined) return false;
    if (type !== 'missed' && BigInt(sequence!) === known + 1n) {
      this.#sequences.set(channel, known + 1n);
      return true;
    }
    this.#socket?.close();
    return false;
  }

  #begin(channel: string, message: Message): void {
    if (channel === 'book') {
      this.#failures = 0;
      this.#change({connection: 'live', book: {bids: message.bids ?? [], asks: message.asks ?? []}});
    }
    if (channel === 'candles' && message.candle !== undefined) this.#change({candles: mergeCandle(this.#state.candles, message.candle)});
    if (channel === 'account') this.#change({ownEvents: this.#state.ownEvents + 1});
  }

  #price({type, price, status}: Message): void {
    if (type === 'mark' && price !== undefined) this.#change({ticker: {...this.#state.ticker, mark: price}});
    if (type === 'index' && price !== undefined) this.#change({index: price});
    if (type === 'status' && status !== undefined) this.#change({status});
    if (type === 'funding') this.#change({fundings: this.#state.fundings + 1});
  }

  #addTrades(added: readonly Trade[]): void {
    const known = new Set(this.#state.trades.map(({tradeId}) => tradeId));
    const all = [...added.filter(({tradeId}) => !known.has(tradeId)), ...this.#state.trades];
    all.sort((a, b) => (BigInt(a.tradeId) < BigInt(b.tradeId) ? 1 : -1));
    this.#change({trades: all.slice(0, TRADES_MAX)});
  }

  #change(change: Partial<MarketState>): void {
    this.#state = {...this.#state, ...change};
    this.#showing ??= setTimeout(() => {
      this.#showing = undefined;
      this.#shown = this.#state;
      for (const listener of this.#listeners) listener();
    }, SHOW_EVERY_MS);
  }
}
