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

/** Bytes free in front of a built frame's own, for the header of whoever sends it on; behind them it may fill the last such slot. */
export const FRAME_ROOM = 64;

/** `first` numbers the first of `count` events. */
export type EventFrame = {first: number; count: number; bytes: Uint8Array};

/** Memory of large frames comes in powers of two, so that it fits again; that of small ones is not worth keeping. */
const LARGE_BYTES = 16 * 1024;
const SPARE_MAX = 64;

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
  readonly #spare: ArrayBuffer[] = [];

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

  /** The frame, in memory of its own with room in front; the builder is empty then. */
  take(): EventFrame {
    const total = this.#sections.reduce((sum, section) => sum + SECTION_HEADER + pad8(bodyBytes(section)), 0);
    const memory = this.#memory(FRAME_ROOM + whole(total));
    const bytes = Buffer.from(memory, FRAME_ROOM, total);
    let at = 0;
    for (const section of this.#sections) {
      const length = bodyBytes(section);
      writeHeader(bytes, at, section, length);
      const body = at + SECTION_HEADER;
      const next = body + pad8(length);
      if ('json' in section) section.json.copy(bytes, body);
      else this.#copyRun(section, memory, FRAME_ROOM + body);
      bytes.fill(0, body + length, next);
      at = next;
    }
    const frame = {first: this.#first, count: this.#count, bytes};
    this.#sections = [];
    this.#run = undefined;
    this.#countsUsed = 0;
    this.#recordsUsed = 0;
    this.#count = 0;
    return frame;
  }

  /** Takes back the memory of a frame that nobody reads any more. */
  reuse({bytes}: EventFrame): void {
    const memory = bytes.buffer as ArrayBuffer;
    if (memory.byteLength >= LARGE_BYTES && this.#spare.length < SPARE_MAX) this.#spare.push(memory);
  }

  #memory(length: number): ArrayBuffer {
    if (length < LARGE_BYTES) return new ArrayBuffer(length);
    const fits = this.#spare.findIndex(({byteLength}) => byteLength >= length);
    if (fits >= 0) return this.#spare.splice(fits, 1)[0]!;
    return new ArrayBuffer(2 ** Math.ceil(Math.log2(length)));
  }

  #copyRun({commands, events, counts, records}: Run, memory: ArrayBuffer, at: number): void {
    const padded = pad8(commands * 4);
    const head = new Int32Array(memory, at, padded / 4);
    head[head.length - 1] = 0;
    head.set(this.#counts.subarray(counts, counts + commands));
    new Int32Array(memory, at + padded, events * RECORD_WORDS).set(this.#records.subarray(records, records + events * RECORD_WORDS));
  }
}

/** A copy of a frame's bytes with the room in front that built ones have. */
export function withRoom(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(FRAME_ROOM + whole(bytes.length)), FRAME_ROOM, bytes.length);
  copy.set(bytes);
  return copy;
}

const whole = (length: number): number => Math.ceil(length / FRAME_ROOM) * FRAME_ROOM;

const bodyBytes = (section: Section): number =>
  ('json' in section ? section.json.length : pad8(section.commands * 4) + section.events * RECORD_BYTES);

function writeHeader(bytes: Buffer, offset: number, section: Section, length: number): void {
  bytes.fill(0, offset, offset + SECTION_HEADER);
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
