/** Runs the sheets' chunks on this thread and, for large books, on the other cores too. */
import {createRequire} from 'node:module';
import {availableParallelism} from 'node:os';
import {setImmediate as turn} from 'node:timers/promises';
import {pathToFileURL} from 'node:url';
import {Worker} from 'node:worker_threads';
import {finishWork, planWork, runChunk, type SheetJob, type SheetParts, type SheetWork, takeChunk} from './sheet-work.ts';

/** Below this a worker starts later than this thread is done. */
const PARALLEL_ROWS_MIN = 200_000;
const WORKERS_MAX = 7;
const WORKER_URL = new URL('./sheet-worker.ts', import.meta.url);

export type ParallelOptions = {parallelRowsMin?: number};

/** Files and trees of sheets; the result does not depend on who computed what. */
export async function buildParts(jobs: readonly SheetJob[], {parallelRowsMin = PARALLEL_ROWS_MIN}: ParallelOptions = {}): Promise<SheetParts[]> {
  const work = planWork(jobs);
  const rows = jobs.reduce((sum, {columns}) => sum + columns.count, 0);
  const texts: (Uint8Array | undefined)[] = work.chunks.map(() => undefined);
  const workers = rows < parallelRowsMin ? [] : startWorkers(work);
  const left = workers.map((worker) => collect(worker, texts));
  for (let chunk = takeChunk(work); chunk !== undefined; chunk = takeChunk(work)) {
    texts[chunk] = runChunk(work, chunk);
    await turn();
  }
  // A worker that took a chunk ends by itself; one that never started has none.
  while (texts.includes(undefined) && left.some(({ended}) => !ended)) await Promise.race(left.filter(({ended}) => !ended).map(({next}) => next()));
  await Promise.all(workers.map((worker) => worker.terminate()));
  // Whatever a failed worker took and did not give back.
  return finishWork(work, texts.map((text, chunk) => text ?? runChunk(work, chunk)));
}

function startWorkers(work: SheetWork): Worker[] {
  const count = Math.min(availableParallelism() - 1, WORKERS_MAX, work.chunks.length - 1);
  const execArgv = loaderArguments();
  return execArgv === undefined ? [] : Array.from({length: count}, () => new Worker(WORKER_URL, {workerData: work, execArgv}));
}

/** How a worker reads TypeScript; undefined where it cannot, and then this thread does all. */
function loaderArguments(): string[] | undefined {
  try {
    return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
  } catch {
    return undefined;
  }
}

/** Puts a worker's texts in their places; `next` resolves at its next text or its end. */
function collect(worker: Worker, texts: (Uint8Array | undefined)[]): {ended: boolean; next: () => Promise<void>} {
  let wake = () => {};
  const state = {
    ended: false,
    next: () => new Promise<void>((resolve) => {
      wake = resolve;
    }),
  };
  worker.on('message', ({chunk, text}: {chunk: number; text: Uint8Array}) => {
    texts[chunk] = text;
    wake();
  });
  // Not an error of the epoch: the chunk is computed here instead.
  worker.on('error', () => {});
  worker.on('exit', () => {
    state.ended = true;
    wake();
  });
  return state;
}
