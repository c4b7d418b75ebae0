/**
 * Channels and who listens to them. Each channel counts its own messages: the first answer to a subscription carries the current
 * number, every message after it the next one. A listener that reads too slowly is let go, so that it cannot hold this process's memory.
 */
import {toJson} from '@pobs/protocol';

/** Whoever is told; `send` answers false when it is gone or was let go. */
export type Listener = {send(text: string): boolean};

type Topic = {sequence: bigint; listeners: Set<Listener>; about: object};

export class Hub {
  readonly #topics = new Map<string, Topic>();
  readonly #keysOf = new Map<Listener, Set<string>>();

  /** @param about - Channel, market and interval, in front of every message. Returns the channel's current number. */
  subscribe(listener: Listener, key: string, about: object): bigint {
    const topic = this.#topic(key, about);
    topic.listeners.add(listener);
    const keys = this.#keysOf.get(listener) ?? new Set();
    keys.add(key);
    this.#keysOf.set(listener, keys);
    return topic.sequence;
  }

  unsubscribe(listener: Listener, key: string): void {
    this.#topics.get(key)?.listeners.delete(listener);
    this.#keysOf.get(listener)?.delete(key);
  }

  drop(listener: Listener): void {
    for (const key of this.#keysOf.get(listener) ?? []) this.#topics.get(key)?.listeners.delete(listener);
    this.#keysOf.delete(listener);
  }

  subscriptions(listener: Listener): ReadonlySet<string> {
    return this.#keysOf.get(listener) ?? NONE;
  }

  /** Somebody listens. */
  hears(key: string): boolean {
    return (this.#topics.get(key)?.listeners.size ?? 0) > 0;
  }

  /** Keys with a prefix that somebody listens to. */
  heard(prefix: string): string[] {
    return [...this.#topics].filter(([key, {listeners}]) => key.startsWith(prefix) && listeners.size > 0).map(([key]) => key);
  }

  publish(key: string, body: object): void {
    const topic = this.#topics.get(key);
    // A channel nobody has asked for counts from its first listener on.
    if (!topic) return;
    topic.sequence += 1n;
    if (topic.listeners.size === 0) return;
    const text = toJson({...topic.about, sequence: topic.sequence, ...body});
    for (const listener of topic.listeners) if (!listener.send(text)) this.drop(listener);
  }

  /** The same body on every channel of which the key is told to be meant. */
  publishAll(meant: (key: string) => boolean, body: object): void {
    for (const key of this.#topics.keys()) if (meant(key)) this.publish(key, body);
  }

  #topic(key: string, about: object): Topic {
    const known = this.#topics.get(key);
    if (known) return known;
    const topic = {sequence: 0n, listeners: new Set<Listener>(), about};
    this.#topics.set(key, topic);
    return topic;
  }
}

const NONE: ReadonlySet<string> = new Set();
