/** How the rows of the bench measure: CPU time of this process, percentiles, pauses of the garbage collector. */
import '../src/node/inlining.ts';
import {PerformanceObserver} from 'node:perf_hooks';
import {setImmediate as turn} from 'node:timers/promises';

/** CPU microseconds of this process so far. */
export function cpuMicros(): number {
  const {user, system} = process.cpuUsage();
  return user + system;
}

/** Value at a share of the sorted samples. */
export const percentile = (sorted: Float64Array, share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** Runs the work and tells the longest pause of the garbage collector meanwhile, milliseconds. */
export async function longestPause(work: () => void): Promise<number> {
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const {duration} of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({entryTypes: ['gc']});
  work();
  // Entries are delivered in later turns of the event loop.
  for (let index = 0; index < 3; index += 1) await turn();
  observer.disconnect();
  return longest;
}

/** Bytes the process holds in arrays and on the heap; needs `--expose-gc`. Arrays that are let go are freed in later turns of the event loop. */
export async function heldBytes(): Promise<number> {
  for (let index = 0; index < 5; index += 1) {
    (globalThis as {gc?: () => void}).gc?.();
    await turn();
  }
  const {arrayBuffers, heapUsed} = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

/** One line of result on stdout, for the runner. */
export const report = (result: object): void => void process.stdout.write(`${JSON.stringify(result)}\n`);

export const note = (message: string): void => void process.stderr.write(`  ${message}\n`);
