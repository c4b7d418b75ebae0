/** Binary frames of a client (RFC 6455, 5.2 and 5.3: masked), those of one turn in one write: what a trader with many orders at once does. */
import type {Socket} from 'node:net';
import {Block, BlockPool, Outbox} from '../../src/link/outbox.ts';
import {RECORD_BYTES, RECORD_WORDS} from '../../src/core/venue/records.ts';

const FINAL_BINARY = 0x82;
const MASKED = 0x80;
const LONG = 126;
const MASK_BYTES = 4;

export class FrameWriter {
  readonly #outbox: Outbox;
  readonly #random: () => number;
  /** Where the records of the next frame are made. */
  readonly records: Block;

  constructor(socket: Socket, {recordsMax, random}: {recordsMax: number; random: () => number}) {
    this.#outbox = new Outbox(socket, new BlockPool({size: 64 * 1024, most: 4}));
    this.#random = random;
    this.records = new Block(recordsMax * RECORD_BYTES);
  }

  /** Sends the first `count` records; their places are zeros then. */
  send(count: number): void {
    const {bytes: source, words} = this.records;
    const mask = this.#random() * 2 ** 32 | 0;
    for (let word = 0; word < count * RECORD_WORDS; word += 1) words[word]! ^= mask;
    const length = count * RECORD_BYTES;
    const head = (length < LONG ? 2 : 4) + MASK_BYTES;
    const {bytes, used} = this.#outbox.reserve(head + length);
    const at = used - length;
    bytes[at - head] = FINAL_BINARY;
    bytes[at - head + 1] = MASKED | (length < LONG ? length : LONG);
    if (length >= LONG) bytes.writeUInt16BE(length, at - head + 2);
    bytes.writeInt32LE(mask, at - MASK_BYTES);
    source.copy(bytes, at, 0, length);
    words.fill(0, 0, count * RECORD_WORDS);
  }
}
