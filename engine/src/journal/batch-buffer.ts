/** A batch while it fills. Commands of one millisecond that come as records share one entry. */
import {BATCH_HEADER, ENTRY, type EntryKind, padded, SLOT} from './batch.ts';

const START_BYTES = 64 * 1024;
/** A buffer that had to hold more is let go after use. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024;

export class BatchBuffer {
  /** Room for the header, then the payload. */
  bytes: Buffer = Buffer.alloc(START_BYTES);
  /** Bytes in use, the header's included. */
  end = BATCH_HEADER;
  /** Commands inside. */
  count = 0;
  firstSequence = 0;
  /** Of the last command, milliseconds. */
  at = 0;
  /** Offset of the entry that takes further records, and its time; −1 for none. */
  #run = -1;
  #runAt = 0;

  get isEmpty(): boolean {
    return this.end === BATCH_HEADER;
  }

  begin(firstSequence: number): void {
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = Buffer.alloc(START_BYTES);
    this.end = BATCH_HEADER;
    this.count = 0;
    this.firstSequence = firstSequence;
    this.#run = -1;
  }

  /** @param from - First byte of whole records in `source`, `to` the end. */
  addRecords(source: Buffer, from: number, to: number, at: number): void {
    if (this.#run < 0 || this.#runAt !== at) {
      this.#run = this.#entry(ENTRY.records, 0, at);
      this.#runAt = at;
    }
    const length = to - from;
    this.#reserve(length);
    source.copy(this.bytes, this.end, from, to);
    this.end += length;
    const records = length / SLOT;
    this.bytes.writeUInt32LE(this.bytes.readUInt32LE(this.#run + 4) + records, this.#run + 4);
    this.count += records;
  }

  addText(kind: EntryKind, text: Uint8Array, at: number): void {
    this.#entry(kind, text.length, at);
    this.#run = -1;
    const room = padded(text.length);
    this.#reserve(room);
    this.bytes.fill(0, this.end + text.length, this.end + room);
    this.bytes.set(text, this.end);
    this.end += room;
    if (kind === ENTRY.command) this.count += 1;
  }

  #entry(kind: EntryKind, size: number, at: number): number {
    this.#reserve(SLOT);
    this.at = at;
    const offset = this.end;
    this.bytes.fill(0, offset, offset + SLOT);
    this.bytes[offset] = kind;
    this.bytes.writeUInt32LE(size, offset + 4);
    this.bytes.writeDoubleLE(at, offset + 8);
    this.end += SLOT;
    return offset;
  }

  #reserve(length: number): void {
    if (this.end + length <= this.bytes.length) return;
    const grown = Buffer.alloc(Math.max(this.bytes.length * 2, this.end + length));
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
  }
}
