/**
 * Writes the engine's events into the read models, in order, each exactly once: the database's cursor says where to go on.
 * Whatever is not in the queue any more, after a restart or a long absence of the database, is replayed from the journal.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import type {NumberedEvent} from '../core/events.ts';
import type {Log} from '../indexer/ports.ts';
import {foldEvents} from './fold.ts';
import type {ProjectionStore} from './ports.ts';

const QUEUE_MAX = 200_000;
const BATCH_EVENTS = 5_000;
const IDLE_MS = 50;
const RETRY_MS = 1_000;

export type ProjectorDeps = {
  store: ProjectionStore;
  /** Events of the journal after one of them. */
  replay: (after: bigint) => AsyncIterable<NumberedEvent[]>;
  log: Log;
};

export class Projector {
  readonly #journal: string;
  readonly #deps: ProjectorDeps;
  #queue: NumberedEvent[] = [];
  /** Last event taken notice of, queued or not. */
  #seen = 0n;
  #cursor: bigint | undefined;
  #problem: string | undefined;

  /** @param journal - Names the journal the events come from. */
  constructor({journal}: {journal: string}, deps: ProjectorDeps) {
    this.#journal = journal;
    this.#deps = deps;
  }

  status(): {sequence: bigint; problem?: string} {
    return {sequence: this.#cursor ?? 0n, ...(this.#problem !== undefined && {problem: this.#problem})};
  }

  /** False while the queue is full: what is not queued comes from the journal later, so it need not be decoded now. */
  wantsEvents(): boolean {
    return this.#queue.length < QUEUE_MAX;
  }

  /** Takes events of the running engine; never waits. A queue that is too long is dropped, the journal has it all. */
  push(events: readonly NumberedEvent[]): void {
    if (events.length === 0) return;
    if (this.#queue.length + events.length > QUEUE_MAX) this.#queue = [];
    for (const event of events) this.#queue.push(event);
    this.noteEnd(events.at(-1)!.sequence);
  }

  /** Tells how far the journal goes, for events that never pass through {@link push}. */
  noteEnd(sequence: bigint): void {
    if (sequence > this.#seen) this.#seen = sequence;
  }

  /** Resolves once `signal` aborts. A database that does not answer is tried again every second, with one log line. */
  async run(signal: AbortSignal): Promise<void> {
    const {log} = this.#deps;
    while (!signal.aborted) {
      let waitMs = 0;
      try {
        if (!await this.step()) waitMs = IDLE_MS;
        if (this.#problem !== undefined) log.info({}, 'Projections are written again');
        this.#problem = undefined;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (this.#problem === undefined) log.warn({reason}, 'Projections cannot be written; trying again');
        this.#problem = reason;
        this.#cursor = undefined;
        waitMs = RETRY_MS;
      }
      // The only rejection is the abort, which the loop condition handles.
      if (waitMs > 0) await sleep(waitMs, undefined, {signal}).catch(() => {});
    }
  }

  /** Writes one batch, or catches up from the journal; false when there is nothing to do. */
  async step(): Promise<boolean> {
    const cursor = this.#cursor ??= await this.#openCursor();
    if (cursor >= this.#seen) {
      this.#queue = [];
      return false;
    }
    const next = this.#queue[0];
    if (!next || next.sequence > cursor + 1n) {
      await this.#catchUp();
      return true;
    }
    const batch = this.#queue.slice(0, BATCH_EVENTS).filter(({sequence}) => sequence > cursor);
    if (batch.length > 0) await this.#apply(batch);
    this.#drop(this.#cursor!);
    return true;
  }

  /** Folds the whole journal anew. Returns the last event's sequence. */
  async rebuild(): Promise<bigint> {
    await this.#deps.store.reset();
    this.#cursor = 0n;
    for await (const events of this.#deps.replay(0n)) await this.#apply(events);
    return this.#cursor;
  }

  async #openCursor(): Promise<bigint> {
    const {store, log} = this.#deps;
    const cursor = await store.cursor();
    if (cursor && (cursor.journal !== this.#journal || cursor.sequence > this.#seen)) {
      log.warn({}, 'Projections were made from another journal; they are built anew');
      await store.reset();
      return 0n;
    }
    return cursor?.sequence ?? 0n;
  }

  /** What was written to the journal meanwhile is left to the next step. */
  async #catchUp(): Promise<void> {
    const before = this.#cursor!;
    for await (const events of this.#deps.replay(this.#cursor!)) {
      const fresh = events.filter(({sequence}) => sequence > this.#cursor! && sequence <= this.#seen);
      if (fresh.length > 0) await this.#apply(fresh);
    }
    if (this.#cursor === before && !this.#queue.some(({sequence}) => sequence === before + 1n)) {
      throw new Error(`the journal ends at event ${this.#cursor}, before event ${this.#seen}`);
    }
    this.#drop(this.#cursor!);
  }

  async #apply(events: NumberedEvent[]): Promise<void> {
    const batch = foldEvents(events);
    const result = await this.#deps.store.apply(batch, this.#journal);
    if (result === 'outOfOrder') throw new Error(`events from ${batch.from} do not continue the projections`);
    this.#cursor = batch.to;
  }

  #drop(upTo: bigint): void {
    const keep = this.#queue.findIndex(({sequence}) => sequence > upTo);
    this.#queue = keep === -1 ? [] : this.#queue.slice(keep);
  }
}
