/** Index prices from several journaled sources, and the premium of the book over the index (paper appendix A1). */
import {EVENT, REASON, type Reason} from './codes.ts';
import {isWhole, mulDivCeil, PPM} from './integers.ts';
import {isPrice, type Market, MARKET_STATUS} from './market.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export const SOURCES_MAX = 8;
/** A source older than this does not count. */
const STALE_MS = 15_000;
/** A source further than this from the median does not count. */
const OUTLIER_PPM = 20_000;

/** Latest word of each source: ticks and when. */
export class Sources {
  readonly price = new Float64Array(SOURCES_MAX);
  readonly at = new Float64Array(SOURCES_MAX);
}

/** A source's price; the index becomes the median of the fresh sources that agree. With none, it stays where it was. */
export function setSource(venue: Venue, index: number, source: number, price: number): Reason {
  const market = venue.markets[index];
  if (market === undefined) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  if (!isPrice(market, price)) return REASON.badPrice;
  if (!isWhole(source, 0, SOURCES_MAX - 1)) return REASON.badFlags;
  market.sources.price[source] = price;
  market.sources.at[source] = venue.now;
  const agreed = agreedPrice(market, venue.now);
  if (agreed > 0) market.indexPrice = agreed;
  venue.log.push(head(EVENT.index, source, index), price, market.indexPrice, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return REASON.none;
}

function agreedPrice({sources}: Market, now: number): number {
  const fresh = [...sources.price].filter((price, source) => price > 0 && now - sources.at[source]! <= STALE_MS);
  const middle = median(fresh);
  return median(fresh.filter((price) => Math.abs(price - middle) * PPM <= OUTLIER_PPM * middle));
}

/** The lower of the two in the middle of an even number; 0 of none. */
function median(values: number[]): number {
  return values.length === 0 ? 0 : values.sort((a, b) => a - b)[(values.length - 1) >> 1]!;
}

/** Lots and their value in tick·lots that an amount buys or sells from the best price on; no lots where the book has not as much. */
export type Impact = {lots: number; value: number};

/**
 * What `notional` settlement lots take out of one side of the book as it shows (0: the best price alone). The last level gives as many lots as reach
 * the amount, rounded up.
 */
export function impactOf({ladder, unit}: Market, side: 'bids' | 'asks', notional: number): Impact {
  const best = side === 'bids' ? ladder.bestBid : ladder.bestAsk;
  const end = side === 'bids' ? 0 : ladder.ticks;
  if (best === end) return {lots: 0, value: 0};
  if (notional === 0) return {lots: 1, value: best};
  let left = mulDivCeil(notional, 1, unit);
  let lots = 0;
  let value = 0;
  for (let price = best; price !== end; price = side === 'bids' ? ladder.below(price) : ladder.above(price)) {
    const taken = Math.min(ladder.quantityAt(price), mulDivCeil(left, 1, price));
    lots += taken;
    value += taken * price;
    left -= taken * price;
    if (left <= 0) return {lots, value};
  }
  return {lots: 0, value: 0};
}

/**
 * Parts per 10⁹ by which the impact prices stand above (bids, positive) or below the index (asks, negative), rounded towards zero; 0 where neither
 * does, and for a side that has not enough.
 */
export function premiumPpb(market: Market): number {
  const {indexPrice, spec: {impactNotional = 0}} = market;
  if (indexPrice === 0) return 0;
  const bids = impactOf(market, 'bids', impactNotional);
  const above = bids.value - indexPrice * bids.lots;
  if (above > 0) return ratioPpb(above, indexPrice * bids.lots);
  const asks = impactOf(market, 'asks', impactNotional);
  const below = indexPrice * asks.lots - asks.value;
  return below > 0 ? -ratioPpb(below, indexPrice * asks.lots) : 0;
}

const ratioPpb = (part: number, whole: number): number => Number((BigInt(part) * 1_000_000_000n) / BigInt(whole));
