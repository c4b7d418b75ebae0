/** Claims by row and custody asset (PROTOCOL §2). Every change of a claim is a leg; nothing else writes `claims`. */
import type {LegKind} from '@pobs/protocol';
import {assert, max} from './amounts.ts';
import {type Account, type Asset, type Context, type State, systemAccount, ZERO_ADDRESS} from './state.ts';

/** Set aside for withdrawals, requested or sealed: still the account's, no longer spendable. */
export const setAside = (account: Account, asset: number): bigint => account.requested[asset]! + account.sealed[asset]!;

export const spendableClaim = (account: Account, asset: number): bigint => account.claims[asset]! - setAside(account, asset);

/** Σ spendable claims over the currency's custody assets; orders' holds are still inside. */
export function spendable(state: State, account: Account, currency: number): bigint {
  let sum = 0n;
  for (const asset of state.assets) if (asset.currency === currency) sum += spendableClaim(account, asset.index);
  return sum;
}

/** Moves one claim; `undefined` is the world outside the sheet (deposits, authorised withdrawals). */
export function post(
  {state, emit}: Context,
  {from, to, asset, lots, kind}: {from: Account | undefined; to: Account | undefined; asset: Asset; lots: bigint; kind: LegKind},
): void {
  assert(lots > 0n, 'a leg moves at least one lot');
  if (from) {
    from.claims[asset.index]! -= lots;
    assert(from.claims[asset.index]! >= 0n, `claim of ${from.wallet} in asset ${asset.index} fell below zero`);
  }
  if (to) to.claims[asset.index]! += lots;
  state.lastLegSeq += 1n;
  const leg = {seq: state.lastLegSeq, from: from?.wallet ?? ZERO_ADDRESS, to: to?.wallet ?? ZERO_ADDRESS, lots, kind};
  state.legs.push({...leg, asset: asset.index});
  emit({type: 'legPosted', ...leg, chainId: asset.chainId, token: asset.token});
}

/** Custody assets of a currency with the account's spendable claims: largest first, tie lower chain id (assets are sorted by it). */
export function assetsByClaim(state: State, account: Account, currency: number): {asset: Asset; lots: bigint}[] {
  return state.assets
    .filter((asset) => asset.currency === currency)
    .map((asset) => ({asset, lots: spendableClaim(account, asset.index)}))
    .sort((a, b) => (a.lots === b.lots ? a.asset.index - b.asset.index : a.lots > b.lots ? -1 : 1));
}

/** The custody assets a payment of `lots` consumes, in order. The caller has checked that the account can pay. */
export function piecesOf(state: State, payment: {account: Account; currency: number; lots: bigint}): {asset: Asset; lots: bigint}[] {
  let {lots: left} = payment;
  const pieces: {asset: Asset; lots: bigint}[] = [];
  for (const {asset, lots} of assetsByClaim(state, payment.account, payment.currency)) {
    const part = left < lots ? left : lots;
    if (part > 0n) pieces.push({asset, lots: part});
    left -= part;
    if (left <= 0n) break;
  }
  assert(left <= 0n, `payment of ${payment.lots} lots exceeds what ${payment.account.wallet} can spend`);
  return pieces;
}

/**
 * Pays `pay` lots of a currency; the receiver gets `receive`, the row `rounding` the difference.
 * A payer rounds up once per order and a receiver down per fill, so a single fill may have `receive = pay + 1`:
 * the extra lot is one that the same order gave to `rounding` before.
 */
export function payCurrency(
  context: Context,
  {from, to, currency, pay, receive, kind}: {from: Account; to: Account; currency: number; pay: bigint; receive: bigint; kind: LegKind},
): void {
  const rounding = systemAccount(context.state, 'rounding');
  let owed = receive;
  for (const {asset, lots} of piecesOf(context.state, {account: from, currency, lots: pay})) {
    const direct = lots < owed ? lots : owed;
    if (direct > 0n) post(context, {from, to, asset, lots: direct, kind});
    if (lots > direct) post(context, {from, to: rounding, asset, lots: lots - direct, kind: 'rounding'});
    owed -= direct;
  }
  for (const {asset, lots} of piecesOf(context.state, {account: rounding, currency, lots: max(owed, 0n)})) {
    post(context, {from: rounding, to, asset, lots, kind: 'rounding'});
  }
}
