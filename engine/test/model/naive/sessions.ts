/** A market's week in parts, each with its own fees, funding clamp, price band and margin. */
import type {Command} from '../../../src/core/commands.ts';
import {assessBucket} from './margin.ts';
import {ceilDiv, PPM} from './numbers.ts';
import {FIRST_USER, type Market, type Refusal, refuse, type World} from './world.ts';

const WEEK = 7 * 24 * 60;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const MONDAY = 3 * 24 * 60;
const WARN_MINUTES = 30;

const isShare = (ppm: number, least: number, most: number): boolean => Number.isInteger(ppm) && ppm >= least && ppm <= most;

export function setCalendar(market: Market, {sessions}: Extract<Command, {type: 'setCalendar'}>): Refusal | undefined {
  let before = -1;
  for (const {start, feePpm, fundingClampPpm, bandPpm, marginPpm} of sessions) {
    if (!isShare(start, before + 1, WEEK - 1)) return refuse('badTime');
    if (![feePpm, fundingClampPpm, bandPpm].every((ppm) => isShare(ppm, 0, 1_000_000)) || !isShare(marginPpm, 1_000_000, 10_000_000)) return refuse('badFlags');
    before = start;
  }
  if (sessions.length > 64) return refuse('badFlags');
  const calendar = sessions.map(({start, feePpm, fundingClampPpm, bandPpm, marginPpm}) => (
    {start: BigInt(start), feePpm: BigInt(feePpm), fundingClampPpm: BigInt(fundingClampPpm), bandPpm: BigInt(bandPpm), marginPpm: BigInt(marginPpm)}));
  Object.assign(market, {calendar, session: -1, warned: -1});
  if (calendar.length === 0) Object.assign(market, {feePpm: PPM, clampPpm: 600_000n, bandPpm: market.spec.band, marginPpm: PPM});
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
  if (left <= WARN_MINUTES && market.warned !== next && calendar[next]!.marginPpm > market.marginPpm) warn(world, market, next);
}

function enter(world: World, market: Market, session: number): void {
  const {feePpm, fundingClampPpm, bandPpm, marginPpm} = market.calendar[session]!;
  Object.assign(market, {session, warned: -1, feePpm, clampPpm: fundingClampPpm, bandPpm, marginPpm});
  world.tell({type: 'sessionEntered', market: market.spec.name, session});
}

/** Everybody whose bucket the next session's margin would find below maintenance. */
function warn(world: World, market: Market, next: number): void {
  market.warned = next;
  for (const position of world.holders(market)) {
    const {equity, maintenance} = assessBucket(world, position);
    const needed = ceilDiv(maintenance * market.calendar[next]!.marginPpm, market.marginPpm);
    if (position.account < FIRST_USER || equity >= needed) continue;
    world.tell({type: 'liquidationWarned', market: market.spec.name, wallet: world.wallet(position.account), equity, needed});
  }
}
