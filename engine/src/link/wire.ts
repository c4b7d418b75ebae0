/**
 * Frames of the link, little-endian, each a multiple of 8 bytes, so that the records in one can be used where they lie:
 *
 *     length:4 (all of it) ‖ type:1 ‖ padding:1 (bytes to leave off the end) ‖ flags:2 ‖ request:4 ‖ count:4 ‖ body
 */

export const HEADER_BYTES = 16;
/** From a gateway; the engine's own frames may hold a sealed epoch. */
export const REQUEST_BYTES_MAX = 16 * 1024 * 1024;
export const ANSWER_BYTES_MAX = 2 ** 31;

export const FRAME = {
  /** Gateway → engine. */
  records: 1, command: 2, read: 3, subscribe: 4, follow: 5,
  /** Engine → gateway. */
  acks: 33, answer: 34, sealed: 35, refused: 36, events: 37, health: 38, batch: 39,
} as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Of a `records` frame: the sender speaks for the operator. */
export const OPERATOR_FLAG = 1;

export type Frame = {type: number; flags: number; request: number; count: number; body: Buffer};

export class LinkFrameError extends Error {}

export function encodeFrame({type, flags = 0, request = 0, count = 0}: {type: FrameType; flags?: number; request?: number; count?: number}, ...body: readonly Uint8Array[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, HEADER_BYTES);
  const padding = -length & 7;
  const frame = Buffer.allocUnsafe(length + padding);
  frame.writeUInt32LE(length + padding, 0);
  frame[4] = type;
  frame[5] = padding;
  frame.writeUInt16LE(flags, 6);
  frame.writeUInt32LE(request, 8);
  frame.writeUInt32LE(count, 12);
  let at = HEADER_BYTES;
  for (const part of body) {
    frame.set(part, at);
    at += part.length;
  }
  frame.fill(0, at);
  return frame;
}

/** Cuts a stream of bytes into frames. A frame's body is good until the next call. */
export class FrameReader {
  readonly #max: number;
  #rest: Buffer = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #waiting = 0;

  constructor({max}: {max: number}) {
    this.#max = max;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
  }

  /** The next whole frame, or `undefined`. @throws {LinkFrameError} on a length nobody sends. */
  next(): Frame | undefined {
    if (!this.#gather(HEADER_BYTES)) return undefined;
    const length = this.#rest.readUInt32LE(0);
    if (length < HEADER_BYTES || length > this.#max || length % 8 !== 0) throw new LinkFrameError(`a frame of ${length} bytes`);
    if (!this.#gather(length)) return undefined;
    const frame = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    const padding = frame[5]!;
    if (padding > 7 || length - padding < HEADER_BYTES) throw new LinkFrameError(`a frame with ${padding} bytes of padding`);
    return {
      type: frame[4]!, flags: frame.readUInt16LE(6), request: frame.readUInt32LE(8), count: frame.readUInt32LE(12), body: frame.subarray(HEADER_BYTES, length - padding),
    };
  }

  /** Makes the first `wanted` bytes one buffer; chunks are joined once per frame that spans them. */
  #gather(wanted: number): boolean {
    if (this.#rest.length >= wanted) return true;
    if (this.#rest.length + this.#waiting < wanted) return false;
    this.#rest = this.#rest.length === 0 && this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat([this.#rest, ...this.#chunks]);
    this.#chunks = [];
    this.#waiting = 0;
    return true;
  }
}
