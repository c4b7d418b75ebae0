/** What leaves on a socket in one turn of the event loop goes in one write, from memory that is used again. */
import type {Writable} from 'node:stream';

/** Memory with views of the same bytes. */
export class Block {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** Bytes in use, from the beginning. */
  used = 0;

  /** @param size - A multiple of 8. */
  constructor(size: number) {
    const buffer = new ArrayBuffer(size);
    this.bytes = Buffer.from(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  get size(): number {
    return this.bytes.length;
  }
}

/** Blocks of one size, taken and given back. There are never more than `most`: who comes when all are out gets just what is asked for. */
export class BlockPool {
  readonly #size: number;
  readonly #most: number;
  readonly #free: Block[] = [];
  #made = 0;

  constructor({size, most}: {size: number; most: number}) {
    this.#size = size;
    this.#most = most;
  }

  /** At least `length` bytes, empty. */
  take(length: number): Block {
    const free = length <= this.#size ? this.#free.pop() : undefined;
    if (free) return free;
    if (length > this.#size || this.#made === this.#most) return new Block(Math.ceil(length / 8) * 8);
    this.#made += 1;
    return new Block(this.#size);
  }

  give(block: Block): void {
    if (block.size !== this.#size || this.#free.length === this.#most) return;
    block.used = 0;
    this.#free.push(block);
  }
}

/** Blocks of the pool that one socket may keep from others by reading slowly. */
const UNDER_WAY_MAX = 16;

export class Outbox {
  readonly #socket: Writable;
  readonly #pool: BlockPool;
  #block: Block | undefined;
  /** Blocks given to the socket that it has not written yet. */
  #underWay = 0;
  #corked = false;

  constructor(socket: Writable, pool: BlockPool) {
    this.#socket = socket;
    this.#pool = pool;
  }

  /** Room at the end of what leaves next: `length` bytes from `block.used − length` on, to be filled at once. */
  reserve(length: number): Block {
    let block = this.#block;
    if (block === undefined || block.used + length > block.size) {
      this.pass();
      block = this.#block = this.#underWay < UNDER_WAY_MAX ? this.#pool.take(length) : new Block(Math.ceil(length / 8) * 8);
      this.cork();
    }
    block.used += length;
    return block;
  }

  /** Adds a block of the pool, which goes back to it afterwards. */
  add(block: Block): void {
    this.pass();
    this.cork();
    this.#write(block);
  }

  /** Adds bytes that stay as they are until they have left. */
  write(bytes: Uint8Array): void {
    this.pass();
    this.cork();
    this.#socket.write(bytes);
  }

  /** What is written to the socket by others from now on comes after what is here. */
  pass(): void {
    const block = this.#block;
    if (block === undefined) return;
    this.#block = undefined;
    this.#write(block);
  }

  #write(block: Block): void {
    this.#underWay += 1;
    this.#socket.write(block.bytes.subarray(0, block.used), () => {
      this.#underWay -= 1;
      this.#pool.give(block);
    });
  }

  /** What others write to the socket in this turn leaves with it. */
  cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    setImmediate(this.#leave);
  }

  readonly #leave = (): void => {
    this.pass();
    this.#corked = false;
    this.#socket.uncork();
  };
}
