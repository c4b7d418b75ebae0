/** Token buckets by key (credential, account or address): `burst` at once, refilled at `perSecond`. Bounded in number. */
const BUCKETS_MAX = 20_000;

export type Rate = {perSecond: number; burst: number};

export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, {tokens: number; at: number}>();

  constructor({perSecond, burst}: Rate, {now}: {now: () => number}) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /** Takes `cost` tokens; answers 0, or the milliseconds until the bucket holds enough, and then takes none. */
  take(key: string, cost = 1): number {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? {tokens: this.#burst, at: now};
    this.#buckets.delete(key);
    // Least recently used first: dropping one refills it, which only ever favours its owner.
    if (this.#buckets.size >= BUCKETS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (elapsed / 1_000) * this.#perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    const missing = Math.min(cost, this.#burst) - bucket.tokens;
    if (missing > 0) return Math.max(1, Math.ceil((missing / this.#perSecond) * 1_000));
    bucket.tokens -= cost;
    return 0;
  }
}
