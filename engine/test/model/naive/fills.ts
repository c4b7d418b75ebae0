/** What one fill does: claims on a spot market, positions on a perpetual one. Fees round up, rebates towards zero. */
import {hold, pay, worstFee} from './ledger.ts';
import {assess, assessBucket, initialRate, maintenanceOf, openPnl} from './margin.ts';
import {abs, max, min, ppmCeil, ppmFloor, PPM} from './numbers.ts';
import {memberFee} from './programmes.ts';
import {FEES, FUND, type Market, type Order, type Position, type World} from './world.ts';

/** A rate in the running session: fees and rebates shrink alike. */
const inSession = (market: Market, ppm: bigint): bigint => (ppm * market.feePpm) / PPM;

function feeOf(world: World, order: Order, value: bigint, makes: boolean): bigint {
  if (order.system) return 0n;
  const {fees} = order.market.spec;
  const {maker, taker} = fees[world.accounts[order.account]!.tier] ?? fees[0]!;
  return ppmCeil(value, makes ? memberFee(order.market, order.account, inSession(order.market, maker)) : inSession(order.market, taker));
}

/** A rebate comes out of the taker's fee: an order of the exchange pays none, so its maker gets none. */
function makerFee(world: World, maker: Order, taker: Order, value: bigint): bigint {
  const fee = feeOf(world, maker, value, true);
  return fee < 0n && taker.system ? 0n : fee;
}

function takeLots(maker: Order, taker: Order, lots: bigint): void {
  maker.left -= lots;
  maker.shown -= lots;
  taker.left -= lots;
}

export function fillSpot(world: World, maker: Order, taker: Order, lots: bigint): {maker: bigint; taker: bigint} {
  const {base, quote, lot, unit} = maker.market.spec;
  const value = lots * maker.price * unit;
  // A waiting purchase pays no more fee than its hold has for it, a sale no more than it receives.
  const freed = maker.left === lots ? hold(maker, lots) : hold(maker, maker.left) - hold(maker, maker.left - lots);
  const room = maker.side === 'sell' ? value : freed - value;
  const fees = {maker: min(makerFee(world, maker, taker, value), room), taker: feeOf(world, taker, value, false)};
  takeLots(maker, taker, lots);
  const [buyer, seller] = taker.side === 'buy' ? [taker.account, maker.account] : [maker.account, taker.account];
  pay(world, {from: buyer, to: seller, currency: quote, lots: value, kind: 'trade'});
  pay(world, {from: seller, to: buyer, currency: base, lots: lots * lot, kind: 'trade'});
  for (const [account, fee] of [[taker.account, fees.taker], [maker.account, fees.maker]] as const) {
    if (fee > 0n) pay(world, {from: account, to: FEES, currency: quote, lots: fee, kind: 'fee'});
    if (fee < 0n) pay(world, {from: FEES, to: account, currency: quote, lots: -fee, kind: 'fee'});
  }
  return fees;
}

export function fillPerpetual(world: World, maker: Order, taker: Order, lots: bigint): {maker: bigint; taker: bigint} {
  const {market, price} = maker;
  const value = lots * price * market.spec.unit;
  takeLots(maker, taker, lots);
  const fees = {maker: makerFee(world, maker, taker, value), taker: feeOf(world, taker, value, false)};
  world.accounts[maker.account]!.cash -= fees.maker;
  world.accounts[taker.account]!.cash -= fees.taker;
  const total = fees.maker + fees.taker;
  const share = total > 0n ? ppmFloor(total, market.spec.fundShare) : 0n;
  world.accounts[FUND]!.cash += share;
  world.accounts[FEES]!.cash += total - share;
  const bought = taker.side === 'buy' ? lots : -lots;
  addLots(world, world.position(maker.account, market), -bought, price);
  addLots(world, world.position(taker.account, market), bought, price);
  return fees;
}

/** A fill of an order; an isolated position that grows takes its collateral from the account. */
function addLots(world: World, position: Position, lots: bigint, price: bigint): void {
  const before = position.lots;
  change(world, position, lots, price);
  const opened = before === 0n || before > 0n === lots > 0n ? abs(lots) : abs(lots) - abs(before);
  if (!position.isolated || opened <= 0n) return;
  const wanted = collateralFor(position.market, lots > 0n ? opened : -opened, price);
  const taken = min(wanted, max(0n, assess(world, position.account).equity));
  position.collateral += taken;
  world.accounts[position.account]!.cash -= taken;
}

/** Initial margin at the mark, and the loss against it. */
function collateralFor(market: Market, lots: bigint, price: bigint): bigint {
  const value = abs(lots) * market.mark * market.spec.unit;
  return ppmCeil(value, initialRate(market, value)) + max(0n, lots * (price - market.mark) * market.spec.unit);
}

/** Adds signed lots at a price; what closes is realised against its share of the cost, rounded towards zero. Answers what was realised. */
export function change(world: World, position: Position, lots: bigint, price: bigint): bigint {
  const {market, lots: before, cost} = position;
  const value = lots * price * market.spec.unit;
  position.lots += lots;
  if (before === 0n || before > 0n === lots > 0n) {
    position.cost += value;
    return 0n;
  }
  const size = abs(before);
  const closing = min(size, abs(lots));
  const part = closing < size ? (cost * closing) / size : cost;
  const realised = (before > 0n ? closing : -closing) * price * market.spec.unit - part;
  position.cost = closing < size ? cost - part : position.lots * price * market.spec.unit;
  const account = world.accounts[position.account]!;
  if (!position.isolated) {
    account.cash += realised;
    return realised;
  }
  // An isolated bucket gives back what the closed lots have of its equity, less what their price costs them, never open gains; closed wholly,
  // everything, even a debt.
  const available = position.collateral + realised;
  const gain = lots * (market.mark - price) * market.spec.unit;
  const equity = available + openPnl(position) - gain;
  const freed = closing === size ? available : max(0n, min(available, (max(0n, equity) * closing) / size + gain));
  position.collateral = available - freed;
  account.cash += freed;
  return realised;
}

/** The maker can bear this fill now: equity after it reaches maintenance after it. */
export function makerBears(world: World, maker: Order, lots: bigint): boolean {
  const {market, price} = maker;
  const position = world.position(maker.account, market);
  const signed = maker.side === 'buy' ? lots : -lots;
  const gain = signed * (market.mark - price) * market.spec.unit;
  const needed = maintenanceOf(market, position.lots + signed);
  const fee = ppmCeil(lots * price * market.spec.unit, worstFee(market));
  const cross = assess(world, maker.account);
  if (!position.isolated) return cross.equity + gain - fee >= cross.maintenance - maintenanceOf(market, position.lots) + needed;
  const topUp = abs(position.lots + signed) > abs(position.lots) ? collateralFor(market, signed, price) : 0n;
  return assessBucket(world, position).equity + gain + topUp >= needed && cross.equity - topUp - fee >= cross.maintenance;
}
