/** What the GraphQL schema reads; the database room implements it. Lots and weights are bigint, times unix seconds. */
import type {Address, Hex} from 'viem';
import type {EventPosition} from '../indexer/events.ts';

export type EpochStatus = 'PROPOSED' | 'APPROVED' | 'REJECTED';

export type AssetRecord = {
  token: Address; lotSize: bigint; deposited: bigint; liabilities: bigint; withdrawable: bigint; withdrawals: bigint;
  authorisedOut: bigint; count: number; root: Hex;
  /** At the line's block; absent until read from the chain. */
  reservesLots?: bigint;
  paidOut?: bigint;
};

export type LineRecord = {
  chainId: number; custody: Address; blockNumber: bigint; blockHash: Hex; kills: number; payoutRoot: Hex; payoutCount: number;
  assets: readonly AssetRecord[];
};

export type VoteRecord = EventPosition & {validator: Address; index: number; kind: number; rule: number; weight: bigint};
export type CertificateRecord = EventPosition & {kind: number; signedWeight: bigint; totalWeight: bigint};
export type SettlementRecord = EventPosition & {activatedAt?: bigint};
export type PayoutRecord = EventPosition & {
  epoch: bigint; token: Address; wallet: Address; lots: bigint; cumulative: bigint; deferred: boolean;
};

export type EpochRecord = EventPosition & {
  number: bigint; status: EpochStatus; digest: Hex; snapshotTime: bigint; setId: number; parent: Hex; linesRoot: Hex; lineCount: number;
  snapshotCid: Hex; mappingHash: Hex; logRoot: Hex; journalHead: Hex; rulesHash: Hex;
  decision?: EventPosition;
};

/** Everything that hangs on one epoch. */
export type EpochDetail = {
  lines: readonly LineRecord[];
  votes: readonly VoteRecord[];
  certificates: readonly CertificateRecord[];
  settlements: readonly SettlementRecord[];
  payouts: readonly PayoutRecord[];
};

/** `sealedAt` in milliseconds; `rootTooOld`: this custody's active root halts trading. */
export type CustodyRecord = {chainId: number; custody: Address; activeEpoch: bigint; sealedAt?: number; frozen?: boolean; rootTooOld: boolean};

export type ValidatorRecord = {index: number; address: Address; weight: bigint; key: Hex};
export type FreshnessRecord = {chainId: number; indexedBlock: bigint; headBlock: bigint; lagSeconds: number};

export type EpochReads = {
  epoch(number: bigint): Promise<EpochRecord | undefined>;
  /** Newest first, below `before` where given. */
  epochs(page: {first: number; before?: bigint}): Promise<EpochRecord[]>;
  /** The newest one whose reserves at its lines' blocks are known. */
  newestApproved(): Promise<EpochRecord | undefined>;
  details(numbers: readonly bigint[]): Promise<Map<bigint, EpochDetail>>;
  payouts(wallet: Address): Promise<PayoutRecord[]>;
  validators(): Promise<ValidatorRecord[]>;
  freshness(): Promise<FreshnessRecord[]>;
};
