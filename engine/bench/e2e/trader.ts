/** One account on one authenticated socket: sends frames of records, reads their acknowledgements, remembers its resting orders. */
import {connect} from 'node:net';
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {createSiweMessage} from 'viem/siwe';
import {WebSocket} from 'ws';
import {COMMAND, ORDER_FLAG, REASON, TIME_IN_FORCE} from '../../src/core/venue/codes.ts';
import {head, RECORD_WORDS} from '../../src/core/venue/records.ts';
import {ACK_HEADER_BYTES} from '../../src/gateway/stream/records.ts';
import {ACK_BYTES, RECORDS_MAX} from '../../src/link/types.ts';
import {randomOf} from '../../test/support/random.ts';
import {MARK_TICKS} from '../trading-network.ts';
import {FrameWriter} from './frame-writer.ts';

/** An account may have a thousand open orders; beyond these it cancels more than it places. */
const OPEN_MANY = 600;

/** Acknowledged in the order sent; `sentAt` is when the frame was due. */
type Sent = {sentAt: number; count: number};

type Order = {slot: number; sequence: number};

export type Heard = {
  /** Records answered, by whether they were accepted. */
  accepted: number;
  refused: number;
  reasons: Map<number, number>;
};

export class Trader {
  readonly wallet = privateKeyToAccount(generatePrivateKey());
  readonly heard: Heard = {accepted: 0, refused: 0, reasons: new Map()};
  sentRecords = 0;
  answeredRecords = 0;
  /** Called for each answered frame with the milliseconds since it was due. */
  onAnswer: (milliseconds: number, records: number) => void = () => {};
  readonly #random: () => number;
  readonly #sent: Sent[] = [];
  #first = 0;
  readonly #open: Order[] = [];
  #frames!: FrameWriter;
  #socket!: WebSocket;
  #clientId = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  /** Signs in with the wallet, binds its account, opens the socket. */
  async join(url: string): Promise<void> {
    const {nonce} = await call(url, 'GET', '/v1/session/nonce');
    const message = createSiweMessage({address: this.wallet.address, chainId: 1, domain: new URL(url).host, nonce: nonce!, uri: url, version: '1'});
    const {token} = await call(url, 'POST', '/v1/session', {body: {message, signature: await this.wallet.signMessage({message})}});
    await call(url, 'POST', '/v1/accounts', {token: token!, body: {secret: `0x${'77'.repeat(32)}`}});
    const {hostname, port} = new URL(url);
    const raw = connect(Number(port), hostname);
    this.#frames = new FrameWriter(raw, {recordsMax: RECORDS_MAX, random: this.#random});
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`, {perMessageDeflate: false, createConnection: () => raw});
    await new Promise((resolve, reject) => this.#socket.once('open', resolve).once('error', reject));
    const answer = new Promise<string>((resolve) => this.#socket.once('message', (data: Buffer) => resolve(data.toString())));
    this.#socket.send(JSON.stringify({op: 'auth', token}));
    const {account} = JSON.parse(await answer) as {account?: number | null};
    if (typeof account !== 'number') throw new Error('the socket speaks for no account');
    this.#socket.on('message', (data: Buffer, binary: boolean) => {
      if (!binary) throw new Error(`the gateway says ${data.toString()}`);
      this.#hear(data);
    });
  }

  get inFlight(): number {
    return this.#sent.length - this.#first;
  }

  /** A frame of new orders and cancels. */
  send(records: number, dueAt: number): void {
    for (let index = 0; index < records; index += 1) this.#write(index * RECORD_WORDS);
    this.#sent.push({sentAt: dueAt, count: records});
    this.sentRecords += records;
    this.#frames.send(records);
  }

  close(): void {
    this.#socket.close();
  }

  /** 60 % limits about the mark, 30 % cancels, 10 % bounded takers. */
  #write(word: number): void {
    const {words, doubles} = this.#frames.records;
    const roll = this.#random();
    const open = this.#open.length;
    if (open > 0 && (roll < 0.3 || open > OPEN_MANY)) {
      const {slot, sequence} = this.#takeOpen(Math.floor(this.#random() * open));
      words[word] = head(COMMAND.cancel, 0, 0);
      words[word + 2] = slot;
      doubles[(word >>> 1) + 4] = sequence;
      return;
    }
    const side = this.#random() < 0.5 ? 0 : 1;
    this.#clientId += 1;
    words[word + 6] = this.#clientId;
    if (roll > 0.9) {
      words[word] = head(COMMAND.place, side | (TIME_IN_FORCE.immediateOrCancel << 1), 0);
      words[word + 3] = 1 + Math.floor(this.#random() * 20);
      words[word + 4] = ORDER_FLAG.market;
      return;
    }
    const distance = 1 + Math.floor(-Math.log(1 - this.#random()) * 20);
    words[word] = head(COMMAND.place, side, 0);
    words[word + 2] = side === 0 ? MARK_TICKS - distance : MARK_TICKS + distance;
    words[word + 3] = 1 + Math.floor(this.#random() * 10);
  }

  #takeOpen(index: number): Order {
    const order = this.#open[index]!;
    const last = this.#open.pop()!;
    if (last !== order) this.#open[index] = last;
    return order;
  }

  #hear(data: Buffer): void {
    const now = performance.now();
    const {sentAt, count} = this.#sent[this.#first]!;
    this.#first += 1;
    if (this.#first === 4_096) this.#first -= this.#sent.splice(0, this.#first).length;
    if (data.readUInt16LE(4) !== count) throw new Error('an acknowledgement is for another frame');
    for (let index = 0; index < count; index += 1) {
      const at = ACK_HEADER_BYTES + index * ACK_BYTES;
      const reason = data[at]!;
      if (reason === REASON.none) this.heard.accepted += 1;
      else {
        this.heard.refused += 1;
        this.heard.reasons.set(reason, (this.heard.reasons.get(reason) ?? 0) + 1);
      }
      const slot = data.readInt32LE(at + 4);
      if (reason === REASON.none && slot >= 0) this.#open.push({slot, sequence: data.readDoubleLE(at + 16)});
    }
    this.answeredRecords += count;
    this.onAnswer(now - sentAt, count);
  }
}

async function call(url: string, method: string, route: string, {token, body}: {token?: string; body?: object} = {}): Promise<Record<string, string>> {
  const response = await fetch(`${url}${route}`, {
    method, headers: {...(body && {'content-type': 'application/json'}), ...(token !== undefined && {authorization: `Bearer ${token}`})},
    ...(body && {body: JSON.stringify(body)}),
  });
  if (!response.ok) throw new Error(`${method} ${route} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}
