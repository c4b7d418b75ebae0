/**
 * The engine's single writer: stamps each command, applies it to the core at once, journals it, and holds every answer and event
 * until what it rests on is durable. Refused commands change nothing and are not journaled. A bug in the core stops the process:
 * the offending command was never journaled, so a restart is back at the last good state.
 */
import type {Rules, SealedEpoch} from '@pobs/protocol';
import type {Hex} from 'viem';
import type {Command} from '../core/commands.ts';
import {type Core, createCore} from '../core/engine.ts';
import type {NumberedEvent} from '../core/events.ts';
import {chainViews, digest, epochsView, sealedEpoch} from '../core/queries.ts';
import {decodePayload, encodePayload} from '../journal/codec.ts';
import {type JournalRecord, RECORD_KIND} from '../journal/frame.ts';
import {Journal} from '../journal/journal.ts';
import {NodeError} from './errors.ts';
import type {EventListener, NodeState, Submission} from './types.ts';

export type EngineNodeOptions = {
  /** Folder of the journal. */
  directory: string;
  /** Written as the first command of a new journal; an old one must have begun with the same. */
  rules: Rules;
  /** Milliseconds since 1970. */
  now?: () => number;
  segmentBytes?: number;
  /** Commands between two digests in the journal. */
  checkpointEvery?: number;
  /** Events of the replay, in order, so that projections can catch up. */
  onReplayed?: EventListener;
  /** Called once when the node cannot go on; the default prints one line and ends the process. */
  onFatal?: (error: Error) => void;
};

/** An answer waiting for the durability of `sequence`. */
type Held = {sequence: bigint; release: () => void};

const CHECKPOINT_EVERY = 65_536;
const HELD_MAX = 100_000;

const endProcess = (error: Error): void => {
  process.stderr.write(`engine stopped: ${error.message}\n`);
  process.exit(1);
};

export class EngineNode {
  readonly #options: EngineNodeOptions;
  readonly #core: Core = createCore();
  readonly #journal: Journal;
  readonly #held: Held[] = [];
  readonly #listeners = new Set<EventListener>();
  readonly #sealHeads = new Map<bigint, Hex>();
  #at = 0n;
  #eventSequence = 0n;
  #durableEvents = 0n;
  #sinceCheckpoint = 0;
  #digest: {sequence: bigint; value: Hex} | undefined;
  #stopped: Error | undefined;
  /** Bytes of an unfinished write that were cut at start. */
  readonly repairedBytes: number;

  /**
   * Opens the journal, replays it, and writes genesis into a new one.
   *
   * @throws {JournalError} when the folder is locked or damaged.
   * @throws {NodeError} `FOREIGN_JOURNAL`, `REPLAY_DIVERGED`, `RULES_REFUSED`.
   */
  static async open(options: EngineNodeOptions): Promise<EngineNode> {
    const node = new EngineNode(options);
    try {
      if (node.#journal.last.sequence === 0n) await node.#begin();
      else node.#checkRules();
      return node;
    } catch (error) {
      await node.#journal.close();
      throw error;
    }
  }

  private constructor(options: EngineNodeOptions) {
    this.#options = options;
    this.#journal = new Journal({
      directory: options.directory,
      ...(options.segmentBytes !== undefined && {segmentBytes: options.segmentBytes}),
      onRecord: (record, head) => this.#replay(record, head),
      onDurable: (sequence) => this.#release(sequence),
      onFatal: (error) => this.#fail(error),
    });
    this.repairedBytes = this.#journal.repairedBytes;
    this.#at = this.#journal.lastAt;
    this.#durableEvents = this.#eventSequence;
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

  #replay(record: JournalRecord, head: Hex): void {
    const diverged = (why: string): NodeError => new NodeError({
      code: 'REPLAY_DIVERGED', sequence: record.sequence,
      detail: `Replaying record ${record.sequence} of the journal ${why}; it was written by another version of the engine.`,
    });
    if (record.kind === RECORD_KIND.checkpoint) {
      const {digest: expected} = decodePayload(record.payload) as {digest: Hex};
      if (digest(this.#core) !== expected) throw diverged('gives another state');
      this.#sinceCheckpoint = 0;
      return;
    }
    const command = decodePayload(record.payload) as Command;
    const applied = this.#core.apply(command, record.at);
    if (!applied.ok) throw diverged(`is refused (${applied.rejection.code})`);
    this.#sinceCheckpoint += 1;
    this.#noteSeal(command, head);
    const events = this.#number(applied.events, {command: record.sequence, at: record.at});
    this.#options.onReplayed?.(events);
  }

  #number(events: readonly NumberedEvent['event'][], {command, at}: {command: bigint; at: bigint}): NumberedEvent[] {
    return events.map((event) => {
      this.#eventSequence += 1n;
      return {sequence: this.#eventSequence, command, at, event};
    });
  }

  #noteSeal(command: Command, head: Hex): void {
    if (command.type === 'seal') this.#sealHeads.set(command.epoch, head);
  }

