/**
 * The seeded flow of the core's bench as 64-byte records, the form in which orders come from the gateways and from the journal: 60 % limits
 * near the mid (6 % of them crossing), 30 % cancels of live orders, 10 % market orders, ten thousand accounts, one perpetual market. It is
 * made once, so that every contestant and every round runs the same operations.
 */
import {MARKETS} from '../src/core/markets.ts';
import {FIRST_USER, OUTSIDE} from '../src/core/venue/accounts.ts';
import {post} from '../src/core/venue/claims.ts';
import {COMMAND, EVENT, ORDER_FLAG, TIME_IN_FORCE} from '../src/core/venue/codes.ts';
import {applyRecord} from '../src/core/venue/dispatch.ts';
import {LEG} from '../src/core/venue/legs.ts';
import type {MarketSpec} from '../src/core/venue/market.ts';
import {codeOf, head, RECORD_WORDS, RecordLog} from '../src/core/venue/records.ts';
import {Venue} from '../src/core/venue/venue.ts';
import {randomOf} from '../test/support/random.ts';

export const ACCOUNTS = 10_000;
export const MID = 500_000;
/** Milliseconds; the clock of the flow stands. */
export const START = 1_700_000_000_000;

/** The first market of the first configuration, so that a node runs the same flow. */
export const BENCH_MARKET: MarketSpec = {...MARKETS[0]!, base: 0, quote: 1};

/** A venue with two currencies and three custody assets, every account funded. */
export function buildVenue(): Venue {
  const venue = new Venue({currencyOf: [0, 1, 1], currencies: 2, settlement: 1});
  for (let account = 0; account < FIRST_USER + ACCOUNTS; account += 1) venue.accounts.add();
  const market = venue.addMarket(BENCH_MARKET);
  market.mark = MID;
  for (let account = FIRST_USER; account < FIRST_USER + ACCOUNTS; account += 1) post(venue, OUTSIDE, account, 1, 1e11, LEG.deposit);
  venue.log.clear();
  return venue;
}

/** An order that may still rest, by its handle and the step that placed it. */
type Handle = {account: number; slot: number; sequence: number; step: number};

/** `target` says of a cancel which step placed the order it ends, for books that know no handles. */
export type Flow = {records: RecordLog; target: Int32Array};

/** Runs the generator on a venue of its own, so that cancels name orders that live. */
export function makeFlow(operations: number, seed: number): Flow {
  const random = randomOf(seed);
  const venue = buildVenue();
  const records = new RecordLog(operations);
  const placedBy = new Int32Array(operations).fill(-1);
  const live: Handle[] = [];
  let mid = MID;
  for (let step = 0; step < operations; step += 1) {
    const roll = random();
    if (random() < 0.02) mid += random() < 0.5 ? -1 : 1;
    const side = random() < 0.5 ? 0 : 1;
    const account = FIRST_USER + Math.floor(random() * ACCOUNTS);
    const target = roll >= 0.6 && roll < 0.9 ? pickLive(venue, live, random) : undefined;
    if (target !== undefined) records.push(head(COMMAND.cancel, 0, 0), target.account, target.slot, 0, 0, 0, 0, 0, target.sequence, 0, 0, 0);
    else if (roll >= 0.9) {
      const detail = side | (TIME_IN_FORCE.immediateOrCancel << 1);
      records.push(head(COMMAND.place, detail, 0), account, 0, 1 + Math.floor(random() * 200), ORDER_FLAG.market, 0, step + 1, 0, 0, 0, 0, 0);
    } else {
      const distance = Math.floor(-Math.log(1 - random()) * 20);
      const offset = random() < 0.06 ? -(1 + (distance >> 3)) : 1 + distance;
      const price = side === 0 ? mid - offset : mid + offset;
      records.push(head(COMMAND.place, side, 0), account, price, 1 + Math.floor(random() * 100), 0, 0, step + 1, 0, 0, 0, 0, 0);
    }
    applyRecord(venue, records, step, START);
    if (target === undefined) noteRested(venue, {account, step}, live);
    else placedBy[step] = target.step;
  }
  return {records, target: placedBy};
}

/** A random live order, taken off the list; dead ones met on the way go too. */
function pickLive({orders}: Venue, live: Handle[], random: () => number): Handle | undefined {
  while (live.length > 0) {
    const pick = Math.floor(random() * live.length);
    const handle = live[pick]!;
    live[pick] = live.at(-1)!;
    live.pop();
    if (orders.holds(handle.slot, handle.sequence)) return handle;
  }
  return undefined;
}

function noteRested({log}: Venue, placed: {account: number; step: number}, live: Handle[]): void {
  for (let index = 0; index < log.length; index += 1) {
    const word = index * RECORD_WORDS;
    if (codeOf(log.words[word]!) === EVENT.rested) live.push({...placed, slot: log.words[word + 3]!, sequence: log.doubles[index * 8 + 4]!});
  }
}

export type Totals = {refused: number; events: number};

/** Records `from` to `to` through the core. */
export function play(venue: Venue, records: RecordLog, from: number, to: number, totals: Totals): void {
  const {log} = venue;
  for (let step = from; step < to; step += 1) {
    if (applyRecord(venue, records, step, START) !== 0) totals.refused += 1;
    totals.events += log.length;
  }
}
