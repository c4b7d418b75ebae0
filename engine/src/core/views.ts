/** Plain, detached copies of state for gateways (see `queries.ts`). Amounts are lots, wallets lower-case. */
import type {Address, Hex} from 'viem';

export type BalanceView = {
  chainId: number;
  custody: Address;
  token: Address;
  symbol: string;
  currency: string;
  decimals: number;
  lotSize: bigint;
  /** The claim as it would stand on the sheet: what is set aside for withdrawals is inside. */
  total: bigint;
  /** Free to spend; orders' holds and margin of the currency are taken from its largest custody asset first. */
  available: bigint;
  /** `total − available`. */
  held: bigint;
  /** Open request, not sealed. */
  requested: bigint;
  /** Part of a sealed, undecided epoch. */
  sealed: bigint;
  /** PROTOCOL §3: what could leave now, including `requested`; the bound of V11 applied. */
  withdrawable: bigint;
};

export type PositionView = {
  market: string;
  /** Base lots, negative for a short. */
  size: bigint;
  entryPrice: bigint;
  mark: bigint;
  /** Against the entry, lots rounded down. */
  unrealisedPnl: bigint;
};

export type OrderView = {
  orderId: bigint;
  clientOrderId: string;
  market: string;
  wallet: Address;
  sub?: number;
  side: 'buy' | 'sell';
  price: bigint;
  quantity: bigint;
  remaining: bigint;
};

export type WithdrawalState = 'requested' | 'sealed' | 'authorised' | 'active' | 'paid';

export type WithdrawalView = {
  wallet: Address;
  chainId: number;
  token: Address;
  lots: bigint;
  state: WithdrawalState;
  /** Absent while `requested`. */
  epoch?: bigint;
};

/** `lots` as proven on chain; the epoch that answers carries everything the row may withdraw. */
export type ForcedView = {chainId: number; token: Address; lots: bigint; exit: boolean};

/** Margin of the whole account in settlement currency lots, rounded against the account. */
export type MarginView = {equity: bigint; initial: bigint; maintenance: bigint; free: bigint};

export type AccountView = {
  wallet: Address;
  account: number;
  /** 0 for the main account. */
  sub: number;
  /** How many sub-accounts the wallet has: numbers 1 to this. */
  subAccounts: number;
  viewingKey?: string;
  balances: readonly BalanceView[];
  positions: readonly PositionView[];
  orders: readonly OrderView[];
  withdrawals: readonly WithdrawalView[];
  /** Withdrawals forced on chain that nothing has answered yet. */
  forced: readonly ForcedView[];
  margin: MarginView;
};

export type LevelView = {price: bigint; quantity: bigint; orders: number};

/** Best price first. */
export type BookView = {market: string; bids: readonly LevelView[]; asks: readonly LevelView[]};

export type MarketView = {
  market: string;
  kind: 'spot' | 'perpetual';
  base: string;
  quote: string;
  /** Prices are multiples of `tick` (10⁻⁶ quote per whole base), quantities of `lot` (base lots). */
  tick: bigint;
  lot: bigint;
  makerFeeBps: bigint;
  takerFeeBps: bigint;
  initialMarginBps?: bigint;
  maintenanceMarginBps?: bigint;
  mark?: bigint;
  lastPrice?: bigint;
  bestBid?: bigint;
  bestAsk?: bigint;
  /** Base lots, long side. */
  openInterest: bigint;
  /** Automatic Symmetric Liquidation is active. */
  symmetricLiquidation: boolean;
};

export type ChainView = {
  chainId: number;
  custody: Address;
  withdrawEvery: number;
  /** 0 before the first `advanceChain`. */
  blockNumber: bigint;
  blockHash: Hex;
  activeEpoch: bigint;
  kills: number;
  frozen?: boolean;
};

export type AssetView = {
  index: number;
  chainId: number;
  custody: Address;
  token: Address;
  symbol: string;
  currency: string;
  decimals: number;
  lotSize: bigint;
  withdrawalFeeLots: bigint;
  withdrawalMinimumLots: bigint;
  /** Cumulative lots. */
  deposited: bigint;
  authorisedOut: bigint;
  liabilities: bigint;
};

/** `undecided` is the last sealed epoch while it has no outcome. */
export type EpochsView = {lastSealed: bigint; lastApproved: bigint; undecided?: bigint; base: bigint};
