/** Liquidity programmes: makers who promise to quote, hedgers who supply one side; both pay a share of the maker fee. */
import type {Command} from '../../../src/core/commands.ts';
import {abs, ceilDiv, max, min, PPM, sum} from './numbers.ts';
import {openLots, openOrders} from './margin.ts';
import {type Account, lotsOf, type Market, type Member, type Order, type Refusal, refuse, type World} from './world.ts';

/** A tick answers for no more time than this before it. */
const ANSWERS_MS = 10_000n;
const DAY_MS = 86_400_000n;
const MEMBERS_MAX = 256;

const isShare = (ppm: number, least: number): boolean => Number.isInteger(ppm) && ppm >= least && ppm <= 1_000_000;

export function setProgramme(world: World, {number}: Account, market: Market, command: Extract<Command, {type: 'setProgramme'}>): Refusal | undefined {
  const {programme, feePpm, spreadPpm = 0, minimum, timePpm = 0} = command;
  const lots = minimum === undefined ? 0n : lotsOf(market, minimum);
  if (lots === undefined) return refuse('badQuantity');
  if (market.status === 'delisted') return refuse('marketHalted');
  if (!isShare(feePpm, 0) || (programme === 'maker' && !(isShare(spreadPpm, 1) && lots > 0n && isShare(timePpm, 1)))) return refuse('badFlags');
  if ((programme === 'longHedger' || programme === 'shortHedger') && !market.spec.perpetual) return refuse('unknownMarket');
  if (programme === 'none') {
    market.members.delete(number);
    return undefined;
  }
  if (!market.members.has(number) && market.members.size >= MEMBERS_MAX) return refuse('tooManyOrders');
  market.members.set(number, {programme, feePpm: BigInt(feePpm), spreadPpm: BigInt(spreadPpm), lots, timePpm: BigInt(timePpm), total: 0n, quoted: 0n, stands: true});
  for (const order of world.orders) if (order.account === number && order.market === market && leavesHedge(order)) order.reduceOnly = true;
  return undefined;
}

/** A maker in good standing and every hedger pay a share of the maker fee; rebates stay whole. */
export function memberFee(market: Market, account: number, maker: bigint): bigint {
  const member = market.members.get(account);
  if (!member?.stands || maker <= 0n) return maker;
  return (maker * ((member.feePpm * market.makers.feePpm) / PPM)) / PPM;
}

/** A hedger's order on the side it does not hedge on. */
export function leavesHedge({market, account, side}: Pick<Order, 'market' | 'account' | 'side'>): boolean {
  const programme = market.members.get(account)?.programme;
  return (programme === 'longHedger' && side === 'sell') || (programme === 'shortHedger' && side === 'buy');
}

/** A hedger goes against its side only to reduce, its other orders on that side counted. */
export function breaksProgramme(world: World, order: Pick<Order, 'market' | 'account' | 'side' | 'left'>): boolean {
  const {market, account, side, left} = order;
  if (!leavesHedge(order)) return false;
  const {lots} = world.position(account, market);
  return (side === 'sell' ? lots : -lots) < openLots(openOrders(world, account, market), side) + left;
}

/** At each tick the time since the last one counts, as quoted if the maker quotes now, while the market is open. */
export function measureMakers(world: World, market: Market): void {
  const before = market.measuredAt;
  const elapsed = before === 0n ? 0n : min(ANSWERS_MS, world.now - before);
  market.measuredAt = world.now;
  for (const [account, member] of market.members) {
    if (member.programme !== 'maker' || market.status !== 'open') continue;
    member.total += elapsed;
    if (quotes(world, market, account, member)) member.quoted += elapsed;
  }
  if (market.calendar.length === 0 && before > 0n && before / DAY_MS !== world.now / DAY_MS) reportMakers(world, market);
}

/** Enough lots show on both sides within the spread of the own best price opposite. */
function quotes(world: World, market: Market, account: number, member: Member): boolean {
  const own = world.orders.filter((order) => order.account === account && order.market === market && order.place > 0n);
  const spread = (member.spreadPpm * market.makers.spreadPpm) / PPM;
  return (['buy', 'sell'] as const).every((side) => {
    const others = own.filter((order) => order.side !== side).map(({price}) => price);
    if (others.length === 0) return false;
    const facing = others.reduce((found, price) => (side === 'buy' ? min(found, price) : max(found, price)));
    const near = own.filter((order) => order.side === side && 2n * abs(facing - order.price) * PPM <= spread * (facing + order.price));
    return sum(near.map(({shown}) => shown)) >= ceilDiv(member.lots * market.makers.sizePpm, PPM);
  });
}

/** The end of a session: what each maker kept, and whether it goes on in good standing. */
export function reportMakers(world: World, market: Market): void {
  for (const [account, member] of [...market.members].sort(([a], [b]) => a - b)) {
    if (member.programme !== 'maker' || member.total === 0n) continue;
    const askedPpm = ceilDiv(member.timePpm * market.makers.timePpm, PPM);
    const keptPpm = (member.quoted * PPM) / member.total;
    Object.assign(member, {stands: keptPpm >= askedPpm, total: 0n, quoted: 0n});
    world.tell({
      type: 'obligationReported', market: market.spec.name, ...world.who(account), session: market.session, keptPpm: Number(keptPpm), askedPpm: Number(askedPpm), met: member.stands,
    });
  }
}
