/** A gateway's end of the link: the engine as `EnginePort`, its records, its events. */
import {connect, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {decodeSealed, type SealedEpoch, unpackEpoch} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import type {Command} from '../core/commands.ts';
import type {NumberedEvent} from '../core/events.ts';
import type {
  AccountView, AdlView, AssetView, BookView, ChainView, FundingView, MarketView, ProgrammeView, RiskView, WithdrawalView,
} from '../core/views.ts';
import {RECORD_BYTES} from '../core/venue/records.ts';
import {decodePayload, encodePayload} from '../journal/codec.ts';
import {NodeError, type NodeErrorData} from '../node/errors.ts';
import {FrameDecoder, type Names, type Wants} from '../node/read-frames.ts';
import type {EventListener, NodeState, Submission} from '../node/types.ts';
import {ANSWER_HEADER_BYTES} from './answers.ts';
import {BlockPool, Outbox} from './outbox.ts';
import type {Query} from './queries.ts';
import {ACK_BYTES, type EngineHealth, type EngineLink, type EventFrame, type RecordAcks, type RecordListener, RECORDS_MAX} from './types.ts';
import {ANSWER_BYTES_MAX, encodeFrame, type Frame, FRAME, type FrameHead, FrameReader, HEADER_BYTES, OPERATOR_FLAG, writeHead} from './wire.ts';

/** Where an engine is looked for. */
export type Reach = {
  /** Of the engine's socket. */
  path: string;
  /** How long an engine that is not there yet is waited for. */
  waitMs?: number;
  /** Called once when it is not there at first. */
  onWaiting?: () => void;
};

export type LinkClientOptions = Reach & {
  /** First event wanted; by default those from now on. What the engine cannot tell any more is told by `missed`. */
  from?: number;
};

const WAIT_MS = 60_000;
const BETWEEN_TRIES_MS = 50;
/** Read from the socket at once. */
const READ_BYTES = 256 * 1024;
const BLOCKS = new BlockPool({size: 64 * 1024, most: 16});

type Answer = {value?: unknown; eventSequence?: number};
type Waiting = {resolve: (answer: Answer) => void; reject: (error: Error) => void};

const gone = (): NodeError => new NodeError({code: 'ENGINE_STOPPED', detail: 'The engine is gone.'});

/** Connects and subscribes to events; who listens right after the answer misses none. @throws {NodeError} `ENGINE_STOPPED` when there is no engine. */
export async function connectEngine({from, ...where}: LinkClientOptions): Promise<EngineLink> {
  let client: LinkClient | undefined;
  const socket = await reach(where, (bytes) => client?.take(bytes));
  client = new LinkClient(socket);
  await client.subscribe(from);
  return client;
}

/**
 * An engine that starts listens after it has replayed its journal.
 *
 * @param onBytes - Takes what comes, good until it returns: one memory serves all reads.
 */
export async function reach({path, waitMs = WAIT_MS, onWaiting = () => {}}: Reach, onBytes: (bytes: Buffer) => void): Promise<Socket> {
  const onread = {buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: (length: number, bytes: Uint8Array): boolean => {
    onBytes(Buffer.from(bytes.buffer, bytes.byteOffset, length));
    return true;
  }};
  const until = performance.now() + waitMs;
  for (let tries = 0; ; tries += 1) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const attempt = connect({path, onread}, () => resolve(attempt));
      attempt.once('error', () => resolve(undefined));
    });
    if (socket) return socket;
    if (performance.now() > until) throw new NodeError({code: 'ENGINE_STOPPED', detail: `No engine listens at ${path}.`});
    if (tries === 0) onWaiting();
    await sleep(BETWEEN_TRIES_MS);
  }
}

