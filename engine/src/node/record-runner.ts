/** A frame of records through the core: what is accepted goes to the journal in runs, events to the frame of the batch. */
import type {Core} from '../core/engine.ts';
import {COMMAND, EVENT, REASON} from '../core/venue/codes.ts';
import {codeOf, RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS, type RecordLog} from '../core/venue/records.ts';
import type {Journal} from '../journal/journal.ts';
import type {EventFrameBuilder} from './event-frames.ts';
import {stepRecord} from './step.ts';

/** Records as bytes and as views of the same memory. */
export type RecordFrame = {bytes: Buffer; words: Int32Array; doubles: Float64Array; length: number};

/** Bytes of one acknowledgement: reason:1 ‖ zero:3 ‖ order slot:4 ‖ command sequence:8 ‖ order sequence:8. */
export const ACK_BYTES = 24;

/** Acknowledgements of one frame. */
export class AckWriter {
  readonly bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  accepted = 0;

  constructor(records: number) {
    const buffer = new ArrayBuffer(records * ACK_BYTES);
    this.bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }

  put(index: number, reason: number, slot: number, sequence: number, orderSequence: number): void {
    this.#words[index * 6] = reason;
    this.#words[index * 6 + 1] = slot;
    this.#doubles[index * 3 + 1] = sequence;
    this.#doubles[index * 3 + 2] = orderSequence;
  }
}

type Context = {at: number; journal: Journal; firstEvent: number; acks: AckWriter};

export class RecordRunner {
  readonly #core: Core;
  readonly #builder: EventFrameBuilder;

  constructor(core: Core, builder: EventFrameBuilder) {
    this.#core = core;
    this.#builder = builder;
  }

  /** Returns how many events came of it. */
  run({bytes, words, doubles, length}: RecordFrame, {at, journal, firstEvent, acks}: Context): number {
    const core = this.#core;
    const {log} = core.state.venue;
    const records = {words, doubles};
    let {sequence} = journal;
    let events = 0;
    let from = 0;
    for (let index = 0; index < length; index += 1) {
      const reason = stepRecord(core, records, index, at);
      if (reason !== REASON.none) {
        if (from < index) journal.appendRecords(bytes, from * RECORD_BYTES, index * RECORD_BYTES, at);
        from = index + 1;
        acks.put(index, reason, -1, sequence, 0);
        continue;
      }
      sequence += 1;
      acks.accepted += 1;
      const made = orderRecord(codeOf(words[index * RECORD_WORDS]!), log);
      if (made < 0) acks.put(index, 0, -1, sequence, 0);
      else acks.put(index, 0, slotIn(log, made), sequence, log.doubles[made * RECORD_DOUBLES + 4]!);
      this.#builder.addRecords(log, sequence, at, firstEvent + events);
      events += log.length;
    }
    if (from < length) journal.appendRecords(bytes, from * RECORD_BYTES, length * RECORD_BYTES, at);
    if (acks.accepted > 0) core.state.at = BigInt(at);
    return events;
  }
}

/** Which event names the order that a place or amend command made or changed; −1 for other commands. */
function orderRecord(command: number, {words, length}: RecordLog): number {
  if (command !== COMMAND.place && command !== COMMAND.amend) return -1;
  for (let index = 0; index < length; index += 1) {
    const code = codeOf(words[index * RECORD_WORDS]!);
    if (code === EVENT.accepted || code === EVENT.amended) return index;
  }
  return -1;
}

function slotIn({words}: RecordLog, index: number): number {
  const word = index * RECORD_WORDS;
  return codeOf(words[word]!) === EVENT.accepted ? words[word + 4]! : words[word + 3]!;
}
