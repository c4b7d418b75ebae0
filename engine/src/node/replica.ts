/**
 * A core that follows a journal: what a start replays, a follower applies and a verification runs are this one thing. It counts events as
 * the engine does, so that numbers agree everywhere.
 */
import {bytesToHex, type Hex} from 'viem';
import type {Command} from '../core/commands.ts';
import {decodeEvents} from '../core/decode.ts';
import {type Core, createCore} from '../core/engine.ts';
import type {Event, NumberedEvent} from '../core/events.ts';
import {digest} from '../core/queries.ts';
import {REASON, REASON_NAMES} from '../core/venue/codes.ts';
import type {RecordLog} from '../core/venue/records.ts';
import {type ChainState, ENTRY, entriesOf, type Entry, SLOT} from '../journal/batch.ts';
import {decodePayload} from '../journal/codec.ts';
import type {Batch} from '../journal/segments.ts';
import {NodeError} from './errors.ts';
import type {EventFrameBuilder} from './event-frames.ts';
import {stepRecord} from './step.ts';

/** Hears of each command's events right after it is applied; `log` and `events` are good until it returns. */
export type ReplicaListener = {
  records(log: RecordLog, about: {command: number; at: number; firstEvent: number}): void;
  events(events: readonly Event[], about: {command: number; at: number; firstEvent: number}): void;
};

/** What a restart needs besides the core's own state. */
export type Position = {
  /** Last command applied. */
  sequence: number;
  /** Milliseconds of the last command. */
  at: number;
  eventSequence: number;
  chain: ChainState;
  /** Batch hash of each sealed epoch that may still be asked for. */
  sealHeads: ReadonlyMap<bigint, Hex>;
};

const START: Position = {sequence: 0, at: 0, eventSequence: 0, chain: {index: 0, prefixes: []}, sealHeads: new Map()};

export class Replica {
  readonly core: Core;
  #listener: ReplicaListener | undefined;
  sequence: number;
  at: number;
  eventSequence: number;
  readonly sealHeads: Map<bigint, Hex>;
  /** Digests compared so far. */
  digestsChecked = 0;

  constructor({core = createCore(), position = START, listener}: {core?: Core; position?: Position; listener?: ReplicaListener | undefined} = {}) {
    this.core = core;
    this.#listener = listener;
    this.sequence = position.sequence;
    this.at = position.at;
    this.eventSequence = position.eventSequence;
    this.sealHeads = new Map(position.sealHeads);
  }

  /** From the next command on. */
  listen(listener: ReplicaListener): void {
    this.#listener = listener;
  }

  /** @throws {NodeError} `REPLAY_DIVERGED` when a command is refused or a digest differs. */
  apply(batch: Batch): void {
    const {header, bytes, payload} = batch;
    for (const entry of entriesOf(bytes, payload, header.length)) {
      if (entry.kind === ENTRY.records) this.#records(batch, entry);
      else if (entry.kind === ENTRY.command) this.#command(bytes, entry, bytesToHex(header.hash));
      else this.#checkpoint(bytes, entry);
    }
  }

  #records({words, doubles}: Batch, {offset, size, at}: Entry): void {
    const {core} = this;
    const {log} = core.state.venue;
    const first = offset / SLOT;
    const records = {words, doubles};
    for (let index = first; index < first + size; index += 1) {
      const reason = stepRecord(core, records, index, at);
      this.sequence += 1;
      if (reason !== REASON.none) throw this.#diverged(`is refused (${REASON_NAMES[reason]})`);
      this.#listener?.records(log, {command: this.sequence, at, firstEvent: this.eventSequence + 1});
      this.eventSequence += log.length;
    }
    this.at = at;
    core.state.at = BigInt(at);
  }

  #command(bytes: Buffer, {offset, size, at}: Entry, hash: Hex): void {
    const command = decodePayload(bytes.subarray(offset, offset + size)) as Command;
    const applied = this.core.apply(command, BigInt(at));
    this.sequence += 1;
    if (!applied.ok) throw this.#diverged(`is refused (${applied.rejection.code})`);
    if (command.type === 'seal') this.sealHeads.set(command.epoch, hash);
    this.at = at;
    this.#listener?.events(applied.events, {command: this.sequence, at, firstEvent: this.eventSequence + 1});
    this.eventSequence += applied.events.length;
  }

  #checkpoint(bytes: Buffer, {offset, size}: Entry): void {
    const {digest: expected} = decodePayload(bytes.subarray(offset, offset + size)) as {digest: Hex};
    if (digest(this.core) !== expected) throw this.#diverged('gives another state');
    this.digestsChecked += 1;
  }

  #diverged(why: string): NodeError {
    return new NodeError({
      code: 'REPLAY_DIVERGED', sequence: BigInt(this.sequence),
      detail: `Replaying command ${this.sequence} of the journal ${why}; it was written by another version of the engine.`,
    });
  }
}

/** A listener that adds what it hears to a frame, and passes it on. */
export function building(builder: EventFrameBuilder, then?: ReplicaListener): ReplicaListener {
  return {
    records(log, about) {
      builder.addRecords(log, about.command, about.at, about.firstEvent);
      then?.records(log, about);
    },
    events(events, about) {
      builder.addEvents(events, about.command, about.at, about.firstEvent);
      then?.events(events, about);
    },
  };
}

/** A listener that decodes what it hears. */
export function numbered(core: () => Core, emit: (events: NumberedEvent[]) => void): ReplicaListener {
  const number = (events: readonly Event[], {command, at, firstEvent}: {command: number; at: number; firstEvent: number}): void => {
    if (events.length > 0) emit(events.map((event, index) => ({sequence: BigInt(firstEvent + index), command: BigInt(command), at: BigInt(at), event})));
  };
  return {records: (_, about) => number(decodeEvents(core().state), about), events: number};
}
