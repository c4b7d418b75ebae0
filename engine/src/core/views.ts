/** Plain, detached copies of state for gateways (see `queries.ts`). Amounts are lots, wallets lower-case. */
import type {Address, Hex} from 'viem';
import type {MarketTermsInput} from './commands.ts';

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
  mode: 'cross' | 'isolated';
  /** Of an isolated position; 0 for a cross one. */
  collateral: bigint;
  /** What this position alone needs at the mark. */
  initialMargin: bigint;
  maintenanceMargin: bigint;
  /** Mark at which its bucket would meet its maintenance, everything else as it is; absent where no price would. An estimate. */
  liquidationPrice?: bigint;
  autoRoll?: {takeLots: bigint; lossLots: bigint};
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
  feeTier: number;
  /** Settlement lots that the next seal turns into claims: cash, open PnL and isolated collateral; negative = will be paid. */
  unsettled: bigint;
  triggers: readonly TriggerView[];
  parents: readonly ParentView[];
  offers: readonly OfferView[];
  /** Memberships in markets' programmes. */
  programmes: readonly ProgrammeView[];
  deadManAt?: bigint;
};

export type TriggerView = {
  triggerId: bigint; market: string; by: 'mark' | 'index' | 'last'; direction: 'rise' | 'fall'; price: bigint; side: 'buy' | 'sell'; quantity: bigint;
  limitPrice?: bigint; reduceOnly: boolean; trail?: bigint;
  /** The other of two of which one cancels the other. */
  sibling?: bigint;
};

export type ParentView = {
  parentId: bigint; market: string; side: 'buy' | 'sell'; strategy: 'twap' | 'vwap'; quantity: bigint; filled: bigint; limitPrice?: bigint; reduceOnly: boolean;
  slices: number; done: number; nextAt: bigint; intervalMs: number;
};

/** Open novation offers the account has made or may take. */
export type OfferView = {offerId: bigint; market: string; from: Address; fromSub?: number; to: Address; toSub?: number; size: bigint; price?: bigint};

/** Where a position stands among those that symmetric liquidation would close against losers of the other side, first = 1. */
export type AdlView = {
  market: string; wallet: Address; sub?: number; side: 'long' | 'short'; rank: number; of: number;
  /** 5 for the first fifth, 1 for the last. */
  lights: number;
};

export type FundingView = {
  market: string; index?: bigint;
  /** Parts per 10⁹ an hour, positive: longs pay. `predicted` = what would be paid if the hour ended now. */
  lastPpb: bigint; predictedPpb?: bigint; premiumPpb: bigint; samples: number; nextAt?: bigint;
  /** What `impactNotional` would be sold and bought at, rounded against the taker; absent where the book has not as much. */
  impactBid?: bigint; impactAsk?: bigint;
};

/** The Liquidation Fund and what symmetric liquidation looks at. */
export type RiskView = {
  /** Settlement lots. */
  fundEquity: bigint; fundInitial: bigint; fundPeak: bigint; openInterestValue: bigint;
  markets: readonly MarketRiskView[];
};

export type MarketRiskView = {
  market: string; symmetric: boolean; mark?: bigint;
  /** Last moment at which a reason for symmetric liquidation held; 0 = never. */
  disturbedAt: bigint;
  /** Base lots of the long side, and settlement lots at the mark; `openInterestMax` absent: no cap. */
  openInterest: bigint; openInterestValue: bigint; openInterestMax?: bigint;
  /** Base lots, negative for a short. */
  fundPosition: bigint;
  /** Absent without a calendar, and until its first session begins. */
  session?: SessionView;
};

/** The running session: shares of the market's own fees and margin rates, ppm. `start` = minutes from Monday 00:00 UTC. */
export type SessionView = {index: number; of: number; start: number; feePpm: number; fundingClampPpm: number; bandPpm: number; marginPpm: number};

export type ProgrammeView = {
  market: string; wallet: Address; sub?: number; programme: 'maker' | 'longHedger' | 'shortHedger'; feePpm: number; spreadPpm: number; minimum: bigint; timePpm: number;
  /** Of the running session, milliseconds; and whether the reduced fee is on. */
  measuredMs: bigint; quotedMs: bigint; standing: boolean;
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
  status: 'open' | 'cancelOnly' | 'halted' | 'delisted';
  /** Index of the running session of its calendar; absent without one. */
  session?: number;
  terms: MarketTermsInput;
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
  /** Of the active epoch, milliseconds by the core's clock; absent before the first. */
  sealedAt?: number;
  /** This chain's root is the one whose age halts trading (PROTOCOL §7). */
  rootTooOld: boolean;
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
