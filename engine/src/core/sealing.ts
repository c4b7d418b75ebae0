/** Sealing an epoch and its outcome (PROTOCOL §2, §3, §9). A refused seal changes nothing. */
import type {Leg, SealedAsset, SealedEpoch, SealedPayout, SealedRow} from '@pobs/protocol';
import {blindingFor, eraOf, LOTS_LIMIT} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {assert, big} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {frozenChain, isForced, requestForced} from './forced.ts';
import {planSettlement, settle} from './settlement.ts';
import {
  type Asset, type Base, claimOf, type Context, type Identity, requestedOf, SEALED_KEPT, sealedOf, setRequested, type State, withdrawalsFor,
  ZERO_ADDRESS, ZERO_HASH,
} from './state.ts';
import {OUTSIDE} from './venue/accounts.ts';
import {release} from './venue/claims.ts';
import {returnRequests} from './venue/collateral.ts';
import {LEG, LEG_KINDS} from './venue/legs.ts';
import {accountsOf} from './subaccounts.ts';
import {lookbackOf, rowWithdrawables, withdrawables} from './withdrawals.ts';

type Seal = Extract<Command, {type: 'seal'}>;

function checkSeal(state: State, {epoch, snapshotTime}: Seal): Rejection | undefined {
  if (state.lastSealed > 0n && state.lastOutcome === undefined) return {code: 'EPOCH_UNDECIDED', epoch: state.lastSealed};
  // A number that died before it was proposed is sealed again at a later moment: EpochManager takes them without gaps.
  const again = epoch === state.lastSealed && state.lastOutcome === 'dead';
  if (epoch <= state.lastSealed && !again) return {code: 'EPOCH_OUT_OF_ORDER', expected: state.lastSealed + 1n};
  if (snapshotTime <= state.lastSnapshotTime) return {code: 'WRONG_SEQUENCE', reason: `snapshotTime must be later than ${state.lastSnapshotTime}`};
  const silent = state.chains.find(({blockNumber}) => blockNumber === 0n);
  if (silent) return {code: 'WRONG_SEQUENCE', reason: `no final block of chain ${silent.chainId} is known yet`};
  const frozen = frozenChain(state);
  if (frozen) return frozen;
  const large = state.assets.find(({deposited}) => big(deposited) >= LOTS_LIMIT);
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
  requestForced(context, {epoch, lookback});
  const limits = state.identities.map((account) => withdrawables(state, account, lookback));
  const rowLimits = limits.map((own, number) => (state.subs.has(number) ? rowWithdrawables(state, state.identities[number]!, lookback) : own));
  sealWithdrawals(context, {epoch, limits});
  const sealed = buildSealed(state, {epoch, snapshotTime, limits: rowLimits});
  state.bases.set(epoch, baseOf(state));
  state.venue.legs.seal();
  state.lastSealed = epoch;
  state.lastSnapshotTime = snapshotTime;
  state.lastOutcome = undefined;
  state.sealedEpochs.set(epoch, sealed);
  for (const old of state.sealedEpochs.keys()) if (state.sealedEpochs.size > SEALED_KEPT) state.sealedEpochs.delete(old);
  emit({type: 'epochSealed', epoch, snapshotTime});
  return undefined;
}

/** A whole request rides this epoch if its chain carries withdrawals and it may leave; otherwise it stays requested, whole. */
function sealWithdrawals({state, emit}: Context, {epoch, limits}: {epoch: bigint; limits: number[][]}): void {
  const carrying = new Set(state.chains.filter(({withdrawEvery}) => epoch % BigInt(withdrawEvery) === 0n).map(({chainId}) => chainId));
  for (const asset of state.assets) {
    if (!carrying.has(asset.chainId)) continue;
    for (const account of state.identities) {
      const lots = requestedOf(state, account.number, asset.index);
      if (lots === 0) continue;
      const limit = limits[account.number]![asset.index]!;
      const about = {epoch, wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots: big(lots)};
      if (lots > limit) {
        emit({type: 'withdrawalDeferred', ...about, withdrawable: big(limit)});
        continue;
      }
      setRequested(state, account.number, asset.index, 0);
      withdrawalsFor(state, account.number).sealed[asset.index] = lots;
      emit({type: 'withdrawalSealed', ...about});
    }
  }
}

function blindingIn(account: Identity, era: number): Hex {
  if (account.secret === undefined) return ZERO_HASH;
  if (account.blinding?.era !== era) account.blinding = {era, value: blindingFor(account.secret, era)};
  return account.blinding.value;
}

function buildSealed(state: State, {epoch, snapshotTime, limits}: {epoch: bigint; snapshotTime: bigint; limits: number[][]}): SealedEpoch {
  const era = eraOf(epoch, state.rules.eraEpochs);
  const byWallet = state.identities.filter(({sub}) => sub === 0).sort((a, b) => (a.wallet < b.wallet ? -1 : 1));
  const viewers = state.identities.filter(({viewingKey}) => viewingKey !== undefined);
  return {
    epoch, snapshotTime, era, journalHead: ZERO_HASH,
    chains: state.chains.map(({chainId, custody, blockNumber, blockHash, kills}) => ({chainId, custody, blockNumber, blockHash, kills})),
    assets: state.assets.map((asset) => sealedAsset(state, asset, {byWallet, limits, era})),
    payouts: state.assets.flatMap((asset) => payoutsOf(state, asset, byWallet)),
    legs: sealedLegs(state),
    viewingKeys: Object.fromEntries(viewers.map(({wallet, viewingKey}) => [wallet, viewingKey!])) as Record<Address, string>,
  };
}