class LinkClient implements EngineLink {
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #reader = new FrameReader({max: ANSWER_BYTES_MAX});
  readonly #waiting = new Map<number, Waiting>();
  readonly #records = new Map<number, RecordListener>();
  readonly #frameListeners = new Set<(frame: EventFrame) => void>();
  readonly #eventListeners = new Set<EventListener>();
  readonly #accounts = new Map<string, number>();
  readonly closed: Promise<void>;
  missed = false;
  #decoder: FrameDecoder | undefined;
  #health: EngineHealth = {chains: [], projections: {sequence: 0n}};
  #request = 0;
  #paused = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#outbox = new Outbox(socket, BLOCKS);
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => socket.once('close', () => {
      for (const {reject} of this.#waiting.values()) reject(gone());
      for (const listener of this.#records.values()) listener.refused(gone());
      this.#waiting.clear();
      this.#records.clear();
      resolve();
    }));
  }

  /** What came from the engine. */
  take(bytes: Buffer): void {
    this.#reader.push(bytes);
    if (!this.#paused) this.#drain();
  }

  /** Names first: whoever is bound after they were read comes by an event. */
  async subscribe(from?: number): Promise<void> {
    const {value: names, eventSequence} = await this.#ask({type: FRAME.read}, encodePayload({view: 'names'} satisfies Query));
    this.#decoder = new FrameDecoder(names as Names);
    const now = eventSequence! + 1;
    if (from !== undefined && await this.#subscribeFrom(from)) return;
    this.missed = from !== undefined;
    if (!await this.#subscribeFrom(now)) throw new NodeError({code: 'ENGINE_BUSY', detail: 'The engine\'s events run ahead of their reader; connect again.'}, true);
  }

  async #subscribeFrom(event: number): Promise<boolean> {
    return (await this.#ask({type: FRAME.subscribe, first: event})).value === event;
  }

  async submit(command: Command): Promise<Submission> {
    return (await this.#ask({type: FRAME.command}, encodePayload(command))).value as Submission;
  }

  submitRecords(records: Uint8Array, {operator = false}: {operator?: boolean} = {}): Promise<RecordAcks> {
    return new Promise((resolve, reject) => this.sendRecords(records, {
      answered: ({count, acks, batchHash}) => resolve({count, acks: Uint8Array.from(acks), batchHash: Uint8Array.from(batchHash)}), refused: reject,
    }, {operator}));
  }

  sendRecords(records: Uint8Array, listener: RecordListener, {operator = false}: {operator?: boolean} = {}): void {
    const {length} = records;
    const count = length / RECORD_BYTES;
    if (!Number.isInteger(count) || count === 0 || count > RECORDS_MAX) throw new RangeError(`${length} bytes are not 1 to ${RECORDS_MAX} records`);
    if (this.#socket.destroyed) {
      listener.refused(gone());
      return;
    }
    const request = this.#next();
    this.#records.set(request, listener);
    const {bytes, used} = this.#outbox.reserve(HEADER_BYTES + length);
    const at = used - length;
    bytes.set(records, at);
    writeHead(bytes, at - HEADER_BYTES, {type: FRAME.records, flags: operator ? OPERATOR_FLAG : 0, request}, length);
  }

  async accountIndex(wallet: Address, sub = 0): Promise<number | undefined> {
    const key = `${wallet.toLowerCase()}:${sub}`;
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const index = await this.#read<number>({view: 'accountIndex', wallet, sub});
    // Accounts never go, so what is found once stays true.
    if (index !== undefined) this.#accounts.set(key, index);
    return index;
  }

  state = (): Promise<NodeState> => this.#must<NodeState>({view: 'state'});
  account = (wallet: Address, sub = 0): Promise<AccountView | undefined> => this.#read({view: 'account', wallet, sub});
  blinding = (wallet: Address, epoch: bigint): Promise<Hex | undefined> => this.#read({view: 'blinding', wallet, epoch});
  chains = (): Promise<readonly ChainView[]> => this.#must({view: 'chains'});
  assets = (): Promise<readonly AssetView[]> => this.#must({view: 'assets'});
  markets = (): Promise<readonly MarketView[]> => this.#must({view: 'markets'});
  book = (market: string, levels: number): Promise<BookView | undefined> => this.#read({view: 'book', market, levels});
  funding = (market: string): Promise<FundingView | undefined> => this.#read({view: 'funding', market});
  risk = (): Promise<RiskView> => this.#must({view: 'risk'});
  programmes = (market: string): Promise<readonly ProgrammeView[] | undefined> => this.#read({view: 'programmes', market});
  ranksOf = (wallet: Address): Promise<readonly AdlView[]> => this.#must({view: 'ranksOf', wallet});
  ranksIn = (market: string): Promise<readonly AdlView[] | undefined> => this.#read({view: 'ranksIn', market});
  openWithdrawals = (): Promise<readonly WithdrawalView[]> => this.#must({view: 'openWithdrawals'});

  async sealedEpoch(epoch: bigint): Promise<SealedEpoch | undefined> {
    const bytes = await this.#read<Uint8Array>({view: 'sealed', epoch});
    return bytes && unpackEpoch(decodeSealed(bytes));
  }

  onEvents(listener: EventListener): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onEventFrames(listener: (frame: EventFrame) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  decode(frame: EventFrame, wants?: Wants): NumberedEvent[] {
    return this.#decoder!.decode(frame, wants);
  }

  health(): EngineHealth {
    return this.#health;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #read<T>(query: Query): Promise<T | undefined> {
    return (await this.#ask({type: FRAME.read}, encodePayload(query))).value as T | undefined;
  }

  async #must<T>(query: Query): Promise<T> {
    return (await this.#read<T>(query))!;
  }

  #ask(head: FrameHead, body?: Uint8Array): Promise<Answer> {
    if (this.#socket.destroyed) return Promise.reject(gone());
    const request = this.#next();
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.set(request, {resolve, reject}));
    this.#outbox.write(encodeFrame({...head, request}, body));
    return answer;
  }

  #next(): number {
    this.#request = (this.#request + 1) >>> 0;
    return this.#request;
  }

  /** After an answer to a read, whoever waits for it runs before the events that came later: view and events belong together. */
  #drain(): void {
    this.#paused = false;
    for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) {
      const {type} = frame;
      this.#take(frame);
      if (type === FRAME.answer || type === FRAME.sealed) {
        this.#paused = true;
        setImmediate(() => this.#drain());
        return;
      }
    }
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case FRAME.acks:
        this.#answer(frame);
        return;
      case FRAME.events:
        this.#publish(frame);
        return;
      case FRAME.health:
        this.#health = decodePayload(frame.body) as EngineHealth;
        return;
      case FRAME.answer:
        this.#settle(frame.request)?.resolve(decodePayload(frame.body) as Answer);
        return;
      case FRAME.sealed:
        this.#settle(frame.request)?.resolve({value: Uint8Array.from(frame.body)});
        return;
      case FRAME.refused: {
        const error = errorOf(frame.body);
        const listener = this.#records.get(frame.request);
        this.#records.delete(frame.request);
        if (listener) listener.refused(error);
        else this.#settle(frame.request)?.reject(error);
        return;
      }
      default:
    }
  }

  #settle(request: number): Waiting | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    return waiting;
  }

  /** What was answered under one batch. */
  #answer({block, at, count: answers, hash: batchHash}: Frame): void {
    const {bytes, words} = block;
    let offset = at;
    for (let index = 0; index < answers; index += 1) {
      const [request, count] = [words[offset >>> 2]! >>> 0, words[(offset >>> 2) + 1]!];
      const listener = this.#records.get(request);
      this.#records.delete(request);
      offset += ANSWER_HEADER_BYTES;
      const end = offset + count * ACK_BYTES;
      listener?.answered({count, acks: bytes.subarray(offset, end), batchHash});
      offset = end;
    }
  }

  #publish({body, count, first}: Frame): void {
    const frame: EventFrame = {first, count, bytes: body};
    for (const listener of this.#frameListeners) listener(frame);
    if (!this.#decoder) return;
    if (this.#eventListeners.size === 0) {
      this.#decoder.follow(frame);
      return;
    }
    const events = this.#decoder.decode(frame);
    for (const listener of this.#eventListeners) listener(events);
  }
}

function errorOf(body: Buffer): NodeError {
  const {retryable, ...data} = decodePayload(body) as NodeErrorData & {retryable: boolean};
  return new NodeError(data as NodeErrorData, retryable);
}
