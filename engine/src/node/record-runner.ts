/** A frame of records through the core: what is accepted goes to the journal in runs, events to the frame of the batch. */
import type {Core} from '../core/engine.ts';
import {COMMAND, EVENT, REASON} from '../core/venue/codes.ts';
import {codeOf, RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS, type RecordLog} from '../core/venue/records.ts';
import type {Journal} from '../journal/journal.ts';
import type {EventFrameBuilder} from './event-frames.ts';
import {stepRecord} from './step.ts';

/** Records as bytes and as views of the same memory: `length` of them from number `first` (by default 0) on. */
export type RecordFrame = {bytes: Buffer; words: Int32Array; doubles: Float64Array; first?: number; length: number};

/** Bytes of one acknowledgement: reason:1 ‖ zero:3 ‖ order slot:4 ‖ command sequence:8 ‖ order sequence:8. */
export const ACK_BYTES = 24;
const ACK_WORDS = ACK_BYTES / 4;
const ACK_DOUBLES = ACK_BYTES / 8;
const START_RECORDS = 256;

/** Acknowledgements of one frame, in memory that the next one uses again. */
export class AckWriter {
  #bytes = Buffer.alloc(0);
  #words = new Int32Array(0);
  #doubles = new Float64Array(0);
  /** Records of the frame. */
  count = 0;
  accepted = 0;

  begin(records: number): void {
    if (records * ACK_BYTES > this.#bytes.length) {
      const buffer = new ArrayBuffer(Math.max(START_RECORDS, records) * ACK_BYTES);
      this.#bytes = Buffer.from(buffer);
      this.#words = new Int32Array(buffer);
      this.#doubles = new Float64Array(buffer);
    }
    this.count = records;
    this.accepted = 0;
  }

  put(index: number, reason: number, slot: number, sequence: number, orderSequence: number): void {
    this.#words[index * ACK_WORDS] = reason;
    this.#words[index * ACK_WORDS + 1] = slot;
    this.#doubles[index * ACK_DOUBLES + 1] = sequence;
    this.#doubles[index * ACK_DOUBLES + 2] = orderSequence;
  }

  get length(): number {
    return this.count * ACK_BYTES;
  }

  copyTo(target: Buffer, at: number): void {
    this.#bytes.copy(target, at, 0, this.length);
  }

  /** A copy. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, this.length));
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
  run({bytes, words, doubles, first = 0, length}: RecordFrame, {at, journal, firstEvent, acks}: Context): number {
    const core = this.#core;
    const {log} = core.state.venue;
    const records = {words, doubles};
    const end = first + length;
    let {sequence} = journal;
    let events = 0;
    let from = first;
    acks.begin(length);
    for (let index = first; index < end; index += 1) {
      const reason = stepRecord(core, records, index, at);
      if (reason !== REASON.none) {
        if (from < index) journal.appendRecords(bytes, from * RECORD_BYTES, index * RECORD_BYTES, at);
        from = index + 1;
        acks.put(index - first, reason, -1, sequence, 0);
        continue;
      }
      sequence += 1;
      acks.accepted += 1;
      const made = orderRecord(codeOf(words[index * RECORD_WORDS]!), log);
      if (made < 0) acks.put(index - first, 0, -1, sequence, 0);
      else acks.put(index - first, 0, slotIn(log, made), sequence, log.doubles[made * RECORD_DOUBLES + 4]!);
      this.#builder.addRecords(log, sequence, at, firstEvent + events);
      events += log.length;
    }
    if (from < end) journal.appendRecords(bytes, from * RECORD_BYTES, end * RECORD_BYTES, at);
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
