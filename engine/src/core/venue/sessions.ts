/**
 * Sessions (paper appendix A2): a market's week in parts, each with its own fees, funding clamp, price band and margin. Before a part with more
 * margin begins, accounts that would not meet it are warned. The calendar is journaled; the clock only picks the part.
 */
import {FIRST_USER} from './accounts.ts';
import {EVENT, REASON, type Reason} from './codes.ts';
import {isWhole, mulDivCeil, PPM} from './integers.ts';
import {assessBucket} from './margin.ts';
import {FUNDING_CLAMP_PPM, type Market} from './market.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export const WEEK_MINUTES = 7 * 24 * 60;
const MINUTE_MS = 60_000;
/** 1 January 1970 was a Thursday; weeks here begin on Monday. */
const MONDAY_MINUTES = 3 * 24 * 60;
const WARN_MINUTES = 30;

export type Session = {
  /** Minutes from Monday 00:00 UTC. */
  start: number;
  /** Of the market's fees: after hours may be cheaper, never dearer. */
  feePpm: number;
  fundingClampPpm: number;
  bandPpm: number;
  /** Of the market's margin rates: never less than 100 %. */
  marginPpm: number;
};

/** Empty = one session for ever. Starts rise; the last one lasts into the next week. */
export function setCalendar(venue: Venue, index: number, sessions: readonly Session[]): Reason {
  const market = venue.markets[index];
  if (market === undefined) return REASON.unknownMarket;
  let before = -1;
  for (const {start, feePpm, fundingClampPpm, bandPpm, marginPpm} of sessions) {
    if (!isWhole(start, before + 1, WEEK_MINUTES - 1)) return REASON.badTime;
    if (!isWhole(feePpm, 0, PPM) || !isWhole(fundingClampPpm, 0, PPM) || !isWhole(bandPpm, 0, PPM) || !isWhole(marginPpm, PPM, 10 * PPM)) return REASON.badAmount;
    before = start;
  }
  if (sessions.length > 64) return REASON.badFlags;
  market.calendar = sessions.map((session) => ({...session}));
  market.session = -1;
  market.warned = -1;
  if (sessions.length === 0) Object.assign(market, {feePpm: PPM, fundingClampPpm: FUNDING_CLAMP_PPM, bandPpm: market.spec.bandPpm, marginPpm: PPM});
  venue.log.push(head(EVENT.session, 1, index), sessions.length, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return REASON.none;
}

/** At each tick: the part of the week `now` lies in, and the warning before the next. */
export function tickSession(venue: Venue, market: Market): void {
  const {calendar} = market;
  if (calendar.length === 0) return;
  const minute = (Math.floor(venue.now / MINUTE_MS) + MONDAY_MINUTES) % WEEK_MINUTES;
  let current = calendar.length - 1;
  for (let index = 0; index < calendar.length; index += 1) if (calendar[index]!.start <= minute) current = index;
  if (minute < calendar[0]!.start) current = calendar.length - 1;
  if (current !== market.session) enter(venue, market, current);
  const next = (current + 1) % calendar.length;
  const left = (calendar[next]!.start - minute + WEEK_MINUTES) % WEEK_MINUTES || WEEK_MINUTES;
  if (left <= WARN_MINUTES && market.warned !== next && calendar[next]!.marginPpm > market.marginPpm) warn(venue, market, next);
}

function enter(venue: Venue, market: Market, index: number): void {
  const {feePpm, fundingClampPpm, bandPpm, marginPpm} = market.calendar[index]!;
  Object.assign(market, {session: index, feePpm, fundingClampPpm, bandPpm, marginPpm, warned: -1});
  venue.log.push(head(EVENT.session, 0, market.index), index, feePpm, fundingClampPpm, bandPpm, marginPpm, 0, 0, 0, 0, 0, 0);
}

/** Everybody whose bucket would be below maintenance under the next session's rates. */
function warn(venue: Venue, market: Market, next: number): void {
  const {positions} = venue;
  market.warned = next;
  const {marginPpm} = market.calendar[next]!;
  for (const slot of [...market.holders.subarray(0, market.holderCount)].sort((a, b) => positions.account[a]! - positions.account[b]!)) {
    const account = positions.account[slot]!;
    if (positions.quantity[slot] === 0 || account < FIRST_USER) continue;
    const {equity, maintenance} = assessBucket(venue, slot);
    const needed = mulDivCeil(maintenance, marginPpm, market.marginPpm);
    if (equity < needed) venue.log.push(head(EVENT.warning, 0, market.index), account, 0, 0, 0, 0, 0, 0, equity, needed, 0, 0);
  }
}
