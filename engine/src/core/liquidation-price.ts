/**
 * Where liquidation of a position begins: the first mark on the way from the present one at which its bucket has less than maintenance, with
 * everything else as it is now. Exact to the tick, margin tiers included.
 */
import {ppmCeil, VALUE_MAX} from './venue/integers.ts';
import {assessBucket} from './venue/margin.ts';
import type {Market} from './venue/market.ts';
import type {Venue} from './venue/venue.ts';

/** A stretch of marks over which one margin tier holds, from the end that is nearer to the present mark to the other. */
type Stretch = {near: number; far: number};

/** In ticks; `undefined` where no mark does it. */
export function liquidationTicks(venue: Venue, slot: number): number | undefined {
  const lots = venue.positions.quantity[slot]!;
  const market = venue.markets[venue.positions.market[slot]!]!;
  const {mark, unit} = market;
  if (lots === 0 || mark === 0) return undefined;
  const each = Math.abs(lots) * unit;
  const need = (ticks: number): number => ppmCeil(each * ticks, market.maintenancePpm(each * ticks));
  const {equity, maintenance} = assessBucket(venue, slot);
  const [cushion, present] = [equity - maintenance, need(mark)];
  const isBelow = (ticks: number): boolean => cushion + lots * (ticks - mark) * unit < need(ticks) - present;
  // Within a stretch it only gets worse with the distance, so where its far end is safe all of it is.
  const found = stretches(market, {each, towards: -Math.sign(lots)}).find(({far}) => isBelow(far));
  return found && firstIn(found, isBelow);
}

/** From the present mark to the last price of the ladder, or the last value the core can count. */
function stretches({mark, ladder, spec}: Market, {each, towards}: {each: number; towards: number}): Stretch[] {
  const last = towards < 0 ? 1 : Math.min(ladder.ticks - 1, Math.max(mark, Math.floor(VALUE_MAX / each)));
  const bounds = spec.margins.slice(0, -1).map(({upTo}) => Math.floor(upTo / each));
  // The last tick of a tier; the one after it is the next tier's first.
  const ends = (towards < 0 ? bounds.map((bound) => bound + 1).toReversed() : bounds).filter((end) => (end - mark) * towards >= 0 && (last - end) * towards > 0);
  return [...ends, last].map((far, index, all) => ({near: index === 0 ? mark : all[index - 1]! + towards, far}));
}

/** The nearest mark of a stretch whose far end is below maintenance. */
function firstIn({near, far}: Stretch, isBelow: (ticks: number) => boolean): number {
  let [safe, below] = [near, far];
  if (isBelow(near)) return near;
  while (Math.abs(below - safe) > 1) {
    const middle = Math.trunc((safe + below) / 2);
    if (isBelow(middle)) below = middle;
    else safe = middle;
  }
  return below;
}