  /**
   * Applies a command; resolves when the answer may leave the machine.
   *
   * @throws {NodeError} (as a rejected promise) `ENGINE_BUSY` (retryable) when too many answers wait, `ENGINE_STOPPED`.
   */
  submit(command: Command): Promise<Submission> {
    const refused = this.#refusal();
    if (refused) return Promise.reject(refused);
    const now = BigInt((this.#options.now ?? Date.now)());
    const at = now > this.#at ? now : this.#at;
    let submission: Submission;
    let events: NumberedEvent[] = [];
    try {
      const applied = this.#core.apply(command, at);
      if (applied.ok) {
        this.#at = at;
        const {sequence, head} = this.#journal.append({at, kind: RECORD_KIND.command, payload: encodePayload(command)});
        this.#noteSeal(command, head);
        events = this.#number(applied.events, {command: sequence, at});
        submission = {ok: true, sequence, journalHead: head, at, events: applied.events};
        this.#checkpointIfDue();
      } else {
        submission = {ok: false, sequence: this.#journal.last.sequence, rejection: applied.rejection};
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return Promise.reject(this.#refusal() ?? error);
    }
    return this.#hold(() => {
      if (events.length > 0) this.#publish(events);
      return submission;
    });
  }

  /** A consistent read of the core, answered once what it saw is durable. The function must not keep or change the state. */
  read<T>(view: (core: Core) => T): Promise<T> {
    const refused = this.#refusal();
    if (refused) return Promise.reject(refused);
    const value = view(this.#core);
    return this.#hold(() => value);
  }

  /** Durable events, batch by batch, in order; returns the unsubscribe function. */
  onEvents(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One of the newest sealed epochs with its journal head. */
  sealed(epoch: bigint): Promise<SealedEpoch | undefined> {
    return this.read((core) => {
      const sealed = sealedEpoch(core, epoch);
      return sealed && {...sealed, journalHead: this.#sealHeads.get(epoch)!};
    });
  }

  state(): Promise<NodeState> {
    const {sequence, head} = this.#journal.last;
    const eventSequence = this.#eventSequence;
    return this.read((core) => {
      const {lastSealed, undecided} = epochsView(core);
      return {
        sequence, eventSequence, digest: this.#digestAt(sequence), journalHead: head, chains: chainViews(core), lastSealed,
        ...(undecided !== undefined && {undecided}),
      };
    });
  }

  /** The core's digest after record `sequence`, its last one; kept, because its cost grows with the state. */
  #digestAt(sequence: bigint): Hex {
    if (this.#digest?.sequence !== sequence) this.#digest = {sequence, value: digest(this.#core)};
    return this.#digest.value;
  }

  /** Number of the last event given to listeners (or to `onReplayed`). */
  get durableEventSequence(): bigint {
    return this.#durableEvents;
  }

  /** Writes a last digest, waits for the disk, frees the folder. */
  async close(): Promise<void> {
    if (!this.#stopped) {
      if (this.#sinceCheckpoint > 0) this.#checkpoint();
      this.#stopped = new NodeError({code: 'ENGINE_STOPPED', detail: 'The engine is stopped.'});
    }
    await this.#journal.close();
  }

  #refusal(): Error | undefined {
    if (this.#stopped) return this.#stopped;
    if (this.#held.length < HELD_MAX) return undefined;
    return new NodeError({code: 'ENGINE_BUSY', detail: 'The engine has too many commands waiting for the disk; try again.'}, true);
  }

  #hold<T>(finish: () => T): Promise<T> {
    const {sequence} = this.#journal.last;
    return new Promise((resolve, reject) => {
      const release = (): void => {
        try {
          resolve(finish());
        } catch (error) {
          reject(error);
          this.#fail(error instanceof Error ? error : new Error(String(error)));
        }
      };
      if (sequence <= this.#journal.durableSequence && this.#held.length === 0) release();
      else this.#held.push({sequence, release});
    });
  }

  #release(durable: bigint): void {
    let count = 0;
    while (count < this.#held.length && this.#held[count]!.sequence <= durable) count += 1;
    for (const {release} of this.#held.splice(0, count)) release();
  }

  #publish(events: readonly NumberedEvent[]): void {
    this.#durableEvents = events.at(-1)!.sequence;
    for (const listener of this.#listeners) listener(events);
  }

  #checkpointIfDue(): void {
    this.#sinceCheckpoint += 1;
    if (this.#sinceCheckpoint >= (this.#options.checkpointEvery ?? CHECKPOINT_EVERY)) this.#checkpoint();
  }

  #checkpoint(): void {
    this.#journal.append({at: this.#at, kind: RECORD_KIND.checkpoint, payload: encodePayload({digest: digest(this.#core)})});
    this.#sinceCheckpoint = 0;
  }

  #fail(error: Error): void {
    if (this.#stopped) return;
    this.#stopped = error;
    (this.#options.onFatal ?? endProcess)(error);
  }
}
