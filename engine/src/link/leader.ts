/** A follower's end of the link: hears how far the journal is durable, tells where it stands itself. */
import type {Socket} from 'node:net';
import {encodePayload} from '../journal/codec.ts';
import {type Reach, reach} from './client.ts';
import type {FollowerStatus} from './types.ts';
import {ANSWER_BYTES_MAX, encodeFrame, FRAME, FrameReader} from './wire.ts';

export type Leader = {
  /** The newest durable batch, as last told. */
  durable(): number;
  /** Resolves when more than `index` is durable, or the leader is gone. */
  moreThan(index: number): Promise<void>;
  tell(status: FollowerStatus): void;
  closed: Promise<void>;
  close(): void;
};

/** @throws {NodeError} `ENGINE_STOPPED` when there is no engine. */
export async function connectLeader(where: Reach): Promise<Leader> {
  let leader: LinkLeader | undefined;
  const socket = await reach(where, (bytes) => leader?.take(bytes));
  leader = new LinkLeader(socket);
  socket.write(encodeFrame({type: FRAME.follow}));
  return leader;
}

class LinkLeader implements Leader {
  readonly #socket: Socket;
  readonly #reader = new FrameReader({max: ANSWER_BYTES_MAX});
  readonly closed: Promise<void>;
  #durable = 0;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => {
      this.#wake();
      resolve();
    }));
    socket.on('error', () => socket.destroy());
  }

  /** What came from the leader. */
  take(bytes: Buffer): void {
    this.#reader.push(bytes);
    for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) if (frame.type === FRAME.durable) this.#durable = frame.first;
    this.#wake();
  }

  durable(): number {
    return this.#durable;
  }

  async moreThan(index: number): Promise<void> {
    while (this.#durable <= index && !this.#socket.destroyed) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  tell(status: FollowerStatus): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeFrame({type: FRAME.status}, encodePayload(status)));
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }
}
