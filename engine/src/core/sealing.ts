/** Sealing an epoch and its outcome (PROTOCOL §2, §3, §9). A refused seal changes nothing. */
import type {SealedAsset, SealedEpoch, SealedPayout, SealedRow} from '@pobs/protocol';
import {blindingFor, eraOf, LOTS_LIMIT} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {assert} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {post} from './ledger.ts';
import {coverFromRequests} from './liquidation.ts';
import {planSettlement, settle} from './settlement.ts';
import {type Account, type Asset, type Base, type Context, FIRST_USER, SEALED_KEPT, type State, ZERO_HASH} from './state.ts';
import {lookbackOf, withdrawables} from './withdrawals.ts';

type Seal = Extract<Command, {type: 'seal'}>;

function checkSeal(state: State, {epoch, snapshotTime}: Seal): Rejection | undefined {
  if (state.lastSealed > 0n && state.lastOutcome === undefined) return {code: 'EPOCH_UNDECIDED', epoch: state.lastSealed};
  // A number that died before it was proposed is sealed again at a later moment: EpochManager takes them without gaps.
  const again = epoch === state.lastSealed && state.lastOutcome === 'dead';
  if (epoch <= state.lastSealed && !again) return {code: 'EPOCH_OUT_OF_ORDER', expected: state.lastSealed + 1n};
  if (snapshotTime <= state.lastSnapshotTime) return {code: 'WRONG_SEQUENCE', reason: `snapshotTime must be later than ${state.lastSnapshotTime}`};
  const silent = state.chains.find(({blockNumber}) => blockNumber === 0n);
  if (silent) return {code: 'WRONG_SEQUENCE', reason: `no final block of chain ${silent.chainId} is known yet`};
  const large = state.assets.find(({deposited}) => deposited >= LOTS_LIMIT);
  return large ? {code: 'SHEET_NOT_SOLVABLE', reason: `${large.symbol} on chain ${large.chainId} exceeds what a sheet can hold`} : undefined;
}

export function seal(context: Context, command: Seal): Rejection | undefined {
  const {state, emit} = context;
  const {epoch, snapshotTime} = command;
  const refused = checkSeal(state, command);
  if (refused) return refused;
  const plan = planSettlement(state);
  if (!plan.ok) return {code: 'SHEET_NOT_SOLVABLE', reason: plan.reason};

  settle(context, {shares: plan.shares, epoch});
  const lookback = lookbackOf(state);
  const limits = state.accounts.map((account) => withdrawables(state, account, lookback));
  sealWithdrawals(context, {epoch, limits});
  const sealed = buildSealed(state, {epoch, snapshotTime, limits});
  state.bases.set(epoch, baseOf(state));
  state.sealedLegs = state.legs;
  state.legs = [];
  state.lastSealed = epoch;
  state.lastSnapshotTime = snapshotTime;
  state.lastOutcome = undefined;
  state.sealedEpochs.set(epoch, sealed);
  for (const old of state.sealedEpochs.keys()) if (state.sealedEpochs.size > SEALED_KEPT) state.sealedEpochs.delete(old);
  emit({type: 'epochSealed', epoch, snapshotTime});
  return undefined;
}

/** A whole request rides this epoch if its chain carries withdrawals and it may leave; otherwise it stays requested, whole. */
function sealWithdrawals({state, emit}: Context, {epoch, limits}: {epoch: bigint; limits: bigint[][]}): void {
  const carrying = new Set(state.chains.filter(({withdrawEvery}) => epoch % BigInt(withdrawEvery) === 0n).map(({chainId}) => chainId));
  for (const asset of state.assets) {
    if (!carrying.has(asset.chainId)) continue;
    for (const account of state.accounts) {
      const lots = account.requested[asset.index]!;
      if (lots === 0n) continue;
      const limit = limits[account.number]![asset.index]!;
      const about = {epoch, wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots};
      if (lots > limit) {
        emit({type: 'withdrawalDeferred', ...about, withdrawable: limit});
        continue;
      }
      account.requested[asset.index] = 0n;
      account.sealed[asset.index] = lots;
      emit({type: 'withdrawalSealed', ...about});
    }
  }
}

function blindingIn(account: Account, era: number): Hex {
  if (account.secret === undefined) return ZERO_HASH;
  if (account.blinding?.era !== era) account.blinding = {era, value: blindingFor(account.secret, era)};
  return account.blinding.value;
}

function buildSealed(state: State, {epoch, snapshotTime, limits}: {epoch: bigint; snapshotTime: bigint; limits: bigint[][]}): SealedEpoch {
  const era = eraOf(epoch, state.rules.eraEpochs);
  const byWallet = [...state.accounts].sort((a, b) => (a.wallet < b.wallet ? -1 : 1));
  const viewers = state.accounts.filter(({viewingKey}) => viewingKey !== undefined);
  return {
    epoch, snapshotTime, era, journalHead: ZERO_HASH,
    chains: state.chains.map(({chainId, custody, blockNumber, blockHash, kills}) => ({chainId, custody, blockNumber, blockHash, kills})),
    assets: state.assets.map((asset) => sealedAsset(asset, {byWallet, limits, era})),
    payouts: state.assets.flatMap((asset) => payoutsOf(asset, byWallet)),
    legs: state.legs.map((leg) => ({...leg})),
    viewingKeys: Object.fromEntries(viewers.map(({wallet, viewingKey}) => [wallet, viewingKey!])) as Record<Address, string>,
  };
}

