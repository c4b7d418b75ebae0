/**
 * Liquidity programmes of a market (paper appendix A2). A market maker agrees to quote both sides within a spread, with a size, for a share of
 * the time; each session may ask less of it. A hedger supplies one side: it buys (long hedger) or sells (short hedger) to build its hedge, and goes
 * the other way only to reduce it. What they get is a share of the maker fee: a hedger always, a maker while it has kept its last session's promise.
 */
import {FIRST_USER, NONE} from './accounts.ts';
import {EVENT, ORDER_FLAG, REASON, type Reason, SIDE} from './codes.ts';
import {findPosition} from './exposure.ts';
import {isWhole, PPM, ppmCeil, ppmFloor, QUANTITY_MAX} from './integers.ts';
import {type Market, MARKET_STATUS} from './market.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export const PROGRAMME = {none: 0, maker: 1, longHedger: 2, shortHedger: 3} as const;

/** All whole numbers, so that the table goes into the image as it is. */
export type Programme = {
  kind: number;
  /** Share of the maker fee it pays, ppm. */
  feePpm: number;
  /** Of a market maker: widest spread of its quotes against their middle, market lots on each side, and share of the time; ppm. */
  spreadPpm: number; lots: number; timePpm: number;
  /** Milliseconds of the running session, and those in which it quoted so. */
  total: number; quoted: number;
  /** 1 while it gets its share of the fee. */
  standing: number;
};

/** A tick answers for no more time than this before it. */
const TICK_ANSWERS_MS = 10_000;
const DAY_MS = 86_400_000;
const MEMBERS_MAX = 256;

export type Membership = Pick<Programme, 'kind' | 'feePpm' | 'spreadPpm' | 'lots' | 'timePpm'>;

/** Makes an account a member, under new terms if it is one, or ends its membership. A new maker begins in good standing. */
export function setProgramme(venue: Venue, account: number, index: number, {kind, feePpm, spreadPpm, lots, timePpm}: Membership): Reason {
  const market = venue.markets[index];
  if (account < FIRST_USER || account >= venue.accounts.count) return REASON.unknownAccount;
  if (market === undefined) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  if (!isWhole(kind, PROGRAMME.none, PROGRAMME.shortHedger) || !isWhole(feePpm, 0, PPM)) return REASON.badFlags;
  if (kind === PROGRAMME.maker && !(isWhole(spreadPpm, 1, PPM) && isWhole(lots, 1, QUANTITY_MAX) && isWhole(timePpm, 1, PPM))) return REASON.badAmount;
  if (kind > PROGRAMME.maker && !market.perpetual) return REASON.unknownMarket;
  if (kind === PROGRAMME.none) market.programmes.delete(account);
  else if (!market.programmes.has(account) && market.programmes.size >= MEMBERS_MAX) return REASON.tooManyOrders;
  else market.programmes.set(account, {kind, feePpm, spreadPpm, lots, timePpm, total: 0, quoted: 0, standing: 1});
  holdToSide(venue, market, account);
  venue.log.push(head(EVENT.programme, kind, index), account, feePpm, spreadPpm, lots, timePpm, 0, 0, 0, 0, 0, 0);
  return REASON.none;
}

/** What already rests against a new hedger's side only reduces from now on. */
function holdToSide({accounts, orders}: Venue, market: Market, account: number): void {
  for (let slot = accounts.firstOrder[account]!; slot !== NONE; slot = orders.ownerNext[slot]!) {
    if (orders.market(slot) === market.index && leavesHedge(market, account, orders.side(slot))) orders.meta[slot]! |= ORDER_FLAG.reduceOnly;
  }
}

/** Maker fee of a member: a session's share of the member's share of what it would pay; rebates stay whole. */
export function memberFeePpm(market: Market, account: number, makerPpm: number): number {
  const member = market.programmes.get(account);
  if (member === undefined || member.standing === 0 || makerPpm <= 0) return makerPpm;
  const share = Math.floor((member.feePpm * market.memberFeePpm) / PPM);
  return Math.floor((makerPpm * share) / PPM);
}

