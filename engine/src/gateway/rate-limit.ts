/** Token buckets by key (session or address): `burst` at once, refilled at `perSecond`. Bounded in number. */
const BUCKETS_MAX = 20_000;

export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, {tokens: number; at: number}>();

  constructor({perSecond, burst}: {perSecond: number; burst: number}, {now}: {now: () => number}) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /** False when the key has used up its share. */
  take(key: string): boolean {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? {tokens: this.#burst, at: now};
    this.#buckets.delete(key);
    // Least recently used first: dropping one refills it, which only ever favours its owner.
    if (this.#buckets.size >= BUCKETS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
