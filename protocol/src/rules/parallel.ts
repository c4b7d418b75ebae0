/** `checkEpoch` with large sheets read and hashed on the other cores; the verdict does not depend on who computed what. */
import {setImmediate as turn} from 'node:timers/promises';
import type {Worker} from 'node:worker_threads';
import {spareThreads, startThread} from '../threads.ts';
import type {Violation} from '../types.ts';
import {checkEpoch} from './check-epoch.ts';
import {balancesName, type Evidence} from './evidence.ts';
import {type SheetWork, workKey, workOnSheet} from './sheet-work.ts';

/** Below this a worker starts later than this thread is done. */
const PARALLEL_BYTES_MIN = 60_000_000;
const WORKER = new URL('./sheet-worker.ts', import.meta.url);

type Job = {key: string; bytes: Uint8Array; assetIndex: number};

export type ParallelOptions = {parallelBytesMin?: number};

/** @returns What {@link checkEpoch} returns. */
export async function checkEpochParallel(evidence: Evidence, {parallelBytesMin = PARALLEL_BYTES_MIN}: ParallelOptions = {}): Promise<Violation[]> {
  const jobs = jobsOf(evidence);
  const size = jobs.reduce((sum, {bytes}) => sum + bytes.length, 0);
  if (size < parallelBytesMin || jobs.length < 2) return checkEpoch(evidence);

  const works = new Map<string, SheetWork>();
  const queue = [...jobs];
  const workers = Array.from({length: Math.min(spareThreads(), jobs.length - 1)}, () => startThread(WORKER));
  try {
    const others = Promise.all(workers.map((worker) => drain(worker, queue, works)));
    // Awaited only after this thread's own jobs.
    others.catch(() => {});
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      works.set(job.key, workOnSheet(job.bytes, job.assetIndex));
      await turn();
    }
    await others;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return checkEpoch(evidence, works);
}

function jobsOf({lines, files}: Evidence): Job[] {
  const jobs = new Map<string, Job>();
  for (const {chainId, assets} of lines) {
    assets.forEach(({token}, assetIndex) => {
      const name = balancesName(chainId, token);
      const bytes = files.get(name);
      const key = workKey(name, assetIndex);
      if (bytes !== undefined) jobs.set(key, {key, bytes, assetIndex});
    });
  }
  return [...jobs.values()].sort((a, b) => b.bytes.length - a.bytes.length);
}

/** Gives a worker one job after the other until none is left. */
async function drain(worker: Worker, queue: Job[], works: Map<string, SheetWork>): Promise<void> {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) works.set(job.key, await ask(worker, job));
}

function ask(worker: Worker, {bytes, assetIndex}: Job): Promise<SheetWork> {
  return new Promise((resolve, reject) => {
    worker.once('message', (work: SheetWork) => {
      worker.off('error', reject);
      resolve(work);
    });
    worker.once('error', reject);
    worker.postMessage({bytes, assetIndex});
  });
}
