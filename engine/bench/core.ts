/**
 * The core alone, on a seeded flow: 60 % limits near the mid, 30 % cancels of live orders, 10 % market orders, ten thousand accounts.
 * Everything a live order costs is in it: margin, positions, fees, events. Prints operations per CPU-second, bytes per resting order,
 * position and account, and one risk pass over eight thousand holders.
 *
 *     node --import tsx engine/bench/core.ts [operations] [seed]
 */
import {cpus} from 'node:os';
import {FIRST_USER, OUTSIDE} from '../src/core/venue/accounts.ts';
import {post} from '../src/core/venue/claims.ts';
import {ORDER_FLAG, TIME_IN_FORCE} from '../src/core/venue/codes.ts';
import {LEG} from '../src/core/venue/legs.ts';
import {findEndangered} from '../src/core/venue/liquidation.ts';
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

/** The flow, made once: kind (0 limit, 1 cancel, 2 market), side, account, price, quantity; a cancel names the limit it ends. */
type Flow = {kind: Uint8Array; side: Uint8Array; account: Int32Array; price: Int32Array; quantity: Int32Array; target: Int32Array};

/** Runs the generator on a venue of its own, so that cancels name orders that live. */
function makeFlow(): Flow {
  const random = randomOf(seed);
  const venue = build();
  const {orders} = venue;
  const column = (): Int32Array => new Int32Array(operations);
  const flow: Flow = {kind: new Uint8Array(operations), side: new Uint8Array(operations), account: column(), price: column(), quantity: column(), target: column()};
  const slots = new Int32Array(operations);
  const sequences = new Float64Array(operations);
  const live: number[] = [];
  let mid = MID;
  for (let step = 0; step < operations; step += 1) {
    venue.log.clear();
    const roll = random();
    if (random() < 0.02) mid += random() < 0.5 ? -1 : 1;
    const side = random() < 0.5 ? 0 : 1;
    flow.side[step] = side;
    flow.account[step] = FIRST_USER + Math.floor(random() * ACCOUNTS);
    let target = -1;
    for (let tries = roll >= 0.6 && roll < 0.9 ? live.length : 0; target < 0 && tries > 0; tries -= 1) {
      const pick = Math.floor(random() * live.length);
      const candidate = live[pick]!;
      live[pick] = live.at(-1)!;
      live.pop();
      if (orders.holds(slots[candidate]!, sequences[candidate]!)) target = candidate;
    }
    if (target >= 0) {
      flow.kind[step] = 1;
      flow.target[step] = target;
      flow.account[step] = orders.owner[slots[target]!]!;
    } else if (roll >= 0.9) {
      flow.kind[step] = 2;
      flow.quantity[step] = 1 + Math.floor(random() * 200);
    } else {
      const distance = Math.floor(-Math.log(1 - random()) * 20);
      const offset = random() < 0.06 ? -(1 + (distance >> 3)) : 1 + distance;
      flow.price[step] = side === 0 ? mid - offset : mid + offset;
      flow.quantity[step] = 1 + Math.floor(random() * 100);
    }
    perform(venue, flow, step, slots, sequences);
    if (slots[step]! >= 0 && flow.kind[step] === 0) live.push(step);
  }
  return flow;
}

/** One operation; an order that rests leaves its handle at its step. */
function perform(venue: Venue, flow: Flow, step: number, slots: Int32Array, sequences: Float64Array): number {
  const kind = flow.kind[step]!;
  if (kind === 1) {
    const target = flow.target[step]!;
    return cancel(venue, flow.account[step]!, slots[target]!, sequences[target]!);
  }
  const account = flow.account[step]!;
  draftOrder(venue, account, 0, flow.side[step] as 0 | 1, flow.price[step]!, flow.quantity[step]!);
  venue.draft.clientLow = step + 1;
  if (kind === 2) {
    venue.draft.flags = ORDER_FLAG.market;
    venue.draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
  }
  const reason = placeDraft(venue);
  const slot = venue.accounts.firstOrder[account]!;
  const rests = reason === 0 && slot >= 0 && venue.orders.sequence[slot] === venue.orders.last;
  slots[step] = rests ? slot : -1;
  sequences[step] = rests ? venue.orders.last : 0;
  return reason;
}

type Result = {perCpuSecond: number; wallPerSecond: number; trades: number; refused: number; resting: number; eventsPerOperation: number};

function run(venue: Venue, flow: Flow): Result {
  const slots = new Int32Array(operations);
  const sequences = new Float64Array(operations);
  let refused = 0;
  let events = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  for (let step = 0; step < operations; step += 1) {
    venue.log.clear();
    if (perform(venue, flow, step, slots, sequences) !== 0) refused += 1;
    events += venue.log.length;
  }
  const {user, system} = process.cpuUsage(before);
  return {
    perCpuSecond: Math.round((operations * 1e6) / (user + system)), wallPerSecond: Math.round((operations * 1e3) / (performance.now() - start)),
    trades: venue.markets[0]!.trades, refused, resting: venue.orders.live, eventsPerOperation: Math.round((events / operations) * 100) / 100,
  };
}

const elementBytes = (owner: object): number =>
  Object.values(owner).reduce<number>((sum, column) => sum + (ArrayBuffer.isView(column) ? (column as Int32Array).BYTES_PER_ELEMENT : 0), 0);

/** Microseconds of one risk pass after a mark change, best of many: every holder assessed, nobody liquidated. */
function riskPassMicros(holders: number): number {
  const venue = build();
  const market = venue.markets[0]!;
  for (let index = 0; index < holders; index += 1) {
    draftOrder(venue, FIRST_USER + index, 0, (index % 2) as 0 | 1, MID, 10);
    placeDraft(venue);
    venue.log.clear();
  }
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 200; round += 1) {
    const start = performance.now();
    market.mark = MID + (round % 3);
    const endangered = findEndangered(venue, market);
    best = Math.min(best, (performance.now() - start) * 1_000);
    if (endangered.length > 0) throw new Error('the bench liquidates nobody');
  }
  return Math.round(best);
}

const flow = makeFlow();
for (let round = 0; round < 5; round += 1) console.log(JSON.stringify({round, seed, operations, ...run(build(), flow)}));
const sample = build();
const perAccount = 2 * 8 * sample.accounts.assets + 2 * 8 * sample.accounts.currencies + 8 + 3 * 4 + 2;
console.log(JSON.stringify({
  bytesPerOrder: elementBytes(sample.orders), bytesPerPosition: elementBytes(sample.positions) + 4, bytesPerAccount: perAccount, riskPassOf8000HoldersMicros: riskPassMicros(8_000),
  cpu: cpus()[0]?.model, node: process.version,
}));
