/** Accounts, what the chains tell, and transfers. */
import type {Address} from 'viem';
import type {Command} from '../../../src/core/commands.ts';
import {observeForced, refuseFrozen} from './forced.ts';
import {free, post, spendable} from './ledger.ts';
import {max, min, sum} from './numbers.ts';
import {judgeRoots, refuseOld} from './roots.ts';
import {type Account, type Asset, FIRST_USER, FUND, lower, OUTSIDE, type Refusal, refuse, UNMATCHED, type World} from './world.ts';

type Of<T extends Command['type']> = Extract<Command, {type: T}>;

const AMOUNT_MAX = (1n << 53n) - 1n;
const ZERO: Address = '0x0000000000000000000000000000000000000000';

export const creditedLots = (world: World, wallet: Address, {index, lotSize}: Asset): bigint => (world.senders.get(wallet)?.[index] ?? 0n) / lotSize;

export function bindAccount(world: World, command: Of<'bindAccount'>): Refusal | undefined {
  const wallet = lower(command.wallet);
  const {viewingKey} = command;
  const isSystem = world.accounts.slice(0, FIRST_USER).some((account) => account.wallet === wallet);
  if (wallet === ZERO || isSystem || world.assets.some(({custody, token}) => custody === wallet || token === wallet)) return refuse('RESERVED_WALLET');
  const secret = command.secret.toLowerCase();
  if (!/^0x[0-9a-f]{64}$/.test(secret)) return refuse('WRONG_SEQUENCE');
  const known = world.user(wallet);
  if (known && known.secret !== secret) return refuse('WRONG_SEQUENCE');
  if (known && (viewingKey === undefined || viewingKey === known.viewingKey)) return undefined;
  const account = known ?? world.addAccount(wallet);
  Object.assign(account, {secret, ...(viewingKey !== undefined && {viewingKey})});
  world.tell({type: 'accountBound', wallet, account: account.number, ...(account.viewingKey !== undefined && {viewingKey: account.viewingKey})});
  if (known) return undefined;
  for (const asset of world.assets) {
    const lots = creditedLots(world, wallet, asset);
    if (lots > 0n) post(world, {from: UNMATCHED, to: account.number, asset: asset.index, lots, kind: 'bind'});
  }
  return undefined;
}

export function advanceChain(world: World, command: Of<'advanceChain'>): Refusal | undefined {
  const {chainId, blockNumber, blockHash, deposits, payouts, activeEpoch, kills} = command;
  const chain = world.chains.find((candidate) => candidate.chainId === chainId);
  if (!chain || blockNumber <= chain.blockNumber || activeEpoch < chain.activeEpoch) return refuse('WRONG_SEQUENCE');
  if (activeEpoch !== chain.activeEpoch && !world.sheets.has(activeEpoch)) return refuse('WRONG_SEQUENCE');
  if (kills < chain.kills) return refuse('WRONG_SEQUENCE');
  if ([...deposits, ...payouts, ...(command.requests ?? [])].some(({token}) => !world.asset(chainId, token))) return refuse('UNKNOWN_ASSET');
  if (deposits.some(({amount}) => amount < 0n)) return refuse('badQuantity');
  for (const asset of world.assets) {
    const units = sum(deposits.filter(({token}) => world.asset(chainId, token) === asset).map(({amount}) => amount));
    if (asset.deposited + units / asset.lotSize + BigInt(deposits.length) > AMOUNT_MAX) return refuse('badQuantity');
  }
  for (const deposit of deposits) credit(world, world.asset(chainId, deposit.token)!, deposit, blockNumber);
  for (const {token, wallet, cumulative} of payouts) {
    const asset = world.asset(chainId, token)!;
    const account = world.user(wallet);
    if (account) account.paid[asset.index] = max(account.paid[asset.index]!, cumulative);
    world.tell({type: 'payoutObserved', chainId, token: asset.token, wallet: lower(wallet), cumulative});
  }
  Object.assign(chain, {blockNumber, blockHash, activeEpoch, kills});
  // Nothing looks behind the lowest active epoch again.
  const lowest = world.chains.reduce((low, each) => min(low, each.activeEpoch), world.lastSealed);
  for (const epoch of world.sheets.keys()) if (epoch < lowest) world.sheets.delete(epoch);
  judgeRoots(world);
  observeForced(world, command);
  return undefined;
}

/** What a sender's whole deposits make in lots counts; to its row, or to the unmatched one until it is bound. */
function credit(world: World, asset: Asset, {from, amount, txHash, logIndex}: Of<'advanceChain'>['deposits'][number], blockNumber: bigint): void {
  const wallet = lower(from);
  const before = creditedLots(world, wallet, asset);
  const units = world.senders.get(wallet) ?? world.assets.map(() => 0n);
  units[asset.index]! += amount;
  world.senders.set(wallet, units);
  const lots = creditedLots(world, wallet, asset) - before;
  const account = world.user(wallet);
  world.tell({type: 'depositCredited', chainId: asset.chainId, token: asset.token, wallet, amount, lots, matched: account !== undefined, txHash, logIndex, blockNumber});
  if (lots === 0n) return;
  asset.deposited += lots;
  post(world, {from: OUTSIDE, to: account?.number ?? UNMATCHED, asset: asset.index, lots, kind: 'deposit'});
}

/** Further accounts of a wallet, numbered from 1. */
export function createSubAccount(world: World, {wallet, sub}: Of<'createSubAccount'>): Refusal | undefined {
  const main = world.user(wallet);
  if (!main) return refuse('unknownAccount');
  if (sub !== world.family(main).length) return refuse('WRONG_SEQUENCE');
  if (sub > 64) return refuse('tooManyOrders');
  const account = world.addAccount(main.wallet, {owner: main.number, sub});
  account.tier = main.tier;
  world.tell({type: 'subAccountCreated', wallet: main.wallet, sub, account: account.number});
  return undefined;
}

/** Anybody may strengthen the Liquidation Fund; other system rows take no gifts, sub-accounts none from other wallets. */
function receiver(world: World, from: Account, {to, toSub = 0}: Of<'transfer'>): Account | undefined {
  if (toSub === 0 && lower(to) === world.wallet(FUND)) return world.accounts[FUND];
  return toSub === 0 || lower(to) === from.wallet ? world.user(to, toSub) : undefined;
}

export function transfer(world: World, command: Of<'transfer'>): Refusal | undefined {
  const {chainId, token, lots} = command;
  const from = world.user(command.from, command.fromSub);
  if (!from) return refuse('unknownAccount');
  const to = receiver(world, from, command);
  if (!to) return refuse('unknownAccount');
  const asset = world.asset(chainId, token);
  if (!asset) return refuse('UNKNOWN_ASSET');
  const frozen = refuseFrozen(world);
  if (frozen) return frozen;
  const old = refuseOld(world);
  if (old) return old;
  if (lots <= 0n || from === to) return refuse('badQuantity');
  const available = max(0n, min(spendable(from, asset.index), free(world, from, asset.currency)));
  if (lots > available) return refuse('insufficientFunds', {needed: lots, available});
  post(world, {from: from.number, to: to.number, asset: asset.index, lots, kind: 'transfer'});
  const subs = {...(from.sub > 0 && {fromSub: from.sub}), ...(to.sub > 0 && {toSub: to.sub})};
  world.tell({type: 'transferred', from: from.wallet, to: to.wallet, ...subs, chainId, token: asset.token, lots});
  return undefined;
}
