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

/** 53 bits of everything that was asked for, so that a repeated client id with another order behind it is noticed. */
export const contentOf = (draft: Draft): number => (lane(draft, 0x243f6a88) >>> 0) * 2 ** 21 + (lane(draft, 0x13198a2e) >>> 11);

/** 32 bits of everything that was asked for, from one start. */
function lane({market, side, timeInForce, selfTrade, flags, price, quantity, peak, expiry}: Draft, start: number): number {
  let hash = mix(start, market | (side << 16) | (timeInForce << 17) | (selfTrade << 20));
  hash = mix(mix(hash, flags), price);
  hash = mix(mix(hash, quantity), peak);
  return mix(mix(hash, expiry | 0), (expiry / 2 ** 32) | 0);
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** What an order would meet now, up to its limit: lots, their value in tick·lots, the worst price, and whether an own order comes first. */
export class Probe {
  lots = 0;
  value = 0;
  worst = 0;
  fills = 0;
  meetsOwn = false;
}
