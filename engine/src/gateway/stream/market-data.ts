/** Keeps the channels fed: durable events as they come, tickers and ranks by the second where somebody listens. */
import type {Address} from 'viem';
import type {GatewayEngine, MarketReads, Presence} from '../ports.ts';
import {publicKey} from './channels.ts';
import {Feed} from './feed.ts';
import {Hub} from './hub.ts';

const OTHER_THAN_BOOKS = (key: string): boolean => !key.startsWith('book:');
const POLL_MS = 1_000;
/** A rank costs the engine a look at every holder: so many listeners a second are served in turn. */
const RANKS_PER_POLL = 16;

export type MarketDataDeps = {
  engine: GatewayEngine;
  reads: Pick<MarketReads, 'candles'>;
  log: {error(fields: object, message: string): void};
  now: () => number;
};

export class MarketData {
  readonly hub = new Hub();
  readonly feed: Feed;
  readonly #deps: MarketDataDeps;
  readonly #stops: (() => void)[];
  readonly #poll: NodeJS.Timeout;
  readonly #told = new Map<string, string>();
  #polling = false;
  #nextRank = 0;

  constructor(deps: MarketDataDeps) {
    this.#deps = deps;
    const {engine} = deps;
    this.feed = new Feed({...deps, hub: this.hub});
    this.#stops = [
      engine.onEventFrames((frame) => this.feed.take(frame)),
      engine.onPresence((presence) => this.#presence(presence)),
    ];
    this.#poll = setInterval(() => void this.#tell(), POLL_MS);
    this.#poll.unref();
  }

  close(): void {
    clearInterval(this.#poll);
    for (const stop of this.#stops) stop();
  }

  #presence({here, missed}: Presence): void {
    if (!here) {
      this.feed.suspend();
      return;
    }
    // Books are made whole by deltas; of what else happened meanwhile nobody can tell, so who listens is told to read again.
    if (missed) this.hub.publishAll(OTHER_THAN_BOOKS, {type: 'missed'});
    this.feed.seed().catch((error: unknown) => this.#deps.log.error({error}, 'The books cannot be read'));
  }

  /** What is read rather than told: open interest and best prices, and each listener's place in the queue of symmetric liquidation. */
  async #tell(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    this.feed.prune();
    try {
      await this.#tickers();
      await this.#ranks();
    } catch {
      // The engine is away; it is asked again in a second.
    } finally {
      this.#polling = false;
    }
  }

  async #tickers(): Promise<void> {
    if (this.hub.heard('ticker:').length === 0) return;
    for (const {market, mark, lastPrice, bestBid, bestAsk, openInterest, symmetricLiquidation} of await this.#deps.engine.markets()) {
      this.#publishChanged(publicKey('ticker', market), {mark, lastPrice, bestBid, bestAsk, openInterest, symmetricLiquidation});
    }
  }

  async #ranks(): Promise<void> {
    const keys = this.hub.heard('adl:');
    for (let index = 0; index < Math.min(RANKS_PER_POLL, keys.length); index += 1) {
      const key = keys[(this.#nextRank + index) % keys.length]!;
      const ranks = await this.#deps.engine.ranksOf(key.slice('adl:'.length) as Address);
      this.#publishChanged(key, {ranks: ranks.map(({market, sub = 0, side, rank, of, lights}) => ({market, sub, side, rank, of, lights}))});
    }
    this.#nextRank += RANKS_PER_POLL;
  }

  #publishChanged(key: string, body: object): void {
    if (!this.hub.hears(key)) return;
    const text = JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    if (this.#told.get(key) === text) return;
    this.#told.set(key, text);
    this.hub.publish(key, {at: String(this.#deps.now()), ...body});
  }
}
