/** Answers that wait for the batch they rest on. */

/** @param hash - Of the batch: the journal head the answer is under. */
export type Release = (hash: Uint8Array) => void;

export class CommitGate {
  #indexes: number[] = [];
  #releases: Release[] = [];
  #first = 0;

  get waiting(): number {
    return this.#indexes.length - this.#first;
  }

  /** Batches never fall: what is held later waits for the same batch or a later one. */
  hold(index: number, release: Release): void {
    this.#indexes.push(index);
    this.#releases.push(release);
  }

  /** Releases, in order, what waits for batches up to `index`. */
  open(index: number, hash: Uint8Array): void {
    while (this.#first < this.#indexes.length && this.#indexes[this.#first]! <= index) {
      const release = this.#releases[this.#first]!;
      this.#first += 1;
      release(hash);
    }
    if (this.#first === this.#indexes.length) {
      this.#indexes = [];
      this.#releases = [];
      this.#first = 0;
    } else if (this.#first > 4_096) {
      this.#indexes = this.#indexes.slice(this.#first);
      this.#releases = this.#releases.slice(this.#first);
      this.#first = 0;
    }
  }
}
