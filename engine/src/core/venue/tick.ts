/** The core's clock: a tick lets everything happen that is due by its time, in the order in which it became due. */
import {CLOSE, EVENT} from './codes.ts';
import {closeOrder} from './lifecycle.ts';
import {head} from './records.ts';
import {TIMER} from './timers.ts';
import type {Venue} from './venue.ts';

export function tick(venue: Venue): undefined {
  const {timers, orders} = venue;
  venue.log.push(head(EVENT.tick, 0, 0), 0, 0, 0, 0, 0, 0, 0, venue.now, 0, 0, 0);
  while (timers.next <= venue.now) {
    const {kind, subject, sequence} = timers.pop();
    if (kind === TIMER.orderExpiry && orders.holds(subject, sequence)) closeOrder(venue, subject, CLOSE.expired);
  }
}
