/** Index prices from several journaled sources, and the premium of the book over the index (paper appendix A1). */
import {EVENT, REASON, type Reason} from './codes.ts';
import {isWhole, PPM} from './integers.ts';
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

/** Parts per 10⁹ by which the book stands above (positive) or below the index; 0 where either is missing. */
export function premiumPpb({ladder, indexPrice}: Market): number {
  if (indexPrice === 0) return 0;
  const above = ladder.bestBid > indexPrice ? ladder.bestBid - indexPrice : 0;
  const below = ladder.bestAsk < indexPrice ? indexPrice - ladder.bestAsk : 0;
  return Math.trunc(((above - below) * 1e9) / indexPrice);
}
