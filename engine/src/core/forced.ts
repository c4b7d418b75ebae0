/** What custodies say against the engine's will: withdrawals forced on chain, and that a custody has frozen (PROTOCOL §7, V10). */
import type {Address} from 'viem';
import {big} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {type Asset, type Context, findAsset, type Identity, lower, requestedOf, setRequested, type State, userAccount} from './state.ts';
import {NONE} from './venue/accounts.ts';
import {setAside} from './venue/claims.ts';
import {CLOSE} from './venue/codes.ts';
import {cancelOrders} from './venue/lifecycle.ts';
import {setStatus} from './venue/listing.ts';
import {MARKET_STATUS} from './venue/market.ts';
import {closeSymmetrically} from './venue/symmetric.ts';
import {Episode} from './venue/waterfall.ts';
import {gatherSubAccounts, type Lookback, lookbackOf, withdrawables} from './withdrawals.ts';

/** An open request; `lots` were proven as due, `baseline` is what had been authorised by then, cumulative. */
export type Forced = {lots: number; baseline: number; exit: boolean};

type Advance = Extract<Command, {type: 'advanceChain'}>;

const keyOf = (asset: number, wallet: Address): string => `${asset} ${wallet}`;

export const isForced = ({forced}: State, asset: number, wallet: Address): boolean => forced.has(keyOf(asset, wallet));

/** Open requests of a wallet, for its view. */
export const forcedOf = (state: State, wallet: Address): {asset: Asset; request: Forced}[] =>
  state.assets.flatMap((asset) => {
    const request = state.forced.get(keyOf(asset.index, wallet));
    return request ? [{asset, request}] : [];
  });

/** The chain that keeps everything from moving, if one does. */
export function frozenChain({chains}: State): Rejection | undefined {
  const frozen = chains.find((chain) => chain.frozen);
  return frozen && {code: 'CUSTODY_FROZEN', chainId: frozen.chainId};
}

/** Requests and answers of final blocks, in their order; then what payments have answered; then the freeze. */
export function observeForced(context: Context, {chainId, requests = [], frozen = false}: Advance): void {
  const {state} = context;
  for (const request of requests) {
    const asset = findAsset(state, chainId, request.token)!;
    const wallet = lower(request.wallet);
    if (request.kind === 'served') close(context, asset, wallet);
    else open(context, {asset, wallet, lots: Number(request.lots), baseline: Number(request.baseline), exit: request.exit});
  }
  closePaid(context, chainId);
  if (frozen) freeze(context, chainId);
}

function open(context: Context, {asset, wallet, lots, baseline, exit}: Forced & {asset: Asset; wallet: Address}): void {
  const {state, emit} = context;
  const account = userAccount(state, wallet);
  // Only a row can force, and every row but the system's belongs to a bound wallet.
  if (!account) return;
  state.forced.set(keyOf(asset.index, wallet), {lots, baseline, exit});
  emit({type: 'withdrawalForced', wallet, chainId: asset.chainId, token: asset.token, lots: big(lots), exit});
  if (exit) closeAll(state, account);
  gatherSubAccounts(context, account);
  // What is proven, as far as it can leave now; the seal looks again (V10).
  raise(context, {account, asset, to: Math.min(lots, withdrawables(state, account, lookbackOf(state))[asset.index]!)});
}

function close({state, emit}: Context, asset: Asset, wallet: Address): void {
  if (!state.forced.delete(keyOf(asset.index, wallet))) return;
  emit({type: 'forcedWithdrawalServed', wallet, chainId: asset.chainId, token: asset.token});
}

/** A payment beyond the baseline answers a request without anybody saying so. */
function closePaid(context: Context, chainId: number): void {
  const {state} = context;
  for (const [key, {baseline}] of state.forced) {
    const [index, wallet] = key.split(' ') as [string, Address];
    const asset = state.assets[Number(index)]!;
    const account = userAccount(state, wallet)!;
    if (asset.chainId === chainId && (state.withdrawals.get(account.number)?.paid[asset.index] ?? 0) > baseline) close(context, asset, wallet);
  }
}

/** An exit closes what binds the row: every order, and every position at its market's mark, against those on the other side. */
function closeAll(state: State, {number}: Identity): void {
  const {venue} = state;
  cancelOrders(venue, number, CLOSE.user, () => true);
  const slots: number[] = [];
  for (let slot = venue.accounts.firstPosition[number]!; slot !== NONE; slot = venue.positions.next[slot]!) slots.push(slot);
  // By market, so that nothing depends on when they were opened.
  slots.sort((a, b) => venue.positions.market[a]! - venue.positions.market[b]!);
  for (const slot of slots) {
    if (venue.positions.quantity[slot] !== 0) closeSymmetrically(venue, venue.markets[venue.positions.market[slot]!]!, slot, new Episode());
  }
}

/** Sets aside what is missing to a request of `to` lots. Neither fee nor minimum apply (PROTOCOL §9). */
function raise({state, emit}: Context, {account, asset, to}: {account: Identity; asset: Asset; to: number}): void {
  const before = requestedOf(state, account.number, asset.index);
  const lots = to - before;
  if (lots <= 0) return;
  setAside(state.venue, account.number, asset.index, lots);
  setRequested(state, account.number, asset.index, to);
  emit({type: 'withdrawalRequested', wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots: big(lots), fee: 0n, requested: big(to)});
}

/** Before an epoch that carries withdrawals is sealed: each forced request becomes everything its row may withdraw (V10), more or less than was set aside. */
export function requestForced(context: Context, {epoch, lookback}: {epoch: bigint; lookback: Lookback}): void {
  const {state} = context;
  const carrying = new Set(state.chains.filter(({withdrawEvery}) => epoch % BigInt(withdrawEvery) === 0n).map(({chainId}) => chainId));
  for (const key of state.forced.keys()) {
    const [index, wallet] = key.split(' ') as [string, Address];
    const asset = state.assets[Number(index)]!;
    const account = userAccount(state, wallet)!;
    if (!carrying.has(asset.chainId)) continue;
    gatherSubAccounts(context, account);
    const limit = withdrawables(state, account, lookback)[asset.index]!;
    const requested = requestedOf(state, account.number, asset.index);
    if (requested <= limit) {
      raise(context, {account, asset, to: limit});
      continue;
    }
    // A request above the limit would stay behind whole.
    setAside(state.venue, account.number, asset.index, limit - requested);
    setRequested(state, account.number, asset.index, limit);
    context.emit({type: 'withdrawalCancelled', wallet, chainId: asset.chainId, token: asset.token, lots: big(requested - limit), reason: 'shortfall'});
  }
}

/** A freeze is for ever: nothing may move any more that its custody owes, so no market goes on. */
function freeze({state, emit}: Context, chainId: number): void {
  const chain = state.chains.find((each) => each.chainId === chainId)!;
  if (chain.frozen) return;
  chain.frozen = true;
  emit({type: 'custodyFrozen', chainId, epoch: chain.activeEpoch});
  for (const market of state.markets.values()) setStatus(state.venue, market.index, MARKET_STATUS.halted);
}
