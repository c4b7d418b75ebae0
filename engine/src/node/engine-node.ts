/**
 * The engine's single writer: stamps each command, applies it to the core at once, journals it, and holds every answer and event
 * until the batch it rests on is durable. Refused commands change nothing and are not journaled. A bug in the core stops the process:
 * the offending command was never journaled, so a restart is back at the last good state.
 */
import type {SealedEpoch} from '@pobs/protocol';
import {bytesToHex, type Hex} from 'viem';
import type {Command} from '../core/commands.ts';
import type {Core} from '../core/engine.ts';
import type {NumberedEvent} from '../core/events.ts';
import {chainViews, digest, epochsView, sealedEpoch} from '../core/queries.ts';
import {encodePayload} from '../journal/codec.ts';
import {type DurableBatch, Journal} from '../journal/journal.ts';
import {CommitGate} from './commit-gate.ts';
import {DigestSchedule} from './digest-schedule.ts';
import {NodeError} from './errors.ts';
import {type EventFrame, EventFrameBuilder} from './event-frames.ts';
import {namesOf} from './names.ts';
import type {EngineNodeOptions} from './options.ts';
import {FrameDecoder} from './read-frames.ts';
import {AckWriter, type RecordFrame, RecordRunner} from './record-runner.ts';
import {RECENT_BYTES_MAX, RecentEvents} from './recent-events.ts';
import {building, numbered, type Position, Replica} from './replica.ts';
import {newestSnapshot, snapshotBytes, writeSnapshot} from './snapshots.ts';
import type {AnswerHolder, EventListener, NodeState, RecordsDone, Submission} from './types.ts';

export type {EngineNodeOptions};

const HELD_MAX = 100_000;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

const endProcess = (error: Error): void => {
  process.stderr.write(`engine stopped: ${error.message}\n`);
  process.exit(1);
};

export class EngineNode {
  readonly #options: EngineNodeOptions;
  readonly #core: Core;
  readonly #journal: Journal;
  readonly #gate = new CommitGate((frame) => this.#publish(frame));
  readonly #runner: RecordRunner;
  readonly #frameListeners = new Map<(frame: EventFrame) => void, () => number>();
  readonly #batchListeners = new Set<(batch: DurableBatch) => void>();
  readonly #sealHeads: Map<bigint, Hex>;
  readonly #now: () => number;
  readonly #builder = new EventFrameBuilder();
  readonly #acks = new AckWriter();
  readonly #digests: DigestSchedule;
  #at: number;
  #eventSequence: number;
  #durableEvents: number;
  #snapshotSequence: number;
  #digest: {sequence: number; value: Hex} | undefined;
  #stopped: Error | undefined;
  #failed = false;
  /** The newest durable events, those of the time before the start among them. */
  readonly recent: RecentEvents;
  /** Bytes of an unfinished write that were cut at start. */
  readonly repairedBytes: number;

