/** A market's week in parts, each with its own fees, funding clamp, price band and margin. */
import type {Command} from '../../../src/core/commands.ts';
import {assessBucket} from './margin.ts';
import {PPM, ppmCeil} from './numbers.ts';
import {reportMakers} from './programmes.ts';
import {FIRST_USER, FULL_MAKERS, type Makers, type Market, type Refusal, refuse, type World} from './world.ts';

const WEEK = 7 * 24 * 60;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const MONDAY = 3 * 24 * 60;
const WARN_MINUTES = 30;

const isShare = (ppm: number, least: number, most: number): boolean => Number.isInteger(ppm) && ppm >= least && ppm <= most;

type Calendar = Extract<Command, {type: 'setCalendar'}>['sessions'];

const makersOf = ({makerFeePpm = 1_000_000, makerSpreadPpm = 1_000_000, makerSizePpm = 1_000_000, makerTimePpm = 1_000_000}: Partial<Calendar[number]>): Makers =>
  ({feePpm: BigInt(makerFeePpm), spreadPpm: BigInt(makerSpreadPpm), sizePpm: BigInt(makerSizePpm), timePpm: BigInt(makerTimePpm)});

export function setCalendar(world: World, market: Market, sessions: Calendar): Refusal | undefined {
  if (market.status === 'delisted') return refuse('marketHalted');
  const refused = checkCalendar(sessions);
  if (refused) return refused;
  const calendar = sessions.map(({start, feePpm, fundingClampPpm, bandPpm, marginPpm, warnPpm = 1_000_000, ...rest}) => ({
    start: BigInt(start), feePpm: BigInt(feePpm), fundingClampPpm: BigInt(fundingClampPpm), bandPpm: BigInt(bandPpm), marginPpm: BigInt(marginPpm), warnPpm: BigInt(warnPpm), makers: makersOf(rest),
  }));
  if (market.session >= 0) reportMakers(world, market);
  // Until the next tick enters a session the market has its own rates.
  Object.assign(market, {calendar, session: -1, warned: -1, makers: FULL_MAKERS, feePpm: PPM, clampPpm: market.spec.fundingClamp, bandPpm: market.spec.band, marginPpm: PPM});
  return undefined;
}

export function checkCalendar(sessions: Calendar): Refusal | undefined {
  if (sessions.length > 64) return refuse('badFlags');
  let before = -1;
  for (const {start, feePpm, fundingClampPpm, bandPpm, marginPpm, warnPpm = 1_000_000, makerFeePpm = 0, makerSizePpm = 0, makerTimePpm = 0, makerSpreadPpm = 1_000_000} of sessions) {
    if (!isShare(start, before + 1, WEEK - 1)) return refuse('badTime');
    if (![feePpm, fundingClampPpm, bandPpm, makerFeePpm, makerSizePpm, makerTimePpm].every((ppm) => isShare(ppm, 0, 1_000_000))) return refuse('badFlags');
    if (![marginPpm, warnPpm, makerSpreadPpm].every((ppm) => isShare(ppm, 1_000_000, 10_000_000))) return refuse('badFlags');
    before = start;
  }
  return undefined;
}

export function tickSession(world: World, market: Market): void {
  const {calendar} = market;
  if (calendar.length === 0) return;
  const minute = Number(world.now / 60_000n + BigInt(MONDAY)) % WEEK;
  const begun = calendar.filter(({start}) => Number(start) <= minute).length;
  const current = (begun === 0 ? calendar.length : begun) - 1;
  if (current !== market.session) enter(world, market, current);
  const next = (current + 1) % calendar.length;
  const left = (Number(calendar[next]!.start) - minute + WEEK) % WEEK || WEEK;
  const {marginPpm, warnPpm} = calendar[next]!;
  if (left <= WARN_MINUTES && market.warned !== next && (marginPpm > market.marginPpm || warnPpm > PPM)) warn(world, market, next);
}

function enter(world: World, market: Market, session: number): void {
  const {feePpm, fundingClampPpm, bandPpm, marginPpm, makers} = market.calendar[session]!;
  reportMakers(world, market);
  Object.assign(market, {session, warned: -1, makers, feePpm, clampPpm: fundingClampPpm, bandPpm, marginPpm});
  world.tell({type: 'sessionEntered', market: market.spec.name, session});
}

/** Everybody whose bucket has less than the next session's multiple of maintenance, under that session's margin. */
function warn(world: World, market: Market, next: number): void {
  const {marginPpm: present} = market;
  const {marginPpm, warnPpm} = market.calendar[next]!;
  Object.assign(market, {warned: next, marginPpm});
  for (const position of world.holders(market)) {
    const {equity, maintenance} = assessBucket(world, position);
    const needed = ppmCeil(maintenance, warnPpm);
    if (position.account < FIRST_USER || equity >= needed) continue;
    world.tell({type: 'liquidationWarned', market: market.spec.name, ...world.who(position.account), equity, needed});
  }
  market.marginPpm = present;
}
