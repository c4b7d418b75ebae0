/** What a gateway process gets from the engine over the link; `client.ts` implements it, `client.test.ts` shows it. */
import type {Address} from 'viem';
import type {NumberedEvent} from '../core/events.ts';
import type {EnginePort} from '../gateway/ports.ts';
import type {ChainStatus} from '../indexer/follower.ts';
import type {Wants} from '../node/read-frames.ts';

/** At most this many records in one frame. */
export const RECORDS_MAX = 256;
/** Bytes of one acknowledgement: reason:1 ‖ zero:3 ‖ order slot:4 ‖ command sequence:8 ‖ order sequence:8, little-endian, numbers of 8 bytes as doubles. */
export const ACK_BYTES = 24;

/**
 * Answers to the records of one frame, in their order, given once all of it is durable. A refused record has its reason (`REASON`) and the
 * sequence before it; only an order that was placed or amended has a slot and a sequence, else −1 and 0.
 */
export type RecordAcks = {
  count: number;
  /** `count` × {@link ACK_BYTES}. */
  acks: Uint8Array;
  /** Hash of the batch that holds the accepted ones: the journal head they are under. 32 bytes. */
  batchHash: Uint8Array;
};

export type Ack = {reason: number; slot: number; sequence: number; orderSequence: number};

/**
 * Durable events, gap-free, as they come: sections of 64-byte event records and of JSON events. `first` numbers the first of `count`
 * events. What a reader wants of it, it decodes: `client.decode(frame)` gives {@link NumberedEvent}s.
 */
export type EventFrame = {first: number; count: number; bytes: Uint8Array};

/** State of the engine's followers of chains and of its projections, pushed twice a second and after each change. */
export type EngineHealth = {chains: readonly ChainStatus[]; projections: {sequence: bigint; problem?: string}};

/** Where a follower stands. */
export type FollowerStatus = {sequence: number; projections: {sequence: bigint; problem?: string}};

/** Hears of a frame of records: one of the two is called, once. */
export type RecordListener = {
  /** The bytes are good until this returns. */
  answered(answer: RecordAcks): void;
  refused(error: Error): void;
};

/** Records only an operator may send are refused (`REASON.unknownCommand`) unless `operator` is said. */
export type SubmitRecords = (records: Uint8Array, options?: {operator?: boolean}) => Promise<RecordAcks>;

export type EngineLink = EnginePort & {
  submitRecords: SubmitRecords;
  /** The same for one who sends many. The records are copied before this returns. */
  sendRecords(records: Uint8Array, listener: RecordListener, options?: {operator?: boolean}): void;
  /** Number of a wallet's account (its main one unless `sub` says which), for the account word of records; undefined where it is not bound. */
  accountIndex(wallet: Address, sub?: number): Promise<number | undefined>;
  /** Raw event frames in order; cheaper than `onEvents`, which decodes everything. Returns the way to stop. */
  onEventFrames(listener: (frame: EventFrame) => void): () => void;
  /** @param wants - Which records are worth decoding; by default all of them. */
  decode(frame: EventFrame, wants?: Wants): NumberedEvent[];
  /** Events between those asked for at connecting and the first that came cannot be had. */
  readonly missed: boolean;
  /** As last told. */
  health(): EngineHealth;
  /** Resolves when the engine is gone: a gateway ends then, its supervisor starts it anew. */
  closed: Promise<void>;
  close(): void;
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function readAck({acks}: Pick<RecordAcks, 'acks'>, index: number): Ack {
  const data = view(acks);
  const at = index * ACK_BYTES;
  return {reason: data.getUint8(at), slot: data.getInt32(at + 4, true), sequence: data.getFloat64(at + 8, true), orderSequence: data.getFloat64(at + 16, true)};
}
