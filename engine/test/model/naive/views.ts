/** What the naive exchange shows of itself, for comparison: the same facts as the engine's public views, computed anew each time. */
import {baseEpoch, withdrawable} from './withdrawals.ts';
import {free, spendable} from './ledger.ts';
import {assess, initialOf, maintenanceOf, openPnl, unsettled} from './margin.ts';
import {abs, max, min, sum} from './numbers.ts';
import {depth} from './orders.ts';
import {best} from './book.ts';
import {type Account, FIRST_USER, type Market, type World} from './world.ts';

export function worldView(world: World) {
  return {
    accounts: world.accounts.slice(FIRST_USER).map((account) => accountView(world, account)),
    system: world.accounts.slice(0, FIRST_USER).map(({number, claims}) => ({claims, equity: assess(world, number).equity, unsettled: unsettled(world, number)})),
    markets: world.markets.map((market) => marketView(world, market)),
    assets: world.assets.map(({index, deposited, authorisedOut}) => ({deposited, authorisedOut, liabilities: sum(world.accounts.map(({claims}) => claims[index]!))})),
    chains: world.chains.map(({chainId, blockNumber, activeEpoch, kills, frozen}) => ({chainId, blockNumber, activeEpoch, kills, frozen})),
    epochs: {lastSealed: world.lastSealed, lastApproved: world.lastApproved, base: baseEpoch(world)},
    triggers: world.triggers.map(({id, price}) => ({id, price})), parents: world.parents.map(({id, done, next}) => ({id, done, next})), offers: world.offers.map(({id}) => id),
  };
}

function accountView(world: World, account: Account) {
  const {number, wallet, sub, claims, requested, sealed} = account;
  const available = availableOf(world, account);
  const {equity, initial, maintenance} = assess(world, number);
  return {
    wallet, sub,
    balances: world.assets.map((asset) => ({
      total: claims[asset.index]!, available: available[asset.index]!, requested: requested[asset.index]!, sealed: sealed[asset.index]!,
      withdrawable: withdrawable(world, account, asset),
    })),
    positions: world.positions.filter((position) => position.account === number && position.lots !== 0n).sort((a, b) => a.market.index - b.market.index).map((position) => {
      const {market, lots, cost, isolated, collateral} = position;
      const {spec, mark, rolls} = market;
      const roll = rolls.get(number);
      return {
        market: spec.name, size: lots * spec.lot, entryPrice: (abs(cost) * spec.tick) / (abs(lots) * spec.unit), mark: mark * spec.tick, unrealisedPnl: openPnl(position),
        mode: isolated ? 'isolated' : 'cross', collateral, initialMargin: initialOf(market, lots), maintenanceMargin: maintenanceOf(market, lots),
        ...(roll && {autoRoll: {takeLots: roll.take, lossLots: roll.loss}}),
      };
    }),
    orders: world.orders.filter((order) => order.account === number).sort((a, b) => Number(a.id - b.id)).map(({id, clientId, market: {spec}, side, price, total, left}) => ({
      orderId: id, clientOrderId: clientId, market: spec.name, side, price: price * spec.tick, quantity: total * spec.lot, remaining: left * spec.lot,
    })),
    margin: {equity, initial, maintenance, free: max(0n, free(world, account, world.settlement))}, unsettled: unsettled(world, number),
    forced: sub > 0 ? [] : world.assets.flatMap(({index}) => world.forced.filter(({asset, wallet: its}) => asset.index === index && its === wallet))
      .map(({asset: {chainId, token}, lots, exit}) => ({chainId, token, lots, exit})),
  };
}

/** What is bound of a currency lies in its largest custody asset first. */
function availableOf(world: World, account: Account): bigint[] {
  const available = world.assets.map(() => 0n);
  for (const currency of world.currencies) {
    const pieces = world.assets.filter((asset) => asset.currency === currency).map(({index}) => ({index, lots: spendable(account, index)}));
    pieces.sort((a, b) => (a.lots === b.lots ? a.index - b.index : a.lots > b.lots ? -1 : 1));
    let bound = max(0n, sum(pieces.map(({lots}) => lots)) - max(0n, free(world, account, currency)));
    for (const {index, lots} of pieces) {
      const taken = min(bound, lots);
      available[index] = lots - taken;
      bound -= taken;
    }
  }
  return available;
}

function marketView(world: World, market: Market) {
  const {spec, mark, last, symmetric} = market;
  const levels = (side: 'buy' | 'sell') => [...depth(world, market, side)].map(([price, {lots, orders}]) => ({price: price * spec.tick, quantity: lots * spec.lot, orders}));
  return {
    market: spec.name, mark: mark * spec.tick, lastPrice: last * spec.tick, bestBid: best(world, market, 'buy') * spec.tick, bestAsk: best(world, market, 'sell') * spec.tick,
    openInterest: sum(world.holders(market).map(({lots}) => max(0n, lots))) * spec.lot, symmetricLiquidation: symmetric, bids: levels('buy'), asks: levels('sell'),
  };
}

