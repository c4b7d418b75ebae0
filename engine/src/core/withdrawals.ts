/** Life of a withdrawal up to its seal, and what may leave: margin and V11 (PROTOCOL §5, §9). */
import {big, max} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {
  type Asset, type Base, claimOf, type Context, findAsset, type Identity, move, requestedOf, sealedOf, setRequested, type State, userAccount,
} from './state.ts';
import {accountsOf} from './subaccounts.ts';
import {FIRST_USER, NONE, SYSTEM} from './venue/accounts.ts';
import {setAside} from './venue/claims.ts';
import {LEG} from './venue/legs.ts';
import {freeOf} from './venue/margin.ts';

/** J of V11: the lowest epoch active over all custodies at their last final blocks. */
export const baseEpoch = (state: State): bigint =>
  state.chains.reduce<bigint | undefined>((low, {activeEpoch}) => (low === undefined || activeEpoch < low ? activeEpoch : low), undefined) ?? 0n;

/** What V11 looks back at: the sheet of J and the live epochs sealed after it. The same for every account, so made once per use. */
export type Lookback = {sheet: Base | undefined; later: readonly Base[]};

export function lookbackOf(state: State): Lookback {
  const base = baseEpoch(state);
  const later = [...state.bases].filter(([epoch]) => epoch > base).map(([, sheet]) => sheet);
  return {sheet: state.bases.get(base), later};
}

/**
 * V11: `total(J) − withdrawal(J) + own deposits since J − own withdrawals sealed after J`, lots; never negative.
 * Deposits count by sender, credited up to the chain's last final block.
 */
export function v11Bound(state: State, {account, asset, lookback}: {account: Identity; asset: number; lookback: Lookback}): number {
  const {sheet, later} = lookback;
  const {number, wallet} = account;
  let bound = state.senders.get(wallet)?.lots[asset] ?? 0;
  if (sheet) {
    for (const own of accountsOf(state, account)) if (own < sheet.accounts) bound += sheet.claims[own * state.assets.length + asset]!;
    bound -= sheet.withdrawals.get(number)?.[asset] ?? 0;
  }
  bound -= sheet?.deposits.get(wallet)?.[asset] ?? 0;
  for (const {withdrawals} of later) bound -= withdrawals.get(number)?.[asset] ?? 0;
  return Math.max(0, bound);
}

/** What an account could give now by asset index, its open request included, V11 aside. */
function freeByAsset(state: State, account: number): number[] {
  const free = state.currencies.map((_, currency) => freeOf(state.venue, account, currency));
  return state.assets.map(({index, currency}) => {
    const unsealed = claimOf(state, account, index) - sealedOf(state, account, index);
    return unsealed === 0 ? 0 : Math.min(unsealed, Math.max(0, requestedOf(state, account, index) + free[currency]!));
  });
}

/** What could leave by asset index out of this account, the open request included. Neither system rows nor sub-accounts withdraw. */
export function withdrawables(state: State, account: Identity, lookback: Lookback): number[] {
  if (account.number < FIRST_USER || account.sub > 0) return state.assets.map(() => 0);
  return freeByAsset(state, account.number).map((lots, asset) => (lots === 0 ? 0 : Math.min(lots, v11Bound(state, {account, asset, lookback}))));
}

/**
 * PROTOCOL §3 `withdrawable` of a wallet's row: what its main account could give now and what its sub-accounts could hand over to it first,
 * bounded by V11 as one.
 */
export function rowWithdrawables(state: State, main: Identity, lookback: Lookback): number[] {
  const own = withdrawables(state, main, lookback);
  const subs = state.subs.get(main.number);
  if (subs === undefined) return own;
  const all = accountsOf(state, main).map((account) => freeByAsset(state, account));
  return state.assets.map(({index}) => {
    const lots = all.reduce((sum, free) => sum + free[index]!, 0);
    return lots === 0 ? 0 : Math.min(lots, v11Bound(state, {account: main, asset: index, lookback}));
  });
}

