/** The candles that are being made, by market and interval, in ticks and market lots. */
import type {Candle} from '../ports.ts';
import type {Grid} from './book-mirror.ts';

export const INTERVALS = {'1m': 60_000, '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000} as const;
export type Interval = keyof typeof INTERVALS;
export const INTERVAL_NAMES = Object.keys(INTERVALS) as readonly Interval[];

type Making = {interval: Interval; start: number; open: number; high: number; low: number; close: number; volume: number; trades: number; changed: boolean};

/** Of one market. */
export class Candles {
  readonly #grid: Grid;
  readonly #making: Making[];

  constructor(grid: Grid) {
    this.#grid = grid;
    this.#making = INTERVAL_NAMES.map((interval) => ({interval, start: -1, open: 0, high: 0, low: 0, close: 0, volume: 0, trades: 0, changed: false}));
  }

  /** @param at - Milliseconds. */
  trade(at: number, ticks: number, lots: number): void {
    for (const candle of this.#making) {
      const start = at - (at % INTERVALS[candle.interval]);
      if (start !== candle.start) Object.assign(candle, {start, open: ticks, high: ticks, low: ticks, volume: 0, trades: 0});
      candle.high = Math.max(candle.high, ticks);
      candle.low = Math.min(candle.low, ticks);
      candle.close = ticks;
      candle.volume += lots;
      candle.trades += 1;
      candle.changed = true;
    }
  }

  /** Candles that trades have changed since the last look. */
  takeChanged(): {interval: Interval; candle: Candle}[] {
    const changed = this.#making.filter((candle) => candle.changed);
    for (const candle of changed) candle.changed = false;
    return changed.map((candle) => ({interval: candle.interval, candle: this.#tell(candle)}));
  }

  current(interval: Interval): Candle | undefined {
    const candle = this.#of(interval);
    return candle.start < 0 ? undefined : this.#tell(candle);
  }

  /** Puts what was traded earlier in the same interval in front. */
  precede(interval: Interval, before: Candle): void {
    const candle = this.#of(interval);
    const start = Number(before.start);
    if (candle.start >= 0 && candle.start !== start) return;
    const [open, high, low] = [before.open, before.high, before.low].map((price) => Number(price / this.#grid.tick)) as [number, number, number];
    const volume = candle.volume + Number(before.volume / this.#grid.lot);
    if (candle.start < 0) Object.assign(candle, {start, open, high, low, close: Number(before.close / this.#grid.tick), volume, trades: before.trades});
    else Object.assign(candle, {open, high: Math.max(high, candle.high), low: Math.min(low, candle.low), volume, trades: candle.trades + before.trades});
  }

  #of(interval: Interval): Making {
    return this.#making[INTERVAL_NAMES.indexOf(interval)]!;
  }

  #tell({start, open, high, low, close, volume, trades}: Making): Candle {
    const price = (ticks: number): bigint => BigInt(ticks) * this.#grid.tick;
    return {start: BigInt(start), open: price(open), high: price(high), low: price(low), close: price(close), volume: BigInt(volume) * this.#grid.lot, trades};
  }
}
