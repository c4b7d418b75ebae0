/** Read views: detached copies, so that a reader can keep them. Unknown names answer `undefined`. */
import {blindingFor, eraOf, type SealedEpoch} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {big} from './amounts.ts';
import {algosOf} from './algo-queries.ts';
import {priceOf, quantityOf, STATUS_NAMES} from './decode.ts';
import {forcedOf} from './forced.ts';
import {digestOf} from './digest.ts';
import {baseNameOf, termsView} from './listing.ts';
import {positionsOf, programmesOf} from './risk-queries.ts';
import type {Core} from './engine.ts';
import {
  type Asset, claimOf, findAsset, type Identity, lower, requestedOf, sealedOf, type State, userAccount,
} from './state.ts';
import {FIRST_USER, NONE} from './venue/accounts.ts';
import {assess, freeOf, unsettled} from './venue/margin.ts';
import type {Market} from './venue/market.ts';
import {orderHandle, orderId} from './venue/order-pool.ts';
import {remainingOf} from './venue/reserve.ts';
import type {
  AccountView, AssetView, BalanceView, BookView, ChainView, EpochsView, ForcedView, LevelView, MarginView, MarketView, OrderView, WithdrawalView,
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

/** @param sub - 0 for the wallet's main account. */
export function accountView({state}: Core, wallet: Address, sub = 0): AccountView | undefined {
  const account = userAccount(state, wallet, sub);
  if (!account) return undefined;
  return {
    wallet: account.wallet, account: account.number, sub, subAccounts: state.subs.get(account.owner)?.length ?? 0, ...(account.viewingKey !== undefined && {viewingKey: account.viewingKey}),
    balances: balancesOf(state, account), positions: positionsOf(state, account.number), orders: ordersOf(state, account.number),
    withdrawals: withdrawalsOf(state, account), forced: sub === 0 ? forcedViews(state, account) : [], margin: marginView(state, account.number),
    feeTier: state.venue.accounts.feeTier[account.number]!, unsettled: big(unsettled(state.venue, account.number)), ...algosOf(state, account.number),
    programmes: programmesOf(state, account.number),
  };
}

function balancesOf(state: State, account: Identity): BalanceView[] {
  const available = availableByAsset(state, account.number);
  const limits = withdrawables(state, account, lookbackOf(state));
  return state.assets.map((asset) => {
    const total = claimOf(state, account.number, asset.index);
    const usable = available[asset.index]!;
    return {
      chainId: asset.chainId, custody: asset.custody, token: asset.token, symbol: asset.symbol, currency: state.currencies[asset.currency]!,
      decimals: asset.decimals, lotSize: asset.lotSize, total: big(total), available: big(usable), held: big(total - usable),
      requested: big(requestedOf(state, account.number, asset.index)), sealed: big(sealedOf(state, account.number, asset.index)), withdrawable: big(limits[asset.index]!),
    };
  });
}

/** Splits what is free of each currency over its custody assets; what is bound lies in the largest first, as payments do. */
function availableByAsset({venue}: State, account: number): number[] {
  const available = venue.currencyOf.map(() => 0);
  venue.assetsOf.forEach((assets, currency) => {
    const pieces = assets.map((index) => ({index, lots: venue.accounts.spendable(account, index)}));
    pieces.sort((a, b) => (a.lots === b.lots ? a.index - b.index : b.lots - a.lots));
    let bound = Math.max(0, pieces.reduce((sum, {lots}) => sum + lots, 0) - Math.max(0, freeOf(venue, account, currency)));
    for (const {index, lots} of pieces) {
      const taken = Math.min(bound, lots);
      available[index] = lots - taken;
      bound -= taken;
    }
  });
  return available;
}

/** Oldest first. */
function ordersOf(state: State, account: number): OrderView[] {
  const {orders, accounts} = state.venue;
  const found: OrderView[] = [];
  for (let slot = accounts.firstOrder[account]!; slot !== NONE; slot = orders.ownerNext[slot]!) found.push(orderView(state, slot));
  return found.sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
}

function orderView(state: State, slot: number): OrderView {
  const {orders, markets} = state.venue;
  const market = markets[orders.market(slot)]!;
  const sequence = orders.sequence[slot]!;
  const owner = state.identities[orders.owner[slot]!]!;
  return {
    orderId: orderId(sequence, slot), clientOrderId: state.clientTexts.get(sequence) ?? '', market: market.spec.name,
    wallet: owner.wallet, ...(owner.sub > 0 && {sub: owner.sub}), side: orders.side(slot) === 0 ? 'buy' : 'sell', price: priceOf(market, orders.price[slot]!),
    quantity: quantityOf(market, orders.total[slot]!), remaining: quantityOf(market, remainingOf(state.venue, slot)),
  };
}

function marginView({venue, settlementCurrency}: State, account: number): MarginView {
  const free = Math.max(0, freeOf(venue, account, settlementCurrency));
  const {equity, initial, maintenance} = assess(venue, account);
  return {equity: big(equity), initial: big(initial), maintenance: big(maintenance), free: big(free)};
}

const forcedViews = (state: State, {wallet}: Identity): ForcedView[] =>
  forcedOf(state, wallet).map(({asset: {chainId, token}, request: {lots, exit}}) => ({chainId, token, lots: big(lots), exit}));

/** Open ones first, then the authorised by age. */
function withdrawalsOf(state: State, account: Identity): WithdrawalView[] {
  const about = ({chainId, token}: Asset) => ({wallet: account.wallet, chainId, token});
  const open = state.assets.flatMap((asset): WithdrawalView[] => {
    const requested = requestedOf(state, account.number, asset.index);
    const sealed = sealedOf(state, account.number, asset.index);
    return [
      ...(requested > 0 ? [{...about(asset), lots: big(requested), state: 'requested' as const}] : []),
      ...(sealed > 0 ? [{...about(asset), lots: big(sealed), state: 'sealed' as const, epoch: state.lastSealed}] : []),
    ];
  });
  const own = state.withdrawals.get(account.number);
  const past = (own?.authorised ?? []).map(({epoch, asset: index, lots, cumulative}): WithdrawalView => {
    const asset = state.assets[index]!;
    const active = state.chains.some(({chainId, activeEpoch}) => chainId === asset.chainId && activeEpoch >= epoch);
    const paid = own!.paid[index]! >= cumulative;
    return {...about(asset), lots: big(lots), state: paid ? 'paid' : active ? 'active' : 'authorised', epoch};
  });
  return [...open, ...past];
}

/** Every withdrawal of every account that is not paid. */
export const openWithdrawals = ({state}: Core): WithdrawalView[] =>
  state.identities.slice(FIRST_USER).flatMap((account) => withdrawalsOf(state, account)).filter((withdrawal) => withdrawal.state !== 'paid');

/** PROTOCOL §3: includes what is requested; 0 for unknown wallets or assets. */
export function withdrawableOf({state}: Core, {wallet, chainId, token}: {wallet: Address; chainId: number; token: Address}): bigint {
  const account = userAccount(state, wallet);
  const asset = findAsset(state, chainId, token);
  return account && asset ? big(withdrawables(state, account, lookbackOf(state))[asset.index]!) : 0n;
}

/** An open order; closed ones live in the events. */
export function openOrder({state}: Core, id: bigint): OrderView | undefined {
  const {slot, sequence} = orderHandle(id);
  return state.venue.orders.holds(slot, sequence) ? orderView(state, slot) : undefined;
}

/** Best price first; at most `levels` a side. */
export function bookView({state}: Core, {market: name, levels}: {market: string; levels: number}): BookView | undefined {
  const market = state.markets.get(name);
  if (!market) return undefined;
  const {ladder} = market;
  const bids: LevelView[] = [];
  const asks: LevelView[] = [];
  for (let price = ladder.bestBid; price > 0 && bids.length < levels; price = ladder.below(price)) bids.push(levelView(state, market, price));
  for (let price = ladder.bestAsk; price < ladder.ticks && asks.length < levels; price = ladder.above(price)) asks.push(levelView(state, market, price));
  return {market: name, bids, asks};
}

function levelView({venue}: State, market: Market, price: number): LevelView {
  let orders = 0;
  for (let slot = market.ladder.headAt(price); slot !== NONE; slot = venue.orders.next[slot]!) orders += 1;
  return {price: priceOf(market, price), quantity: quantityOf(market, market.ladder.quantityAt(price)), orders};
}

const toBps = (ppm: number): bigint => big(Math.round(ppm / 100));

function marketView(state: State, market: Market): MarketView {
  const {spec, ladder, mark, last, perpetual} = market;
  const [fees, margin] = [spec.fees[0]!, spec.margins[0]];
  return {
    market: spec.name, kind: perpetual ? 'perpetual' : 'spot', base: baseNameOf(state, market), quote: state.currencies[spec.quote]!,
    tick: big(spec.tick), lot: big(spec.lot), makerFeeBps: toBps(fees.makerPpm), takerFeeBps: toBps(fees.takerPpm),
    ...(margin && {initialMarginBps: toBps(margin.initialPpm), maintenanceMarginBps: toBps(margin.maintenancePpm)}),
    ...(mark > 0 && {mark: priceOf(market, mark)}), ...(last > 0 && {lastPrice: priceOf(market, last)}),
    ...(ladder.bestBid > 0 && {bestBid: priceOf(market, ladder.bestBid)}), ...(ladder.bestAsk < ladder.ticks && {bestAsk: priceOf(market, ladder.bestAsk)}),
    openInterest: quantityOf(market, market.openInterest), symmetricLiquidation: market.symmetric, status: STATUS_NAMES[market.status],
    ...(market.session >= 0 && {session: market.session}), terms: termsView(spec),
  };
}

export const marketViews = ({state}: Core): MarketView[] => [...state.markets.values()].map((market) => marketView(state, market));

export const chainViews = ({state: {chains, bases, venue: {roots}}}: Core): ChainView[] => chains.map((chain, index) => {
  const sealedAt = bases.get(chain.activeEpoch)?.sealedAt;
  return {...chain, ...(chain.activeEpoch > 0n && sealedAt !== undefined && {sealedAt}), rootTooOld: roots.old && roots.chain === index};
});

export const assetViews = ({state}: Core): AssetView[] => state.assets.map((asset) => ({
  ...asset, currency: state.currencies[asset.currency]!, withdrawalFeeLots: big(asset.withdrawalFeeLots), withdrawalMinimumLots: big(asset.withdrawalMinimumLots),
  deposited: big(asset.deposited), authorisedOut: big(asset.authorisedOut),
  liabilities: state.identities.reduce((sum, {number}) => sum + big(claimOf(state, number, asset.index)), 0n),
}));

export function epochsView({state}: Core): EpochsView {
  const open = state.lastSealed > 0n && state.lastOutcome === undefined;
  return {lastSealed: state.lastSealed, lastApproved: state.lastApproved, base: baseEpoch(state), ...(open && {undecided: state.lastSealed})};
}

/** One of the newest sealed epochs; `journalHead` is zero here, ask the node for the filled one. */
export const sealedEpoch = ({state}: Core, epoch: bigint): SealedEpoch | undefined => state.sealedEpochs.get(epoch);

/** Bound wallets by account number, for projections that rebuild. */
export const boundWallets = ({state}: Core): Address[] => state.identities.slice(FIRST_USER).filter(({sub}) => sub === 0).map(({wallet}) => lower(wallet));
