/** What the services need of the world; `app.ts` wires the adapters. Money is lots, times are seconds. */
import type {CastVote, Certificate, Line, Member, SealedBooks, SetHeader, Summary} from '@pobs/protocol';
import type {BuildInput, BuildResult, Reserve} from '@pobs/protocol/builder';
import type {CustodyRoot} from '@pobs/protocol/chain';
import type {Address, Hex} from 'viem';
import type {EpochState, Stage} from '../core/stages.ts';

export type EpochRecord = EpochState & {digest?: Hex};
export type StageRecord = {stage: Stage; at: Date; ms: number; tx?: Hex};

export type EpochRepository = {
  findUnfinished(): Promise<EpochRecord | undefined>;
  find(epoch: bigint): Promise<EpochRecord | undefined>;
  /** Newest first. */
  findLatest(count: number): Promise<EpochRecord[]>;
  add(state: EpochState): Promise<void>;
  /** Back to `opened` at another snapshot time. */
  reopen(state: EpochState): Promise<void>;
  /** Records a stage that was reached; resolves with the time it was recorded at. */
  advance(state: EpochState, done: {ms: number; tx?: Hex | undefined; digest?: Hex | undefined}): Promise<Date>;
  stagesOf(epoch: bigint): Promise<StageRecord[]>;
};

export type PendingTransaction = {hash: Hex; raw: Hex};

export type TransactionLog = {
  findSent(of: {purpose: string; chainId: number}): Promise<PendingTransaction | undefined>;
  addSent(sent: {purpose: string; chainId: number} & PendingTransaction): Promise<void>;
  closeSent(sent: {hash: Hex; state: 'mined' | 'lost'}): Promise<void>;
};

/** The engine's operator interface. */
export type Engine = {
  /** Greatest epoch the engine ever sealed, 0 before the first; `undecided` is the one that waits for its outcome. */
  state(): Promise<{lastSealed: bigint; undecided: bigint | undefined}>;
  /** Idempotent per epoch. */
  seal(request: {epoch: bigint; snapshotTime: bigint}): Promise<SealedBooks>;
  sealed(epoch: bigint): Promise<SealedBooks>;
  /** Idempotent. */
  tellOutcome(epoch: bigint, outcome: 'approved' | 'dead'): Promise<void>;
};

export const ProposalStatus = {None: 0, Proposed: 1, Approved: 2, Rejected: 3} as const;

export type Proposal = {digest: Hex; status: number; setId: number; snapshotTime: bigint};

/** EpochManager on L2. */
export type EpochChain = {
  /** Time of the newest block. */
  time(): Promise<bigint>;
  lastEpoch(): Promise<bigint>;
  /** Newest Approved summary; epoch 0 and zero digest before the first. */
  lastApproved(): Promise<{epoch: bigint; digest: Hex}>;
  /** Undefined while nothing is proposed under this number. */
  proposal(epoch: bigint): Promise<Proposal | undefined>;
  /** The summary of a proposed epoch, from its event. */
  summaryOf(epoch: bigint): Promise<Summary>;
  votes(epoch: bigint): Promise<CastVote[]>;
  /** The heaviest APPROVE certificate that was submitted, whoever submitted it. */
  approvalOf(epoch: bigint): Promise<Certificate | undefined>;
  propose(summary: Summary, lines: readonly Line[]): Promise<Hex>;
  certify(epoch: bigint, certificate: Certificate): Promise<Hex>;
};

/** Consecutive leaves of a payout tree from index `first` on, and what proves them together. */
export type PayoutRange = {first: number; leaves: readonly {token: Address; wallet: Address; cumulative: bigint}[]; siblings: readonly Hex[]};

export type SettleArguments = {
  summary: Summary; line: Line; lineIndex: bigint; linePath: readonly Hex[]; treeHashes: readonly Hex[]; certificate: Certificate;
};

