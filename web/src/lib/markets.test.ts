import {expect, test} from 'vitest';
import {gridPrices, mergeCandle, newest, scaleOf} from './candle-shape.ts';
import {type Candle, formatCountdown, formatMoney, formatPnl, formatPrice, formatRate, formatSize} from './markets.ts';

const candle = (start: number, price: number): Candle =>
  ({start: String(start), open: String(price), high: String(price + 5), low: String(price - 5), close: String(price), volume: '7', trades: 1});

test('prices, profits and rates read as a trader reads them', () => {
  expect(formatPrice('2000500000')).toBe('2\u202f000.50');
  expect(formatSize('20000000', {lot: '100000'})).toBe('0.0200');
  expect(formatSize('3000000000', {lot: '1000000000'})).toBe('3.00');
  expect(formatMoney('387025229')).toBe('387.02');
  expect(formatPnl('37875000')).toBe('+37.87');
  expect(formatPnl('-999')).toBe('0.00');
  expect(formatPnl('-1250000')).toBe('\u22121.25');
  expect(formatRate('12500')).toBe('+0.0012 %');
  expect(formatRate('-40000000')).toBe('\u22124.0000 %');
  expect(formatRate('0')).toBe('0.0000 %');
});

test('the countdown to funding', () => {
  expect(formatCountdown(462_000, 0)).toBe('07:42');
  expect(formatCountdown(3_600_000 + 62_000, 0)).toBe('1:01:02');
  expect(formatCountdown(5, 10)).toBe('now');
});

test('the candle being made takes the place of its older self, an older one changes nothing else', () => {
  const past = [candle(0, 10), candle(60, 20)];
  expect(mergeCandle(past, candle(60, 25)).map(({close}) => close)).toEqual(['10', '25']);
  expect(mergeCandle(past, candle(120, 30)).map(({start}) => start)).toEqual(['0', '60', '120']);
  expect(mergeCandle(past, candle(30, 5))).toEqual(past);
});

test('the picture holds every candle it shows, and its grid is round', () => {
  const shown = newest([candle(0, 1), candle(60, 1_000), candle(120, 1_100)], 2);
  const scale = scaleOf(shown)!;
  expect(scale.low).toBeLessThan(995);
  expect(scale.high).toBeGreaterThan(1_105);
  const grid = gridPrices(scale, 6);
  expect(grid.length).toBeLessThanOrEqual(7);
  expect(grid.every((price) => price % 10 === 0)).toBe(true);
  expect(scaleOf([])).toBeUndefined();
});
