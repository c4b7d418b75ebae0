/**
 * The durable signing journal (PROTOCOL §6): the intent is on disk before the key is used, and no second vote for an
 * epoch number is ever promised, whatever crashed or was restored.
 */
import {closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync} from 'node:fs';
import path from 'node:path';
import {describeVote, sameVote, type Vote} from '../core/verdict.ts';
import {ValidatorError} from '../errors.ts';
import {encodeEntry, parseJournal} from './entries.ts';
import {acquireLock} from './lock.ts';

export class SigningJournal {
  readonly #votes: Map<bigint, Vote>;
  readonly #descriptor: number;
  readonly #release: () => void;

  private constructor(votes: Map<bigint, Vote>, descriptor: number, release: () => void) {
    this.#votes = votes;
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
      return new SigningJournal(parsed.votes, descriptor, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  find(epoch: bigint): Vote | undefined {
    return this.#votes.get(epoch);
  }

  /**
   * Promises one vote, durably. Repeating the same promise is free.
   *
   * @throws {ValidatorError} `DOUBLE_VOTE` when the epoch already has another one.
   */
  promise(vote: Vote, timeMs: number): void {
    const before = this.#votes.get(vote.epoch);
    if (before !== undefined && sameVote(before, vote)) return;
    if (before !== undefined) {
      throw new ValidatorError({code: 'DOUBLE_VOTE', epoch: vote.epoch.toString(), before: describeVote(before), now: describeVote(vote)});
    }
    writeSync(this.#descriptor, encodeEntry(vote, timeMs));
    fsyncSync(this.#descriptor);
    this.#votes.set(vote.epoch, vote);
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
