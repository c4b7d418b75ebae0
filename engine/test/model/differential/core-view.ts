/** The same facts of the core, from its public queries; the model's form of them is `naive/views.ts`. Order ids are compared by their number alone. */
import type {Command} from '../../../src/core/commands.ts';
import type {Core} from '../../../src/core/engine.ts';
import type {Event} from '../../../src/core/events.ts';
import {accountView, assetViews, bookView, chainViews, epochsView, marketViews, sealedEpoch} from '../../../src/core/queries.ts';
import {claimOf} from '../../../src/core/state.ts';
import {FIRST_USER} from '../../../src/core/venue/accounts.ts';
import {assess, unsettled} from '../../../src/core/venue/margin.ts';

/** An order id names the order's number in front of its slot. */
const NUMBER_SHIFT = 22n;
export const numberOf = (orderId: bigint): bigint => orderId >> NUMBER_SHIFT;

/** A command as the model takes it: orders by number. */
export function forModel(command: Command): Command {
  if ('orderId' in command) return {...command, orderId: numberOf(command.orderId)};
  if (command.type === 'batch') return {...command, commands: command.commands.map((each) => forModel(each) as typeof each)};
  return command;
}

export function coreView(core: Core) {
  const {state} = core;
  const {venue} = state;
  return {
    accounts: state.identities.slice(FIRST_USER).map((identity) => personView(core, identity)),
    system: Array.from({length: FIRST_USER}, (_, number) => ({
      claims: state.assets.map(({index}) => BigInt(claimOf(state, number, index))), equity: BigInt(assess(venue, number).equity), unsettled: BigInt(unsettled(venue, number)),
    })),
    markets: marketViews(core).map((market) => {
      const {mark = 0n, lastPrice = 0n, bestBid = 0n, bestAsk = 0n, openInterest, symmetricLiquidation} = market;
      const {bids, asks} = bookView(core, {market: market.market, levels: 10_000})!;
      return {market: market.market, mark, lastPrice, bestBid, bestAsk, openInterest, symmetricLiquidation, bids, asks};
    }),
    assets: assetViews(core).map(({deposited, authorisedOut, liabilities}) => ({deposited, authorisedOut, liabilities})),
    chains: chainViews(core).map(({chainId, blockNumber, activeEpoch, kills, frozen = false}) => ({chainId, blockNumber, activeEpoch, kills, frozen})),
    epochs: (({lastSealed, lastApproved, base}) => ({lastSealed, lastApproved, base}))(epochsView(core)),
    triggers: [...venue.triggers.waiting].map(([id, {price}]) => ({id: BigInt(id), price: BigInt(price)})),
    parents: [...venue.parents.working].map(([id, {done, next}]) => ({id: BigInt(id), done: BigInt(done), next})), offers: [...venue.offers.open.keys()].map(BigInt),
  };
}

function personView(core: Core, {number, wallet, sub}: Core['state']['identities'][number]) {
  const {balances, positions, orders, margin, forced} = accountView(core, wallet, sub)!;
  return {
    wallet, sub,
    balances: balances.map(({total, available, requested, sealed, withdrawable}) => ({total, available, requested, sealed, withdrawable})),
    // The liquidation price is an estimate.
    positions: [...positions].sort((a, b) => core.state.markets.get(a.market)!.index - core.state.markets.get(b.market)!.index).map(({liquidationPrice: _estimate, ...position}) => position),
    orders: orders.map(({orderId, clientOrderId, market, side, price, quantity, remaining}) => ({orderId: numberOf(orderId), clientOrderId, market, side, price, quantity, remaining})),
    margin, unsettled: BigInt(unsettled(core.state.venue, number)), forced,
  };
}

/** The sheet of a sealed epoch, as the model tells it. */
export const coreSheet = (core: Core, epoch: bigint) => sealedEpoch(core, epoch)!.assets.map(({rows, deposited, authorisedOut}) => ({
  rows: rows.map(({wallet, total, withdrawable, withdrawal}) => ({wallet, total, withdrawable, withdrawal})), deposited, authorisedOut,
}));

/** Events the model tells too; the others only announce what a command said, or state that is compared as such. */
const UNTOLD = new Set<Event['type']>([
  'genesisApplied', 'chainAdvanced', 'orderAccepted', 'orderRested', 'bookChanged', 'positionChanged', 'markSet', 'indexSet', 'ticked', 'triggerPlaced', 'parentPlaced',
  'autoRollSet', 'calendarSet', 'marginModeSet', 'collateralMoved', 'feeTierSet', 'deadManArmed', 'marketStatusSet', 'marketCreated', 'marketChanged', 'sampleSeedSet', 'programmeSet',
]);

const ORDER_IDS = ['orderId', 'makerOrderId', 'takerOrderId'] as const;

export function comparable(events: readonly Event[]): object[] {
  return events.filter(({type}) => !UNTOLD.has(type)).map((event) => {
    const told: Record<string, unknown> = {...event};
    for (const field of ORDER_IDS) if (typeof told[field] === 'bigint') told[field] = numberOf(told[field]);
    return told;
  });
}
