/** Worker threads that run a TypeScript module of this package. */
import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';

const THREADS_MAX = 8;
const ENTRY = new URL('./thread.mjs', import.meta.url);

/** Cores beside the one of this thread, as far as they help. */
export const spareThreads = (): number => Math.min(availableParallelism(), THREADS_MAX) - 1;

/**
 * Starts `module` on a thread of its own. An error there is a bug and is thrown here, where the owner of the thread waits.
 *
 * @param data - The module finds it as `workerData.data`.
 */
export const startThread = (module: URL, data?: unknown): Worker =>
  // Loaders of this process are not handed on: the entry brings its own.
  new Worker(ENTRY, {workerData: {module: module.href, data}, execArgv: []});
