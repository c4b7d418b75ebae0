/** Two-tier liquidation: after a mark, whoever is below maintenance, worst first; to the Liquidation Fund, else symmetrically. */
import {best, cancelWaiting, close, match, reachable} from './book.ts';
import {setSymmetric, updateControls} from './controls.ts';
import {change} from './fills.ts';
import {unheld} from './ledger.ts';
import {type Assessment, assess, assessBucket, byHealth, initialRate, isBelow, maintenanceOf, maintenanceRate, valueOf} from './margin.ts';
import {abs, ceilDiv, floorDiv, max, min, PPM, ppmCeil, ppmFloor, sign} from './numbers.ts';
import {plainOrder} from './orders.ts';
import {rollPositions} from './roll.ts';
import {closeSymmetrically, tellLiquidated} from './symmetric.ts';
import {coverDeficit, type Episode} from './waterfall.ts';
import {FUND, type Market, type Order, type Position, type World} from './world.ts';

const TARGET = 1_200_000n;
/** A forced sale of other currencies keeps this of the reference price. */
const SALE_PPM = 800_000n;

export function setMark(world: World, market: Market, price: bigint): void {
  const previous = market.mark;
  market.mark = price;
  scaleByInterest(world, market);
  if (!market.spec.perpetual) return;
  rollPositions(world, market);
  updateControls(world, market);
  riskPass(world, market, previous === 0n ? price : previous);
}

/** From some open interest on, initial margin grows linearly to 100 %. */
export function scaleByInterest(world: World, market: Market): void {
  const {interestFrom: from, interestFull: full, margins} = market.spec;
  const long = world.holders(market).reduce((total, {lots}) => total + max(0n, lots), 0n);
  const value = valueOf({market, lots: long});
  market.interestPpm = PPM;
  if (full <= from || value <= from) return;
  const base = margins[0]!.initial;
  market.interestPpm = PPM + ((PPM - base) * PPM * min(value - from, full - from)) / (base * (full - from));
}

export function riskPass(world: World, market: Market, previous: bigint): void {
  const endangered = world.holders(market).map((position) => ({position, health: assessBucket(world, position)})).filter(({health}) => isBelow(health));
  endangered.sort((a, b) => byHealth(a.health, b.health) || a.position.account - b.position.account);
  const gains = world.holders(market).map(({account, lots}) => [account, lots * (market.mark - previous) * market.spec.unit] as const);
  const episode: Episode = {paired: new Map(), gains: new Map(gains.filter(([, gain]) => gain > 0n))};
  for (const {position} of endangered) {
    if (position.isolated) liquidateIsolated(world, position, episode);
    else liquidateCross(world, position.account, episode);
    episode.paired.clear();
  }
  unwindFund(world, market);
}

function liquidateCross(world: World, account: number, episode: Episode): void {
  const binds = ({market, side}: Order): boolean => market.spec.perpetual || (side === 'buy' && market.spec.quote === world.settlement);
  cancelWaiting(world, account, 'liquidation', binds);
  for (;;) {
    if (!isBelow(assess(world, account))) return;
    const position = largest(world, account);
    if (!position) break;
    if (account === FUND || !fundTakes(world, position)) closeSymmetrically(world, position, episode);
  }
  if (assess(world, account).equity < 0n) returnRequests(world, account);
  if (assess(world, account).equity < 0n) sellCollateral(world, account);
  const {equity} = assess(world, account);
  if (equity < 0n) coverDeficit(world, {account, deficit: -equity, episode});
}

/** The cross position that needs most maintenance, ties by market. */
function largest(world: World, account: number): Position | undefined {
  const own = world.positions.filter((position) => position.account === account && !position.isolated && position.lots !== 0n);
  return own.sort((a, b) => Number(maintenanceOf(b.market, b.lots) - maintenanceOf(a.market, a.lots)) || a.market.index - b.market.index)[0];
}

/** The bucket's loss ends at its collateral: the debt that a closed one leaves is covered by others. */
function liquidateIsolated(world: World, position: Position, episode: Episode): void {
  const {account, market, lots} = position;
  if (lots === 0n) return;
  cancelWaiting(world, account, 'liquidation', (order) => order.market === market);
  if (!isBelow(assessBucket(world, position))) return;
  const before = world.accounts[account]!.cash;
  if (!fundTakes(world, position)) closeSymmetrically(world, position, episode);
  const debt = before - world.accounts[account]!.cash;
  if (debt > 0n) coverDeficit(world, {account, deficit: debt, episode});
}

