/**
 * When Automatic Symmetric Liquidation is active (paper §3.5): the Liquidation Fund is small against open interest, it has lost much in
 * eight hours, the mark has moved fast, or the fund could not take a position. It stays so until the fund has recovered and a calm time has passed.
 */
import {SYSTEM} from './accounts.ts';
import {EVENT} from './codes.ts';
import {PPM} from './integers.ts';
import {assess} from './margin.ts';
import type {Market} from './market.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export type ControlOptions = {
  /** Fund equity per open interest value below which symmetric liquidation starts, and above which it may end, ppm. */
  fundLowPpm: number;
  fundHighPpm: number;
  /** Loss of the fund against its peak of the last 4 to 8 hours, ppm. */
  drawdownPpm: number;
  /** Move of the mark against where it stood 60 to 120 seconds ago, ppm. */
  velocityPpm: number;
  /** Undisturbed time before release, milliseconds. */
  calmMs: number;
};

export const DEFAULT_CONTROLS: ControlOptions = {fundLowPpm: 1_000, fundHighPpm: 5_000, drawdownPpm: 300_000, velocityPpm: 100_000, calmMs: 600_000};

const DRAWDOWN_WINDOW_MS = 4 * 3_600_000;
const VELOCITY_WINDOW_MS = 60_000;

/** Two tumbling windows of a value: looking back one to two windows costs two numbers. */
export class Lookback {
  startedAt = 0;
  current = 0;
  previous = 0;

  /** Enters the window of `now`; a new one starts from `value`. */
  turn(now: number, window: number, value: number): void {
    if (now - this.startedAt < window && this.current !== 0) return;
    this.previous = now - this.startedAt < 2 * window && this.current !== 0 ? this.current : value;
    this.current = value;
    this.startedAt = now - (now % window);
  }
}

/** What the controls remember of one market. */
export class MarketControls {
  readonly marks = new Lookback();
  disturbedAt = 0;
}

/** Value of all open interest at the marks. */
export function openInterestValue({markets}: Venue): number {
  let total = 0;
  for (const market of markets) if (market.perpetual) total += market.openInterest * market.mark * market.unit;
  return total;
}

export function setSymmetric(venue: Venue, market: Market, active: boolean): void {
  if (active) market.controls.disturbedAt = venue.now;
  if (market.symmetric === active) return;
  market.symmetric = active;
  venue.log.push(head(EVENT.symmetric, active ? 1 : 0, market.index), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/** Decides at each mark, before the risk pass. */
export function updateControls(venue: Venue, market: Market): void {
  const {controls: options, now} = venue;
  const fund = assess(venue, SYSTEM.liquidationFund).equity;
  const interest = openInterestValue(venue);
  const {marks} = market.controls;
  marks.turn(now, VELOCITY_WINDOW_MS, market.mark);
  venue.fundPeak.turn(now, DRAWDOWN_WINDOW_MS, fund);
  if (fund > venue.fundPeak.current) venue.fundPeak.current = fund;
  const peak = Math.max(venue.fundPeak.current, venue.fundPeak.previous);
  const poor = fund * PPM < options.fundLowPpm * interest;
  const lost = peak > 0 && (peak - fund) * PPM > options.drawdownPpm * peak;
  const moved = Math.max(Math.abs(market.mark - marks.current), Math.abs(market.mark - marks.previous));
  const fast = moved * PPM > options.velocityPpm * marks.previous;
  if (poor || lost || fast) setSymmetric(venue, market, true);
  else if (market.symmetric && fund * PPM > options.fundHighPpm * interest && now - market.controls.disturbedAt >= options.calmMs) setSymmetric(venue, market, false);
}
