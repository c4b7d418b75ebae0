import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {sleep} from './pair/sleep.ts';

/** Helpers of this folder's tests. */

/** Asks every 25 ms until `read` gives a value. @throws Error after `deadlineMs`. */
export async function until<T>(
  what: string,
  read: () => Promise<T | undefined | false>,
  deadlineMs = 120_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await sleep(25);
  }
}

export function temporaryFolder(): {dir: string; remove(): void} {
  const dir = mkdtempSync(join(tmpdir(), 'pobs-devnet-test-'));
  return {dir, remove: () => rmSync(dir, {recursive: true, force: true})};
}

/** Key of the node's public test account 1. */
export const TEST_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
