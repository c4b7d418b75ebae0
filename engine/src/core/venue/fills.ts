/** What one fill does to its two accounts: claims on a spot market, positions on a perpetual one. Fees round up, rebates down. */
import {SYSTEM} from './accounts.ts';
import {pay} from './claims.ts';
import {ORDER_FLAG, SIDE} from './codes.ts';
import {applyFill, dropIfIdle, findPosition, tellCollateral} from './exposure.ts';
import {ppmCeil, ppmFloor} from './integers.ts';
import {LEG} from './legs.ts';
import {assess, assessBucket} from './margin.ts';
import type {Market} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import {holdOf, releaseLots, remainingOf, reservePerpetual} from './reserve.ts';
import {memberFeePpm} from './programmes.ts';
import type {Venue} from './venue.ts';

const isSystem = (venue: Venue, slot: number): boolean => (venue.orders.meta[slot]! & ORDER_FLAG.system) !== 0;

/** Settlement lots of fee on a value; negative is a rebate. */
function feeOf(venue: Venue, slot: number, value: number, makes: boolean): number {
  if (isSystem(venue, slot)) return 0;
  const market = venue.markets[venue.orders.market(slot)]!;
  const tier = venue.accounts.feeTier[venue.orders.owner[slot]!]!;
  if (!makes) return ppmCeil(value, market.takerPpm(tier));
  const ppm = market.makerPpm(tier);
  return ppmCeil(value, market.programmes.size === 0 ? ppm : memberFeePpm(market, venue.orders.owner[slot]!, ppm));
}

/** A rebate is paid out of the taker's fee; a system order pays none, so its maker gets none. */
function makerFee(venue: Venue, maker: number, taker: number, value: number): number {
  const fee = feeOf(venue, maker, value, true);
  return fee < 0 && isSystem(venue, taker) ? 0 : fee;
}

/** Fees of the last fill. */
export const fees = {maker: 0, taker: 0};

/**
 * The maker could bear this fill: a resting order was checked at the mark of its placing, so it is checked again before it trades.
 * Equity after the fill must reach maintenance after the fill.
 */
export function makerBears(venue: Venue, market: Market, maker: number, lots: number, price: number): boolean {
  const {orders, positions, margin} = venue;
  const owner = orders.owner[maker]!;
  const slot = findPosition(venue, owner, market.index);
  const signed = orders.side(maker) === SIDE.buy ? lots : -lots;
  const held = positions.quantity[slot]!;
  const gain = signed * (market.mark - price) * market.unit;
  const each = market.mark * market.unit;
  const after = Math.abs(held + signed);
  const needed = after === 0 ? 0 : ppmCeil(after * each, market.maintenancePpm(after * each));
  const fee = ppmCeil(lots * price * market.unit, market.worstTakerPpm);
  if ((positions.flags[slot]! & POSITION_FLAG.isolated) === 0) {
    assess(venue, owner);
    const size = Math.abs(held);
    const before = size === 0 ? 0 : ppmCeil(size * each, market.maintenancePpm(size * each));
    return margin.equity + gain - fee >= margin.maintenance - before + needed;
  }
  const grows = after > Math.abs(held);
  const bucket = assessBucket(venue, slot).equity;
  const topUp = grows ? collateralFor(market, signed, price) : 0;
  assess(venue, owner);
  return bucket + gain + topUp >= needed && margin.equity - topUp - fee >= margin.maintenance;
}

/** What an isolated position takes from its account for signed lots it adds: initial margin at the mark, and the loss against it. */
const collateralFor = (market: Market, lots: number, price: number): number => {
  const value = Math.abs(lots) * market.mark * market.unit;
  return ppmCeil(value, market.initialPpm(value)) + Math.max(0, lots * (price - market.mark) * market.unit);
};

