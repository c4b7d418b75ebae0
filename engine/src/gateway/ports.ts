/** What the gateway asks of the engine; `app.ts` wires node, database and indexer. */
import type {SealedEpoch} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import type {
  AccountView, AdlView, AssetView, BookView, ChainView, FundingView, MarketView, ProgrammeView, RiskView, WithdrawalView,
} from '../core/views.ts';
import type {EngineLink} from '../link/types.ts';
import type {ChainStatus} from '../indexer/follower.ts';
import type {EventListener, NodeState, Submit} from '../node/types.ts';

/** Reads answer once what they saw is durable. */
export type EnginePort = {
  submit: Submit;
  state(): Promise<NodeState>;
  /** Undefined for a wallet that is not bound. */
  account(wallet: Address, sub?: number): Promise<AccountView | undefined>;
  blinding(wallet: Address, epoch: bigint): Promise<Hex | undefined>;
  chains(): Promise<readonly ChainView[]>;
  assets(): Promise<readonly AssetView[]>;
  markets(): Promise<readonly MarketView[]>;
  book(market: string, levels: number): Promise<BookView | undefined>;
  openWithdrawals(): Promise<readonly WithdrawalView[]>;
  sealedEpoch(epoch: bigint): Promise<SealedEpoch | undefined>;
  /** Undefined for a market that pays no funding. */
  funding(market: string): Promise<FundingView | undefined>;
  risk(): Promise<RiskView>;
  /** Members of a market's programmes. */
  programmes(market: string): Promise<readonly ProgrammeView[] | undefined>;
  /** One entry per open position of the wallet. */
  ranksOf(wallet: Address): Promise<readonly AdlView[]>;
  /** One entry per open position of the market. */
  ranksIn(market: string): Promise<readonly AdlView[] | undefined>;
  /** Durable events only, in order. Returns the way to stop. */
  onEvents(listener: EventListener): () => void;
};

/** `missed`: events of the time without it cannot be had any more. */
export type Presence = {here: boolean; missed: boolean};

export type GatewayEngine = EnginePort & Pick<EngineLink, 'sendRecords' | 'accountIndex' | 'onEventFrames' | 'decode'> & {
  /** Told at once, and whenever the engine comes or goes. Returns the way to stop. */
  onPresence(listener: (presence: Presence) => void): () => void;
};

export type TradeRecord = {tradeId: bigint; market: string; price: bigint; quantity: bigint; takerSide: 'buy' | 'sell'; at: bigint};

/** `start` milliseconds; `volume` base lots. */
export type Candle = {start: bigint; open: bigint; high: bigint; low: bigint; close: bigint; volume: bigint; trades: number};

/** Base units received from a wallet: in credited blocks, and in all. */
export type Received = {chainId: number; token: Address; final: bigint; all: bigint};

export type MarketReads = {
  /** Newest first; those with an id below `before`. */
  trades(market: string, limit: number, before?: bigint): Promise<TradeRecord[]>;
  /** Candles that begin before a moment, the newest `limit` of them, oldest first; intervals without a trade have none. */
  candles(market: string, wanted: {intervalMs: number; limit: number; before: bigint; belowTrade?: bigint}): Promise<Candle[]>;
  receivedFrom(sender: Address, creditedBlock: ReadonlyMap<number, bigint>): Promise<Received[]>;
};

export type HealthPort = {
  chains(): readonly ChainStatus[];
  database(): Promise<boolean>;
  projections(): {sequence: bigint; problem?: string};
};
