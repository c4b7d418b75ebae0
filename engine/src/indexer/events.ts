/** What the chains told us, one record per contract event, typed and free of any client library's shapes. */
import type {Line, Summary} from '@pobs/protocol';
import type {Address, Hex} from 'viem';

/** Where an event stands; `(chainId, blockNumber, logIndex)` names it. `blockTime` in unix seconds. */
export type EventPosition = {chainId: number; blockNumber: bigint; logIndex: number; txHash: Hex; blockTime: bigint};

/** `amount` in base units. */
export type DepositEvent = EventPosition & {type: 'deposit'; token: Address; sender: Address; amount: bigint};

export type EpochProposedEvent = EventPosition & {type: 'epochProposed'; digest: Hex; summary: Summary; lines: readonly Line[]};

export type EpochDecidedEvent = EventPosition & {type: 'epochDecided'; epoch: bigint; outcome: 'APPROVED' | 'REJECTED'};

/** `kind` 1 approve, 2 reject, 3 dispute; `weight` in stake wei. */
export type VoteEvent = EventPosition & {
  type: 'vote'; epoch: bigint; validator: Address; index: number; kind: number; rule: number; weight: bigint;
};

export type CertificateEvent = EventPosition & {
  type: 'certificate'; epoch: bigint; digest: Hex; kind: number; setId: number; signedWeight: bigint; totalWeight: bigint;
};

export type SettledEvent = EventPosition & {
  type: 'settled'; epoch: bigint; digest: Hex; payoutRoot: Hex; lineBlock: bigint; signedWeight: bigint;
};

export type ActivatedEvent = EventPosition & {type: 'activated'; epoch: bigint; payoutRoot: Hex};

/** Lots. `cumulative` is absent where the event does not carry it (a deferral). */
export type PayoutEvent = EventPosition & {
  type: 'payout'; epoch: bigint; token: Address; wallet: Address; lots: bigint; cumulative?: bigint; deferred: boolean;
};

export type ValidatorEvent = EventPosition & {type: 'validator'; index: number; address: Address; key: Hex; weight: bigint};

export type TermEvent = EventPosition & {
  type: 'term'; accepted: boolean; setId: number; membersRoot: Hex; aggregateKey: Hex; totalWeight: bigint; count: number;
  activeFrom: bigint; activeUntil: bigint;
};

export type ChainEvent =
  | DepositEvent | EpochProposedEvent | EpochDecidedEvent | VoteEvent | CertificateEvent | SettledEvent | ActivatedEvent
  | PayoutEvent | ValidatorEvent | TermEvent;

export type BlockRef = {number: bigint; hash: Hex; time: bigint};
