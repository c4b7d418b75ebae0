/**
 * What waits for the disk, in the order it must leave: events before the answers to the commands they came of, a read between the events
 * it saw and those it did not. A stretch is what needs no order inside but this.
 */
import type {EventFrame} from './event-frames.ts';

/** @param hash - Of the batch: the journal head the answer is under. */
export type Release = (hash: Uint8Array) => void;

type Stretch = {batch: number; frame: EventFrame | undefined; releases: Release[]};

export class CommitGate {
  readonly #publish: (frame: EventFrame) => void;
  #closed: Stretch[] = [];
  #open: Release[] = [];
  #waiting = 0;
  /** A read is in the open stretch: events to come belong to the next. */
  #read = false;

  constructor(publish: (frame: EventFrame) => void) {
    this.#publish = publish;
  }

  /** Answers that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The stretch must be closed before further events. */
  get isRead(): boolean {
    return this.#read;
  }

  /** @param batch - The newest that holds something; `read` = the answer tells the state rather than of a command. */
  hold(batch: number, release: Release, read: boolean): void {
    this.#waiting += 1;
    const last = this.#closed.at(-1);
    if (last?.batch === batch && this.#open.length === 0 && !this.#read) {
      last.releases.push(release);
      return;
    }
    this.#open.push(release);
    if (read) this.#read = true;
  }

  /** Ends the open stretch of a batch with the events it holds. */
  close(batch: number, frame: EventFrame | undefined): void {
    this.#read = false;
    if (this.#open.length === 0 && frame === undefined) return;
    this.#closed.push({batch, frame, releases: this.#open});
    this.#open = [];
  }

  /** Lets go what waits for batches up to `batch`. */
  release(batch: number, hash: Uint8Array): void {
    const ready = this.#closed.findIndex((stretch) => stretch.batch > batch);
    const free = ready < 0 ? this.#closed.splice(0) : this.#closed.splice(0, ready);
    for (const {frame, releases} of free) {
      if (frame) this.#publish(frame);
      this.#waiting -= releases.length;
      for (const release of releases) release(hash);
    }
  }
}
