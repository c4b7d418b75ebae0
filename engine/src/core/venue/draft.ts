/** An order as asked for, before it has a slot; one object per venue, refilled by each command, so that the hot path allocates nothing. */
import {SIDE, type Side} from './codes.ts';

export class Draft {
  account = 0;
  market = 0;
  side: Side = SIDE.buy;
  timeInForce = 0;
  selfTrade = 0;
  /** `ORDER_FLAG` bits from `reduceOnly` up. */
  flags = 0;
  /** Ticks; of a market order, the bound the check computes. */
  price = 0;
  quantity = 0;
  clientHigh = 0;
  clientLow = 0;
  /** Milliseconds; for `goodTillDate`. */
  expiry = 0;
  /** Lots an iceberg shows; 0 = all. */
  peak = 0;
  /** Ticks the price is worse than the mark, fixed by the check. */
  loss = 0;
  /** {@link contentOf} this draft as it was asked for, where it has a client id. */
  content = 0;
}

/** 53 bits of everything that was asked for, so that a repeated client id with another order behind it is noticed. */
export function contentOf({market, side, timeInForce, selfTrade, flags, price, quantity, expiry, peak}: Draft): number {
  let high = 0x243f6a88;
  let low = 0x85a308d3;
  const mix = (word: number): void => {
    high = Math.imul(high ^ word, 0x9e3779b1);
    low = Math.imul(low ^ word, 0x5f356495);
    high ^= low >>> 13;
    low ^= high >>> 17;
  };
  mix(market | (side << 16) | (timeInForce << 17) | (selfTrade << 20));
  mix(flags);
  mix(price);
  mix(quantity);
  mix(peak);
  mix(expiry | 0);
  mix((expiry / 2 ** 32) | 0);
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}

/** What an order would meet now, up to its limit: lots, their value in tick·lots, the worst price, and whether an own order comes first. */
export class Probe {
  lots = 0;
  value = 0;
  worst = 0;
  fills = 0;
  meetsOwn = false;
}
