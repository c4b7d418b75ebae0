/**
 * The core alone, on a seeded flow: 60 % limits near the mid, 30 % cancels of live orders, 10 % market orders, ten thousand accounts.
 * Everything a live order costs is in it: margin, positions, fees, events. Prints operations per CPU-second, bytes per resting order,
 * position and account, and one risk pass over eight thousand holders.
 *
 *     node --import tsx engine/bench/core.ts [operations] [seed]
 */
import {FIRST_USER, OUTSIDE} from '../src/core/venue/accounts.ts';
import {post} from '../src/core/venue/claims.ts';
import {ORDER_FLAG, TIME_IN_FORCE} from '../src/core/venue/codes.ts';
import {LEG} from '../src/core/venue/legs.ts';
import {MARKET_KIND, type MarketSpec} from '../src/core/venue/market.ts';
import {cancel, draftOrder, placeDraft} from '../src/core/venue/orders.ts';
import {Venue} from '../src/core/venue/venue.ts';

const operations = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 42);
const ACCOUNTS = 10_000;
const MID = 500_000;

const spec: MarketSpec = {
  name: 'ETH-PERP', kind: MARKET_KIND.perpetual, base: 0, quote: 1, tick: 10_000, lot: 100_000, unit: 1, ladderTicks: 2 ** 20,
  fees: [{makerPpm: 200, takerPpm: 500}], fundSharePpm: 200_000, margins: [{upTo: 2 ** 50, initialPpm: 50_000, maintenancePpm: 25_000}],
  bandPpm: 500_000, marketBandPpm: 100_000, penaltyPpm: 10_000, openInterestMax: 0, interestFrom: 0, interestFull: 0,
};

function randomOf(start: number): () => number {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function build(): Venue {
  const venue = new Venue({currencyOf: [0, 1, 1], currencies: 2, settlement: 1});
  for (let account = 0; account < FIRST_USER + ACCOUNTS; account += 1) venue.accounts.add();
  const market = venue.addMarket(spec);
  market.mark = MID;
  for (let account = FIRST_USER; account < FIRST_USER + ACCOUNTS; account += 1) post(venue, OUTSIDE, account, 1, 1e11, LEG.deposit);
  venue.log.clear();
  return venue;
}

type Result = {perCpuSecond: number; seconds: number; trades: number; refused: number; resting: number; events: number};

function run(venue: Venue): Result {
  const random = randomOf(seed);
  const {orders, log} = venue;
  const live = new Int32Array(1 << 20);
  const sequences = new Float64Array(1 << 20);
  let count = 0;
  let mid = MID;
  let refused = 0;
  let events = 0;
  const before = process.cpuUsage();
  for (let step = 0; step < operations; step += 1) {
    log.clear();
    const kind = random();
    if (random() < 0.02) mid += random() < 0.5 ? -1 : 1;
    const side = random() < 0.5 ? 0 : 1;
    const account = FIRST_USER + Math.floor(random() * ACCOUNTS);
    if (kind < 0.6 || count === 0) {
      const distance = Math.floor(-Math.log(1 - random()) * 20);
      const offset = random() < 0.06 ? -(1 + (distance >> 3)) : 1 + distance;
      draftOrder(venue, account, 0, side, side === 0 ? mid - offset : mid + offset, 1 + Math.floor(random() * 100));
      venue.draft.clientLow = step + 1;
      if (placeDraft(venue) !== 0) refused += 1;
      else {
        const slot = venue.accounts.firstOrder[account]!;
        if (slot >= 0 && orders.sequence[slot] === orders.last) {
          live[count] = slot;
          sequences[count] = orders.last;
          count += 1;
        }
      }
    } else if (kind < 0.9) {
      const pick = Math.floor(random() * count);
      const slot = live[pick]!;
      count -= 1;
      const sequence = sequences[pick]!;
      live[pick] = live[count]!;
      sequences[pick] = sequences[count]!;
      if (cancel(venue, orders.owner[slot]!, slot, sequence) !== 0) refused += 1;
    } else {
      draftOrder(venue, account, 0, side, 0, 1 + Math.floor(random() * 200));
      venue.draft.flags = ORDER_FLAG.market;
      venue.draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
      if (placeDraft(venue) !== 0) refused += 1;
    }
    events += log.length;
  }
  const {user, system} = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  return {perCpuSecond: Math.round(operations / seconds), seconds, trades: venue.markets[0]!.trades, refused, resting: orders.live, events};
}

for (let round = 0; round < 3; round += 1) {
  const venue = build();
  console.log(JSON.stringify({round, seed, operations, ...run(venue)}));
}
