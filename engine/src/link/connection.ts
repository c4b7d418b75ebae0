/** One gateway's or follower's connection, seen from the engine. */
import type {Socket} from 'node:net';
import {encodeSealed, packEpoch} from '@pobs/protocol';
import type {Command} from '../core/commands.ts';
import {isOfAccounts} from '../core/venue/codes.ts';
import {codeOf, RECORD_BYTES, RECORD_WORDS} from '../core/venue/records.ts';
import {decodePayload, encodePayload} from '../journal/codec.ts';
import {NodeError} from '../node/errors.ts';
import type {EventFrame} from '../node/event-frames.ts';
import {Answers} from './answers.ts';
import type {LinkNode} from './node.ts';
import {BlockPool, Outbox} from './outbox.ts';
import {type Query, viewOf} from './queries.ts';
import {type FollowerStatus, RECORDS_MAX} from './types.ts';
import {
  encodeFrame, type Frame, FRAME, FrameReader, HEADER_BYTES, LinkFrameError, OPERATOR_FLAG, REQUEST_BYTES_MAX, slots, writeHead,
} from './wire.ts';

/** A reader this far behind holds the engine's memory. */
const UNREAD_BYTES_MAX = 256 * 1024 * 1024;

const DURABLE_EVERY_MS = 20;

/** By command code: 1 = an account may give it about itself. */
const OF_ACCOUNTS = Uint8Array.from({length: 256}, (_, code) => (isOfAccounts(code) ? 1 : 0));

type Deps = {
  node: LinkNode;
  refusal: (command: Command) => string | undefined;
  log: {warn(fields: object, message: string): void};
  onStatus: (status: FollowerStatus | undefined) => void;
  onClose: () => void;
};

/** Of all connections: what is gathered for one write, and answers that wait for the disk. */
const BLOCKS = new BlockPool({size: 64 * 1024, most: 128});

export class LinkConnection {
  readonly #socket: Socket;
  readonly #deps: Deps;
  readonly #reader = new FrameReader({max: REQUEST_BYTES_MAX});
  readonly #outbox: Outbox;
  readonly #answers: Answers;
  #stopBatches: (() => void) | undefined;
  #durableTimer: NodeJS.Timeout | undefined;
  /** Wants the events as they come. */
  subscribed = false;

