/** Sealing an epoch: open and realised PnL becomes claims by legs, withdrawals ride along; and what its outcome does. */
import type {Command} from '../../../src/core/commands.ts';
import {isForced, refuseFrozen, requestForced} from './forced.ts';
import {balance, pay, post} from './ledger.ts';
import {returnRequests} from './liquidation.ts';
import {unsettled} from './margin.ts';
import {min, sum} from './numbers.ts';
import {type Account, type Asset, FEES, OUTSIDE, type Refusal, refuse, type World} from './world.ts';
import {rowWithdrawable, withdrawable} from './withdrawals.ts';

type Of<T extends Command['type']> = Extract<Command, {type: T}>;

/** A sheet by asset: rows of holders by wallet. */
export type SealedModel = {rows: {wallet: string; total: bigint; withdrawable: bigint; withdrawal: bigint}[]; deposited: bigint; authorisedOut: bigint}[];

export function seal(world: World, {epoch, snapshotTime}: Of<'seal'>): Refusal | SealedModel {
  if (world.lastSealed > 0n && world.lastOutcome === undefined) return refuse('EPOCH_UNDECIDED', {epoch: world.lastSealed});
  const isAgain = epoch === world.lastSealed && world.lastOutcome === 'dead';
  if (epoch <= world.lastSealed && !isAgain) return refuse('EPOCH_OUT_OF_ORDER', {expected: world.lastSealed + 1n});
  if (snapshotTime <= world.lastSnapshotTime || world.chains.some(({blockNumber}) => blockNumber === 0n)) return refuse('WRONG_SEQUENCE');
  const frozen = refuseFrozen(world);
  if (frozen) return frozen;
  const shares = world.accounts.map((account) => ({account, lots: unsettled(world, account.number)})).filter(({lots}) => lots !== 0n);
  if (shares.some(({account, lots}) => -lots > balance(world, account, world.settlement))) return refuse('SHEET_NOT_SOLVABLE');
  settle(world, shares, epoch);
  requestForced(world, epoch);
  const limits = world.accounts.map((account) => world.assets.map((asset) => withdrawable(world, account, asset)));
  const rowLimits = world.accounts.map((account) => world.assets.map((asset) => rowWithdrawable(world, account, asset)));
  for (const asset of world.assets) {
    const carries = epoch % world.chains.find(({chainId}) => chainId === asset.chainId)!.withdrawEvery === 0n;
    for (const account of world.accounts) if (carries && account.requested[asset.index]! > 0n) sealRequest(world, account, asset, limits[account.number]![asset.index]!, epoch);
  }
  world.sheets.set(epoch, {
    sealedAt: world.now,
    claims: new Map(world.accounts.map(({number, claims}) => [number, [...claims]])), withdrawals: new Map(world.accounts.map(({number, sealed}) => [number, [...sealed]])),
    deposits: new Map([...world.senders].map(([wallet, units]) => [wallet, [...units]])),
  });
  world.sealedLegs = world.legs.length;
  Object.assign(world, {lastSealed: epoch, lastSnapshotTime: snapshotTime, lastOutcome: undefined});
  world.tell({type: 'epochSealed', epoch, snapshotTime});
  return world.assets.map((asset) => sheetOf(world, asset, rowLimits));
}

type Share = {account: Account; lots: bigint};

/** Losers by account number pay winners by account number, within each wallet first; positions keep their cost, cash gives way. */
function settle(world: World, shares: Share[], epoch: bigint): void {
  const open = shares.map((share) => ({...share}));
  for (const {owner} of world.accounts.filter(({sub}) => sub === 1)) payAcross(world, open.filter(({account}) => account.owner === owner));
  payAcross(world, open);
  for (const {account, lots} of shares) {
    account.cash -= lots;
    world.tell({type: 'pnlSettled', epoch, ...world.who(account.number), lots});
  }
}

function payAcross(world: World, shares: Share[]): void {
  for (const payer of shares) {
    for (const receiver of shares) {
      const part = min(-payer.lots, receiver.lots);
      if (part <= 0n) continue;
      const to = receiver.account.number;
      pay(world, {from: payer.account.number, to, currency: world.settlement, lots: part, kind: to === FEES ? 'fee' : 'pnl'});
      receiver.lots -= part;
      payer.lots += part;
    }
  }
}

/** A whole request rides this epoch if it may leave; otherwise it stays requested, whole. */
function sealRequest(world: World, account: Account, {index, chainId, token}: Asset, limit: bigint, epoch: bigint): void {
  const lots = account.requested[index]!;
  const about = {epoch, wallet: account.wallet, chainId, token, lots};
  if (lots > limit) {
    world.tell({type: 'withdrawalDeferred', ...about, withdrawable: limit});
    return;
  }
  account.requested[index] = 0n;
  account.sealed[index] = lots;
  world.tell({type: 'withdrawalSealed', ...about});
}

/** One row per wallet that holds something or forced a withdrawal: the sum of its accounts. */
function sheetOf(world: World, asset: Asset, limits: bigint[][]): SealedModel[number] {
  const {index, deposited, authorisedOut} = asset;
  const rows = world.accounts.filter(({sub}) => sub === 0).map((main) => ({
    wallet: main.wallet, total: sum(world.family(main).map(({claims}) => claims[index]!)), withdrawable: limits[main.number]![index]!, withdrawal: main.sealed[index]!,
  })).filter(({wallet, total}) => total > 0n || isForced(world, asset, wallet));
  rows.sort((a, b) => (a.wallet < b.wallet ? -1 : 1));
  return {rows, deposited, authorisedOut: authorisedOut + rows.reduce((total, {withdrawal}) => total + withdrawal, 0n)};
}

export function decideEpoch(world: World, {epoch, outcome}: Of<'decideEpoch'>): Refusal | undefined {
  if (epoch !== world.lastSealed || epoch === 0n) return refuse('WRONG_SEQUENCE');
  if (world.lastOutcome === outcome) return undefined;
  if (world.lastOutcome !== undefined) return refuse('WRONG_SEQUENCE');
  if (outcome === 'dead' && world.chains.some(({activeEpoch}) => activeEpoch === epoch)) return refuse('WRONG_SEQUENCE');
  world.lastOutcome = outcome;
  const sealed = world.assets.flatMap((asset) => world.accounts.map((account) => ({account, asset, lots: account.sealed[asset.index]!})).filter(({lots}) => lots > 0n));
  if (outcome === 'approved') {
    // The approved sheet is the base of the next: its legs are told, the withdrawals below belong to the next.
    world.legs = world.legs.slice(world.sealedLegs);
    world.lastApproved = epoch;
  } else world.sheets.delete(epoch);
  world.sealedLegs = 0;
  for (const {account, asset, lots} of sealed) {
    const about = {epoch, wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots};
    account.sealed[asset.index] = 0n;
    if (outcome === 'dead') {
      account.requested[asset.index]! += lots;
      world.tell({type: 'withdrawalReturned', ...about});
      returnRequests(world, account.number);
      continue;
    }
    post(world, {from: account.number, to: OUTSIDE, asset: asset.index, lots, kind: 'withdrawal'});
    asset.authorisedOut += lots;
    account.authorised[asset.index]! += lots;
    world.tell({type: 'withdrawalAuthorised', ...about, cumulative: account.authorised[asset.index]!});
  }
  world.tell({type: 'epochDecided', epoch, outcome});
  return undefined;
}
