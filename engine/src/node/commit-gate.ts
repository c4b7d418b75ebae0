/**
 * What waits for the disk, in the order it must leave: events before the answers to the commands they came of, a read between the events
 * it saw and those it did not. What needs no other order than that is one stretch.
 */
import type {EventFrame} from './event-frames.ts';

/** @param hash - Of the batch: the journal head the answer is under. */
export type Release = (hash: Uint8Array) => void;

/** What needs no order inside but events before answers; told apart by identity. */
export class Stretch {
  readonly releases: Release[] = [];
  /** Answers inside. */
  waiting = 0;
  batch = 0;
  frame: EventFrame | undefined;

  get isEmpty(): boolean {
    return this.waiting === 0;
  }
}

export class CommitGate {
  readonly #publish: (frame: EventFrame) => void;
  #closed: Stretch[] = [];
  #open = new Stretch();
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

  /** Counts an answer in: it waits in the stretch that comes back, whose releases let it go. @param batch - The newest that holds something. */
  enter(batch: number): Stretch {
    const last = this.#closed.at(-1);
    const stretch = last?.batch === batch && this.#open.isEmpty && !this.#read ? last : this.#open;
    stretch.waiting += 1;
    this.#waiting += 1;
    return stretch;
  }

  /** @param read - The answer tells the state rather than of a command. */
  hold(batch: number, release: Release, read: boolean): void {
    const stretch = this.enter(batch);
    stretch.releases.push(release);
    if (read && stretch === this.#open) this.#read = true;
  }

  /** Ends the open stretch of a batch with the events it holds. */
  close(batch: number, frame: EventFrame | undefined): void {
    this.#read = false;
    const stretch = this.#open;
    if (stretch.isEmpty && frame === undefined) return;
    stretch.batch = batch;
    stretch.frame = frame;
    this.#closed.push(stretch);
    this.#open = new Stretch();
  }

  /** Lets go what waits for batches up to `batch`. */
  release(batch: number, hash: Uint8Array): void {
    const ready = this.#closed.findIndex((stretch) => stretch.batch > batch);
    const free = ready < 0 ? this.#closed.splice(0) : this.#closed.splice(0, ready);
    for (const {frame, releases, waiting} of free) {
      if (frame) this.#publish(frame);
      this.#waiting -= waiting;
      for (const release of releases) release(hash);
    }
  }
}
