/**
 * The engine behind its link, across absences: while it is away every call is refused as `ENGINE_AWAY`, and when it is back the events
 * go on where they stopped. What cannot be had any more is told by `missed`.
 */
import type {Address} from 'viem';
import type {Command} from '../core/commands.ts';
import {connectEngine} from '../link/client.ts';
import type {EngineHealth, EngineLink, EventFrame, RecordListener} from '../link/types.ts';
import type {EventListener} from '../node/types.ts';
import type {Wants} from '../node/read-frames.ts';
import {ApiError} from './errors.ts';
import type {GatewayEngine, Presence} from './ports.ts';

const RETRY_AFTER_MS = 1_000;
/** One try at an engine that is away; the next follows at once. */
const TRY_MS = 5_000;

type Log = {info(fields: object, message: string): void; warn(fields: object, message: string): void};

export type EngineLinkOptions = {
  /** Of the engine's socket. */
  path: string;
};

const away = (): ApiError => new ApiError('ENGINE_AWAY', 'The engine is away; try again in a moment.', {retryAfterMs: RETRY_AFTER_MS});

export class ReconnectingEngine implements GatewayEngine {
  readonly #options: EngineLinkOptions;
  readonly #log: Log;
  readonly #frameListeners = new Set<(frame: EventFrame) => void>();
  readonly #presenceListeners = new Set<(presence: Presence) => void>();
  #link: EngineLink | undefined;
  #health: EngineHealth = {chains: [], projections: {sequence: 0n}};
  /** First event not seen yet. */
  #next: number | undefined;
  #closed = false;

  /** @throws {NodeError} `ENGINE_STOPPED` when there is no engine within a minute. */
  static async open(options: EngineLinkOptions, {log}: {log: Log}): Promise<ReconnectingEngine> {
    const engine = new ReconnectingEngine(options, log);
    engine.#use(await connectEngine({...options, onWaiting: () => log.info(options, 'Waiting for the engine')}));
    return engine;
  }

  private constructor(options: EngineLinkOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  close(): void {
    this.#closed = true;
    this.#link?.close();
  }

  /** As last told; an engine that is away is a problem of its projections. */
  health(): EngineHealth {
    if (this.#link) this.#health = this.#link.health();
    return this.#link ? this.#health : {...this.#health, projections: {...this.#health.projections, problem: 'the engine is away'}};
  }

  submit = (command: Command) => this.#ask((link) => link.submit(command));
  accountIndex = (wallet: Address, sub?: number) => this.#ask((link) => link.accountIndex(wallet, sub));
  state = () => this.#ask((link) => link.state());
  account = (wallet: Address, sub?: number) => this.#ask((link) => link.account(wallet, sub));
  blinding = (wallet: Address, epoch: bigint) => this.#ask((link) => link.blinding(wallet, epoch));
  chains = () => this.#ask((link) => link.chains());
  assets = () => this.#ask((link) => link.assets());
  markets = () => this.#ask((link) => link.markets());
  book = (market: string, levels: number) => this.#ask((link) => link.book(market, levels));
  openWithdrawals = () => this.#ask((link) => link.openWithdrawals());
  sealedEpoch = (epoch: bigint) => this.#ask((link) => link.sealedEpoch(epoch));
  funding = (market: string) => this.#ask((link) => link.funding(market));
  risk = () => this.#ask((link) => link.risk());
  programmes = (market: string) => this.#ask((link) => link.programmes(market));
  ranksOf = (wallet: Address) => this.#ask((link) => link.ranksOf(wallet));
  ranksIn = (market: string) => this.#ask((link) => link.ranksIn(market));

  sendRecords(records: Uint8Array, listener: RecordListener): void {
    if (this.#link) this.#link.sendRecords(records, listener);
    else listener.refused(away());
  }

  decode(frame: EventFrame, wants?: Wants) {
    // Frames are told while their link is the one in use.
    return this.#link!.decode(frame, wants);
  }

  onEventFrames(listener: (frame: EventFrame) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  onEvents(listener: EventListener): () => void {
    return this.onEventFrames((frame) => listener(this.decode(frame)));
  }

  onPresence(listener: (presence: Presence) => void): () => void {
    this.#presenceListeners.add(listener);
    listener({here: this.#link !== undefined, missed: false});
    return () => this.#presenceListeners.delete(listener);
  }

  #ask<T>(question: (link: EngineLink) => Promise<T>): Promise<T> {
    if (this.#link) return question(this.#link);
    return Promise.reject(away());
  }

  #use(link: EngineLink): void {
    this.#link = link;
    if (link.missed) this.#next = undefined;
    link.onEventFrames((frame) => this.#take(frame));
    void link.closed.then(() => this.#gone());
    this.#tell({here: true, missed: link.missed});
  }

  #take(frame: EventFrame): void {
    const end = frame.first + frame.count;
    // Where events went on, the frame that holds the first one wanted comes whole.
    if (this.#next !== undefined && end <= this.#next) return;
    this.#next = end;
    for (const listener of this.#frameListeners) listener(frame);
  }

  #gone(): void {
    this.#link = undefined;
    if (this.#closed) return;
    this.#log.warn({}, 'The engine is away');
    this.#tell({here: false, missed: false});
    void this.#return();
  }

  async #return(): Promise<void> {
    while (!this.#closed) {
      const from = this.#next;
      const link = await connectEngine({...this.#options, waitMs: TRY_MS, ...(from !== undefined && {from})}).catch(() => undefined);
      if (!link) continue;
      if (this.#closed) {
        link.close();
        return;
      }
      this.#log.info({missed: link.missed}, 'The engine is back');
      this.#use(link);
      return;
    }
  }

  #tell(presence: Presence): void {
    for (const listener of this.#presenceListeners) listener(presence);
  }
}
