/** What the services need from the world; adapters implement it, `app.ts` wires it. */
import type {Certificate, Line, Member, RowOpening, Summary} from '@pobs/protocol';
import type {CountedProposal, GroupInfo, LoadedSet, PoolTerms, TermPrizes} from '@pobs/protocol/chain';
import type {Address, Hex} from 'viem';
import type {ShownVote} from '../core/decision.ts';
import type {Proposal} from '../core/proposals.ts';

export type EpochsPort = {
  /** Everything EpochManager has emitted up to now, by epoch. */
  proposals(): Promise<ReadonlyMap<bigint, Proposal>>;
  /** Time in seconds of the newest L2 block: voting windows follow the chain's clock, not this machine's. */
  headTime(): Promise<bigint>;
  /** Block time in seconds of an L2 block. */
  timeOf(blockNumber: bigint): Promise<bigint>;
};

export type CustodyState = {
  kills: number;
  activeEpoch: bigint;
  pendingEpoch: bigint;
  assets: readonly {token: Address; paidOut: bigint; balance: bigint}[];
};

export type CustodyPort = {
  readonly chainId: number;
  readonly custody: Address;
  /** Newest final block and its time in seconds. */
  finalBlock(): Promise<{number: bigint; time: bigint}>;
  blockHash(blockNumber: bigint): Promise<Hex | undefined>;
  stateAt(blockNumber: bigint, tokens: readonly Address[]): Promise<CustodyState>;
  /** Base units ever received by lower-case sender, up to a final block. */
  depositsUpTo(token: Address, blockNumber: bigint): Promise<ReadonlyMap<string, bigint>>;
  /** Block time in seconds; undefined where the chain has no such block. */
  blockTime(blockNumber: bigint): Promise<bigint | undefined>;
  /** Lower-case forwarders that ever brought funds to this custody, up to a final block. */
  forwardersUpTo(blockNumber: bigint): Promise<ReadonlySet<string>>;
  /** Forced withdrawals that nothing has answered after a final block; times in seconds. */
  forcedAt(blockNumber: bigint): Promise<readonly {token: Address; wallet: Address; requestedAt: bigint}[]>;
  paidAt(blockNumber: bigint, payees: readonly {token: Address; wallet: Address}[]): Promise<readonly bigint[]>;
};

export type SetsPort = {
  /** The registry's set with the greatest `activeFrom ≤ time`. */
  inForceAt(time: bigint): Promise<number | undefined>;
  load(setId: number): Promise<LoadedSet>;
};

export type DecisionsPort = {
  votes(proposal: Proposal): Promise<readonly ShownVote[]>;
  /** Accepted certificates that calldata shows, newest first. */
  certificates(proposal: Proposal): Promise<readonly Certificate[]>;
};

export type StoragePort = {
  /** Bytes by CID; undefined when every store answers and none has bytes of that hash. @throws when one does not answer. */
  get(cid: string): Promise<Uint8Array | undefined>;
};

export type MappingPort = {
  /** The epoch's decrypted mapping; undefined when it is answered but nothing in it is for this validator. */
  get(epoch: bigint): Promise<Uint8Array | undefined>;
};

/** Bytes by sha-256 that survive restarts and the operator. */
export type CachePort = {get(sha256: Hex): Uint8Array | undefined; put(bytes: Uint8Array): void};

export type CastPort = {
  /** Base units of stake weight and address of the sender. */
  readonly sender: Address;
  cast(vote: {
    epoch: bigint; kind: number; rule: number; member: {index: number; validator: Address; key: Hex; weight: bigint};
    path: readonly Hex[]; signature: Hex;
  }): Promise<Hex>;
  /** This validator's votes on an epoch as the chain shows them. */
  votesOf(epoch: bigint, validator: Address): Promise<readonly {kind: number; rule: number}[]>;
  gasWei(): Promise<bigint>;
};

/** What a digest says, for a signer that shows or filters it. */
export type SignRequest =
  | {type: 'VOTE'; digest: Hex; message: {kind: number; epoch: bigint; setId: number; summary: Hex; rule: number}}
  | {type: 'POSSESSION'; digest: Hex; message: {validator: Address; coldKey: Address; key: Hex}};

/** Holder of the voting key, in this process or elsewhere. @throws {ValidatorError} `SIGNER_UNAVAILABLE` */
export type SignPort = {
  /** 96 bytes, wire form. */
  readonly key: Hex;
  sign(request: SignRequest): Promise<Hex>;
};

/** First and last epoch proposed under a set. */
export type Span = {first: bigint; last: bigint};

/** `IRewardPool.TicketClaim`. */
export type TicketClaim = {
  member: Member;
  path: readonly Hex[];
  agreed: readonly GroupInfo[];
  disputed: readonly GroupInfo[];
  audit: {salt: Hex; auditRoot: Hex; path: readonly Hex[]; summary: Summary; lines: readonly Line[]; openings: readonly RowOpening[]};
};

/** RewardPool on L2. */
export type RewardsPort = {
  pool(): Promise<PoolTerms>;
  /** Time in seconds of the newest L2 block. */
  time(): Promise<bigint>;
  /** Greatest set id L2 knows. */
  latestSet(): Promise<number>;
  span(setId: number): Promise<Span | undefined>;
  prizes(setId: number): Promise<TermPrizes>;
  counted(epoch: bigint): Promise<CountedProposal | undefined>;
  auditRootOf(setId: number, validator: Address): Promise<Hex>;
  isClaimed(setId: number, ticket: number): Promise<boolean>;
  commit(setId: number, root: Hex): Promise<Hex>;
  claim(setId: number, ticket: number, claim: TicketClaim): Promise<Hex>;
};

/** Audit roots this validator has computed, kept across restarts. */
export type AuditsPort = {
  get(epoch: bigint, digest: Hex): Hex | undefined;
  add(epoch: bigint, digest: Hex, root: Hex): void;
};

export type Clock = {nowMs(): number};

export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