/** One chain's Custody. */
export type CustodyChain = {
  readonly name: 'l1' | 'l2';
  readonly chainId: number;
  readonly custody: Address;
  /** Time of the newest block. */
  time(): Promise<bigint>;
  /** Time of the newest final block. */
  finalTime(): Promise<bigint>;
  /** At the newest block, or the newest final one. */
  roots(at: 'latest' | 'finalized'): Promise<{active: CustodyRoot; pending: CustodyRoot; pendingActiveAt: bigint}>;
  /** Base units held and lots paid of each token, after the block. */
  reservesAt(blockNumber: bigint, tokens: readonly Address[]): Promise<Reserve[]>;
  paid(payees: readonly {token: Address; wallet: Address}[]): Promise<bigint[]>;
  settle(settle: SettleArguments): Promise<Hex>;
  distribute(epoch: bigint, range: PayoutRange): Promise<Hex>;
};

export type ValidatorSet = {header: SetHeader; members: readonly Member[]; encryptionKeys: ReadonlyMap<Address, Hex>};

/** The registry's terms. */
export type Sets = {
  /** The set with the greatest `activeFrom ≤ time`, if its term covers `time`. */
  setAt(time: bigint): Promise<ValidatorSet | undefined>;
  load(setId: number): Promise<ValidatorSet>;
};

/** L1 registry and the ticket that carries a header to L2. */
export type TermChain = {
  /** Time of the newest L1 block. */
  time(): Promise<bigint>;
  latestHeader(): Promise<SetHeader | undefined>;
  /** Greatest set id L2 knows, 0 before the first. */
  latestOnL2(): Promise<number>;
  /** One batch of whoever may enter, leave or draw a seat before the term is fixed; undefined when nobody may now. */
  prepareTerm(): Promise<Hex | undefined>;
  fixTerm(): Promise<Hex>;
  /** State of the newest ticket that carries the set. */
  ticket(setId: number): Promise<TicketState>;
  /** Sends the header by a new ticket. */
  sendTerm(setId: number): Promise<Hex>;
  /** Redeems a ticket whose first redeem failed. */
  redeem(setId: number): Promise<Hex>;
};

export type TicketState = 'none' | 'waiting' | 'redeemable' | 'redeemed' | 'failed';

/** Makes files, trees and summary of sealed books, or names why it will not: `buildEpoch` of the protocol. */
export type EpochBuilder = (input: BuildInput) => Promise<BuildResult>;

/** What one epoch's build leaves behind; kept, since it is settled and paid from. */
export type StoredEpoch = {
  summary: Summary;
  digest: Hex;
  lines: readonly Line[];
  /** Bare GPMP hashes by line and asset, as `settle` takes them. */
  treeHashes: readonly (readonly Hex[])[];
  /** Log head after this epoch. */
  logHead: Hex;
  manifest: Uint8Array;
  files: ReadonlyMap<string, Uint8Array>;
  /** The mapping file, encrypted to the validators. */
  mapping: Uint8Array;
};

/** `recipients` are `age1…` keys without the operator's own; absent, they are those of the set. */
export type Wrapped = {setId: number; recipients?: readonly string[]};

/** The data folder. */
export type Vault = {
  save(epoch: bigint, built: StoredEpoch): Promise<void>;
  load(epoch: bigint): Promise<StoredEpoch | undefined>;
  mapping(epoch: bigint): Promise<Uint8Array | undefined>;
  /** Whom the mapping file is wrapped to: the validators of a set, and by name once it was wrapped anew. */
  wrapped(epoch: bigint): Promise<Wrapped | undefined>;
  replaceMapping(epoch: bigint, bytes: Uint8Array, wrapped: Required<Wrapped>): Promise<void>;
  /** Forgets a build that was never proposed. */
  discard(epoch: bigint): Promise<void>;
};

export type Logger = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export type StageReport = {
  epoch: bigint; stage: Stage; at: Date; ms: number;
  tx?: Hex; outcome?: string; digest?: Hex; skipped?: boolean; totalMs?: number;
};
