/**
 * The venue as bytes and back: every column up to what is in use, every table in order. Equal venues give equal bytes, so the digest is
 * taken over them and a snapshot is them. Books are written as their orders, level by level, and linked anew when read.
 */
import {NONE} from './accounts.ts';
import {CLIENT_DOUBLES} from './client-ids.ts';
import type {Lookback} from './controls.ts';
import {ensure} from './integers.ts';
import type {Market} from './market.ts';
import type {Parent} from './parents.ts';
import type {Programme} from './programmes.ts';
import type {Offer} from './roll.ts';
import type {Session} from './sessions.ts';
import type {Trigger} from './triggers.ts';
import type {Venue} from './venue.ts';

type Column = Int32Array | Float64Array | Uint8Array | Uint16Array;

/** Columns of a part of the venue with how many of their elements count; the reader makes room for as many. */
type Part = {owner: object; columns: readonly string[]; length: number};

const ORDER_COLUMNS = [
  'price', 'quantity', 'total', 'owner', 'next', 'previous', 'ownerNext', 'ownerPrevious', 'loss', 'meta', 'clientHigh', 'clientLow', 'sequence',
] as const;
/** The groups in which a position's fields lie. */
const POSITION_COLUMNS = ['lots', 'amounts', 'keys'] as const;
const ACCOUNT_COLUMNS = ['cash', 'firstPosition', 'firstOrder', 'orderCount', 'feeTier', 'flags'] as const;

function partsOf(venue: Venue): Part[] {
  const {accounts, orders, positions, legs, timers, clients} = venue;
  return [
    {owner: accounts, columns: ['claims', 'aside'], length: accounts.count * accounts.assets},
    {owner: accounts, columns: ['balance', 'held'], length: accounts.count * accounts.currencies},
    {owner: accounts, columns: ACCOUNT_COLUMNS, length: accounts.count},
    {owner: orders, columns: ORDER_COLUMNS, length: orders.used},
    {owner: positions, columns: POSITION_COLUMNS, length: positions.used},
    {owner: positions, columns: ['holders'], length: positions.records},
    {owner: legs, columns: ['from', 'to', 'what', 'lots'], length: legs.length},
    {owner: timers, columns: ['at', 'rank', 'kind', 'subject', 'sequence'], length: timers.length},
    {owner: clients, columns: ['rows'], length: Math.min(clients.added, clients.capacity) * CLIENT_DOUBLES},
    ...venue.markets.map((market) => ({owner: market, columns: ['holders'], length: market.holderCount})),
  ];
}

/** Scalars in a fixed order. */
function scalarsOf(venue: Venue): number[] {
  const {accounts, orders, positions, legs, timers, clients, now} = venue;
  return [
    now, accounts.count, orders.used, orders.live, orders.firstFree, orders.last, positions.used, positions.firstFree, legs.length, legs.sealed, legs.last,
    timers.length, timers.set, clients.added, venue.lastHour, venue.nextSample, ...venue.sampleSeed, venue.triggers.last, venue.parents.last, venue.offers.last, ...lookback(venue.fundPeak), ...rootsOf(venue), venue.markets.length, ...venue.markets.flatMap(marketScalars),
  ];
}

const rootsOf = ({roots: {chain, sealedAt, old}}: Venue): number[] => [chain, sealedAt, old ? 1 : 0];

const lookback = ({startedAt, current, previous}: Lookback): number[] => [startedAt, current, previous];

const marketScalars = (market: Market): number[] => [
  market.status, market.mark, market.indexPrice, market.last, market.trades, market.openInterest, market.holderCount, market.interestScalePpm,
  market.symmetric ? 1 : 0, market.fundingClampPpm, market.session, market.warned, market.feePpm, market.marginPpm,
  market.bandPpm, market.memberFeePpm, market.makerSpreadPpm, market.makerSizePpm, market.makerTimePpm, market.measuredAt, ...market.hourVolume, ...Object.values(market.funding), ...market.sources.price, ...market.sources.at, market.controls.disturbedAt, ...lookback(market.controls.marks), market.ladder.bestBid, market.ladder.bestAsk,
];

