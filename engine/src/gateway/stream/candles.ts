/** The candle that is being made, by market and interval. */
import type {Candle} from '../ports.ts';

export const INTERVALS = {'1m': 60_000, '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000} as const;
export type Interval = keyof typeof INTERVALS;
export const INTERVAL_NAMES = Object.keys(INTERVALS) as readonly Interval[];

export type Trade = {at: bigint; price: bigint; quantity: bigint};

/** A trade into the candle of its time; a new one where the old one has ended. */
export function fold(candle: Candle | undefined, {at, price, quantity}: Trade, intervalMs: number): Candle {
  const start = at - (at % BigInt(intervalMs));
  if (!candle || start > candle.start) return {start, open: price, high: price, low: price, close: price, volume: quantity, trades: 1};
  return {
    ...candle, close: price, high: price > candle.high ? price : candle.high, low: price < candle.low ? price : candle.low,
    volume: candle.volume + quantity, trades: candle.trades + 1,
  };
}

export class Candles {
  readonly #open = new Map<string, Candle>();

  /** The candles a trade changed. */
  trade(market: string, trade: Trade): {interval: Interval; candle: Candle}[] {
    return INTERVAL_NAMES.map((interval) => {
      const key = `${interval}:${market}`;
      const candle = fold(this.#open.get(key), trade, INTERVALS[interval]);
      this.#open.set(key, candle);
      return {interval, candle};
    });
  }

  current(market: string, interval: Interval): Candle | undefined {
    return this.#open.get(`${interval}:${market}`);
  }

  /** Puts what was traded earlier in the same interval in front. */
  precede(market: string, interval: Interval, before: Candle): void {
    const key = `${interval}:${market}`;
    const after = this.#open.get(key);
    if (after && after.start !== before.start) return;
    this.#open.set(key, after ? join(before, after) : before);
  }
}

const join = (before: Candle, after: Candle): Candle => ({
  start: before.start, open: before.open, close: after.close, high: before.high > after.high ? before.high : after.high,
  low: before.low < after.low ? before.low : after.low, volume: before.volume + after.volume, trades: before.trades + after.trades,
});
