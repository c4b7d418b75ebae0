/**
 * Frames of the link, little-endian. Everything lies in slots of 64 bytes, as in the journal, so that what a reader holds is one array and
 * the records in it are used where they lie:
 *
 *     length:4 (all of it) ‖ type:1 ‖ padding:1 (bytes to leave off the end) ‖ flags:2 ‖ request:4 ‖ count:4 ‖ first:8 ‖ zero:8 ‖ hash:32
 *     ‖ body, padded
 *
 * `acks`: `count` answers, each request:4 ‖ records:4 ‖ acknowledgements; `hash` is that of the batch they are under.
 * `events`: `count` events, the first of which is number `first`. `durable`: batch `first`.
 */
import {Block} from './outbox.ts';

export const SLOT_BYTES = 64;
export const HEADER_BYTES = SLOT_BYTES;
export const HASH_BYTES = 32;
/** From a gateway; the engine's own frames may hold a sealed epoch. */
export const REQUEST_BYTES_MAX = 16 * 1024 * 1024;
export const ANSWER_BYTES_MAX = 2 ** 31;

export const FRAME = {
  /** Gateway → engine. */
  records: 1, command: 2, read: 3, subscribe: 4, follow: 5, status: 6,
  /** Engine → gateway. */
  acks: 33, answer: 34, sealed: 35, refused: 36, events: 37, health: 38, durable: 39,
} as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Of a `records` frame: the sender speaks for the operator. */
export const OPERATOR_FLAG = 1;

const AT = {length: 0, type: 4, padding: 5, flags: 6, request: 8, count: 12, first: 16, hash: 32} as const;
const NO_HASH = new Uint8Array(HASH_BYTES);

export class LinkFrameError extends Error {}

export type FrameHead = {type: FrameType; flags?: number; request?: number; count?: number; first?: number; hash?: Uint8Array};

/** Bytes of the slots that hold so many. */
export const slots = (length: number): number => Math.ceil(length / SLOT_BYTES) * SLOT_BYTES;

/** Writes the header of a frame whose body of `length` bytes follows it in `bytes`, and zeros up to the end of its last slot. */
export function writeHead(bytes: Buffer, at: number, {type, flags = 0, request = 0, count = 0, first = 0, hash = NO_HASH}: FrameHead, length: number): void {
  const whole = slots(HEADER_BYTES + length);
  const padding = whole - HEADER_BYTES - length;
  bytes.writeUInt32LE(whole, at + AT.length);
  bytes[at + AT.type] = type;
  bytes[at + AT.padding] = padding;
  bytes.writeUInt16LE(flags, at + AT.flags);
  bytes.writeUInt32LE(request, at + AT.request);
  bytes.writeUInt32LE(count, at + AT.count);
  bytes.writeDoubleLE(first, at + AT.first);
  bytes.fill(0, at + AT.first + 8, at + AT.hash);
  bytes.set(hash, at + AT.hash);
  if (padding > 0) bytes.fill(0, at + whole - padding, at + whole);
}

export function encodeFrame(head: FrameHead, body: Uint8Array = NO_HASH.subarray(0, 0)): Buffer {
  const frame = Buffer.allocUnsafe(slots(HEADER_BYTES + body.length));
  frame.set(body, HEADER_BYTES);
  writeHead(frame, 0, head, body.length);
  return frame;
}

/** One frame among the bytes of its reader, good until the next one is asked for. */
export class Frame {
  type = 0;
  flags = 0;
  request = 0;
  count = 0;
  first = 0;
  /** Everything the reader holds; byte 64·i is slot i of `words` and `doubles`. */
  block: Block;
  /** Of the body in the block, bytes. */
  at = 0;
  length = 0;

  constructor(block: Block) {
    this.block = block;
  }

  get body(): Buffer {
    return this.block.bytes.subarray(this.at, this.at + this.length);
  }

  get hash(): Buffer {
    return this.block.bytes.subarray(this.at - HASH_BYTES, this.at);
  }
}

const START_BYTES = 256 * 1024;
/** A block that had to hold more is let go once it is empty. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024;

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  readonly #max: number;
  readonly #frame = new Frame(new Block(START_BYTES));
  /** Of what waits, in the block; the start is that of a slot. */
  #start = 0;
  #end = 0;

  constructor({max}: {max: number}) {
    this.#max = max;
  }

  /** Copies the chunk. Frames taken before are gone then. */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#frame.block.size) this.#makeRoom(chunk.length);
    this.#frame.block.bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole frame, or `undefined`. @throws {LinkFrameError} on a length nobody sends. */
  next(): Frame | undefined {
    const frame = this.#frame;
    const start = this.#start;
    const waiting = this.#end - start;
    if (waiting < AT.type) return undefined;
    const {bytes, words, doubles} = frame.block;
    const word = start >>> 2;
    const length = words[word]! >>> 0;
    if (length < HEADER_BYTES || length > this.#max || length % SLOT_BYTES !== 0) throw new LinkFrameError(`a frame of ${length} bytes`);
    if (waiting < length) return undefined;
    const padding = bytes[start + AT.padding]!;
    if (padding >= SLOT_BYTES || length - padding < HEADER_BYTES) throw new LinkFrameError(`a frame with ${padding} bytes of padding`);
    frame.type = bytes[start + AT.type]!;
    frame.flags = words[word + 1]! >>> 16;
    frame.request = words[word + 2]! >>> 0;
    frame.count = words[word + 3]! >>> 0;
    frame.first = doubles[(start + AT.first) >>> 3]!;
    frame.at = start + HEADER_BYTES;
    frame.length = length - padding - HEADER_BYTES;
    this.#start = start + length;
    return frame;
  }

  #makeRoom(length: number): void {
    const {block} = this.#frame;
    const waiting = this.#end - this.#start;
    const wanted = waiting + length;
    const isLarge = block.size > KEPT_BYTES_MAX && wanted <= START_BYTES;
    if (wanted > block.size || isLarge) this.#frame.block = new Block(isLarge ? START_BYTES : Math.max(block.size * 2, slots(wanted)));
    // A move inside one block may overlap itself, which `copy` allows.
    block.bytes.copy(this.#frame.block.bytes, 0, this.#start, this.#end);
    this.#start = 0;
    this.#end = waiting;
  }
}