/** The account is a hedger, and this is not the side it hedges on. */
export function leavesHedge(market: Market, account: number, side: number): boolean {
  const kind = market.programmes.get(account)?.kind ?? PROGRAMME.none;
  return kind >= PROGRAMME.longHedger && (kind === PROGRAMME.longHedger) !== (side === SIDE.buy);
}

/**
 * A hedger's order against its side must shrink its position, whatever of its other orders on that side fills. Checked when it is placed or
 * amended; because novation and symmetric liquidation may take the position away before it fills, it is reduce-only from then on.
 */
export function breaksProgramme(venue: Venue, market: Market, account: number, side: number, lots: number): boolean {
  if (!leavesHedge(market, account, side)) return false;
  const {positions} = venue;
  const slot = findPosition(venue, account, market.index);
  if (slot === NONE) return true;
  const hedge = side === SIDE.sell ? positions.quantity[slot]! : -positions.quantity[slot]!;
  const leaving = side === SIDE.sell ? positions.openSell[slot]! : positions.openBuy[slot]!;
  return hedge < leaving + lots;
}

/** At each tick: the time since the last one counts for every maker, as quoted if it quotes now. A market that takes no orders asks for none. */
export function measureMakers(venue: Venue, market: Market): void {
  const elapsed = market.measuredAt === 0 ? 0 : Math.min(TICK_ANSWERS_MS, Math.max(0, venue.now - market.measuredAt));
  const before = market.measuredAt;
  market.measuredAt = venue.now;
  if (elapsed > 0 && market.status === MARKET_STATUS.open) {
    for (const [account, member] of market.programmes) {
      if (member.kind !== PROGRAMME.maker) continue;
      member.total += elapsed;
      if (isQuoting(venue, market, account, member)) member.quoted += elapsed;
    }
  }
  // Without a calendar a day is a session.
  if (market.calendar.length === 0 && before > 0 && Math.floor(before / DAY_MS) !== Math.floor(venue.now / DAY_MS)) reportMakers(venue, market);
}

/**
 * Lots on each side that lie within the spread of the account's own best price on the other side: 2·(ask − bid)·10⁶ ≤ spread·(ask + bid).
 * What an iceberg hides does not count.
 */
export function isQuoting({accounts, orders}: Venue, market: Market, account: number, member: Programme): boolean {
  const own: number[] = [];
  let [bid, ask] = [0, Number.POSITIVE_INFINITY];
  for (let slot = accounts.firstOrder[account]!; slot !== NONE; slot = orders.ownerNext[slot]!) {
    if (orders.market(slot) !== market.index) continue;
    own.push(slot);
    const price = orders.price[slot]!;
    if (orders.side(slot) === SIDE.buy) bid = Math.max(bid, price);
    else ask = Math.min(ask, price);
  }
  if (bid === 0 || ask === Number.POSITIVE_INFINITY) return false;
  const spread = ppmFloor(member.spreadPpm, market.makerSpreadPpm);
  const within = (low: number, high: number): boolean => 2 * (high - low) * PPM <= spread * (high + low);
  const lots = [0, 0];
  for (const slot of own) {
    const price = orders.price[slot]!;
    const side = orders.side(slot);
    if (side === SIDE.buy ? within(price, ask) : within(bid, price)) lots[side]! += orders.quantity[slot]!;
  }
  return Math.min(lots[0]!, lots[1]!) >= ppmCeil(member.lots, market.makerSizePpm);
}

/** A session ends: what each maker promised and kept, and whether it goes on in good standing. One that was there for no time keeps its standing. */
export function reportMakers(venue: Venue, market: Market): void {
  for (const [account, member] of [...market.programmes].sort(([a], [b]) => a - b)) {
    if (member.kind !== PROGRAMME.maker || member.total === 0) continue;
    const asked = ppmCeil(member.timePpm, market.makerTimePpm);
    const kept = Math.floor((member.quoted * PPM) / member.total);
    member.standing = kept >= asked ? 1 : 0;
    venue.log.push(head(EVENT.obligation, member.standing, market.index), account, kept, asked, market.session, 0, 0, 0, member.quoted, member.total, 0, 0);
    member.total = 0;
    member.quoted = 0;
  }
}