/** Records of whole numbers, written field by field in the order of these names. */
const TRIGGER_FIELDS = ['account', 'market', 'by', 'direction', 'price', 'side', 'quantity', 'limit', 'reduceOnly', 'trail', 'sibling'] as const;
const PARENT_FIELDS = ['account', 'market', 'side', 'quantity', 'done', 'limit', 'byVolume', 'reduceOnly', 'slices', 'next', 'at', 'interval'] as const;
const OFFER_FIELDS = ['from', 'to', 'market', 'lots', 'price'] as const;
const SESSION_FIELDS = [
  'start', 'feePpm', 'fundingClampPpm', 'bandPpm', 'marginPpm', 'warnPpm', 'makerFeePpm', 'makerSpreadPpm', 'makerSizePpm', 'makerTimePpm',
] as const;

const PROGRAMME_FIELDS = ['kind', 'feePpm', 'spreadPpm', 'lots', 'timePpm', 'total', 'quoted', 'standing'] as const;

const inOrder = <K extends string>(fields: readonly K[]) => (record: Readonly<Record<K, number>>): number[] => fields.map((field) => record[field]);

/** Tables that are maps, by key. */
function tablesOf(venue: Venue): number[] {
  const byKey = <T>(map: Map<number, T>, values: (value: T) => number[]): number[] =>
    [map.size, ...[...map].sort(([a], [b]) => a - b).flatMap(([key, value]) => [key, ...values(value)])];
  return [
    ...byKey(venue.icebergs, ({hidden, peak}) => [hidden, peak]), ...byKey(venue.expiries, (at) => [at]),
    ...byKey(venue.deadMen, (at) => [at]), ...byKey(venue.standings, ({collateral, value, samples}) => [collateral, value, samples]),
    ...byKey(venue.triggers.waiting, inOrder(TRIGGER_FIELDS)), ...byKey(venue.triggers.perAccount, (count) => [count]), ...byKey(venue.parents.working, inOrder(PARENT_FIELDS)),
    ...byKey(venue.offers.open, inOrder(OFFER_FIELDS)), ...byKey(venue.owners, (owner) => [owner]),
    ...venue.markets.flatMap((market) => [...byKey(market.rolls, ({take, loss}) => [take, loss]), ...byKey(market.programmes, inOrder(PROGRAMME_FIELDS)), market.calendar.length, ...market.calendar.flatMap(inOrder(SESSION_FIELDS))]),
    ...byKey(new Map([...venue.requested].filter(([, lots]) => lots.some((value) => value !== 0))), (lots) => [...lots]),
  ];
}

