/** Requests to withdraw, and what may leave: margin, and the bound of the newest sheet that is active everywhere. */
import type {Command} from '../../../src/core/commands.ts';
import {creditedLots} from './deposits.ts';
import {free, post, spendable} from './ledger.ts';
import {max, min, sum} from './numbers.ts';
import {type Account, type Asset, FEES, FIRST_USER, type Refusal, refuse, type World} from './world.ts';

type Of<T extends Command['type']> = Extract<Command, {type: T}>;

export const baseEpoch = (world: World): bigint => world.chains.map(({activeEpoch}) => activeEpoch).reduce(min);

/** Row of the base sheet less its withdrawal, plus own deposits since, less own withdrawals sealed since. */
export function bound(world: World, {number, wallet}: Account, asset: Asset): bigint {
  const base = baseEpoch(world);
  const sheet = world.sheets.get(base);
  let most = creditedLots(world, wallet, asset);
  if (sheet) {
    most += sum(world.accounts.filter(({owner}) => owner === number).map((own) => sheet.claims.get(own.number)?.[asset.index] ?? 0n));
    most -= sheet.withdrawals.get(number)?.[asset.index] ?? 0n;
    most -= (sheet.deposits.get(wallet)?.[asset.index] ?? 0n) / asset.lotSize;
  }
  for (const [epoch, later] of world.sheets) if (epoch > base) most -= later.withdrawals.get(number)?.[asset.index] ?? 0n;
  return max(0n, most);
}

/** What an account could give now, its open request included, that bound aside. */
export function givable(world: World, account: Account, {index, currency}: Asset): bigint {
  const byMargin = max(0n, account.requested[index]! + free(world, account, currency));
  return min(account.claims[index]! - account.sealed[index]!, byMargin);
}

/** What could leave now. Neither system rows nor sub-accounts withdraw. */
export const withdrawable = (world: World, account: Account, asset: Asset): bigint =>
  (account.number < FIRST_USER || account.sub > 0 ? 0n : min(givable(world, account, asset), bound(world, account, asset)));

/** The same of a wallet's row: what its sub-accounts could hand over counts. */
export const rowWithdrawable = (world: World, account: Account, asset: Asset): bigint =>
  (account.number < FIRST_USER ? 0n : min(sum(world.family(account).map((own) => givable(world, own, asset))), bound(world, account, asset)));

export function requestWithdrawal(world: World, {wallet, chainId, token, lots}: Of<'requestWithdrawal'>): Refusal | undefined {
  const account = world.user(wallet);
  if (!account) return refuse('unknownAccount');
  const asset = world.asset(chainId, token);
  if (!asset) return refuse('UNKNOWN_ASSET');
  if (world.chains.some((chain) => chain.chainId === chainId && chain.frozen)) return refuse('CUSTODY_FROZEN');
  if (lots <= 0n) return refuse('badQuantity');
  const needed = lots + asset.fee;
  const claim = spendable(account, asset.index);
  if (needed > claim) return refuse('insufficientFunds', {needed, available: claim});
  const available = max(0n, free(world, account, asset.currency));
  if (needed > available) return refuse(isExposed(world, account) ? 'insufficientMargin' : 'insufficientFunds', {needed, available});
  const wanted = account.requested[asset.index]! + lots;
  // A full exit may be smaller than the minimum.
  if (wanted < asset.minimum && needed !== claim) return refuse('BELOW_MINIMUM', {minimum: asset.minimum});
  const most = bound(world, account, asset);
  if (wanted > most) return refuse('NOT_WITHDRAWABLE_YET', {withdrawable: max(0n, most - account.requested[asset.index]!)});
  if (asset.fee > 0n) post(world, {from: account.number, to: FEES, asset: asset.index, lots: asset.fee, kind: 'fee'});
  account.requested[asset.index] = wanted;
  world.tell({type: 'withdrawalRequested', wallet: account.wallet, chainId, token: asset.token, lots, fee: asset.fee, requested: wanted});
  return undefined;
}

/** Something in a perpetual: a position, an order, or isolated margin chosen. */
const isExposed = (world: World, {number}: Account): boolean => world.positions.some(({account, lots, isolated}) => account === number && (lots !== 0n || isolated))
  || world.orders.some(({account, market}) => account === number && market.spec.perpetual);

export function cancelWithdrawal(world: World, {wallet, chainId, token}: Of<'cancelWithdrawal'>): Refusal | undefined {
  const account = world.user(wallet);
  if (!account) return refuse('unknownAccount');
  const asset = world.asset(chainId, token);
  if (!asset) return refuse('UNKNOWN_ASSET');
  const lots = account.requested[asset.index]!;
  if (lots === 0n) return refuse('NOTHING_TO_CANCEL');
  account.requested[asset.index] = 0n;
  world.tell({type: 'withdrawalCancelled', wallet: account.wallet, chainId, token: asset.token, lots, reason: 'user'});
  return undefined;
}
