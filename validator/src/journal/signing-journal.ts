/**
 * The durable signing journal (PROTOCOL §6): the intent is on disk before the key is used, and no second vote for an
 * epoch number is ever promised, whatever crashed or was restored.
 */
import {closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync} from 'node:fs';
import path from 'node:path';
import {describeVote, sameVote, type Vote} from '../core/verdict.ts';
import {ValidatorError} from '../errors.ts';
import {encodeEntry, type Entry, type History, merging, parseJournal, take} from './entries.ts';
import {acquireLock, lockHolder} from './lock.ts';

export class SigningJournal {
  readonly #history: History;
  readonly #descriptor: number;
  readonly #release: () => void;

  private constructor(history: History, descriptor: number, release: () => void) {
    this.#history = history;
    this.#descriptor = descriptor;
    this.#release = release;
  }

  /** Opens or creates the journal of a data folder and locks it. @throws {ValidatorError} `LOCKED`, `JOURNAL_DAMAGED` */
  static open(dataDir: string): SigningJournal {
    mkdirSync(dataDir, {recursive: true, mode: 0o700});
    const file = path.join(dataDir, 'signing.journal');
    const release = acquireLock(path.join(dataDir, 'signing.lock'));
    try {
      const isNew = !existsSync(file);
      const text = isNew ? '' : readFileSync(file, 'utf8');
      const parsed = parseJournal(text);
      if (!parsed.ok) throw new ValidatorError({code: 'JOURNAL_DAMAGED', path: file, line: parsed.line});
      const descriptor = openSync(file, 'a', 0o600);
      // A torn tail must not swallow the next entry's start.
      if (parsed.tornTail) ftruncateSync(descriptor, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
      fsyncSync(descriptor);
      if (isNew) syncFolder(dataDir);
      return new SigningJournal(parsed, descriptor, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Looks without locking: how many votes, and which live process signs. @throws {ValidatorError} `JOURNAL_DAMAGED` */
  static inspect(dataDir: string): {votes: number; holder: number | undefined} {
    const file = path.join(dataDir, 'signing.journal');
    const parsed = parseJournal(existsSync(file) ? readFileSync(file, 'utf8') : '');
    if (!parsed.ok) throw new ValidatorError({code: 'JOURNAL_DAMAGED', path: file, line: parsed.line});
    return {votes: parsed.votes.size, holder: lockHolder(path.join(dataDir, 'signing.lock'))};
  }

  /** Everything promised so far. */
  get history(): Readonly<History> {
    return this.#history;
  }

  find(epoch: bigint): Vote | undefined {
    return this.#history.votes.get(epoch);
  }

  /**
   * Promises one vote, durably. Repeating the same promise is free.
   *
   * @throws {ValidatorError} `DOUBLE_VOTE` when the epoch already has another one; `EPOCH_CLOSED` by an imported history.
   */
  promise(vote: Vote, timeMs: number): void {
    const {votes, closed, floor} = this.#history;
    const refuse = (why: string) => new ValidatorError({code: 'EPOCH_CLOSED', epoch: vote.epoch.toString(), why});
    if (closed.has(vote.epoch)) throw refuse('two signing histories of this key disagree on it');
    const before = votes.get(vote.epoch);
    if (before !== undefined && sameVote(before, vote)) return;
    if (before !== undefined) {
      throw new ValidatorError({code: 'DOUBLE_VOTE', epoch: vote.epoch.toString(), before: describeVote(before), now: describeVote(vote)});
    }
    if (vote.epoch <= floor) throw refuse(`an imported signing history reaches to epoch ${floor}`);
    this.#append([{vote}], timeMs);
  }

  /** Takes over another history of this key; afterwards the journal is as careful as both. @returns Entries added. */
  merge(other: History, timeMs: number): number {
    const entries = merging(this.#history, other);
    if (entries.length > 0) this.#append(entries, timeMs);
    return entries.length;
  }

  /** On disk before anybody acts on it. */
  #append(entries: readonly Entry[], timeMs: number): void {
    writeSync(this.#descriptor, entries.map((entry) => encodeEntry(entry, timeMs)).join(''));
    fsyncSync(this.#descriptor);
    for (const entry of entries) take(this.#history, entry);
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#release();
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
