/**
 * The seeded flow of the core's bench: 60 % limits near the mid (6 % of them crossing), 30 % cancels of live orders, 10 % market orders, on one
 * perpetual market. It is made once, so that every contestant and every round runs the same operations.
 */
import {FIRST_USER, OUTSIDE} from '../src/core/venue/accounts.ts';
import {post} from '../src/core/venue/claims.ts';
import {ORDER_FLAG, TIME_IN_FORCE} from '../src/core/venue/codes.ts';
import {LEG} from '../src/core/venue/legs.ts';
import {MARKET_KIND, type MarketSpec} from '../src/core/venue/market.ts';
import {ORDERS_MAX} from '../src/core/venue/order-pool.ts';
import {cancel, draftOrder, placeDraft} from '../src/core/venue/orders.ts';
import {Venue} from '../src/core/venue/venue.ts';

export const ACCOUNTS = 10_000;
export const MID = 500_000;

const spec: MarketSpec = {
  name: 'ETH-PERP', kind: MARKET_KIND.perpetual, base: 0, quote: 1, tick: 10_000, lot: 100_000, unit: 1, ladderTicks: 2 ** 20,
  fees: [{makerPpm: 200, takerPpm: 500}], fundSharePpm: 200_000, margins: [{upTo: 2 ** 50, initialPpm: 50_000, maintenancePpm: 25_000}],
  bandPpm: 500_000, marketBandPpm: 100_000, penaltyPpm: 10_000, openInterestMax: 0, interestFrom: 0, interestFull: 0,
};

export function randomOf(start: number): () => number {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function buildVenue(): Venue {
  const venue = new Venue({currencyOf: [0, 1, 1], currencies: 2, settlement: 1});
  for (let account = 0; account < FIRST_USER + ACCOUNTS; account += 1) venue.accounts.add();
  const market = venue.addMarket(spec);
  market.mark = MID;
  for (let account = FIRST_USER; account < FIRST_USER + ACCOUNTS; account += 1) post(venue, OUTSIDE, account, 1, 1e11, LEG.deposit);
  venue.log.clear();
  return venue;
}

/** The flow, made once: kind (0 limit, 1 cancel, 2 market), side, account, price, quantity; a cancel names the limit it ends. */
export type Flow = {kind: Uint8Array; side: Uint8Array; account: Int32Array; price: Int32Array; quantity: Int32Array; target: Int32Array};

/** Runs the generator on a venue of its own, so that cancels name orders that live. */
export function makeFlow(operations: number, seed: number): Flow {
  const random = randomOf(seed);
  const venue = buildVenue();
  const {orders} = venue;
  const column = (): Int32Array => new Int32Array(operations);
  const flow: Flow = {kind: new Uint8Array(operations), side: new Uint8Array(operations), account: column(), price: column(), quantity: column(), target: column()};
  const handles = new Float64Array(operations);
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
      const handle = handles[candidate]!;
      if (orders.holds(handle % ORDERS_MAX, Math.floor(handle / ORDERS_MAX))) target = candidate;
    }
    if (target >= 0) {
      flow.kind[step] = 1;
      flow.target[step] = target;
      flow.account[step] = orders.owner[handles[target]! % ORDERS_MAX]!;
    } else if (roll >= 0.9) {
      flow.kind[step] = 2;
      flow.quantity[step] = 1 + Math.floor(random() * 200);
    } else {
      const distance = Math.floor(-Math.log(1 - random()) * 20);
      const offset = random() < 0.06 ? -(1 + (distance >> 3)) : 1 + distance;
      flow.price[step] = side === 0 ? mid - offset : mid + offset;
      flow.quantity[step] = 1 + Math.floor(random() * 100);
    }
    perform(venue, flow, step, handles);
    if (handles[step]! > 0) live.push(step);
  }
  return flow;
}

/** One operation; an order that rests leaves its handle (sequence and slot in one number) at its step. */
export function perform(venue: Venue, flow: Flow, step: number, handles: Float64Array): number {
  const kind = flow.kind[step]!;
  const account = flow.account[step]!;
  if (kind === 1) {
    const handle = handles[flow.target[step]!]!;
    const sequence = Math.floor(handle / ORDERS_MAX);
    return cancel(venue, account, handle - sequence * ORDERS_MAX, sequence);
  }
  draftOrder(venue, account, 0, flow.side[step] as 0 | 1, flow.price[step]!, flow.quantity[step]!);
  const {draft} = venue;
  draft.clientLow = step + 1;
  if (kind === 2) {
    draft.flags = ORDER_FLAG.market;
    draft.timeInForce = TIME_IN_FORCE.immediateOrCancel;
  }
  const reason = placeDraft(venue);
  if (kind === 2 || reason !== 0) return reason;
  const slot = venue.accounts.firstOrder[account]!;
  const {last, sequence} = venue.orders;
  if (slot >= 0 && sequence[slot] === last) handles[step] = last * ORDERS_MAX + slot;
  return reason;
}
