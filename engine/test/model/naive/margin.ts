/** Equity and margin of an account's cross bucket or of an isolated position, recomputed from positions and orders. */
import {unheld, worstFee} from './ledger.ts';
import {abs, ceilDiv, max, min, PPM, ppmCeil, sum} from './numbers.ts';
import type {Market, Order, Position, Side, World} from './world.ts';

export type Assessment = {equity: bigint; initial: bigint; maintenance: bigint};

const tierOf = ({spec}: Market, value: bigint) => spec.margins.find(({upTo}, index) => value <= upTo || index === spec.margins.length - 1)!;

export const maintenanceRate = (market: Market, value: bigint): bigint => min(PPM, ceilDiv(tierOf(market, value).maintenance * market.marginPpm, PPM));

export const initialRate = (market: Market, value: bigint): bigint =>
  min(PPM, ceilDiv(tierOf(market, value).initial * market.interestPpm * market.marginPpm, PPM * PPM));

export const valueOf = ({market, lots}: Pick<Position, 'market' | 'lots'>): bigint => lots * market.mark * market.spec.unit;
export const openPnl = (position: Position): bigint => valueOf(position) - position.cost;
export const maintenanceOf = (market: Market, lots: bigint): bigint => {
  const value = abs(valueOf({market, lots}));
  return ppmCeil(value, maintenanceRate(market, value));
};
export const initialOf = (market: Market, lots: bigint): bigint => {
  const value = abs(valueOf({market, lots}));
  return ppmCeil(value, initialRate(market, value));
};

/** Open orders of an account in a perpetual, the one being matched included. */
export const openOrders = (world: World, account: number, market: Market): Order[] => world.orders.filter((order) => order.account === account && order.market === market);
export const openLots = (orders: readonly Order[], side: Side): bigint => sum(orders.filter((order) => order.side === side).map(({left}) => left));

/** The cross bucket. */
export function assess(world: World, number: number): Assessment {
  const account = world.accounts[number]!;
  const found = {equity: unheld(world, account, world.settlement) + account.cash, initial: 0n, maintenance: 0n};
  for (const market of world.markets) {
    if (!market.spec.perpetual) continue;
    const position = world.position(number, market);
    const orders = openOrders(world, number, market);
    const [buys, sells] = [openLots(orders, 'buy'), openLots(orders, 'sell')];
    let worst = max(abs(position.lots + buys), abs(position.lots - sells));
    // Of an isolated position its orders count, as far as they open: what they close gives back its own collateral.
    if (position.isolated) worst = max(max(0n, position.lots >= 0n ? buys : position.lots + buys), max(0n, position.lots <= 0n ? sells : sells - position.lots));
    else {
      found.equity += openPnl(position);
      found.maintenance += maintenanceOf(market, position.lots);
    }
    found.initial += initialOf(market, worst) + sum(orders.map(({loss, left}) => loss * left * market.spec.unit)) + ppmCeil(valueOf({market, lots: buys + sells}), worstFee(market));
  }
  return found;
}

/** The bucket a position lies in. */
export function assessBucket(world: World, position: Position): Assessment {
  const {account, market, lots, isolated, collateral} = position;
  if (!isolated) return assess(world, account);
  return {equity: collateral + openPnl(position), initial: initialOf(market, lots), maintenance: maintenanceOf(market, lots)};
}

export const isBelow = ({equity, maintenance}: Assessment): boolean => equity < maintenance;

/** Order by equity per maintenance, exactly. */
export const byHealth = (a: Assessment, b: Assessment): number => {
  const difference = a.equity * b.maintenance - b.equity * a.maintenance;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Everything the account owns beyond its claims: what a seal settles. */
export const unsettled = (world: World, account: number): bigint => world.accounts[account]!.cash
  + sum(world.positions.filter((position) => position.account === account).map((position) => openPnl(position) + position.collateral));
