/** What the node gives its callers (gateway, indexer, projections). */
import type {Hex} from 'viem';
import type {Command, Rejection} from '../core/commands.ts';
import type {Event, NumberedEvent} from '../core/events.ts';
import type {ChainView} from '../core/views.ts';
import type {AckWriter} from './record-runner.ts';

/**
 * Answer to one command, given only once everything it rests on is durable.
 * `sequence` is the command's journal sequence; for a refusal, which is not journaled, the last one before it.
 */
export type Submission =
  | {ok: true; sequence: bigint; journalHead: Hex; at: bigint; events: readonly Event[]}
  | {ok: false; sequence: bigint; rejection: Rejection};

export type EventListener = (events: readonly NumberedEvent[]) => void;

export type NodeState = {
  /** Last durable command. */
  sequence: bigint;
  /** Number of the last event handed out. */
  eventSequence: bigint;
  digest: Hex;
  journalHead: Hex;
  chains: readonly ChainView[];
  lastSealed: bigint;
  undecided?: bigint;
};

export type Submit = (command: Command) => Promise<Submission>;

/** Keeps the answers to frames of records until they may leave; those of one stretch leave together. */
export type AnswerHolder = {
  /**
   * @param stretch - Whose end they wait for, by identity.
   * @param acks - Of the frame; good until this returns.
   * @returns what lets them go, once for each stretch; undefined where it was returned before.
   */
  add(stretch: object, request: number, acks: AckWriter): ((hash: Uint8Array) => void) | undefined;
};

/**
 * Hears of a frame of records: acknowledgements (`AckWriter`) and the hash of the batch that holds what was accepted, or why nothing was
 * looked at.
 */
export type RecordsDone = (refused: Error | undefined, acks?: Uint8Array, batchHash?: Uint8Array) => void;
