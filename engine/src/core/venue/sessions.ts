/**
 * Sessions (paper appendix A2): a market's week in parts, each with its own fees, funding clamp, price band and margin. Before a part with more
 * margin begins, accounts that would not meet it are warned. The calendar is journaled; the clock only picks the part.
 */
import {FIRST_USER} from './accounts.ts';
import {EVENT, REASON, type Reason} from './codes.ts';
import {isWhole, PPM, ppmCeil} from './integers.ts';
import {assessBucket} from './margin.ts';
import {type Market, MARKET_STATUS} from './market.ts';
import {reportMakers} from './programmes.ts';
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
  /** Before this session begins, accounts with less than this multiple of its maintenance are warned; 100 % = only those below it. */
  warnPpm: number;
  /** Of the maker fee, for members of the market's programmes in good standing (paper A2), beyond `feePpm`. */
  makerFeePpm: number;
  /** Of a market maker's agreed spread (never less), size and share of time (never more): what this session asks of it. */
  makerSpreadPpm: number;
  makerSizePpm: number;
  makerTimePpm: number;
};

export const SESSIONS_MAX = 64;

/** What is wrong with a calendar. */
export function faultOfCalendar(sessions: readonly Session[]): Reason {
  if (sessions.length > SESSIONS_MAX) return REASON.badFlags;
  let before = -1;
  for (const session of sessions) {
    if (!isWhole(session.start, before + 1, WEEK_MINUTES - 1)) return REASON.badTime;
    const shares = [session.feePpm, session.fundingClampPpm, session.bandPpm, session.makerFeePpm, session.makerSizePpm, session.makerTimePpm];
    const multiples = [session.marginPpm, session.warnPpm, session.makerSpreadPpm];
    if (shares.some((share) => !isWhole(share, 0, PPM)) || multiples.some((multiple) => !isWhole(multiple, PPM, 10 * PPM))) return REASON.badAmount;
    before = session.start;
  }
  return REASON.none;
}

/** Empty = one session for ever, by the market's terms. Starts rise; the last one lasts into the next week. The next tick enters one. */
export function setCalendar(venue: Venue, index: number, sessions: readonly Session[]): Reason {
  const market = venue.markets[index];
  if (market === undefined) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  const fault = faultOfCalendar(sessions);
  if (fault !== REASON.none) return fault;
  market.calendar = sessions.map((session) => ({...session}));
  if (market.session >= 0) reportMakers(venue, market);
  Object.assign(market, {session: -1, warned: -1, feePpm: PPM, marginPpm: PPM, memberFeePpm: PPM, makerSpreadPpm: PPM, makerSizePpm: PPM, makerTimePpm: PPM});
  market.revise(market.spec);
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
  const {marginPpm, warnPpm} = calendar[next]!;
  if (left <= WARN_MINUTES && market.warned !== next && (marginPpm > market.marginPpm || warnPpm > PPM)) warn(venue, market, next);
}

function enter(venue: Venue, market: Market, index: number): void {
  const {feePpm, fundingClampPpm, bandPpm, marginPpm, makerFeePpm, makerSpreadPpm, makerSizePpm, makerTimePpm} = market.calendar[index]!;
  reportMakers(venue, market);
  Object.assign(market, {
    session: index, feePpm, fundingClampPpm, bandPpm, marginPpm, memberFeePpm: makerFeePpm, makerSpreadPpm, makerSizePpm, makerTimePpm, warned: -1,
  });
  venue.log.push(head(EVENT.session, 0, market.index), index, feePpm, fundingClampPpm, bandPpm, marginPpm, 0, 0, 0, 0, 0, 0);
}

/** By account number, everybody whose bucket has less than the next session's multiple of maintenance under the next session's rates here. */
function warn(venue: Venue, market: Market, next: number): void {
  const {positions} = venue;
  const {marginPpm, warnPpm} = market.calendar[next]!;
  const present = market.marginPpm;
  market.warned = next;
  market.marginPpm = marginPpm;
  const slots = [...market.holders.subarray(0, market.holderCount)].filter((slot) => positions.quantity[slot] !== 0 && positions.account[slot]! >= FIRST_USER);
  for (const slot of slots.sort((a, b) => positions.account[a]! - positions.account[b]!)) {
    const {equity, maintenance} = assessBucket(venue, slot);
    const needed = ppmCeil(maintenance, warnPpm);
    if (equity < needed) venue.log.push(head(EVENT.warning, 0, market.index), positions.account[slot]!, 0, 0, 0, 0, 0, 0, equity, needed, 0, 0);
  }
  market.marginPpm = present;
}
