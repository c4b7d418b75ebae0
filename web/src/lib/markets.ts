/** Markets as the engine's REST interface tells them, and how their numbers read. */
import {formatLots} from './format.ts';

export type MarketStatus = 'open' | 'cancelOnly' | 'halted' | 'delisted';

export type Market = {
  market: string;
  kind: 'spot' | 'perpetual';
  base: string;
  quote: string;
  /** Prices are multiples of `tick`, quantities of `lot`. */
  tick: string;
  lot: string;
  makerFeeBps: string;
  takerFeeBps: string;
  initialMarginBps?: string;
  maintenanceMarginBps?: string;
  mark?: string;
  lastPrice?: string;
  bestBid?: string;
  bestAsk?: string;
  openInterest: string;
  symmetricLiquidation: boolean;
  status: MarketStatus;
};

export type Funding = {lastPpb: string; predictedPpb: string | null; nextAt: string | null; index: string | null};

export type Candle = {start: string; open: string; high: string; low: string; close: string; volume: string; trades: number};

export type Trade = {tradeId: string; price: string; quantity: string; takerSide: 'buy' | 'sell'; at: string};

export const INTERVALS = ['1m', '5m', '1h', '1d'] as const;
export type Interval = (typeof INTERVALS)[number];

/** A price is a whole number of 1e-6 quote per whole base, a quantity one of 1e-9 base (docs/INTERFACES.md "Markets"). */
export const PRICE = {lotSize: '1', decimals: 6} as const;
export const QUANTITY = {lotSize: '1', decimals: 9} as const;

export const formatPrice = (price: string | bigint): string => formatLots(price, PRICE);
export const formatQuantity = (quantity: string | bigint): string => formatLots(quantity, QUANTITY);

/** Quantities of one market under each other: as many digits as its lot has. */
export function formatSize(quantity: string | bigint, {lot}: Pick<Market, 'lot'>): string {
  const digits = formatQuantity(lot).split('.')[1]?.length ?? 0;
  const [whole, fraction = ''] = formatQuantity(quantity).split('.');
  return digits === 0 ? whole! : `${whole}.${fraction.padEnd(digits, '0')}`;
}

/** Settlement lots of 1e-6 to two digits, rounded down. */
export const formatMoney = (lots: string | bigint): string => formatPrice((BigInt(lots) / 10_000n) * 10_000n);

/** Settlement lots of 1e-6, with a sign and two digits, rounded towards zero. */
export function formatPnl(lots: string | bigint): string {
  const amount = BigInt(lots);
  const cents = (amount / 10_000n) * 10_000n;
  return `${cents > 0n ? '+' : ''}${formatLots(cents, PRICE)}`;
}

/**
 * A funding rate as percent an hour, `+0.0012 %`.
 *
 * @param ppb - Parts per 10⁹ an hour; positive: longs pay.
 */
export function formatRate(ppb: string): string {
  const rate = BigInt(ppb);
  const sign = rate < 0n ? '\u2212' : rate > 0n ? '+' : '';
  const digits = (rate < 0n ? -rate : rate).toString().padStart(8, '0');
  return `${sign}${digits.slice(0, -7)}.${digits.slice(-7, -3)} %`;
}

/** `07:42` or `1:07:42` until a moment; `now` once it is there. */
export function formatCountdown(untilMs: number, nowMs: number): string {
  const seconds = Math.ceil((untilMs - nowMs) / 1_000);
  if (seconds <= 0) return 'now';
  const two = (part: number) => String(part).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3_600 ? clock : `${Math.floor(seconds / 3_600)}:${clock}`;
}
