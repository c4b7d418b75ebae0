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
import type {Query} from './queries.ts';
import {type EngineHealth, type EngineLink, type EventFrame, type RecordAcks, RECORDS_MAX} from './types.ts';
import {ANSWER_BYTES_MAX, encodeFrame, type Frame, FRAME, FrameReader, type FrameType, OPERATOR_FLAG} from './wire.ts';

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
const HASH_BYTES = 32;

type Waiting = {resolve: (answer: Frame) => void; reject: (error: Error) => void};

const gone = (): NodeError => new NodeError({code: 'ENGINE_STOPPED', detail: 'The engine is gone.'});

/** Connects and subscribes to events; who listens right after the answer misses none. @throws {NodeError} `ENGINE_STOPPED` when there is no engine. */
export async function connectEngine({from, ...where}: LinkClientOptions): Promise<EngineLink> {
  const client = new LinkClient(await reach(where));
  await client.subscribe(from);
  return client;
}

/** An engine that starts listens after it has replayed its journal. */
export async function reach({path, waitMs = WAIT_MS, onWaiting = () => {}}: Reach): Promise<Socket> {
  const until = performance.now() + waitMs;
  for (let tries = 0; ; tries += 1) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const attempt = connect(path, () => resolve(attempt));
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
  readonly #reader = new FrameReader({max: ANSWER_BYTES_MAX});
  readonly #waiting = new Map<number, Waiting>();
  readonly #frameListeners = new Set<(frame: EventFrame) => void>();
  readonly #eventListeners = new Set<EventListener>();
  readonly #accounts = new Map<string, number>();
  readonly closed: Promise<void>;
  missed = false;
  #decoder: FrameDecoder | undefined;
  #health: EngineHealth = {chains: [], projections: {sequence: 0n}};
  #request = 0;
  #corked = false;
  #paused = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      if (!this.#paused) this.#drain();
    });
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => socket.once('close', () => {
      for (const {reject} of this.#waiting.values()) reject(gone());
      this.#waiting.clear();
      resolve();
    }));
  }

  /** Names first: whoever is bound after they were read comes by an event. */
  async subscribe(from?: number): Promise<void> {
    const {value: names, eventSequence} = answerOf(await this.#ask(FRAME.read, encodePayload({view: 'names'} satisfies Query)));
    this.#decoder = new FrameDecoder(names as Names);
    const now = eventSequence! + 1;
    if (from !== undefined && await this.#subscribeFrom(from)) return;
    this.missed = from !== undefined;
    if (!await this.#subscribeFrom(now)) throw new NodeError({code: 'ENGINE_BUSY', detail: 'The engine\'s events run ahead of their reader; connect again.'}, true);
  }

  async #subscribeFrom(event: number): Promise<boolean> {
    const from = Buffer.alloc(8);
    from.writeDoubleLE(event);
    return valueOf(await this.#ask(FRAME.subscribe, from)) === event;
  }

  async submit(command: Command): Promise<Submission> {
    return valueOf(await this.#ask(FRAME.command, encodePayload(command))) as Submission;
  }

  async submitRecords(records: Uint8Array, {operator = false}: {operator?: boolean} = {}): Promise<RecordAcks> {
    const count = records.length / RECORD_BYTES;
    if (!Number.isInteger(count) || count === 0 || count > RECORDS_MAX) throw new RangeError(`${records.length} bytes are not 1 to ${RECORDS_MAX} records`);
    const {body} = await this.#ask(FRAME.records, records, operator ? OPERATOR_FLAG : 0);
    return {count, batchHash: body.subarray(0, HASH_BYTES), acks: body.subarray(HASH_BYTES)};
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
    const frame = await this.#ask(FRAME.read, encodePayload({view: 'sealed', epoch} satisfies Query));
    return frame.type === FRAME.sealed ? unpackEpoch(decodeSealed(frame.body)) : undefined;
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
    return valueOf(await this.#ask(FRAME.read, encodePayload(query))) as T | undefined;
  }

  async #must<T>(query: Query): Promise<T> {
    return (await this.#read<T>(query))!;
  }

  #ask(type: FrameType, body: Uint8Array, flags = 0): Promise<Frame> {
    if (this.#socket.destroyed) return Promise.reject(gone());
    this.#request = (this.#request + 1) >>> 0;
    const request = this.#request;
    const answer = new Promise<Frame>((resolve, reject) => this.#waiting.set(request, {resolve, reject}));
    // What is asked in one turn leaves in one write.
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(encodeFrame({type, flags, request}, body));
    return answer;
  }

  /** After an answer to a read, whoever waits for it runs before the events that came later: view and events belong together. */
  #drain(): void {
    this.#paused = false;
    for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) {
      this.#take(frame);
      if (frame.type === FRAME.answer || frame.type === FRAME.sealed) {
        this.#paused = true;
        setImmediate(() => this.#drain());
        return;
      }
    }
  }

  #take(frame: Frame): void {
    if (frame.type === FRAME.events) this.#publish(frame);
    else if (frame.type === FRAME.health) this.#health = decodePayload(frame.body) as EngineHealth;
    else {
      const waiting = this.#waiting.get(frame.request);
      this.#waiting.delete(frame.request);
      if (frame.type === FRAME.refused) waiting?.reject(errorOf(frame.body));
      else waiting?.resolve(frame);
    }
  }

  #publish({body, count}: Frame): void {
    const frame: EventFrame = {first: body.readDoubleLE(0), count, bytes: body.subarray(8)};
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

const answerOf = ({body}: Frame): {value?: unknown; eventSequence?: number} => decodePayload(body) as {value?: unknown; eventSequence?: number};
const valueOf = (frame: Frame): unknown => answerOf(frame).value;

function errorOf(body: Buffer): NodeError {
  const {retryable, ...data} = decodePayload(body) as NodeErrorData & {retryable: boolean};
  return new NodeError(data as NodeErrorData, retryable);
}
