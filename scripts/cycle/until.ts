/** Waits for a condition of the running network, with a deadline that names what did not come. */
import {ServiceError} from '../network/service.ts';

const POLL_MS = 150;

export async function until<T>(what: string, probe: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new ServiceError(`Waited ${timeoutMs / 1_000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
