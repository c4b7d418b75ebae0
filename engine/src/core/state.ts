/**
 * The whole state of the core: the venue's columns, and around it what is touched once an epoch or less. Only the modules of this folder
 * change it; everybody else reads copies through `queries.ts`.
 */
import type {Rules, SealedEpoch} from '@pobs/protocol';
import {SYSTEM_WALLETS} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {assert} from './amounts.ts';
import type {Event} from './events.ts';
import type {Forced} from './forced.ts';
import {FIRST_USER, SYSTEM} from './venue/accounts.ts';
import {post} from './venue/claims.ts';
import type {LegCode} from './venue/legs.ts';
import type {Market} from './venue/market.ts';
import {Venue} from './venue/venue.ts';

export type AuthorisedWithdrawal = {epoch: bigint; asset: number; lots: number; cumulative: number};

/** Who an account of the venue belongs to. */
export type Identity = {
  number: number;
  wallet: Address;
  /** Number of the wallet's main account, and 0 for it, else which of its sub-accounts this is. */
  owner: number;
  sub: number;
  secret?: Hex;
  /** Blinding of the era it was last needed in; recomputed from the secret, so no part of the state's meaning. */
  blinding?: {era: number; value: Hex};
  viewingKey?: string;
};

/** Withdrawals of one account by asset, lots. `sealed` lies inside the claim; `requested` is the venue's. */
export type Withdrawals = {sealed: Float64Array; cumulative: Float64Array; paid: Float64Array; authorised: AuthorisedWithdrawal[]};

export type Asset = {
  index: number;
  chainId: number;
  custody: Address;
  token: Address;
  symbol: string;
  currency: number;
  decimals: number;
  lotSize: bigint;
  withdrawalFeeLots: number;
  withdrawalMinimumLots: number;
  /** Cumulative lots. */
  deposited: number;
  authorisedOut: number;
};

export type Chain = {
  chainId: number;
  custody: Address;
  withdrawEvery: number;
  blockNumber: bigint;
  blockHash: Hex;
  activeEpoch: bigint;
  kills: number;
  frozen?: boolean;
};

/** What V11 needs of a sealed epoch that is not dead. Columns as in the venue, for the accounts there were. */
export type Base = {
  /** Milliseconds of the core's clock. */
  sealedAt: number;
  accounts: number;
  claims: Float64Array;
  withdrawals: Map<number, Float64Array>;
  /** Credited lots of every sender, bound or not, at the epoch's lines. */
  deposits: Map<Address, readonly number[]>;
};

/** A wallet that ever sent something: base units received and lots credited, by asset. Arrays are replaced, never changed. */
export type Sender = {cumulative: bigint[]; lots: readonly number[]};

export type State = {
  rules: Rules;
  at: bigint;
  currencies: string[];
  settlementCurrency: number;
  assets: Asset[];
  chains: Chain[];
  venue: Venue;
  markets: Map<string, Market>;
  /** By account number. */
  identities: Identity[];
  /** Main accounts. */
  byWallet: Map<Address, number>;
  /** Sub-accounts by main account, in order: sub-account n lies at n − 1. */
  subs: Map<number, readonly number[]>;
  withdrawals: Map<number, Withdrawals>;
  senders: Map<Address, Sender>;
  /** Open forced withdrawals by `asset wallet`. */
  forced: Map<string, Forced>;
  /** Client order ids that came as text, by order sequence, while the order is open. */
  clientTexts: Map<number, string>;
  lastSealed: bigint;
  lastSnapshotTime: bigint;
  lastApproved: bigint;
  lastOutcome: 'approved' | 'dead' | undefined;
  bases: Map<bigint, Base>;
  /** The newest sealed epochs, {@link SEALED_KEPT} of them; `journalHead` is filled by the node. */
  sealedEpochs: Map<bigint, SealedEpoch>;
};

export const SEALED_KEPT = 4;
export const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000';
export const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`;
const SYSTEM_ORDER = ['fees', 'liquidationFund', 'rounding', 'unmatched'] as const;

/** One command's view of the core: the state and the events it adds. `emit` keeps the order with what the venue tells. */
export type Context = {
  state: State;
  emit: (event: Event) => void;
};

export const lower = (value: Address): Address => value.toLowerCase() as Address;

export function addIdentity(state: State, wallet: Address, belongs?: {owner: number; sub: number}): Identity {
  const number = state.venue.accounts.add();
  const identity: Identity = {number, wallet, owner: belongs?.owner ?? number, sub: belongs?.sub ?? 0};
  assert(number === state.identities.length, 'identities and accounts are one to one');
  state.identities.push(identity);
  if (identity.sub === 0) state.byWallet.set(wallet, number);
  return identity;
}

export function addSystemAccounts(state: State): void {
  for (const name of SYSTEM_ORDER) {
    const {number} = addIdentity(state, lower(SYSTEM_WALLETS[name]));
    assert(number === SYSTEM[name], `system account ${name} has number ${number}`);
  }
}

/** Account of a bound wallet, its main one unless `sub` says which; system rows are not accounts of users. */
export function userAccount(state: State, wallet: Address, sub = 0): Identity | undefined {
  const main = state.byWallet.get(lower(wallet));
  if (main === undefined || main < FIRST_USER) return undefined;
  const number = sub === 0 ? main : state.subs.get(main)?.[sub - 1];
  return number === undefined ? undefined : state.identities[number];
}

export function findAsset(state: State, chainId: number, token: Address): Asset | undefined {
  const wanted = lower(token);
  return state.assets.find((asset) => asset.chainId === chainId && asset.token === wanted);
}

/** The account's withdrawals, made when first needed. */
export function withdrawalsFor(state: State, account: number): Withdrawals {
  const known = state.withdrawals.get(account);
  if (known) return known;
  const zeros = (): Float64Array => new Float64Array(state.assets.length);
  const made: Withdrawals = {sealed: zeros(), cumulative: zeros(), paid: zeros(), authorised: []};
  state.withdrawals.set(account, made);
  return made;
}

export const requestedOf = ({venue}: State, account: number, asset: number): number => venue.requested.get(account)?.[asset] ?? 0;

export const sealedOf = ({withdrawals}: State, account: number, asset: number): number => withdrawals.get(account)?.sealed[asset] ?? 0;

export function setRequested(state: State, account: number, asset: number, lots: number): void {
  const known = state.venue.requested.get(account) ?? new Float64Array(state.assets.length);
  known[asset] = lots;
  state.venue.requested.set(account, known);
}

export const claimOf = ({venue}: State, account: number, asset: number): number => venue.accounts.claims[account * venue.accounts.assets + asset]!;

/** A leg between accounts, or from and to the world outside (−1). */
export const move = ({venue}: State, leg: {from: number; to: number; asset: number; lots: number; kind: LegCode}): void =>
  post(venue, leg.from, leg.to, leg.asset, leg.lots, leg.kind);

/** State before genesis. */
export function emptyState(rules: Rules): State {
  return {
    rules, at: 0n, currencies: [], settlementCurrency: 0, assets: [], chains: [], venue: new Venue({currencyOf: [], currencies: 0, settlement: 0, clientIds: 1}),
    markets: new Map(), identities: [], byWallet: new Map(), subs: new Map(), withdrawals: new Map(), senders: new Map(), forced: new Map(), clientTexts: new Map(), lastSealed: 0n,
    lastSnapshotTime: 0n, lastApproved: 0n, lastOutcome: undefined, bases: new Map(), sealedEpochs: new Map(),
  };
}