export function fillPerpetual(venue: Venue, market: Market, maker: number, taker: number, lots: number, price: number): void {
  const {orders, accounts} = venue;
  const buys = orders.side(taker) === SIDE.buy;
  const makerAccount = orders.owner[maker]!;
  const takerAccount = orders.owner[taker]!;
  const makerSlot = findPosition(venue, makerAccount, market.index);
  const takerSlot = findPosition(venue, takerAccount, market.index);
  reservePerpetual(venue, makerSlot, market, buys ? SIDE.sell : SIDE.buy, -lots, orders.loss[maker]!);
  reservePerpetual(venue, takerSlot, market, buys ? SIDE.buy : SIDE.sell, -lots, orders.loss[taker]!);
  const value = lots * price * market.unit;
  if (venue.undo.active) for (const account of [makerAccount, takerAccount, SYSTEM.liquidationFund, SYSTEM.fees]) venue.undo.account(venue, account);
  fees.maker = makerFee(venue, maker, taker, value);
  fees.taker = feeOf(venue, taker, value, false);
  accounts.cash[makerAccount]! -= fees.maker;
  accounts.cash[takerAccount]! -= fees.taker;
  const total = fees.maker + fees.taker;
  const share = total > 0 ? ppmFloor(total, market.spec.fundSharePpm) : 0;
  accounts.cash[SYSTEM.liquidationFund]! += share;
  accounts.cash[SYSTEM.fees]! += total - share;
  addLots(venue, market, makerSlot, buys ? -lots : lots, price);
  addLots(venue, market, takerSlot, buys ? lots : -lots, price);
}

function addLots(venue: Venue, market: Market, slot: number, lots: number, price: number): void {
  const {positions, accounts} = venue;
  const account = positions.account[slot]!;
  const held = positions.quantity[slot]!;
  applyFill(venue, slot, lots, price);
  if ((positions.flags[slot]! & POSITION_FLAG.isolated) === 0) return;
  const opened = held === 0 || held > 0 === lots > 0 ? Math.abs(lots) : Math.abs(lots) - Math.abs(held);
  if (opened <= 0) return;
  // Rounding up fill by fill never takes more than the account has.
  const collateral = Math.min(collateralFor(market, lots > 0 ? opened : -opened, price), Math.max(0, assess(venue, account).equity));
  positions.collateral[slot]! += collateral;
  accounts.cash[account]! -= collateral;
  tellCollateral(venue, slot, collateral);
}

/** Drops an account's record that holds nothing any more. */
export function tidyPosition(venue: Venue, market: Market, account: number): void {
  const slot = findPosition(venue, account, market.index);
  if (slot !== -1) dropIfIdle(venue, slot);
}

/**
 * Spot: quote for base, each from its largest custody asset. A waiting purchase pays no more fee than its hold has for it:
 * rounding up per fill could otherwise exceed a hold rounded once.
 */
export function fillSpot(venue: Venue, market: Market, maker: number, taker: number, lots: number, price: number): void {
  const {orders} = venue;
  const takerBuys = orders.side(taker) === SIDE.buy;
  const value = lots * price * market.unit;
  const room = makerFeeRoom(venue, market, maker, lots, value);
  releaseLots(venue, maker, lots);
  const buyer = takerBuys ? taker : maker;
  const seller = takerBuys ? maker : taker;
  const buyerAccount = orders.owner[buyer]!;
  const sellerAccount = orders.owner[seller]!;
  fees.maker = Math.min(makerFee(venue, maker, taker, value), room);
  fees.taker = feeOf(venue, taker, value, false);
  pay(venue, buyerAccount, sellerAccount, market.spec.quote, value, LEG.trade);
  pay(venue, sellerAccount, buyerAccount, market.spec.base, lots * market.spec.lot, LEG.trade);
  // The larger fee first: a rebate is paid out of the fee the other side has just paid.
  payFee(venue, market, orders.owner[taker]!, fees.taker);
  payFee(venue, market, orders.owner[maker]!, fees.maker);
}

/** A seller's fee comes out of what it receives; a buyer's out of its hold beyond the payment. */
function makerFeeRoom(venue: Venue, market: Market, maker: number, lots: number, value: number): number {
  const {orders} = venue;
  if (orders.side(maker) === SIDE.sell) return value;
  const open = remainingOf(venue, maker);
  const price = orders.price[maker]!;
  return holdOf(market, SIDE.buy, price, open) - (open === lots ? 0 : holdOf(market, SIDE.buy, price, open - lots)) - value;
}

function payFee(venue: Venue, market: Market, account: number, fee: number): void {
  if (fee > 0) pay(venue, account, SYSTEM.fees, market.spec.quote, fee, LEG.fee);
  else if (fee < 0) pay(venue, SYSTEM.fees, account, market.spec.quote, -fee, LEG.fee);
}

/** Fee a spot taker must be able to pay on a value, fills rounding up one by one. */
export const worstFee = (market: Market, value: number, fills: number): number => ppmCeil(value, market.worstTakerPpm) + (market.worstTakerPpm === 0 ? 0 : fills);