  /**
   * Opens the journal, replays it from the newest snapshot on, and writes genesis into a new one.
   *
   * @throws {JournalError} when the folder is locked or damaged.
   * @throws {NodeError} `FOREIGN_JOURNAL`, `REPLAY_DIVERGED`, `RULES_REFUSED`.
   */
  static async open(options: EngineNodeOptions): Promise<EngineNode> {
    const node = new EngineNode(options);
    try {
      if (node.#journal.sequence === 0) await node.#begin();
      else node.#checkRules();
      return node;
    } catch (error) {
      await node.#journal.close();
      throw error;
    }
  }

  private constructor(options: EngineNodeOptions) {
    const {directory, snapshots, segmentBytes, disk, onReplayed} = options;
    this.#options = options;
    this.#digests = new DigestSchedule({every: options.checkpointEvery});
    this.#now = options.now ?? Date.now;
    const snapshot = snapshots === undefined || onReplayed ? undefined : newestSnapshot(snapshots);
    const told = onReplayed && numbered(() => replica.core, onReplayed);
    const replica: Replica = new Replica({...snapshot, listener: told});
    this.recent = snapshot?.recent ?? new RecentEvents();
    this.#core = replica.core;
    this.#snapshotSequence = replica.sequence;
    this.#journal = new Journal({
      directory, ...(segmentBytes !== undefined && {segmentBytes}), ...(disk && {disk}),
      from: snapshot && {sequence: snapshot.position.sequence, chain: snapshot.position.chain},
      onBatch: (batch, left) => {
        // Commands are not longer than what comes of them, as a rule: so much of the journal's end fills the memory.
        if (left < RECENT_BYTES_MAX) replica.listen(building(this.#builder, told));
        replica.apply(batch);
        if (!this.#builder.isEmpty) this.recent.add(this.#builder.take());
      },
      onWriting: () => this.#closeStretch(),
      onDurable: (batch) => this.#release(batch),
      onFatal: (error) => this.#fail(error),
    });
    this.repairedBytes = this.#journal.repairedBytes;
    this.#at = Math.max(replica.at, this.#journal.lastAt);
    this.#eventSequence = replica.eventSequence;
    this.#durableEvents = replica.eventSequence;
    this.#sealHeads = replica.sealHeads;
    this.#runner = new RecordRunner(this.#core, this.#builder);
  }

  async #begin(): Promise<void> {
    const begun = await this.submit({type: 'genesis', rules: this.#options.rules});
    if (begun.ok) return;
    const why = 'reason' in begun.rejection ? begun.rejection.reason : begun.rejection.code;
    throw new NodeError({code: 'RULES_REFUSED', detail: `The engine cannot run these rules: ${why}.`});
  }

  #checkRules(): void {
    if (encodePayload(this.#core.state.rules).equals(encodePayload(this.#options.rules))) return;
    throw new NodeError({
      code: 'FOREIGN_JOURNAL',
      detail: `The journal in ${this.#options.directory} belongs to another network or other rules; give it its own folder or start afresh.`,
    });
  }

  /**
   * Applies a command; resolves when the answer may leave the machine.
   *
   * @throws {NodeError} (as a rejected promise) `ENGINE_BUSY` (retryable) when too many answers wait, `ENGINE_STOPPED`.
   */
  submit(command: Command): Promise<Submission> {
    const refused = this.#refusal();
    if (refused) return Promise.reject(refused);
    if (this.#gate.isRead) this.#closeStretch();
    const at = Math.max(this.#at, this.#now());
    try {
      const applied = this.#core.apply(command, BigInt(at));
      if (!applied.ok) {
        const sequence = BigInt(this.#journal.sequence);
        return this.#hold((): Submission => ({ok: false, sequence, rejection: applied.rejection}));
      }
      this.#at = at;
      this.#journal.appendCommand(encodePayload(command), at);
      const {sequence} = this.#journal;
      this.#builder.addEvents(applied.events, sequence, at, this.#eventSequence + 1);
      this.#eventSequence += applied.events.length;
      if (this.#digests.isDue(1)) this.#checkpoint();
      return this.#hold((hash): Submission => {
        const journalHead = bytesToHex(hash);
        if (command.type === 'seal') this.#sealHeads.set(command.epoch, journalHead);
        return {ok: true, sequence: BigInt(sequence), journalHead, at: BigInt(at), events: applied.events};
      });
    } catch (error) {
      this.#fail(error);
      return Promise.reject(this.#refusal() ?? error);
    }
  }

  /**
   * Applies records one after another, each by itself; `done` hears when all of it is durable, or of the error of `submit` at once.
   * The records are read before this returns.
   */
  submitRecords(records: RecordFrame, done: RecordsDone): void {
    const refused = this.#runRecords(records);
    if (refused) {
      done(refused);
      return;
    }
    const acks = this.#acks.bytes();
    this.#whenDurable((hash) => done(undefined, acks, hash), false);
  }

  /** The same for one who sends many: the answer to `request` is held by whom it is for. Returns the error of `submit`. */
  submitRecordsFor(holder: AnswerHolder, request: number, records: RecordFrame): Error | undefined {
    const refused = this.#runRecords(records);
    if (refused) return refused;
    const {tip, durable, head} = this.#journal;
    if (tip === durable.index) {
      holder.add({}, request, this.#acks)!(head);
      return undefined;
    }
    const stretch = this.#gate.enter(tip);
    const release = holder.add(stretch, request, this.#acks);
    if (release) stretch.releases.push(release);
    return undefined;
  }

  /** Leaves the acknowledgements in `#acks`. */
  #runRecords(records: RecordFrame): Error | undefined {
    const refused = this.#refusal();
    if (refused) return refused;
    if (this.#gate.isRead) this.#closeStretch();
    const at = Math.max(this.#at, this.#now());
    const acks = this.#acks;
    try {
      this.#eventSequence += this.#runner.run(records, {at, journal: this.#journal, firstEvent: this.#eventSequence + 1, acks});
      if (acks.accepted > 0) {
        this.#at = at;
        if (this.#digests.isDue(acks.accepted)) this.#checkpoint();
      }
      return undefined;
    } catch (error) {
      this.#fail(error);
      return this.#stopped;
    }
  }

  /** A consistent read of the core, answered once what it saw is durable. The function must not keep or change the state. */
  read<T>(view: (core: Core) => T): Promise<T> {
    return new Promise((resolve, reject) => this.readThen(view, resolve, reject));
  }

  /** The same by callback: `done` runs after the events that were seen and before all others. */
  readThen<T>(view: (core: Core) => T, done: (value: T) => void, refuse: (error: Error) => void): void {
    this.#readThen(view, (seen) => done(seen), refuse);
  }

  #readThen<T>(view: (core: Core) => T, done: (value: T, hash: Uint8Array) => void, refuse: (error: Error) => void): void {
    const refused = this.#refusal();
    if (refused) {
      refuse(refused);
      return;
    }
    const value = view(this.#core);
    this.#whenDurable((hash) => done(value, hash), true);
  }

  /**
   * Durable events as they come, in order; returns the unsubscribe function.
   *
   * @param unread - How many bytes of the frames it was given the listener still needs; by default none once it has returned.
   */
  onEventFrames(listener: (frame: EventFrame) => void, unread = (): number => 0): () => void {
    this.#frameListeners.set(listener, unread);
    return () => this.#frameListeners.delete(listener);
  }

  /** Decodes the frames that come from now on. */
  decoder(): FrameDecoder {
    return new FrameDecoder(namesOf(this.#core));
  }

  /** The same, decoded. */
  onEvents(listener: EventListener): () => void {
    const decoder = this.decoder();
    return this.onEventFrames((frame) => {
      const events: NumberedEvent[] = decoder.decode(frame);
      if (events.length > 0) listener(events);
    });
  }

  /** Durable batches as on disk, for followers; good until the listener returns. */
  onBatches(listener: (batch: DurableBatch) => void): () => void {
    this.#batchListeners.add(listener);
    return () => this.#batchListeners.delete(listener);
  }

  /** One of the newest sealed epochs with its journal head. */
  sealed(epoch: bigint): Promise<SealedEpoch | undefined> {
    return new Promise((resolve, reject) => {
      const done = (sealed: SealedEpoch | undefined): void => resolve(sealed && {...sealed, journalHead: this.#sealHeads.get(epoch)!});
      this.#readThen((core) => sealedEpoch(core, epoch), done, reject);
    });
  }

  state(): Promise<NodeState> {
    return new Promise((resolve, reject) => {
      const done = (state: Omit<NodeState, 'journalHead'>, hash: Uint8Array): void => resolve({...state, journalHead: bytesToHex(hash)});
      this.#readThen((core) => this.#stateOf(core), done, reject);
    });
  }

  #stateOf(core: Core): Omit<NodeState, 'journalHead'> {
    const {sequence} = this.#journal;
    const {lastSealed, undecided} = epochsView(core);
    return {
      sequence: BigInt(sequence), eventSequence: BigInt(this.#eventSequence), digest: this.#digestAt(sequence), chains: chainViews(core), lastSealed,
      ...(undecided !== undefined && {undecided}),
    };
  }

  /** The core's digest after command `sequence`, its last one; kept, because its cost grows with the state. */
  #digestAt(sequence: number): Hex {
    if (this.#digest?.sequence !== sequence) this.#digest = {sequence, value: digest(this.#core)};
    return this.#digest.value;
  }

  /** Number of the last event, given out or not. */
  get eventSequence(): number {
    return this.#eventSequence;
  }

  /** Number of the last event given to listeners (or to `onReplayed`). */
  get durableEventSequence(): bigint {
    return BigInt(this.#durableEvents);
  }

  /** Last durable command and the batch it is in. */
  get durable(): Readonly<{index: number; sequence: number}> {
    return this.#journal.durable;
  }

  /** Writes a last digest, waits for the disk, leaves a snapshot, frees the folder. */
  async close(): Promise<void> {
    const clean = !this.#stopped;
    if (clean) {
      if (this.#digests.commands > 0) this.#checkpoint();
      this.#stopped = new NodeError({code: 'ENGINE_STOPPED', detail: 'The engine is stopped.'});
    }
    await this.#journal.close();
    const {snapshots} = this.#options;
    const {sequence} = this.#journal;
    if (!clean || snapshots === undefined || sequence === this.#snapshotSequence || this.#journal.durable.sequence !== sequence) return;
    await writeSnapshot(snapshots, sequence, snapshotBytes(this.#core, this.#position(), this.recent));
  }

  #position(): Position {
    return {sequence: this.#journal.sequence, at: this.#at, eventSequence: this.#eventSequence, chain: this.#journal.chainState, sealHeads: this.#sealHeads};
  }

  #refusal(): Error | undefined {
    if (this.#stopped) return this.#stopped;
    if (this.#gate.waiting < HELD_MAX && this.#journal.waitingBytes < WAITING_BYTES_MAX) return undefined;
    return new NodeError({code: 'ENGINE_BUSY', detail: 'The engine has too many commands waiting for the disk; try again.'}, true);
  }

  #hold<T>(finish: (hash: Uint8Array) => T): Promise<T> {
    return new Promise((resolve) => this.#whenDurable((hash) => resolve(finish(hash)), false));
  }

  /** Now, where nothing waits for the disk; the hash is that of the batch that holds the last command. */
  #whenDurable(release: (hash: Uint8Array) => void, read: boolean): void {
    const {tip, durable, head} = this.#journal;
    if (tip === durable.index) release(head);
    else this.#gate.hold(tip, release, read);
  }

  #release(batch: DurableBatch): void {
    if (this.#stopped && this.#failed) return;
    for (const listener of this.#batchListeners) listener(batch);
    this.#gate.release(batch.index, batch.hash);
  }

  #publish(frame: EventFrame): void {
    this.#durableEvents = frame.first + frame.count - 1;
    let most = 0;
    for (const unread of this.#frameListeners.values()) most = Math.max(most, unread());
    for (const free of this.recent.add(frame, {unread: most})) this.#builder.reuse(free);
    for (const listener of this.#frameListeners.keys()) listener(frame);
  }

  #closeStretch(): void {
    this.#gate.close(this.#journal.tip, this.#builder.isEmpty ? undefined : this.#builder.take());
  }

  #checkpoint(): void {
    this.#digests.run(() => this.#journal.appendCheckpoint(encodePayload({digest: digest(this.#core)}), this.#at));
  }

  #fail(cause: unknown): void {
    if (this.#stopped) return;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#failed = true;
    this.#stopped = error;
    (this.#options.onFatal ?? endProcess)(error);
  }
}
