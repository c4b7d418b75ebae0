/**
 * Durable events on their way out: one frame per batch, built as commands run and never looked into by the engine.
 *
 *     frame: sections one after another. Section (48): kind:1 ‖ zero:3 ‖ commands:4 ‖ events:4 ‖ bytes:4 ‖ at:8 ‖ first command:8
 *            ‖ first event:8 ‖ zero:8, then the body of `bytes`, padded to 8
 *     records (kind 1): events of each command, 4 bytes each, padded to 8, then the 64-byte event records
 *     JSON (kind 2): the events of one command, canonical JSON
 */
import type {Event} from '../core/events.ts';
import {RECORD_BYTES, RECORD_WORDS, type RecordLog} from '../core/venue/records.ts';
import {encodePayload} from '../journal/codec.ts';

export const SECTION_HEADER = 48;
export const SECTION = {records: 1, events: 2} as const;

/** `first` numbers the first of `count` events. */
export type EventFrame = {first: number; count: number; bytes: Uint8Array};

type Run = {at: number; firstCommand: number; firstEvent: number; commands: number; events: number; counts: number; records: number};

type Section = Run | {json: Buffer; at: number; firstCommand: number; firstEvent: number; events: number};

const pad8 = (length: number): number => (length + 7) & ~7;

export class EventFrameBuilder {
  #sections: Section[] = [];
  #run: Run | undefined;
  #counts = new Int32Array(1_024);
  #countsUsed = 0;
  /** Copied as words: a double that is no number need not keep its bits. */
  #records = new Int32Array(16 * 1_024);
  #recordsUsed = 0;
  #first = 0;
  #count = 0;

  get isEmpty(): boolean {
    return this.#sections.length === 0;
  }

  addRecords(log: RecordLog, command: number, at: number, firstEvent: number): void {
    const events = log.length;
    if (this.#count === 0) this.#first = firstEvent;
    let run = this.#run;
    if (run === undefined || run.at !== at || run.firstCommand + run.commands !== command) {
      run = {at, firstCommand: command, firstEvent, commands: 0, events: 0, counts: this.#countsUsed, records: this.#recordsUsed};
      this.#run = run;
      this.#sections.push(run);
    }
    if (this.#countsUsed === this.#counts.length) this.#counts = grow(this.#counts);
    this.#counts[this.#countsUsed++] = events;
    const length = events * RECORD_WORDS;
    if (this.#recordsUsed + length > this.#records.length) this.#records = grow(this.#records, this.#recordsUsed + length);
    const {words} = log;
    const target = this.#records;
    const start = this.#recordsUsed;
    for (let index = 0; index < length; index += 1) target[start + index] = words[index]!;
    this.#recordsUsed += length;
    run.commands += 1;
    run.events += events;
    this.#count += events;
  }

  addEvents(events: readonly Event[], command: number, at: number, firstEvent: number): void {
    if (this.#count === 0) this.#first = firstEvent;
    this.#run = undefined;
    this.#sections.push({json: encodePayload(events), at, firstCommand: command, firstEvent, events: events.length});
    this.#count += events.length;
  }

  /** The frame, in memory of its own; the builder is empty then. */
  take(): EventFrame {
    const total = this.#sections.reduce((sum, section) => sum + SECTION_HEADER + pad8(bodyBytes(section)), 0);
    const bytes = Buffer.alloc(total);
    let at = 0;
    for (const section of this.#sections) {
      const length = bodyBytes(section);
      writeHeader(bytes, at, section, length);
      const body = at + SECTION_HEADER;
      if ('json' in section) section.json.copy(bytes, body);
      else {
        new Int32Array(bytes.buffer, bytes.byteOffset + body, section.commands).set(this.#counts.subarray(section.counts, section.counts + section.commands));
        new Int32Array(bytes.buffer, bytes.byteOffset + body + pad8(section.commands * 4), section.events * RECORD_WORDS)
          .set(this.#records.subarray(section.records, section.records + section.events * RECORD_WORDS));
      }
      at = body + pad8(length);
    }
    const frame = {first: this.#first, count: this.#count, bytes};
    this.#sections = [];
    this.#run = undefined;
    this.#countsUsed = 0;
    this.#recordsUsed = 0;
    this.#count = 0;
    return frame;
  }
}

const bodyBytes = (section: Section): number =>
  ('json' in section ? section.json.length : pad8(section.commands * 4) + section.events * RECORD_BYTES);

function writeHeader(bytes: Buffer, offset: number, section: Section, length: number): void {
  bytes[offset] = 'json' in section ? SECTION.events : SECTION.records;
  bytes.writeUInt32LE('json' in section ? 1 : section.commands, offset + 4);
  bytes.writeUInt32LE(section.events, offset + 8);
  bytes.writeUInt32LE(length, offset + 12);
  bytes.writeDoubleLE(section.at, offset + 16);
  bytes.writeDoubleLE(section.firstCommand, offset + 24);
  bytes.writeDoubleLE(section.firstEvent, offset + 32);
}

function grow(column: Int32Array<ArrayBuffer>, needed = 0): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(column.length * 2, needed));
  grown.set(column);
  return grown;
}
