/** `checkEpoch` with large sheets read and hashed on the other cores; the verdict does not depend on who computed what. */
import {createRequire} from 'node:module';
import {availableParallelism} from 'node:os';
import {setImmediate as turn} from 'node:timers/promises';
import {pathToFileURL} from 'node:url';
import {Worker} from 'node:worker_threads';
import type {Violation} from '../types.ts';
import {checkEpoch} from './check-epoch.ts';
import {balancesName, type Evidence} from './evidence.ts';
import {type SheetWork, workKey, workOnSheet} from './sheet-work.ts';

/** Below this a worker starts later than this thread is done. */
const PARALLEL_BYTES_MIN = 60_000_000;
const WORKERS_MAX = 7;
const WORKER_URL = new URL('./sheet-worker.ts', import.meta.url);

type Job = {key: string; bytes: Uint8Array; assetIndex: number};

export type ParallelOptions = {parallelBytesMin?: number};

/** @returns What {@link checkEpoch} returns. */
export async function checkEpochParallel(evidence: Evidence, {parallelBytesMin = PARALLEL_BYTES_MIN}: ParallelOptions = {}): Promise<Violation[]> {
  const jobs = jobsOf(evidence);
  const size = jobs.reduce((sum, {bytes}) => sum + bytes.length, 0);
  const execArgv = size < parallelBytesMin || jobs.length < 2 ? undefined : loaderArguments();
  if (execArgv === undefined) return checkEpoch(evidence);

  const works = new Map<string, SheetWork>();
  const queue = [...jobs];
  const workers = Array.from({length: Math.min(availableParallelism() - 1, WORKERS_MAX, jobs.length - 1)}, () => new Worker(WORKER_URL, {execArgv}));
  try {
    const others = workers.map((worker) => drain(worker, queue, works));
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      works.set(job.key, workOnSheet(job.bytes, job.assetIndex));
      await turn();
    }
    await Promise.all(others);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  // What a failed worker took and did not give back is computed there.
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

/** Gives a worker one job after the other until none is left or it fails. */
async function drain(worker: Worker, queue: Job[], works: Map<string, SheetWork>): Promise<void> {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    const work = await ask(worker, job);
    if (work === undefined) return;
    works.set(job.key, work);
  }
}

function ask(worker: Worker, {bytes, assetIndex}: Job): Promise<SheetWork | undefined> {
  return new Promise((resolve) => {
    worker.once('message', (work: SheetWork) => resolve(work));
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
    worker.postMessage({bytes, assetIndex});
  });
}

/** How a worker reads TypeScript; undefined where it cannot, and then this thread does all. */
function loaderArguments(): string[] | undefined {
  try {
    return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
  } catch {
    return undefined;
  }
}
