/**
 * A second core on the same journal: applies each batch once the leader calls it durable, answers reads, leaves snapshots, hands events to
 * the projections. It never writes the journal and takes no commands; how far it is behind is told, and harms nobody.
 */
import {setImmediate as turn} from 'node:timers/promises';
import {bytesToHex, type Hex} from 'viem';
import type {Core} from '../core/engine.ts';
import type {NumberedEvent} from '../core/events.ts';
import {chainViews, digest, epochsView, sealedEpoch} from '../core/queries.ts';
import {JournalTail} from '../journal/tail.ts';
import type {LinkNode} from '../link/node.ts';
import {NodeError} from '../node/errors.ts';
import {type EventFrame, EventFrameBuilder} from '../node/event-frames.ts';
import {RecentEvents} from '../node/recent-events.ts';
import {building, numbered, Replica, type ReplicaListener} from '../node/replica.ts';
import {newestSnapshot, snapshotBytes, writeSnapshot} from '../node/snapshots.ts';
import type {NodeState} from '../node/types.ts';

export type FollowerOptions = {
  /** Folder of the leader's journal. */
  journal: string;
  /** Folder of snapshots. */
  snapshots: string;
  /** Commands between two snapshots. */
  snapshotEvery?: number;
};

export type FollowerDeps = {
  log: {info(fields: object, message: string): void; warn(fields: object, message: string): void};
  /** Decoded events, while it wants them; else only how many there are by now. */
  events?: {wantsEvents(): boolean; push(events: readonly NumberedEvent[]): void; noteEnd(sequence: bigint): void};
};

const SNAPSHOT_EVERY = 1_000_000;
/** Reads and pings are answered between stretches of this length; events of one are one frame. */
const STRETCH_MS = 20;

export class Follower implements LinkNode {
  readonly #options: FollowerOptions;
  readonly #deps: FollowerDeps;
  readonly #replica: Replica;
  readonly #tail: JournalTail;
  readonly #builder = new EventFrameBuilder();
  readonly #frameListeners = new Set<(frame: EventFrame) => void>();
  /** The newest events, those before this follower's start among them. */
  readonly recent: RecentEvents;
  #waiting: NumberedEvent[] = [];
  #snapshotAt: number;
  #snapshot: Promise<void> = Promise.resolve();

  /** Begins at the newest snapshot; the journal from there on is read by {@link follow}. */
  constructor(options: FollowerOptions, deps: FollowerDeps) {
    this.#options = options;
    this.#deps = deps;
    const restored = newestSnapshot(options.snapshots);
    this.recent = restored?.recent ?? new RecentEvents();
    this.#replica = new Replica({...restored, listener: this.#listener()});
    this.#tail = new JournalTail({directory: options.journal, from: restored && {sequence: restored.position.sequence, chain: restored.position.chain}});
    this.#snapshotAt = this.#replica.sequence;
  }

  get sequence(): number {
    return this.#replica.sequence;
  }

  get durable(): Readonly<{index: number; sequence: number}> {
    return {index: this.#tail.index, sequence: this.#replica.sequence};
  }

  get eventSequence(): number {
    return this.#replica.eventSequence;
  }

  get durableEventSequence(): bigint {
    return BigInt(this.#replica.eventSequence);
  }

  /** Applies what there is up to batch `index`. @throws {JournalError | NodeError} when the journal is not what the leader says. */
  async follow(index: number): Promise<void> {
    let until = performance.now() + STRETCH_MS;
    for (const batch of this.#tail.read(index)) {
      this.#replica.apply(batch);
      const isSnapshotDue = this.#replica.sequence - this.#snapshotAt >= (this.#options.snapshotEvery ?? SNAPSHOT_EVERY);
      if (!isSnapshotDue && performance.now() < until) continue;
      this.#publish();
      if (isSnapshotDue) this.takeSnapshot();
      await turn();
      until = performance.now() + STRETCH_MS;
    }
    this.#publish();
  }

  /** The state is copied at once, written in the background. */
  takeSnapshot(): void {
    const {core, sequence, at, eventSequence, sealHeads} = this.#replica;
    if (sequence === 0) return;
    const bytes = snapshotBytes(core, {sequence, at, eventSequence, sealHeads, chain: this.#tail.chain.state}, this.recent);
    this.#snapshotAt = sequence;
    const {log} = this.#deps;
    this.#snapshot = this.#snapshot.then(() => writeSnapshot(this.#options.snapshots, sequence, bytes)).then(
      () => log.info({sequence, bytes: bytes.length}, 'Wrote a snapshot'),
      (error: unknown) => log.warn({error}, 'A snapshot could not be written'),
    );
  }

  /** Waits for a snapshot that is being written; the engine leaves the last one when it stops. */
  async close(): Promise<void> {
    await this.#snapshot;
    this.#tail.close();
  }

  readThen<T>(view: (core: Core) => T, done: (value: T) => void): void {
    done(view(this.#replica.core));
  }

  async sealed(epoch: bigint): Promise<ReturnType<typeof sealedEpoch>> {
    const sealed = sealedEpoch(this.#replica.core, epoch);
    return sealed && {...sealed, journalHead: this.#replica.sealHeads.get(epoch)!};
  }

  async state(): Promise<NodeState> {
    const {core, sequence, eventSequence} = this.#replica;
    const {lastSealed, undecided} = epochsView(core);
    return {
      sequence: BigInt(sequence), eventSequence: BigInt(eventSequence), digest: this.digest(), chains: chainViews(core), lastSealed,
      journalHead: bytesToHex(this.#tail.chain.hash), ...(undecided !== undefined && {undecided}),
    };
  }

  digest(): Hex {
    return digest(this.#replica.core);
  }

  submit(): Promise<never> {
    return Promise.reject(readOnly());
  }

  submitRecordsFor(): Error {
    return readOnly();
  }

  onEventFrames(listener: (frame: EventFrame) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  /** Nobody follows a follower. */
  onBatches(): () => void {
    return () => {};
  }

  #listener(): ReplicaListener {
    const decode = numbered(() => this.#replica.core, (events) => this.#waiting.push(...events));
    const wanted = (): boolean => this.#deps.events?.wantsEvents() ?? false;
    return building(this.#builder, {
      records: (log, about) => {
        if (wanted()) decode.records(log, about);
      },
      events: (events, about) => {
        if (wanted()) decode.events(events, about);
      },
    });
  }

  #publish(): void {
    if (!this.#builder.isEmpty) {
      const frame = this.#builder.take();
      const free = this.recent.add(frame);
      if (this.#frameListeners.size === 0) for (const old of free) this.#builder.reuse(old);
      for (const listener of this.#frameListeners) listener(frame);
    }
    const {events} = this.#deps;
    if (this.#waiting.length > 0) events?.push(this.#waiting);
    this.#waiting = [];
    events?.noteEnd(BigInt(this.#replica.eventSequence));
  }
}

const readOnly = (): NodeError => new NodeError({code: 'READ_ONLY', detail: 'A follower takes no commands: give them to the engine.'});
