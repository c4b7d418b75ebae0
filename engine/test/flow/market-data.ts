/**
 * Recorded market data of Binance USD-M futures: one line per message, `<nanoseconds> <JSON>`; trades, book ticker, depth updates and one
 * snapshot of the book. The recordings are not part of the project: `../shared/data/market` beside it, or the folder POBS_MARKET_DATA names.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';

export const DATA_FOLDER = process.env.POBS_MARKET_DATA ?? path.resolve(import.meta.dirname, '../../../../shared/data/market');

/** Price in ticks and quantity in market lots, both whole. */
export type Level = readonly [price: number, quantity: number];
export type MarketMessage =
  | {kind: 'ticker'; at: number; bid: Level; ask: Level}
  | {kind: 'trade'; at: number; price: number; quantity: number; takerBuys: boolean}
  | {kind: 'depth'; at: number; bids: readonly Level[]; asks: readonly Level[]};

/** Ticks per unit of price and lots per unit of quantity. */
export type Grid = {perPrice: number; perQuantity: number};

/** The recording of a symbol, or `undefined` where there is none. */
export function recordingOf(symbol: string): string | undefined {
  if (!existsSync(DATA_FOLDER)) return undefined;
  const name = readdirSync(DATA_FOLDER).find((file) => file.includes(`-${symbol.toLowerCase()}-`) && file.endsWith('.gz'));
  return name === undefined ? undefined : path.join(DATA_FOLDER, name);
}

type Pairs = readonly (readonly [string, string])[];
type Raw = {
  stream?: string;
  data?: {p?: string; q?: string; X?: string; m?: boolean; b?: string | Pairs; B?: string; a?: string | Pairs; A?: string};
  bids?: Pairs; asks?: Pairs;
};

export function readRecording(file: string, {perPrice, perQuantity}: Grid): MarketMessage[] {
  const level = (price: string, quantity: string): Level => [Math.round(Number(price) * perPrice), Math.round(Number(quantity) * perQuantity)];
  const levels = (pairs: Pairs): Level[] => pairs.map(([price, quantity]) => level(price, quantity));
  const messages: MarketMessage[] = [];
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    const space = line.indexOf(' ');
    if (space < 0) continue;
    const at = Math.floor(Number(line.slice(0, space)) / 1e6);
    const raw = JSON.parse(line.slice(space + 1)) as Raw;
    const {stream = '', data = {}} = raw;
    if (raw.bids && raw.asks) messages.push({kind: 'depth', at, bids: levels(raw.bids), asks: levels(raw.asks)});
    else if (stream.includes('@depth')) messages.push({kind: 'depth', at, bids: levels(data.b as Pairs), asks: levels(data.a as Pairs)});
    else if (stream.endsWith('@bookTicker')) messages.push({kind: 'ticker', at, bid: level(data.b as string, data.B!), ask: level(data.a as string, data.A!)});
    else if (stream.endsWith('@trade') && data.X === 'MARKET') {
      const [price, quantity] = level(data.p!, data.q!);
      if (quantity > 0) messages.push({kind: 'trade', at, price, quantity, takerBuys: data.m === false});
    }
  }
  return messages;
}
