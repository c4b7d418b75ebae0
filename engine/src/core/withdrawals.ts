/** Life of a withdrawal up to its seal, and what may leave: margin and V11 (PROTOCOL §5, §9). */
import {max, min} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {post, spendableClaim} from './ledger.ts';
import {free, freeRaw} from './risk.ts';
import {type Account, type Asset, type Base, type Context, findAsset, FIRST_USER, type State, systemAccount, userAccount} from './state.ts';

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
export function v11Bound(state: State, {account, asset, lookback}: {account: Account; asset: number; lookback: Lookback}): bigint {
  const {sheet, later} = lookback;
  const row = sheet?.rows.get(account.number);
  let bound = state.senders.get(account.wallet)?.lots[asset] ?? 0n;
  if (row) bound += row.total[asset]! - row.withdrawal[asset]!;
  bound -= sheet?.deposits.get(account.wallet)?.[asset] ?? 0n;
  for (const {rows} of later) bound -= rows.get(account.number)?.withdrawal[asset] ?? 0n;
  return max(0n, bound);
}

/** PROTOCOL §3 `withdrawable` by asset index: what could leave now, the open request included. System rows never withdraw. */
export function withdrawables(state: State, account: Account, lookback: Lookback): bigint[] {
  if (account.number < FIRST_USER) return state.assets.map(() => 0n);
  const free = state.currencies.map((_, currency) => freeRaw(state, account, currency));
  return state.assets.map(({index, currency}) => {
    const unsealed = account.claims[index]! - account.sealed[index]!;
    if (unsealed === 0n) return 0n;
    const byMargin = max(0n, account.requested[index]! + free[currency]!);
    return min(min(unsealed, byMargin), v11Bound(state, {account, asset: index, lookback}));
  });
}

function checkRequest(state: State, {account, asset, lots}: {account: Account; asset: Asset; lots: bigint}): Rejection | undefined {
  if (lots <= 0n) return {code: 'INVALID_QUANTITY', reason: 'a withdrawal needs at least one lot'};
  const needed = lots + asset.withdrawalFeeLots;
  const claim = spendableClaim(account, asset.index);
  if (needed > claim) return {code: 'INSUFFICIENT_FUNDS', needed, available: claim};
  const available = free(state, account, asset.currency);
  if (needed > available) return {code: account.positions.size > 0 ? 'INSUFFICIENT_MARGIN' : 'INSUFFICIENT_FUNDS', needed, available};
  const requested = account.requested[asset.index]! + lots;
  const minimum = asset.withdrawalMinimumLots;
  // A full exit may be smaller than the minimum (PROTOCOL §9).
  if (requested < minimum && needed !== claim) return {code: 'BELOW_MINIMUM', minimum};
  const bound = v11Bound(state, {account, asset: asset.index, lookback: lookbackOf(state)});
  if (requested <= bound) return undefined;
  const reason = `epoch ${baseEpoch(state)} is the newest one active on every chain; what came in since, other than own deposits, must wait for a later one`;
  return {code: 'NOT_WITHDRAWABLE_YET', withdrawable: max(0n, bound - account.requested[asset.index]!), reason};
}

export function requestWithdrawal(context: Context, command: Extract<Command, {type: 'requestWithdrawal'}>): Rejection | undefined {
  const {state, emit} = context;
  const {wallet, chainId, token, lots} = command;
  const account = userAccount(state, wallet);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const asset = findAsset(state, chainId, token);
  if (!asset) return {code: 'UNKNOWN_ASSET', chainId, token};
  const refused = checkRequest(state, {account, asset, lots});
  if (refused) return refused;
  const fee = asset.withdrawalFeeLots;
  if (fee > 0n) post(context, {from: account, to: systemAccount(state, 'fees'), asset, lots: fee, kind: 'fee'});
  account.requested[asset.index]! += lots;
  const requested = account.requested[asset.index]!;
  emit({type: 'withdrawalRequested', wallet: account.wallet, chainId, token: asset.token, lots, fee, requested});
  return undefined;
}

/** Only what is still `requested`; the fee is not returned. */
export function cancelWithdrawal({state, emit}: Context, command: Extract<Command, {type: 'cancelWithdrawal'}>): Rejection | undefined {
  const {wallet, chainId, token} = command;
  const account = userAccount(state, wallet);
  if (!account) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const asset = findAsset(state, chainId, token);
  if (!asset) return {code: 'UNKNOWN_ASSET', chainId, token};
  const lots = account.requested[asset.index]!;
  if (lots === 0n) return {code: 'NOTHING_TO_CANCEL'};
  account.requested[asset.index] = 0n;
  emit({type: 'withdrawalCancelled', wallet: account.wallet, chainId, token: asset.token, lots, reason: 'user'});
  return undefined;
}
