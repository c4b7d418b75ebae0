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
  /** Lease it ends with; no part of what was asked for, because a retry may come under another. */
  lease = 0;
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

/**
 * 53 bits of everything that was asked for, so that a repeated client id with another order behind it is noticed. Every field is multiplied by an
 * odd number of its own, so that one changed field always shows; two, all but once in 2^53. Only its own sender could seek a collision.
 */
export function contentOf({market, side, timeInForce, selfTrade, flags, price, quantity, peak, expiry}: Draft): number {
  const kind = market | (side << 16) | (timeInForce << 17) | (selfTrade << 20);
  const [early, late] = [expiry | 0, (expiry / 2 ** 32) | 0];
  const high = Math.imul(kind, 0x9e3779b1) ^ Math.imul(flags, 0x85ebca77) ^ Math.imul(price, 0xc2b2ae3d) ^ Math.imul(quantity, 0x27d4eb2f)
    ^ Math.imul(peak, 0x165667b1) ^ Math.imul(early, 0x7feb352d) ^ Math.imul(late, 0x846ca68b);
  const low = Math.imul(kind, 0xd6e8feb9) ^ Math.imul(flags, 0xca5a8263) ^ Math.imul(price, 0x2545f491) ^ Math.imul(quantity, 0x5851f42d)
    ^ Math.imul(peak, 0x14057b7f) ^ Math.imul(early, 0xda942043) ^ Math.imul(late, 0x2127599b);
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
