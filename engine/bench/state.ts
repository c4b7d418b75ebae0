/**
 * What the state takes: bytes of a resting order, a position and an account, measured over a million of each as the growth of arrays and
 * heap; and one risk pass after a mark change over eight thousand holders.
 *
 *     node --expose-gc --import tsx engine/bench/state.ts
 */
import {FIRST_USER, OUTSIDE} from '../src/core/venue/accounts.ts';
import {post} from '../src/core/venue/claims.ts';
import {LEG} from '../src/core/venue/legs.ts';
import {findEndangered} from '../src/core/venue/liquidation.ts';
import {ORDERS_MAX} from '../src/core/venue/order-pool.ts';
import {draftOrder, placeDraft} from '../src/core/venue/orders.ts';
import {Venue} from '../src/core/venue/venue.ts';
import {BENCH_MARKET, buildVenue, MID} from './flow.ts';
import {heldBytes, note, report, round} from './measure.ts';

const COUNT = 1_000_000;
const ORDERS_PER_ACCOUNT = 500;
const HOLDERS = 8_000;
const PASSES = 300;

function emptyVenue(assets: readonly number[]): Venue {
  const venue = new Venue({currencyOf: assets, currencies: 2, settlement: 1});
  for (let account = 0; account < FIRST_USER; account += 1) venue.accounts.add();
  venue.addMarket(BENCH_MARKET).mark = MID;
  return venue;
}

function fund(venue: Venue, account: number): void {
  post(venue, OUTSIDE, account, 1, 1e11, LEG.deposit);
  venue.log.clear();
}

function place(venue: Venue, account: number, side: 0 | 1, price: number, quantity: number): void {
  draftOrder(venue, account, 0, side, price, quantity);
  const reason = placeDraft(venue);
  if (reason !== 0) throw new Error(`the bench's order was refused with reason ${reason}`);
  venue.log.clear();
}

/** Growth per thing while `count` of them come to be. */
function bytesPer(count: number, grow: () => void): number {
  const before = heldBytes();
  grow();
  return round((heldBytes() - before) / count, 1);
}

/** With four custody assets in two currencies. */
function accountBytes(): number {
  const venue = emptyVenue([0, 1, 1, 0]);
  const bytes = bytesPer(COUNT, () => {
    for (let account = 0; account < COUNT; account += 1) venue.accounts.add();
  });
  if (venue.accounts.count !== FIRST_USER + COUNT) throw new Error('accounts are missing');
  return bytes;
}

function orderBytes(): number {
  const venue = emptyVenue([0, 1, 1]);
  for (let index = 0; index < COUNT / ORDERS_PER_ACCOUNT; index += 1) fund(venue, venue.accounts.add());
  // The first order of each account opens its position record, which is not the order's.
  for (let index = 0; index < COUNT / ORDERS_PER_ACCOUNT; index += 1) place(venue, FIRST_USER + index, 0, MID - 1, 1);
  const bytes = bytesPer(COUNT, () => {
    for (let index = 0; index < COUNT; index += 1) place(venue, FIRST_USER + (index % (COUNT / ORDERS_PER_ACCOUNT)), 0, MID - 1 - (index % 2_000), 1);
  });
  if (venue.orders.live < COUNT || venue.orders.live > ORDERS_MAX) throw new Error('orders are missing');
  return bytes;
}

/** A maker sells one lot to each account; what the deposits before it took is not counted. */
function positionBytes(): number {
  const venue = emptyVenue([0, 1, 1]);
  for (let index = 0; index <= COUNT; index += 1) fund(venue, venue.accounts.add());
  const maker = FIRST_USER + COUNT;
  for (let account = maker; account <= maker; account += 1) post(venue, OUTSIDE, account, 1, 1e14, LEG.deposit);
  venue.log.clear();
  const bytes = bytesPer(COUNT, () => {
    for (let index = 0; index < COUNT; index += 1) {
      if (index % 1_000 === 0) place(venue, maker, 1, MID, Math.min(1_000, COUNT - index));
      place(venue, FIRST_USER + index, 0, MID, 1);
    }
  });
  if (venue.markets[0]!.holderCount !== COUNT + 1) throw new Error('positions are missing');
  return bytes;
}

/** Microseconds of one pass after a mark change, the best and the middle of many: every holder assessed, nobody liquidated. */
function riskPass(): {best: number; middle: number} {
  const venue = buildVenue();
  const market = venue.markets[0]!;
  for (let index = 0; index < HOLDERS; index += 1) place(venue, FIRST_USER + index, (index % 2) as 0 | 1, MID, 10);
  const micros = Array.from({length: PASSES}, (_, pass) => {
    const start = performance.now();
    market.mark = MID + (pass % 3);
    if (findEndangered(venue, market).length > 0) throw new Error('the bench liquidates nobody');
    return (performance.now() - start) * 1_000;
  }).toSorted((a, b) => a - b);
  return {best: Math.round(micros[0]!), middle: Math.round(micros[PASSES >> 1]!)};
}

const {best, middle} = riskPass();
note(`risk pass over ${HOLDERS} holders: ${best} µs at best, ${middle} µs in the middle`);
const result = {bytesPerOrder: orderBytes(), bytesPerPosition: positionBytes(), bytesPerAccount: accountBytes()};
note(`bytes: order ${result.bytesPerOrder}, position ${result.bytesPerPosition}, account ${result.bytesPerAccount}`);
report({...result, counted: COUNT, riskPassHolders: HOLDERS, riskPassMicros: best, riskPassMiddleMicros: middle});
