/** A client of the stream: it keeps what it is told, and waits for what it expects. */
import {WebSocket} from 'ws';
import {RECORD_BYTES, RecordLog} from '../../src/core/venue/records.ts';
import {ACK_HEADER_BYTES} from '../../src/gateway/stream/records.ts';
import {type Ack, ACK_BYTES, readAck} from '../../src/link/types.ts';

export type Message = Record<string, unknown> & {error?: {code: string; message: string}};

export type BinaryAnswer = {frame: number; count: number; version: number; hash: Uint8Array; acks: Ack[]};

type Waiter = {match: (message: Message) => boolean; resolve: (message: Message) => void};

export class StreamClient {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly answers: BinaryAnswer[] = [];
  readonly closed: Promise<{code: number; reason: string}>;
  readonly #waiters = new Set<Waiter>();
  readonly #answerWaiters: (() => void)[] = [];
  #id = 0;

  static async open(url: string): Promise<StreamClient> {
    const client = new StreamClient(url);
    await new Promise((resolve, reject) => client.socket.once('open', resolve).once('error', reject));
    return client;
  }

  private constructor(url: string) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`);
    this.closed = new Promise((resolve) => this.socket.once('close', (code, reason) => resolve({code, reason: reason.toString()})));
    this.socket.on('message', (data, binary) => (binary ? this.#binary(data as Buffer) : this.#text(String(data))));
  }

  /** Sends a request and answers with what comes back for it. */
  ask(message: object): Promise<Message> {
    this.#id += 1;
    const id = String(this.#id);
    this.socket.send(JSON.stringify({id, ...message}));
    return this.next((answer) => answer.id === id);
  }

  /** The first message that matches, of those already here or to come. */
  next(match: (message: Message) => boolean): Promise<Message> {
    const here = this.messages.find(match);
    if (here) return Promise.resolve(here);
    return new Promise((resolve) => this.#waiters.add({match, resolve}));
  }

  /** Sends a binary frame; resolves with the answer to it. */
  async records(frame: Uint8Array): Promise<BinaryAnswer> {
    const expected = this.answers.length;
    this.socket.send(frame);
    while (this.answers.length <= expected) await new Promise<void>((resolve) => this.#answerWaiters.push(resolve));
    return this.answers[expected]!;
  }

  async end(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }

  #text(text: string): void {
    const message = JSON.parse(text) as Message;
    this.messages.push(message);
    for (const waiter of this.#waiters) {
      if (!waiter.match(message)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(message);
    }
  }

  #binary(data: Buffer): void {
    this.answers.push(readAnswer(data));
    for (const resolve of this.#answerWaiters.splice(0)) resolve();
  }
}

export function readAnswer(data: Buffer): BinaryAnswer {
  const count = data.readUInt16LE(4);
  if (data.length !== ACK_HEADER_BYTES + count * ACK_BYTES) throw new RangeError(`${data.length} bytes answer ${count} records`);
  const acks = data.subarray(ACK_HEADER_BYTES);
  return {
    frame: data.readUInt32LE(0), count, version: data[6]!, hash: data.subarray(8, 40), acks: Array.from({length: count}, (_, index) => readAck({acks}, index)),
  };
}

/** Word 1, the account, is the gateway's to write: here it is what a liar would put. */
export function recordsOf(...records: {head: number; words?: readonly number[]; doubles?: readonly number[]; account?: number}[]): Uint8Array {
  const log = new RecordLog();
  for (const {head, words = [], doubles = [], account = 0} of records) {
    const [w2 = 0, w3 = 0, w4 = 0, w5 = 0, w6 = 0, w7 = 0] = words;
    const [d0 = 0, d1 = 0, d2 = 0, d3 = 0] = doubles;
    log.push(head, account, w2, w3, w4, w5, w6, w7, d0, d1, d2, d3);
  }
  return log.bytes();
}

/** A book as a reader of the stream keeps it. */
export class ReaderBook {
  readonly #sides = {bids: new Map<string, string>(), asks: new Map<string, string>()};
  sequence = -1;

  /** @throws {Error} where a number is missing: the stream has a gap. */
  take(message: Message): void {
    const sequence = Number(message.sequence);
    if (message.type === 'subscribed') {
      this.#sides.bids.clear();
      this.#sides.asks.clear();
    } else if (sequence !== this.sequence + 1) throw new Error(`delta ${sequence} after ${this.sequence}`);
    this.sequence = sequence;
    for (const side of ['bids', 'asks'] as const) {
      for (const [price, quantity] of message[side] as [string, string][]) {
        if (quantity === '0') this.#sides[side].delete(price);
        else this.#sides[side].set(price, quantity);
      }
    }
  }

  levels(): {bids: [string, string][]; asks: [string, string][]} {
    const sorted = (side: Map<string, string>, sign: number) => [...side].sort(([a], [b]) => sign * (BigInt(a) < BigInt(b) ? -1 : 1));
    return {bids: sorted(this.#sides.bids, -1), asks: sorted(this.#sides.asks, 1)};
  }
}

export {RECORD_BYTES};
