/** When the next digest of the state goes into the journal. */

const EVERY = 65_536;
/** A digest takes as long as the state is large: it may take this part of the time. */
const SHARE = 1 / 25;

export class DigestSchedule {
  readonly #every: number;
  #commands = 0;
  #notBefore = 0;

  /** @param every - Commands between two digests. */
  constructor({every = EVERY}: {every?: number | undefined}) {
    this.#every = every;
  }

  /** Commands since the last one. */
  get commands(): number {
    return this.#commands;
  }

  /** Counts commands; true when a digest is due. */
  isDue(commands: number): boolean {
    this.#commands += commands;
    return this.#commands >= this.#every && performance.now() >= this.#notBefore;
  }

  /** @param take - Takes the digest; how long it takes says how soon the next may be. */
  run(take: () => void): void {
    const started = performance.now();
    take();
    const ended = performance.now();
    this.#commands = 0;
    this.#notBefore = ended + (ended - started) / SHARE;
  }
}