export function venueBytes(venue: Venue): Uint8Array {
  const chunks: Uint8Array[] = [];
  const add = (column: Column): void => void chunks.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  const scalars = scalarsOf(venue);
  const tables = tablesOf(venue);
  add(Float64Array.of(scalars.length, ...scalars));
  add(Float64Array.of(tables.length, ...tables));
  for (const {owner, columns, length} of partsOf(venue)) {
    for (const name of columns) add((owner as Record<string, Column>)[name]!.subarray(0, length) as Column);
  }
  const bytes = new Uint8Array(chunks.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  doubles(count: number): Float64Array {
    return new Float64Array(this.#take(count * 8));
  }

  /** Fills the first `length` elements of a column of the same kind, in an array with room. */
  column<T extends Column>(like: T, length: number): T {
    const kind = like.constructor as new (source: ArrayBuffer | number) => T;
    const read = new kind(this.#take(length * like.BYTES_PER_ELEMENT));
    if (length <= like.length) {
      like.set(read as never);
      return like;
    }
    const longer = new kind(2 ** Math.ceil(Math.log2(length)));
    longer.set(read as never);
    return longer;
  }

  #take(count: number): ArrayBuffer {
    ensure(this.#at + count <= this.#bytes.length, 'the image of the venue is cut short');
    const part = this.#bytes.slice(this.#at, this.#at + count);
    this.#at += count;
    return part.buffer as ArrayBuffer;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }
}

/** Fills a fresh venue, made with the same options and markets, from {@link venueBytes}. */
export function restoreVenue(venue: Venue, bytes: Uint8Array): void {
  const reader = new Reader(bytes);
  const scalars = reader.doubles(reader.doubles(1)[0]!);
  const tables = reader.doubles(reader.doubles(1)[0]!);
  restoreScalars(venue, scalars);
  restoreTables(venue, tables);
  for (const {owner, columns, length} of partsOf(venue)) {
    const target = owner as Record<string, Column>;
    // All columns of one owner keep one capacity: read each into room for the longest.
    for (const name of columns) target[name] = reader.column(target[name]!, length);
  }
  ensure(reader.done, 'the image of the venue has more in it than the venue');
  venue.positions.bind();
  venue.clients.bind(venue.clients.rows);
  venue.clients.reindex();
  for (const market of venue.markets) relink(venue, market);
}

function restoreScalars(venue: Venue, scalars: Float64Array): void {
  const {accounts, orders, positions, legs, timers, clients} = venue;
  let at = 0;
  const next = (): number => scalars[at++]!;
  const look = (target: Lookback): void => void Object.assign(target, {startedAt: next(), current: next(), previous: next()});
  venue.now = next();
  accounts.restore(next());
  Object.assign(orders, {used: next(), live: next(), firstFree: next(), last: next()});
  Object.assign(positions, {used: next(), firstFree: next()});
  Object.assign(legs, {length: next(), sealed: next(), last: next()});
  Object.assign(timers, {length: next(), set: next()});
  clients.added = next();
  venue.lastHour = next();
  venue.nextSample = next();
  venue.sampleSeed.forEach((_, word) => (venue.sampleSeed[word] = next()));
  venue.triggers.last = next();
  venue.parents.last = next();
  venue.offers.last = next();
  look(venue.fundPeak);
  Object.assign(venue.roots, {chain: next(), sealedAt: next(), old: next() === 1});
  ensure(next() === venue.markets.length, 'the image of the venue has other markets');
  for (const market of venue.markets) {
    Object.assign(market, {
      status: next(), mark: next(), indexPrice: next(), last: next(), trades: next(), openInterest: next(), holderCount: next(), interestScalePpm: next(),
      symmetric: next() === 1, fundingClampPpm: next(), session: next(), warned: next(), feePpm: next(), marginPpm: next(),
      bandPpm: next(), memberFeePpm: next(), makerSpreadPpm: next(), makerSizePpm: next(), makerTimePpm: next(), measuredAt: next(),
    });
    market.hourVolume.forEach((_, hour) => (market.hourVolume[hour] = next()));
    Object.assign(market.funding, {sum: next(), samples: next(), nextSample: next(), nextFunding: next(), lastPpb: next()});
    for (const column of [market.sources.price, market.sources.at]) column.forEach((_, source) => (column[source] = next()));
    market.controls.disturbedAt = next();
    look(market.controls.marks);
    at += 2;
  }
}

function restoreTables(venue: Venue, tables: Float64Array): void {
  let at = 0;
  const next = (): number => tables[at++]!;
  for (let count = next(); count > 0; count -= 1) venue.icebergs.set(next(), {hidden: next(), peak: next()});
  for (let count = next(); count > 0; count -= 1) venue.expiries.set(next(), next());
  for (let count = next(); count > 0; count -= 1) venue.deadMen.set(next(), next());
  for (let count = next(); count > 0; count -= 1) venue.standings.set(next(), {collateral: next(), value: next(), samples: next()});
  const record = <T>(fields: readonly string[]): T => Object.fromEntries(fields.map((field) => [field, next()])) as T;
  for (let count = next(); count > 0; count -= 1) venue.triggers.waiting.set(next(), record<Trigger>(TRIGGER_FIELDS));
  for (let count = next(); count > 0; count -= 1) venue.triggers.perAccount.set(next(), next());
  for (let count = next(); count > 0; count -= 1) venue.parents.working.set(next(), record<Parent>(PARENT_FIELDS));
  for (let count = next(); count > 0; count -= 1) venue.offers.open.set(next(), record<Offer>(OFFER_FIELDS));
  for (let count = next(); count > 0; count -= 1) venue.setOwner(next(), next());
  for (const market of venue.markets) {
    for (let count = next(); count > 0; count -= 1) market.rolls.set(next(), {take: next(), loss: next()});
    for (let count = next(); count > 0; count -= 1) market.programmes.set(next(), record<Programme>(PROGRAMME_FIELDS));
    market.calendar = Array.from({length: next()}, () => record<Session>(SESSION_FIELDS));
  }
  for (let count = next(); count > 0; count -= 1) {
    const account = next();
    venue.requested.set(account, Float64Array.from(venue.currencyOf, () => next()));
  }
}

/** Rebuilds a ladder from the orders' own links: level heads are the resting orders without a predecessor. */
function relink(venue: Venue, market: Market): void {
  const {orders} = venue;
  const heads: number[] = [];
  for (let slot = 0; slot < orders.used; slot += 1) {
    if (orders.sequence[slot] !== 0 && orders.market(slot) === market.index && orders.previous[slot] === NONE) heads.push(slot);
  }
  for (const first of heads) {
    for (let slot = first; slot !== NONE;) {
      const after = orders.next[slot]!;
      market.ladder.append(orders, slot);
      slot = after;
    }
  }
}
