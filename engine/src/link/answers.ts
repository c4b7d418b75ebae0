/** Answers to frames of records of one connection while they wait for the disk: those of a stretch are one frame of the link, written once. */
import type {AckWriter} from '../node/record-runner.ts';
import type {AnswerHolder} from '../node/types.ts';
import {Block, type BlockPool, type Outbox} from './outbox.ts';
import {FRAME, HEADER_BYTES, slots, writeHead} from './wire.ts';

/** request:4 ‖ records:4 in front of the acknowledgements. */
export const ANSWER_HEADER_BYTES = 8;

type Book = {stretch: object; block: Block; answers: number};

export class Answers implements AnswerHolder {
  readonly #outbox: () => Outbox | undefined;
  readonly #pool: BlockPool;
  #open: Book | undefined;

  /** @param outbox - Where they leave; undefined once nobody is there. */
  constructor(outbox: () => Outbox | undefined, pool: BlockPool) {
    this.#outbox = outbox;
    this.#pool = pool;
  }

  add(stretch: object, request: number, acks: AckWriter): ((hash: Uint8Array) => void) | undefined {
    const length = ANSWER_HEADER_BYTES + acks.length;
    let release: ((hash: Uint8Array) => void) | undefined;
    let book = this.#open;
    if (book?.stretch !== stretch) {
      const begun = this.#begin(stretch, length);
      release = (hash) => this.#leave(begun, hash);
      book = begun;
    }
    if (slots(book.block.used + length) > book.block.size) book.block = this.#larger(book.block, length);
    const {block} = book;
    const at = block.used;
    block.words[at >>> 2] = request;
    block.words[(at >>> 2) + 1] = acks.count;
    acks.copyTo(block.bytes, at + ANSWER_HEADER_BYTES);
    block.used = at + length;
    book.answers += 1;
    return release;
  }

  #begin(stretch: object, length: number): Book {
    const block = this.#pool.take(slots(HEADER_BYTES + length));
    block.used = HEADER_BYTES;
    this.#open = {stretch, block, answers: 0};
    return this.#open;
  }

  #larger(block: Block, length: number): Block {
    const larger = new Block(Math.max(block.size * 2, slots(block.used + length)));
    block.bytes.copy(larger.bytes, 0, 0, block.used);
    larger.used = block.used;
    this.#pool.give(block);
    return larger;
  }

  #leave(book: Book, hash: Uint8Array): void {
    const {block, answers} = book;
    if (this.#open === book) this.#open = undefined;
    const outbox = this.#outbox();
    if (!outbox) {
      this.#pool.give(block);
      return;
    }
    writeHead(block.bytes, 0, {type: FRAME.acks, count: answers, hash}, block.used - HEADER_BYTES);
    block.used = slots(block.used);
    outbox.add(block);
  }
}
