/** Read views: detached copies, so that a reader can keep them. Unknown names answer `undefined`. */
import {blindingFor, eraOf, type SealedEpoch} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {FINE, ceilDiv, floorDiv, max, min, NANO} from './amounts.ts';
import {bestOf, type Level} from './book.ts';
import {digestOf} from './digest.ts';
import type {Core} from './engine.ts';
import {entryPrice} from './fills.ts';
import {assetsByClaim} from './ledger.ts';
import {free, riskOf} from './risk.ts';
import {type Account, type Asset, findAsset, FIRST_USER, lower, type Market, type Order, type State, userAccount} from './state.ts';
import type {
  AccountView, AssetView, BalanceView, BookView, ChainView, EpochsView, LevelView, MarginView, MarketView, OrderView, PositionView, WithdrawalView,
} from './views.ts';
import {baseEpoch, lookbackOf, withdrawables} from './withdrawals.ts';

/** Equal digests mean equal engines; see {@link digestOf}. */
export const digest = ({state}: Core): Hex => digestOf(state);

export const isBound = ({state}: Core, wallet: Address): boolean => userAccount(state, wallet) !== undefined;

/** Blinding of a bound wallet in the era of `epoch` (PROTOCOL §3). */
export function blindingOf({state}: Core, {wallet, epoch}: {wallet: Address; epoch: bigint}): Hex | undefined {
  const secret = userAccount(state, wallet)?.secret;
  return secret && blindingFor(secret, eraOf(epoch, state.rules.eraEpochs));
}

export function accountView({state}: Core, wallet: Address): AccountView | undefined {
  const account = userAccount(state, wallet);
  if (!account) return undefined;
  return {
    wallet: account.wallet, account: account.number, ...(account.viewingKey !== undefined && {viewingKey: account.viewingKey}),
    balances: balancesOf(state, account),
    positions: [...account.positions.keys()].map((name) => positionView(state, account, name)),
    orders: [...account.orders.values()].map(orderView),
    withdrawals: withdrawalsOf(state, account),
    margin: marginView(state, account),
  };
}

function balancesOf(state: State, account: Account): BalanceView[] {
  const available = availableByAsset(state, account);
  const limits = withdrawables(state, account, lookbackOf(state));
  return state.assets.map((asset) => {
    const total = account.claims[asset.index]!;
    const usable = available[asset.index]!;
    return {
      chainId: asset.chainId, custody: asset.custody, token: asset.token, symbol: asset.symbol, currency: state.currencies[asset.currency]!,
      decimals: asset.decimals, lotSize: asset.lotSize, total, available: usable, held: total - usable,
      requested: account.requested[asset.index]!, sealed: account.sealed[asset.index]!, withdrawable: limits[asset.index]!,
    };
  });
}

/** Splits what is free of each currency over its custody assets; what is bound lies in the largest first, as payments do. */
function availableByAsset(state: State, account: Account): bigint[] {
  const available = state.assets.map(() => 0n);
  state.currencies.forEach((_, currency) => {
    const assets = assetsByClaim(state, account, currency);
    let bound = max(0n, assets.reduce((sum, {lots}) => sum + lots, 0n) - free(state, account, currency));
    for (const {asset, lots} of assets) {
      const taken = min(bound, lots);
      available[asset.index] = lots - taken;
      bound -= taken;
    }
  });
  return available;
}

function positionView(state: State, account: Account, name: string): PositionView {
  const position = account.positions.get(name)!;
  const {mark} = state.markets.get(name)!;
  const value = position.size * mark;
  return {
    market: name, size: position.size, entryPrice: entryPrice(position), mark,
    unrealisedPnl: floorDiv(value - position.entryCost, NANO), unsettledPnl: floorDiv(value - position.settleCost, NANO),
  };
}

const orderView = ({id, clientOrderId, market, account, side, price, quantity, remaining}: Order): OrderView =>
  ({orderId: id, clientOrderId, market: market.spec.name, wallet: account.wallet, side, price, quantity, remaining});

function marginView(state: State, account: Account): MarginView {
  const risk = riskOf(state, account);
  return {
    equity: floorDiv(risk.equity, FINE), initial: ceilDiv(risk.initial, FINE), maintenance: ceilDiv(risk.maintenance, FINE),
    free: free(state, account, state.settlementCurrency),
  };
}