/** Rows by wallet, holders only; the builder orders them by id. */
function sealedAsset(asset: Asset, {byWallet, limits, era}: {byWallet: Account[]; limits: bigint[][]; era: number}): SealedAsset {
  const {index, chainId, custody, token, lotSize, deposited} = asset;
  const rows: SealedRow[] = [];
  let {authorisedOut} = asset;
  for (const account of byWallet) {
    const total = account.claims[index]!;
    if (total === 0n) continue;
    const withdrawal = account.sealed[index]!;
    authorisedOut += withdrawal;
    rows.push({wallet: account.wallet, blinding: blindingIn(account, era), total, withdrawable: limits[account.number]![index]!, withdrawal});
  }
  return {chainId, custody, token, lotSize, deposited, authorisedOut, rows};
}

function payoutsOf({index, chainId, token}: Asset, byWallet: Account[]): SealedPayout[] {
  const payouts: SealedPayout[] = [];
  for (const {wallet, cumulative, sealed, paid} of byWallet) {
    const ever = cumulative[index]! + sealed[index]!;
    if (ever > 0n) payouts.push({chainId, token, wallet, cumulative: ever, paid: paid[index]!, withdrawal: sealed[index]!});
  }
  return payouts;
}

function baseOf(state: State): Base {
  const rows: Base['rows'] = new Map();
  for (const {number, claims, sealed} of state.accounts) {
    if (number >= FIRST_USER && claims.some((lots) => lots > 0n)) rows.set(number, {total: [...claims], withdrawal: [...sealed]});
  }
  return {rows, deposits: new Map([...state.senders].map(([wallet, {lots}]) => [wallet, lots]))};
}

type Decide = Extract<Command, {type: 'decideEpoch'}>;

export function decideEpoch(context: Context, {epoch, outcome}: Decide): Rejection | undefined {
  const {state, emit} = context;
  if (epoch !== state.lastSealed || epoch === 0n) return {code: 'WRONG_SEQUENCE', reason: `epoch ${epoch} is not the last sealed one (${state.lastSealed})`};
  if (state.lastOutcome === outcome) return undefined;
  if (state.lastOutcome !== undefined) return {code: 'WRONG_SEQUENCE', reason: `epoch ${epoch} is already ${state.lastOutcome}`};
  const active = state.chains.find(({activeEpoch}) => activeEpoch === epoch);
  if (outcome === 'dead' && active) return {code: 'WRONG_SEQUENCE', reason: `epoch ${epoch} is active on chain ${active.chainId} and cannot be dead`};
  state.lastOutcome = outcome;
  if (outcome === 'approved') authorise(context, epoch);
  else undo(context, epoch);
  emit({type: 'epochDecided', epoch, outcome});
  return undefined;
}

/** Every sealed withdrawal of the undecided epoch, by asset, then account. */
function sealedWithdrawals(state: State): {account: Account; asset: Asset; lots: bigint}[] {
  return state.assets.flatMap((asset) => state.accounts
    .map((account) => ({account, asset, lots: account.sealed[asset.index]!}))
    .filter(({lots}) => lots > 0n));
}

function authorise(context: Context, epoch: bigint): void {
  const {state, emit} = context;
  // The approved sheet is the base of the next one: its legs are told, the debits below belong to the next.
  state.sealedLegs = [];
  state.lastApproved = epoch;
  for (const {account, asset, lots} of sealedWithdrawals(state)) {
    account.sealed[asset.index] = 0n;
    post(context, {from: account, to: undefined, asset, lots, kind: 'withdrawal'});
    asset.authorisedOut += lots;
    account.cumulative[asset.index]! += lots;
    const cumulative = account.cumulative[asset.index]!;
    account.authorised.push({epoch, asset: asset.index, lots, cumulative});
    if (account.authorised.length > AUTHORISED_KEPT) account.authorised.shift();
    emit({type: 'withdrawalAuthorised', epoch, wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots, cumulative});
  }
}

/** Withdrawals return to `requested`; settled PnL stays where it is, its legs ride the next sheet, which has the same parent. */
function undo(context: Context, epoch: bigint): void {
  const {state, emit} = context;
  for (const {account, asset, lots} of sealedWithdrawals(state)) {
    account.sealed[asset.index] = 0n;
    account.requested[asset.index]! += lots;
    emit({type: 'withdrawalReturned', epoch, wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots});
    coverFromRequests(context, account);
  }
  assert(state.bases.delete(epoch), `no base of epoch ${epoch}`);
  state.legs = [...state.sealedLegs, ...state.legs];
  state.sealedLegs = [];
}

/** Withdrawals an account's view still shows. */
const AUTHORISED_KEPT = 50;
