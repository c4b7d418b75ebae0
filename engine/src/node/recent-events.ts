/**
 * The newest durable events, for readers that come back after an absence. They lie in snapshots too, so that an engine that starts anew
 * remembers as much as one that went on.
 *
 *     bytes: frames one after another. Frame: first:8 ‖ count:4 ‖ length:4 ‖ its bytes, padded to 8
 */
import {type EventFrame, withRoom} from './event-frames.ts';

export const RECENT_BYTES_MAX = 16 * 1024 * 1024;
const HEADER = 16;

const pad8 = (length: number): number => (length + 7) & ~7;

export class RecentEvents {
  readonly #bytesMax: number;
  readonly #frames: EventFrame[] = [];
  #bytes = 0;
  /** What the frames hold, room and rounding included. */
  #memory = 0;

  constructor({bytesMax = RECENT_BYTES_MAX}: {bytesMax?: number} = {}) {
    this.#bytesMax = bytesMax;
  }

  /** Gap-free, oldest first. */
  get frames(): readonly EventFrame[] {
    return this.#frames;
  }

  /**
   * The oldest go when there is too much, but never the newest; all older ones go where some are missing between.
   *
   * @param unread - Bytes that the slowest reader of the frames before has not read yet.
   * @returns frames that are gone and that every reader has behind it: their memory is free.
   */
  add(frame: EventFrame, {unread = 0}: {unread?: number} = {}): EventFrame[] {
    const last = this.#frames.at(-1);
    if (last && last.first + last.count !== frame.first) {
      this.#frames.length = 0;
      this.#bytes = 0;
      this.#memory = 0;
    }
    const free: EventFrame[] = [];
    this.#frames.push(frame);
    this.#memory += frame.bytes.buffer.byteLength;
    while (this.#memory > this.#bytesMax && this.#frames.length > 1) {
      const oldest = this.#frames.shift()!;
      this.#memory -= oldest.bytes.buffer.byteLength;
      this.#bytes -= oldest.bytes.length;
      // Readers read in order: one that still has this one has all that came after it, too.
      if (unread <= this.#bytes) free.push(oldest);
    }
    this.#bytes += frame.bytes.length;
    return free;
  }

  /** Whether every event from `first` on is here; `next` is the number of the one to come. */
  reaches(first: number, next: number): boolean {
    const [oldest] = this.#frames;
    return first === next || (oldest !== undefined && oldest.first <= first && first <= next);
  }

  encode(): Buffer {
    const bytes = Buffer.alloc(this.#frames.reduce((sum, frame) => sum + HEADER + pad8(frame.bytes.length), 0));
    let at = 0;
    for (const {first, count, bytes: body} of this.#frames) {
      bytes.writeDoubleLE(first, at);
      bytes.writeUInt32LE(count, at + 8);
      bytes.writeUInt32LE(body.length, at + 12);
      bytes.set(body, at + HEADER);
      at += HEADER + pad8(body.length);
    }
    return bytes;
  }

  /** Adds frames as they were encoded, in memory of their own. */
  addEncoded(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const body = at + HEADER;
      const length = bytes.readUInt32LE(at + 12);
      this.add({first: bytes.readDoubleLE(at), count: bytes.readUInt32LE(at + 8), bytes: withRoom(bytes.subarray(body, body + length))});
      at = body + pad8(length);
    }
  }
}
