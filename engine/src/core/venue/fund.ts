/** The Liquidation Fund's inventory goes back to the book by bounded orders that take what is there and never rest. */
import {NONE, SYSTEM} from './accounts.ts';
import {CLOSE, ORDER_FLAG, SIDE, TIME_IN_FORCE} from './codes.ts';
import {findPosition} from './exposure.ts';
import {PPM} from './integers.ts';
import {closeOrder, createOrder} from './lifecycle.ts';
import type {Market} from './market.ts';
import {match, reachable} from './matching.ts';
import {draftOrder} from './orders.ts';
import {reservePerpetual} from './reserve.ts';
import type {Venue} from './venue.ts';

/** The fund gives up at most half the penalty it may have earned. */
export function unwindFund(venue: Venue, market: Market): void {
  if (venue.roots.old) return;
  const {positions, orders} = venue;
  const position = findPosition(venue, SYSTEM.liquidationFund, market.index);
  if (position === NONE || positions.quantity[position] === 0) return;
  const held = positions.quantity[position]!;
  const side = held > 0 ? SIDE.sell : SIDE.buy;
  const give = Math.floor((market.mark * market.spec.penaltyPpm) / (2 * PPM));
  const limit = side === SIDE.sell ? Math.max(1, market.mark - give) : Math.min(market.ladder.ticks - 1, market.mark + give);
  if (reachable(market, side, limit) === 0) return;
  draftOrder(venue, SYSTEM.liquidationFund, market.index, side, limit, Math.abs(held));
  venue.draft.flags = ORDER_FLAG.system;
  venue.draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
  const slot = createOrder(venue);
  if (slot === NONE) return;
  reservePerpetual(venue, position, market, side, Math.abs(held), 0);
  match(venue, market, slot);
  closeOrder(venue, slot, orders.quantity[slot] === 0 ? CLOSE.filled : CLOSE.immediateOrCancel);
}