function sealedLegs({venue, identities}: State): Leg[] {
  const {legs} = venue;
  const walletOf = (account: number): Address => (account === OUTSIDE ? ZERO_ADDRESS : identities[account]!.wallet);
  const told = Array.from({length: legs.length}, (_, index) => ({
    seq: big(legs.sequenceAt(index)), from: walletOf(legs.from[index]!), to: walletOf(legs.to[index]!), asset: legs.what[index]! >> 8,
    lots: big(legs.lots[index]!), kind: LEG_KINDS[legs.what[index]! & 0xff]!,
  }));
  // Between accounts of one wallet no row changes.
  return told.filter(({from, to}) => from !== to);
}

/** Rows by wallet, of holders and of who forced a withdrawal (V10: even an empty row answers); the builder orders them by id. */
function sealedAsset(state: State, asset: Asset, {byWallet, limits, era}: {byWallet: Identity[]; limits: number[][]; era: number}): SealedAsset {
  const {index, chainId, custody, token, lotSize, deposited} = asset;
  const rows: SealedRow[] = [];
  let {authorisedOut} = asset;
  for (const account of byWallet) {
    const total = accountsOf(state, account).reduce((sum, number) => sum + claimOf(state, number, index), 0);
    if (total === 0 && !isForced(state, index, account.wallet)) continue;
    const withdrawal = sealedOf(state, account.number, index);
    authorisedOut += withdrawal;
    rows.push({
      wallet: account.wallet, blinding: blindingIn(account, era), total: big(total), withdrawable: big(limits[account.number]![index]!), withdrawal: big(withdrawal),
    });
  }
  return {chainId, custody, token, lotSize, deposited: big(deposited), authorisedOut: big(authorisedOut), rows};
}

function payoutsOf({withdrawals}: State, {index, chainId, token}: Asset, byWallet: Identity[]): SealedPayout[] {
  const payouts: SealedPayout[] = [];
  for (const {wallet, number} of byWallet) {
    const known = withdrawals.get(number);
    if (!known) continue;
    const ever = known.cumulative[index]! + known.sealed[index]!;
    if (ever > 0) payouts.push({chainId, token, wallet, cumulative: big(ever), paid: big(known.paid[index]!), withdrawal: big(known.sealed[index]!)});
  }
  return payouts;
}

function baseOf({venue, withdrawals, senders}: State): Base {
  const {accounts} = venue;
  const sealed = [...withdrawals].filter(([, of]) => of.sealed.some((lots) => lots > 0)).map(([number, of]) => [number, of.sealed.slice()] as const);
  return {
    sealedAt: venue.now, accounts: accounts.count, claims: accounts.claims.slice(0, accounts.count * accounts.assets), withdrawals: new Map(sealed),
    deposits: new Map([...senders].map(([wallet, {lots}]) => [wallet, lots])),
  };
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
function sealedWithdrawals(state: State): {account: Identity; asset: Asset; lots: number}[] {
  const numbers = [...state.withdrawals.keys()].sort((a, b) => a - b);
  return state.assets.flatMap((asset) => numbers
    .map((number) => ({account: state.identities[number]!, asset, lots: sealedOf(state, number, asset.index)}))
    .filter(({lots}) => lots > 0));
}

function authorise({state, emit}: Context, epoch: bigint): void {
  // The approved sheet is the base of the next one: its legs are told, the debits below belong to the next.
  state.venue.legs.drop();
  state.lastApproved = epoch;
  for (const {account, asset, lots} of sealedWithdrawals(state)) {
    const own = withdrawalsFor(state, account.number);
    own.sealed[asset.index] = 0;
    release(state.venue, account.number, asset.index, lots, LEG.withdrawal);
    asset.authorisedOut += lots;
    own.cumulative[asset.index]! += lots;
    const cumulative = own.cumulative[asset.index]!;
    own.authorised.push({epoch, asset: asset.index, lots, cumulative});
    if (own.authorised.length > AUTHORISED_KEPT) own.authorised.shift();
    emit({type: 'withdrawalAuthorised', epoch, wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots: big(lots), cumulative: big(cumulative)});
  }
}

/** Withdrawals return to `requested`; settled PnL stays where it is, its legs ride the next sheet, which has the same parent. */
function undo({state, emit}: Context, epoch: bigint): void {
  for (const {account, asset, lots} of sealedWithdrawals(state)) {
    withdrawalsFor(state, account.number).sealed[asset.index] = 0;
    setRequested(state, account.number, asset.index, requestedOf(state, account.number, asset.index) + lots);
    emit({type: 'withdrawalReturned', epoch, wallet: account.wallet, chainId: asset.chainId, token: asset.token, lots: big(lots)});
    returnRequests(state.venue, account.number);
  }
  assert(state.bases.delete(epoch), `no base of epoch ${epoch}`);
  state.venue.legs.reopen();
}

/** Withdrawals an account's view still shows. */
const AUTHORISED_KEPT = 50;
