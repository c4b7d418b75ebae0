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
}

/** What an order would meet now, up to its limit: lots, their value in tick·lots, the worst price, and whether an own order comes first. */
export class Probe {
  lots = 0;
  value = 0;
  worst = 0;
  fills = 0;
  meetsOwn = false;
}
