/** The whole state of the core. Only the modules of this folder change it; everybody else reads copies through `queries.ts`. */
import type {LegKind, Rules, SealedEpoch} from '@pobs/protocol';
import {SYSTEM_WALLETS} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {assert} from './amounts.ts';
import {type Book, createBook} from './book.ts';
import type {Event} from './events.ts';
import type {MarketSpec} from './markets.ts';

export type Order = {
  id: bigint;
  clientOrderId: string;
  account: Account;
  market: Market;
  side: 'buy' | 'sell';
  /** Limit price; a market order never rests and has none. */
  price: bigint;
  quantity: bigint;
  remaining: bigint;
  /** Spot: Σ price·quantity filled (nano), Σ of fees (fine), and fee lots already paid; rounding is per order, not per fill. */
  filledNano: bigint;
  feeFine: bigint;
  feePaidLots: bigint;
  /** Spot: lots held in the account while the order waits (quote for a buy, base for a sell). */
  hold: bigint;
};

/** Signed: negative size is a short. Costs are Σ ± price·quantity in nano. */
export type Position = {
  size: bigint;
  /** Basis against which nothing has been settled yet; moves to the mark at every seal. */
  settleCost: bigint;
  /** Basis of the trades, for display and ranking. */
  entryCost: bigint;
};

export type AuthorisedWithdrawal = {epoch: bigint; asset: number; lots: bigint; cumulative: bigint};

export type Account = {
  number: number;
  wallet: Address;
  secret?: Hex;
  /** Blinding of the era it was last needed in; recomputed from the secret, so no part of the state's meaning. */
  blinding?: {era: number; value: Hex};
  viewingKey?: string;
  /** By asset index, lots. `requested` and `sealed` lie inside `claims`. */
  claims: bigint[];
  requested: bigint[];
  sealed: bigint[];
  /** Ever authorised, and seen paid on chain. */
  cumulative: bigint[];
  paid: bigint[];
  /** By currency index: lots held for open spot orders. */
  holds: bigint[];
  /** Fine units of settlement currency: realised PnL and perpetual fees since the last settlement. */
  pending: bigint;
  positions: Map<string, Position>;
  orders: Map<bigint, Order>;
  /** Open and lately closed client order ids, oldest first. */
  clientIds: Map<string, bigint>;
  authorised: AuthorisedWithdrawal[];
};

export type Asset = {
  index: number;
  chainId: number;
  custody: Address;
  token: Address;
  symbol: string;
  currency: number;
  decimals: number;
  lotSize: bigint;
  withdrawalFeeLots: bigint;
  withdrawalMinimumLots: bigint;
  deposited: bigint;
  authorisedOut: bigint;
};

export type Chain = {
  chainId: number;
  custody: Address;
  withdrawEvery: number;
  blockNumber: bigint;
  blockHash: Hex;
  activeEpoch: bigint;
  kills: number;
};

export type Market = {
  spec: MarketSpec;
  baseCurrency: number;
  quoteCurrency: number;
  book: Book;
  mark: bigint;
  lastPrice: bigint;
  lastTradeId: bigint;
  /** Accounts with a position here, by number. */
  holders: Map<number, Account>;
};

/** A movement between rows since the newest approved sheet; `asset` is the asset index. */
export type PostedLeg = {seq: bigint; from: Address; to: Address; asset: number; lots: bigint; kind: LegKind};

/** What V11 needs of a sealed epoch that is not dead. Arrays are by asset index. */
export type Base = {
  rows: Map<number, {total: readonly bigint[]; withdrawal: readonly bigint[]}>;
  /** Credited lots of every sender, bound or not, at the epoch's lines. */
  deposits: Map<Address, readonly bigint[]>;
};

/** A wallet that ever sent something: base units received and lots credited, by asset. Arrays are replaced, never changed. */
export type Sender = {cumulative: bigint[]; lots: readonly bigint[]};

export type State = {
  rules: Rules;
  at: bigint;
  currencies: string[];
  settlementCurrency: number;
  assets: Asset[];
  chains: Chain[];
  markets: Map<string, Market>;
  accounts: Account[];
  byWallet: Map<Address, Account>;
  senders: Map<Address, Sender>;
  orders: Map<bigint, Order>;
  lastOrderId: bigint;
  legs: PostedLeg[];
  lastLegSeq: bigint;
  /** Legs of the sealed, undecided epoch; they come back first if it dies. */
  sealedLegs: PostedLeg[];
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

/** Numbers of the system accounts; users start at {@link FIRST_USER}. */
export const SYSTEM = {fees: 0, liquidationFund: 1, rounding: 2, unmatched: 3} as const;
export const FIRST_USER = 4;
const SYSTEM_ORDER = ['fees', 'liquidationFund', 'rounding', 'unmatched'] as const;

/** One command's view of the core: the state and the events it adds. */
export type Context = {state: State; emit: (event: Event) => void};

export const lower = (value: Address): Address => value.toLowerCase() as Address;

export function addAccount(state: State, wallet: Address): Account {
  const zeros = (): bigint[] => state.assets.map(() => 0n);
  const account: Account = {
    number: state.accounts.length, wallet, claims: zeros(), requested: zeros(), sealed: zeros(), cumulative: zeros(), paid: zeros(),
    holds: state.currencies.map(() => 0n), pending: 0n, positions: new Map(), orders: new Map(), clientIds: new Map(), authorised: [],
  };
  state.accounts.push(account);
  state.byWallet.set(wallet, account);
  return account;
}

export function addSystemAccounts(state: State): void {
  for (const name of SYSTEM_ORDER) {
    const account = addAccount(state, lower(SYSTEM_WALLETS[name]));
    assert(account.number === SYSTEM[name], `system account ${name} has number ${account.number}`);
  }
}

export function systemAccount(state: State, name: keyof typeof SYSTEM): Account {
  const account = state.accounts[SYSTEM[name]];
  assert(account !== undefined, 'no genesis yet');
  return account;
}

/** The account of a bound wallet; system rows are not accounts of users. */
export function userAccount(state: State, wallet: Address): Account | undefined {
  const account = state.byWallet.get(lower(wallet));
  return account && account.number >= FIRST_USER ? account : undefined;
}

export function findAsset(state: State, chainId: number, token: Address): Asset | undefined {
  const wanted = lower(token);
  return state.assets.find((asset) => asset.chainId === chainId && asset.token === wanted);
}

export function createMarket(state: State, spec: MarketSpec): Market {
  return {
    spec, baseCurrency: state.currencies.indexOf(spec.base), quoteCurrency: state.currencies.indexOf(spec.quote),
    book: createBook(), mark: 0n, lastPrice: 0n, lastTradeId: 0n, holders: new Map(),
  };
}

/** State before genesis. */
export function emptyState(rules: Rules): State {
  return {
    rules, at: 0n, currencies: [], settlementCurrency: 0, assets: [], chains: [], markets: new Map(), accounts: [], byWallet: new Map(),
    senders: new Map(), orders: new Map(), lastOrderId: 0n, legs: [], lastLegSeq: 0n, sealedLegs: [], lastSealed: 0n, lastSnapshotTime: 0n,
    lastApproved: 0n, lastOutcome: undefined, bases: new Map(), sealedEpochs: new Map(),
  };
}
