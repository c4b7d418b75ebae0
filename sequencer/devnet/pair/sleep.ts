import {setTimeout as delay} from 'node:timers/promises';

/** Resolves after `ms` milliseconds, or at once when the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  // The only rejection is the abort, which the caller's loop condition handles.
  await delay(ms, undefined, {signal}).catch(() => undefined);
}
