/** The core's clock: a tick lets everything happen that is due by its time, in a fixed order. */
import {CLOSE, EVENT} from './codes.ts';
import {tickFunding} from './funding.ts';
import {distributeExcess, payInterest, sampleMoment, sampleStandings} from './incentives.ts';
import {fireDeadMan} from './leases.ts';
import {closeOrder} from './lifecycle.ts';
import {MARKET_STATUS} from './market.ts';
import {workParent} from './parents.ts';
import {measureMakers} from './programmes.ts';
import {head} from './records.ts';
import {judgeRoots} from './roots.ts';
import {tickSession} from './sessions.ts';
import {TIMER} from './timers.ts';
import type {Venue} from './venue.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function tick(venue: Venue): undefined {
  const {timers, orders, markets, now} = venue;
  venue.log.push(head(EVENT.tick, 0, 0), 0, 0, 0, 0, 0, 0, 0, now, 0, 0, 0);
  judgeRoots(venue);
  while (timers.next <= now) {
    const {at, kind, subject, sequence} = timers.pop();
    if (kind === TIMER.orderExpiry && orders.holds(subject, sequence)) closeOrder(venue, subject, CLOSE.expired);
    if (kind === TIMER.slice) workParent(venue, subject);
    if (kind === TIMER.deadMan) fireDeadMan(venue, subject, sequence, at);
  }
  for (const market of markets) {
    if (market.status === MARKET_STATUS.delisted) continue;
    measureMakers(venue, market);
    tickSession(venue, market);
    if (market.perpetual) tickFunding(venue, market);
  }
  tickIncentives(venue);
}

/** Interest on the hour, a sample of standings at a moment of each hour, the fund's excess on the day; in this order where they coincide. */
function tickIncentives(venue: Venue): void {
  const {markets, now} = venue;
  const hour = Math.floor(now / HOUR_MS);
  const before = venue.lastHour === 0 ? hour : venue.lastHour;
  if (hour !== before) for (const market of markets) if (market.perpetual && market.symmetric && market.mark > 0) payInterest(venue, market);
  if (venue.nextSample > 0 && now >= venue.nextSample) sampleStandings(venue);
  if (now >= venue.nextSample) venue.nextSample = sampleMoment(venue, hour + 1);
  if (Math.floor(before / 24) !== Math.floor(hour / 24) && !venue.roots.old) distributeExcess(venue);
  venue.lastHour = hour;
}