  constructor(socket: Socket, deps: Deps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#outbox = new Outbox(socket, BLOCKS);
    this.#answers = new Answers(() => this.#open(), BLOCKS);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#stopBatches) deps.onStatus(undefined);
      this.#stopBatches?.();
      clearTimeout(this.#durableTimer);
      deps.onClose();
    });
  }

  /** A frame that stays as it is until it has left; those of one turn leave in one write. */
  send(frame: Buffer): void {
    this.#open()?.write(frame);
  }

  /** Bytes the system has not taken yet, because the other side does not read. */
  get unread(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength;
  }

  end(): void {
    this.#outbox.pass();
    this.#socket.end();
    this.#socket.destroySoon();
  }

  /** Where to write, unless nobody reads. */
  #open(): Outbox | undefined {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return undefined;
    if (socket.writableLength <= UNREAD_BYTES_MAX) return this.#outbox;
    this.#deps.log.warn({unreadBytes: socket.writableLength}, 'A gateway does not read what it asked for; its connection is closed');
    socket.destroy();
    return undefined;
  }

  #take(chunk: Buffer): void {
    this.#reader.push(chunk);
    try {
      for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) this.#perform(frame);
    } catch (error) {
      this.#deps.log.warn({error}, 'A gateway sent what cannot be read; its connection is closed');
      this.#socket.destroy();
    }
  }

  #perform(frame: Frame): void {
    switch (frame.type) {
      case FRAME.records:
        this.#records(frame);
        return;
      case FRAME.command:
        this.#command(frame.request, decodePayload(frame.body) as Command);
        return;
      case FRAME.read:
        this.#read(frame.request, decodePayload(frame.body) as Query);
        return;
      case FRAME.subscribe:
        this.#subscribe(frame.request, frame.first);
        return;
      case FRAME.follow:
        this.#stopBatches ??= this.#deps.node.onBatches(() => this.#noteDurable());
        this.#tellDurable();
        return;
      case FRAME.status:
        this.#deps.onStatus(decodePayload(frame.body) as FollowerStatus);
        return;
      default:
        throw new LinkFrameError(`a frame of type ${frame.type}`);
    }
  }

  #records({request, flags, block, at, length}: Frame): void {
    const count = length / RECORD_BYTES;
    if (!Number.isInteger(count) || count === 0 || count > RECORDS_MAX) throw new LinkFrameError(`${length} bytes of records`);
    const {bytes, words, doubles} = block;
    const first = at / RECORD_BYTES;
    if ((flags & OPERATOR_FLAG) === 0) hideOperatorCommands(words, first, count);
    const refused = this.#deps.node.submitRecordsFor(this.#answers, request, {bytes, words, doubles, first, length: count});
    if (refused) this.#refuse(request, refused);
  }

  #command(request: number, command: Command): void {
    const reason = this.#deps.refusal(command);
    if (reason !== undefined) {
      this.#answer(request, {value: {ok: false, sequence: BigInt(this.#deps.node.durable.sequence), rejection: {code: 'WRONG_SEQUENCE', reason}}});
      return;
    }
    this.#deps.node.submit(command).then((value) => this.#answer(request, {value}), (error: unknown) => this.#refuse(request, error));
  }

  #read(request: number, query: Query): void {
    const {node} = this.#deps;
    const {eventSequence} = node;
    const failed = (error: unknown): void => this.#refuse(request, error);
    if (query.view === 'sealed') {
      node.sealed(query.epoch).then((books) => {
        if (books) this.send(encodeFrame({type: FRAME.sealed, request}, encodeSealed(packEpoch(books))));
        else this.#answer(request, {});
      }, failed);
      return;
    }
    if (query.view === 'state') {
      node.state().then((value) => this.#answer(request, {value}), failed);
      return;
    }
    node.readThen((core) => viewOf(core, query), (value) => this.#answer(request, {value, eventSequence}), failed);
  }

  /** @param from - First event wanted; 0 for those from now on. The answer says whether it can be had. */
  #subscribe(request: number, from: number): void {
    const {node} = this.#deps;
    const next = Number(node.durableEventSequence) + 1;
    const first = from === 0 ? next : from;
    const known = node.recent.reaches(first, next);
    this.#answer(request, {value: known ? first : 0});
    if (!known) return;
    this.subscribed = true;
    for (const frame of node.recent.frames) if (frame.first + frame.count > first) this.send(eventsFrame(frame));
  }

  /** A follower need not wake for every batch. */
  #noteDurable(): void {
    this.#durableTimer ??= setTimeout(() => this.#tellDurable(), DURABLE_EVERY_MS);
  }

  /** A follower that has not read the last one hears of the newest later. */
  #tellDurable(): void {
    this.#durableTimer = undefined;
    if (this.unread === 0) this.send(encodeFrame({type: FRAME.durable, first: this.#deps.node.durable.index}));
    else if (!this.#socket.destroyed) this.#noteDurable();
  }

  #answer(request: number, answer: {value?: unknown; eventSequence?: number}): void {
    this.send(encodeFrame({type: FRAME.answer, request}, encodePayload(answer)));
  }

  #refuse(request: number, error: unknown): void {
    const refused = error instanceof NodeError ? {...error.data, retryable: error.retryable} : {code: 'ENGINE_STOPPED', detail: 'The engine cannot answer now.', retryable: false};
    this.send(encodeFrame({type: FRAME.refused, request}, encodePayload(refused)));
  }
}

/** Writes the header into the room in front of the frame: nothing is copied. */
export function eventsFrame({first, count, bytes}: EventFrame): Buffer {
  const start = bytes.byteOffset - HEADER_BYTES;
  const whole = Buffer.from(bytes.buffer, start, slots(HEADER_BYTES + bytes.length));
  writeHead(whole, 0, {type: FRAME.events, count, first}, bytes.length);
  return whole;
}

/** A command that is not the sender's to give becomes one that does not exist. */
function hideOperatorCommands(words: Int32Array, first: number, count: number): void {
  for (let index = first; index < first + count; index += 1) {
    if (OF_ACCOUNTS[codeOf(words[index * RECORD_WORDS]!)] === 0) words[index * RECORD_WORDS] = 0;
  }
}
