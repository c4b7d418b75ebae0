/** What custodies say against the exchange's will: requests to withdraw that must be obeyed, and a freeze that ends everything. */
import type {Command} from '../../../src/core/commands.ts';
import {cancelWaiting} from './book.ts';
import {post} from './ledger.ts';
import {max, min} from './numbers.ts';
import {closeSymmetrically} from './symmetric.ts';
import {type Account, type Asset, type Forced, lower, type Refusal, refuse, type World} from './world.ts';
import {givable, withdrawable} from './withdrawals.ts';

type Advance = Extract<Command, {type: 'advanceChain'}>;

export const isForced = (world: World, asset: Asset, wallet: string): boolean => world.forced.some((open) => open.asset === asset && open.wallet === wallet);

/** Nothing may move any more that a frozen custody owes. */
export const refuseFrozen = ({chains}: World): Refusal | undefined => (chains.some(({frozen}) => frozen) ? refuse('CUSTODY_FROZEN') : undefined);

/** In the order of the logs; then what payments have answered; then the freeze. */
export function observeForced(world: World, {chainId, requests = [], frozen = false}: Advance): void {
  for (const request of requests) {
    const asset = world.asset(chainId, request.token)!;
    const wallet = lower(request.wallet);
    if (request.kind === 'served') serve(world, asset, wallet);
    else force(world, {asset, wallet, lots: request.lots, baseline: request.baseline, exit: request.exit});
  }
  const paid = world.forced.filter(({asset, wallet, baseline}) => asset.chainId === chainId && world.user(wallet)!.paid[asset.index]! > baseline);
  for (const {asset, wallet} of paid) serve(world, asset, wallet);
  const chain = world.chains.find((each) => each.chainId === chainId)!;
  if (!frozen || chain.frozen) return;
  chain.frozen = true;
  world.tell({type: 'custodyFrozen', chainId, epoch: chain.activeEpoch});
  for (const market of world.markets) if (market.status !== 'delisted') market.status = 'halted';
}

function serve(world: World, asset: Asset, wallet: Forced['wallet']): void {
  if (!isForced(world, asset, wallet)) return;
  world.forced = world.forced.filter((open) => open.asset !== asset || open.wallet !== wallet);
  world.tell({type: 'forcedWithdrawalServed', wallet, chainId: asset.chainId, token: asset.token});
}

/** A newer request of a wallet and asset takes the place of the older. */
function force(world: World, request: Forced): void {
  const {asset, wallet, lots, exit} = request;
  const account = world.user(wallet);
  if (!account) return;
  const known = world.forced.find((open) => open.asset === asset && open.wallet === wallet);
  if (known) Object.assign(known, request);
  else world.forced.push(request);
  world.tell({type: 'withdrawalForced', wallet, chainId: asset.chainId, token: asset.token, lots, exit});
  if (exit) leave(world, account);
  gather(world, account);
  raise(world, account, asset, min(lots, withdrawable(world, account, asset)));
}

/** Every order is cancelled, every position closed against the other side, market by market. */
function leave(world: World, {number}: Account): void {
  cancelWaiting(world, number, 'user', () => true);
  for (const market of world.markets) {
    const position = world.position(number, market);
    if (position.lots !== 0n) closeSymmetrically(world, position, {paired: new Map(), gains: new Map()});
  }
}

/** What is free in the sub-accounts of a wallet comes to its main one. */
function gather(world: World, main: Account): void {
  for (const {number, sub} of world.family(main).slice(1)) {
    for (const asset of world.assets) {
      const lots = max(0n, givable(world, world.accounts[number]!, asset));
      if (lots === 0n) continue;
      post(world, {from: number, to: main.number, asset: asset.index, lots, kind: 'transfer'});
      world.tell({type: 'transferred', from: main.wallet, fromSub: sub, to: main.wallet, chainId: asset.chainId, token: asset.token, lots});
    }
  }
}

/** Neither fee nor minimum. */
function raise(world: World, account: Account, {index, chainId, token}: Asset, to: bigint): void {
  const lots = to - account.requested[index]!;
  if (lots <= 0n) return;
  account.requested[index] = to;
  world.tell({type: 'withdrawalRequested', wallet: account.wallet, chainId, token, lots, fee: 0n, requested: to});
}

/** Before a seal that carries withdrawals of its chain, an open request is made exactly what may leave. */
export function requestForced(world: World, epoch: bigint): void {
  for (const {asset, wallet} of world.forced) {
    if (epoch % world.chains.find(({chainId}) => chainId === asset.chainId)!.withdrawEvery !== 0n) continue;
    const account = world.user(wallet)!;
    gather(world, account);
    const limit = withdrawable(world, account, asset);
    const excess = account.requested[asset.index]! - limit;
    raise(world, account, asset, limit);
    if (excess <= 0n) continue;
    account.requested[asset.index] = limit;
    world.tell({type: 'withdrawalCancelled', wallet, chainId: asset.chainId, token: asset.token, lots: excess, reason: 'shortfall'});
  }
}
