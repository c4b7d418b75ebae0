/** What the duties need of the world beside epochs; `app.ts` wires the adapters. */
import type {LeafOpening, Member, PayoutClaim} from '@pobs/protocol';
import type {BeaconRound, CountedProposal, TermPrizes} from '@pobs/protocol/chain';
import type {Address, Hex} from 'viem';

/**
 * Something that has to be done on a chain by somebody. Every step looks at the chain first, does at most one thing and
 * waits for nothing: repeated, interrupted or done by somebody else meanwhile, it does no harm.
 */
export type Duty = {
  readonly name: string;
  /** @returns What was done; undefined when nothing is due now. @throws {PobsError} */
  step(): Promise<Done | undefined>;
};

export type Done = {what: string; tx: Hex} & Readonly<Record<string, unknown>>;

/** Epochs proposed under one set. */
export type Span = {first: bigint; last: bigint};

type L2Clock = {
  /** Time of the newest L2 block. */
  time(): Promise<bigint>;
  /** Greatest set id L2 knows, 0 before the first. */
  latestSet(): Promise<number>;
  /** Undefined before the first proposal under the set. */
  span(setId: number): Promise<Span | undefined>;
};

/** Participation on L2. */
export type ParticipationChain = L2Clock & {
  lastEpoch(): Promise<bigint>;
  proposal(epoch: bigint): Promise<CountedProposal | undefined>;
  isCounted(epoch: bigint): Promise<boolean>;
  /** @param groups - By kind − 1. */
  count(epoch: bigint, groups: CountedProposal['groups']): Promise<Hex>;
  /** Seconds after a term's end by which all its votes are in. */
  votesCloseAfter(): Promise<bigint>;
  /** Share of a term's epochs, basis points, beyond which absence is reported, and most members of one report. */
  limits(): Promise<{absentBps: bigint; reportMax: number}>;
  /** By seat: epochs missed, and whether that was reported. */
  absences(setId: number, seats: number): Promise<{missed: number; reported: boolean}[]>;
  report(setId: number, members: readonly Member[], siblings: readonly Hex[]): Promise<Hex>;
};

/** RewardPool and the beacons. */
export type RewardChain = L2Clock & {
  prizes(setId: number): Promise<TermPrizes>;
  /** Adds base units of the reward token, approving them first. */
  fund(setId: number, amount: bigint): Promise<Hex>;
  draw(setId: number): Promise<Hex>;
  carry(from: number, to: number): Promise<Hex>;
  /** Zero bytes while nobody has proven the round there. */
  randomness(chain: 'l1' | 'l2', round: bigint): Promise<Hex>;
  submit(chain: 'l1' | 'l2', round: BeaconRound): Promise<Hex>;
  /** The round that a draw of seats on L1 waits for; undefined while none is open. */
  seatRound(): Promise<bigint | undefined>;
};

/** A drand network over HTTP. */
export type Beacon = {
  /** Undefined while the round is not published. */
  round(number: bigint): Promise<BeaconRound | undefined>;
};

export type OpenRequest = {token: Address; wallet: Address; baseline: bigint; blockNumber: bigint; exit: boolean};

/** Forced withdrawals of one Custody. */
export type ForcedChain = {
  readonly chainId: number;
  readonly custody: Address;
  activeEpoch(): Promise<bigint>;
  /** Requests that nobody has answered yet. */
  openRequests(): Promise<OpenRequest[]>;
  markServed(payout: PayoutClaim): Promise<Hex>;
  markServedByRow(proof: LeafOpening): Promise<Hex>;
};

/** A message that one of this system's contracts on L2 sent to L1. */
export type SentMessage = {
  /** Its number among L2's sends. */
  position: bigint;
  what: 'a report of absences' | 'reserves of the treasury';
  l2Block: bigint;
};

/** L2's sends, and the outbox on L1 that executes them. */
export type SendChain = {
  /** What nobody has executed yet, oldest first. */
  pending(): Promise<readonly SentMessage[]>;
  /** Undefined while no confirmed assertion holds the message. */
  proof(message: SentMessage): Promise<readonly Hex[] | undefined>;
  execute(message: SentMessage, proof: readonly Hex[]): Promise<Hex>;
};

/** Limits by which the treasury's reserves of one asset are moved, base units. */
export type TreasuryRule = {
  symbol: string;
  /** Zero address: ETH. */
  l1Token: Address;
  /** What the gateways make of it on L2: the token that the custody there lists. */
  l2Token: Address;
  l1: TreasuryEnd;
  l2: TreasuryEnd;
  /** Less is not worth its fees. */
  transferMin: bigint;
  /** Most that leaves at once: what one stolen operator key can send away for a week. */
  transferMax: bigint;
};

/** An end below its floor is filled up to its target, from what the other holds above its own target. */
export type TreasuryEnd = {floor: bigint; target: bigint};

export type Side = 'l1' | 'l2';

/** How the newest transfer from one end stands; `redeemable`: it reached L2 and its first run failed there. */
export type TransferState = 'arrived' | 'under way' | 'redeemable';

/** Both ends of the treasury. */
export type TreasuryChain = {
  balance(side: Side, rule: TreasuryRule): Promise<bigint>;
  newestTransfer(from: Side, rule: TreasuryRule): Promise<TransferState>;
  send(from: Side, rule: TreasuryRule, amount: bigint): Promise<Hex>;
  /** Runs the newest transfer from L1 again on L2. */
  redeem(rule: TreasuryRule): Promise<Hex>;
};