/** Open ones first, then the authorised by age. */
function withdrawalsOf(state: State, account: Account): WithdrawalView[] {
  const about = ({chainId, token}: Asset) => ({wallet: account.wallet, chainId, token});
  const open = state.assets.flatMap((asset): WithdrawalView[] => {
    const requested = account.requested[asset.index]!;
    const sealed = account.sealed[asset.index]!;
    return [
      ...(requested > 0n ? [{...about(asset), lots: requested, state: 'requested' as const}] : []),
      ...(sealed > 0n ? [{...about(asset), lots: sealed, state: 'sealed' as const, epoch: state.lastSealed}] : []),
    ];
  });
  const past = account.authorised.map(({epoch, asset: index, lots, cumulative}): WithdrawalView => {
    const asset = state.assets[index]!;
    const active = state.chains.some(({chainId, activeEpoch}) => chainId === asset.chainId && activeEpoch >= epoch);
    const paid = account.paid[index]! >= cumulative;
    return {...about(asset), lots, state: paid ? 'paid' : active ? 'active' : 'authorised', epoch};
  });
  return [...open, ...past];
}

/** Every withdrawal of every account that is not paid. */
export const openWithdrawals = ({state}: Core): WithdrawalView[] =>
  state.accounts.slice(FIRST_USER).flatMap((account) => withdrawalsOf(state, account)).filter((withdrawal) => withdrawal.state !== 'paid');

/** PROTOCOL §3: includes what is requested; 0 for unknown wallets or assets. */
export function withdrawableOf({state}: Core, {wallet, chainId, token}: {wallet: Address; chainId: number; token: Address}): bigint {
  const account = userAccount(state, wallet);
  const asset = findAsset(state, chainId, token);
  return account && asset ? withdrawables(state, account, lookbackOf(state))[asset.index]! : 0n;
}

/** An open order; closed ones live in the events. */
export function openOrder({state}: Core, orderId: bigint): OrderView | undefined {
  const order = state.orders.get(orderId);
  return order && orderView(order);
}

const levelView = ({price, quantity, orders}: Level): LevelView => ({price, quantity, orders: orders.size});

export function bookView({state}: Core, {market: name, levels}: {market: string; levels: number}): BookView | undefined {
  const market = state.markets.get(name);
  if (!market) return undefined;
  const top = (side: Level[]): LevelView[] => side.slice(Math.max(0, side.length - levels)).toReversed().map(levelView);
  return {market: name, bids: top(market.book.bids), asks: top(market.book.asks)};
}

function marketView({spec, book, mark, lastPrice, holders}: Market): MarketView {
  const bid = bestOf(book, 'buy');
  const ask = bestOf(book, 'sell');
  const long = [...holders.values()].reduce((sum, {positions}) => sum + max(0n, positions.get(spec.name)?.size ?? 0n), 0n);
  return {
    market: spec.name, kind: spec.kind, base: spec.base, quote: spec.quote, makerFeeBps: spec.makerFeeBps, takerFeeBps: spec.takerFeeBps,
    ...(spec.kind === 'perpetual' && {initialMarginBps: spec.initialMarginBps, maintenanceMarginBps: spec.maintenanceMarginBps}),
    ...(mark > 0n && {mark}), ...(lastPrice > 0n && {lastPrice}), ...(bid && {bestBid: bid.price}), ...(ask && {bestAsk: ask.price}), openInterest: long,
  };
}

export const marketViews = ({state}: Core): MarketView[] => [...state.markets.values()].map(marketView);

export const chainViews = ({state}: Core): ChainView[] => state.chains.map((chain) => ({...chain}));

export const assetViews = ({state}: Core): AssetView[] => state.assets.map((asset) => ({
  ...asset, currency: state.currencies[asset.currency]!, liabilities: state.accounts.reduce((sum, {claims}) => sum + claims[asset.index]!, 0n),
}));

export function epochsView({state}: Core): EpochsView {
  const open = state.lastSealed > 0n && state.lastOutcome === undefined;
  return {lastSealed: state.lastSealed, lastApproved: state.lastApproved, base: baseEpoch(state), ...(open && {undecided: state.lastSealed})};
}

/** One of the newest sealed epochs; `journalHead` is zero here, ask the node for the filled one. */
export const sealedEpoch = ({state}: Core, epoch: bigint): SealedEpoch | undefined => state.sealedEpochs.get(epoch);

/** Bound wallets by account number, for projections that rebuild. */
export const boundWallets = ({state}: Core): Address[] => state.accounts.slice(FIRST_USER).map(({wallet}) => lower(wallet));