/** Tier 1: enough lots at the mark less a penalty, so that the rest is at the target again. `false` where the fund cannot carry them. */
function fundTakes(world: World, position: Position): boolean {
  const {account, market, isolated, lots: held} = position;
  if (market.symmetric) return false;
  const bucket = assessBucket(world, position);
  const size = abs(held);
  const lots = min(size, lotsToTake(position, bucket));
  const each = market.mark * market.spec.unit;
  const value = lots * each;
  const charge = chargeOf(world, position, bucket, lots);
  const fund = assess(world, FUND);
  if (fund.equity + charge < fund.initial + ppmCeil(value, initialRate(market, value))) {
    setSymmetric(world, market, true);
    return false;
  }
  if (isolated) position.collateral -= charge;
  else world.accounts[account]!.cash -= charge;
  world.accounts[FUND]!.cash += charge;
  const taken = sign(held) * lots;
  change(world, position, -taken, market.mark);
  change(world, world.position(FUND, market), taken, market.mark);
  tellLiquidated(world, position, {lots: taken, price: market.mark, by: 'fund', charge});
  return true;
}

function lotsToTake({market, isolated, lots}: Position, {equity, maintenance}: Assessment): bigint {
  const size = abs(lots);
  const each = market.mark * market.spec.unit;
  // What one lot less brings: its target margin less its penalty, in ppm².
  const relief = each * (TARGET * maintenanceRate(market, size * each) - market.spec.penalty * PPM);
  if (isolated || equity < 0n || relief <= 0n) return size;
  return max(1n, ceilDiv((maintenance * TARGET - equity * PPM) * PPM, relief));
}

/** The penalty, but never more than the position's share of the account's equity; what is below zero is the fund's loss. */
function chargeOf(world: World, position: Position, {equity, maintenance}: Assessment, lots: bigint): bigint {
  const {market, account, isolated} = position;
  const each = market.mark * market.spec.unit;
  const value = abs(position.lots) * each;
  const others = world.positions.some((other) => other.account === account && other !== position && other.lots !== 0n && !other.isolated);
  const isWhole = equity < 0n && lots === abs(position.lots) && (isolated || !others);
  const share = isWhole ? equity : floorDiv(equity * lots * each * maintenanceRate(market, value), PPM * maintenance);
  return min(ppmFloor(lots * each, market.spec.penalty), share);
}

/** Requested withdrawals come back, one custody asset after the other, while the account is below zero. */
export function returnRequests(world: World, number: number): void {
  const account = world.accounts[number]!;
  for (const {index, currency, chainId, token} of world.assets) {
    const lots = account.requested[index]!;
    if (currency !== world.settlement || lots === 0n) continue;
    if (assess(world, number).equity >= 0n) return;
    account.requested[index] = 0n;
    world.tell({type: 'withdrawalCancelled', wallet: account.wallet, chainId, token, lots, reason: 'shortfall'});
  }
}

/** Other currencies are sold into their spot books, as far as the loss needs and the book gives within the band. */
function sellCollateral(world: World, account: number): void {
  for (const market of world.markets) {
    const {perpetual, quote, base, lot, unit} = market.spec;
    if (perpetual || quote !== world.settlement) continue;
    const {equity} = assess(world, account);
    if (equity >= 0n) return;
    cancelWaiting(world, account, 'liquidation', (order) => order.market === market);
    const bid = best(world, market, 'buy');
    if (bid === 0n) continue;
    const needed = ceilDiv(-assess(world, account).equity * PPM, bid * unit * SALE_PPM);
    const lots = min(unheld(world, world.accounts[account]!, base) / lot, needed);
    if (lots <= 0n) continue;
    const anchor = referencePrice(world, market) || market.last || bid;
    systemOrder(world, {...plainOrder(account, market, 'sell', max(1n, ceilDiv(anchor * SALE_PPM, PPM)), lots)}, 'liquidation');
  }
}

/** Mark of a perpetual on the same base, in the spot market's ticks. */
function referencePrice(world: World, spot: Market): bigint {
  const perpetual = world.markets.find(({spec, mark, status}) => spec.perpetual && spec.base === spot.spec.base && mark > 0n && status !== 'delisted');
  return perpetual ? (perpetual.mark * perpetual.spec.tick) / spot.spec.tick : 0n;
}

/** The fund's inventory goes back to the book, giving up at most half the penalty. */
function unwindFund(world: World, market: Market): void {
  if (world.halted) return;
  const {lots} = world.position(FUND, market);
  if (lots === 0n) return;
  const side = lots > 0n ? 'sell' : 'buy';
  const give = (market.mark * market.spec.penalty) / (2n * PPM);
  const limit = side === 'sell' ? max(1n, market.mark - give) : min(market.spec.ticks - 1n, market.mark + give);
  if (reachable(world, market, side, limit).length > 0) systemOrder(world, plainOrder(FUND, market, side, limit, abs(lots)), 'immediateOrCancel');
}

function systemOrder(world: World, order: Order, otherwise: 'liquidation' | 'immediateOrCancel'): void {
  world.lastOrder += 1n;
  Object.assign(order, {id: world.lastOrder, system: true});
  world.orders.push(order);
  match(world, order);
  close(world, order, order.left === 0n ? 'filled' : otherwise);
}

