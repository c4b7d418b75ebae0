/** What the indexer needs from the rest of the engine; `app.ts` wires the database and the core. */
import type {Address, Hex} from 'viem';
import type {Command, Rejection} from '../core/commands.ts';
import type {BlockRef, ChainEvent} from './events.ts';

export type AdvanceChain = Extract<Command, {type: 'advanceChain'}>;

/** The core's own view of a chain: the only cursor of crediting, kept in the journal. */
export type CreditedHeight = {blockNumber: bigint; blockHash: Hex};

export type CorePort = {
  /** Undefined before the chain's first advance. */
  height(chainId: number): Promise<CreditedHeight | undefined>;
  advance(command: AdvanceChain): Promise<{ok: true} | {ok: false; rejection: Rejection}>;
};

export type ChainCursor = BlockRef & {genesisHash: Hex};

/** The read models of the chains. */
export type ChainStore = {
  cursor(chainId: number): Promise<ChainCursor | undefined>;
  /** Blocks the index stands on at or below `number`, newest first. */
  indexedBlocks(chainId: number, number: bigint, limit: number): Promise<BlockRef[]>;
  /** Adds a range in one transaction; events already there are left as they are. */
  append(range: AppendedRange): Promise<void>;
  /** Drops everything above `ancestor` in one transaction. */
  rollback(chainId: number, ancestor: BlockRef): Promise<void>;
  /** Forgets a chain altogether. */
  forget(chainId: number): Promise<void>;
  noteHead(chainId: number, head: BlockRef): Promise<void>;
  /** Custody assets of proposed epochs whose reserves at the line's block are not yet known. */
  assetsWithoutReserves(chainId: number, limit: number): Promise<AssetAtBlock[]>;
  setReserves(asset: AssetAtBlock, reserves: {reservesLots: bigint; paidOut: bigint}): Promise<void>;
};

export type AppendedRange = {
  chainId: number;
  genesisHash: Hex;
  head: BlockRef;
  to: BlockRef;
  /** Blocks with events, to stand on after a reorganisation. */
  blocks: readonly BlockRef[];
  events: readonly ChainEvent[];
};

export type AssetAtBlock = {epoch: bigint; lineIndex: number; index: number; custody: Address; token: Address; lotSize: bigint; blockNumber: bigint};

export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
