/** Where candles stand in a picture. Prices become pixels here and nowhere else, so that they may pass through floats. */
import type {Candle} from './markets.ts';

export const INTERVAL_MS = {'1m': 60_000, '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000} as const;

export type Scale = {low: number; high: number; volume: number};

/** The newest `count` candles, those without trades left out as the engine leaves them out; oldest first. */
export const newest = (candles: readonly Candle[], count: number): readonly Candle[] => candles.slice(-Math.max(1, count));

/** Price and volume range of what is shown, with air above and below; undefined without candles. */
export function scaleOf(candles: readonly Candle[]): Scale | undefined {
  if (candles.length === 0) return undefined;
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  let volume = 0;
  for (const candle of candles) {
    low = Math.min(low, Number(candle.low));
    high = Math.max(high, Number(candle.high));
    volume = Math.max(volume, Number(candle.volume));
  }
  const air = Math.max((high - low) * 0.08, high * 0.0005);
  return {low: low - air, high: high + air, volume};
}

/** Round prices for the lines of a grid, at most `count`. */
export function gridPrices({low, high}: Scale, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const prices: number[] = [];
  for (let price = Math.ceil(low / step) * step; price < high; price += step) prices.push(price);
  return prices;
}

/** The candle being made in place of its older self, or behind the others. */
export function mergeCandle(candles: readonly Candle[], candle: Candle): readonly Candle[] {
  const last = candles.at(-1);
  if (last === undefined || Number(last.start) < Number(candle.start)) return [...candles, candle];
  return candles.map((each) => (each.start === candle.start ? candle : each));
}