/** Everything free in a wallet's sub-accounts comes to its main account, so that what its row may withdraw can be requested there. */
export function gatherSubAccounts({state, emit}: Context, main: Identity): void {
  for (const number of state.subs.get(main.number) ?? []) {
    for (const {index, chainId, token} of state.assets) {
      const lots = freeByAsset(state, number)[index]!;
      if (lots === 0) continue;
      move(state, {from: number, to: main.number, asset: index, lots, kind: LEG.transfer});
      emit({type: 'transferred', from: main.wallet, fromSub: state.identities[number]!.sub, to: main.wallet, chainId, token, lots: big(lots)});
    }
  }
}

function checkRequest(state: State, {account, asset, lots}: {account: Identity; asset: Asset; lots: bigint}): Rejection | undefined {
  if (lots <= 0n) return {code: 'INVALID_QUANTITY', reason: 'a withdrawal needs at least one lot'};
  const {venue} = state;
  const needed = lots + big(asset.withdrawalFeeLots);
  const claim = big(venue.accounts.spendable(account.number, asset.index));
  if (needed > claim) return {code: 'INSUFFICIENT_FUNDS', needed, available: claim};
  const available = max(0n, big(freeOf(venue, account.number, asset.currency)));
  if (needed > available) return {code: venue.accounts.firstPosition[account.number] === NONE ? 'INSUFFICIENT_FUNDS' : 'INSUFFICIENT_MARGIN', needed, available};
  const before = big(requestedOf(state, account.number, asset.index));
  const minimum = big(asset.withdrawalMinimumLots);
  // A full exit may be smaller than the minimum (PROTOCOL §9).
  if (before + lots < minimum && needed !== claim) return {code: 'BELOW_MINIMUM', minimum};
  const bound = big(v11Bound(state, {account, asset: asset.index, lookback: lookbackOf(state)}));
  if (before + lots <= bound) return undefined;
  const reason = `epoch ${baseEpoch(state)} is the newest one active on every chain; what came in since, other than own deposits, must wait for a later one`;
  return {code: 'NOT_WITHDRAWABLE_YET', withdrawable: max(0n, bound - before), reason};
}

export function requestWithdrawal({state, emit}: Context, command: Extract<Command, {type: 'requestWithdrawal'}>): Rejection | undefined {
  const {wallet, chainId, token, lots} = command;
  const account = userAccount(state, wallet);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const asset = findAsset(state, chainId, token);
  if (!asset) return {code: 'UNKNOWN_ASSET', chainId, token};
  if (state.chains.some((chain) => chain.chainId === chainId && chain.frozen)) return {code: 'CUSTODY_FROZEN', chainId};
  const refused = checkRequest(state, {account, asset, lots});
  if (refused) return refused;
  const fee = asset.withdrawalFeeLots;
  if (fee > 0) move(state, {from: account.number, to: SYSTEM.fees, asset: asset.index, lots: fee, kind: LEG.fee});
  setAside(state.venue, account.number, asset.index, Number(lots));
  const requested = requestedOf(state, account.number, asset.index) + Number(lots);
  setRequested(state, account.number, asset.index, requested);
  emit({type: 'withdrawalRequested', wallet: account.wallet, chainId, token: asset.token, lots, fee: big(fee), requested: big(requested)});
  return undefined;
}

/** Only what is still `requested`; the fee is not returned. */
export function cancelWithdrawal({state, emit}: Context, command: Extract<Command, {type: 'cancelWithdrawal'}>): Rejection | undefined {
  const {wallet, chainId, token} = command;
  const account = userAccount(state, wallet);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const asset = findAsset(state, chainId, token);
  if (!asset) return {code: 'UNKNOWN_ASSET', chainId, token};
  const lots = requestedOf(state, account.number, asset.index);
  if (lots === 0) return {code: 'NOTHING_TO_CANCEL'};
  setRequested(state, account.number, asset.index, 0);
  setAside(state.venue, account.number, asset.index, -lots);
  emit({type: 'withdrawalCancelled', wallet: account.wallet, chainId, token: asset.token, lots: big(lots), reason: 'user'});
  return undefined;
}
