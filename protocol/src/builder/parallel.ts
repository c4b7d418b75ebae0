/** Runs the chunks of an epoch's files on this thread and, for large books, on the other cores too. */
import {setImmediate as turn} from 'node:timers/promises';
import type {Worker} from 'node:worker_threads';
import {spareThreads, startThread} from '../threads.ts';
import {type EpochJob, type EpochParts, finishWork, planWork, runChunk, takeChunk} from './sheet-work.ts';

/** Below this a worker starts later than this thread is done. */
const PARALLEL_ROWS_MIN = 200_000;
const WORKER = new URL('./sheet-worker.ts', import.meta.url);

export type ParallelOptions = {parallelRowsMin?: number};

/** Files and trees of sheets; the result does not depend on who computed what. */
export async function buildParts(job: EpochJob, {parallelRowsMin = PARALLEL_ROWS_MIN}: ParallelOptions = {}): Promise<EpochParts> {
  const work = planWork(job);
  const rows = job.jobs.reduce((sum, sheet) => sum + sheet.rows.length, 0);
  const texts = new Map<number, Uint8Array>();
  const threads = rows < parallelRowsMin ? 0 : Math.min(spareThreads(), work.chunks.length - 1);
  const workers = Array.from({length: threads}, () => startThread(WORKER, work));
  const ended = workers.map((worker) => collect(worker, texts));
  try {
    for (let chunk = takeChunk(work); chunk !== undefined; chunk = takeChunk(work)) {
      texts.set(chunk, runChunk(work, chunk));
      await turn();
    }
    await Promise.all(ended);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return finishWork(work, work.chunks.map((_, chunk) => texts.get(chunk)!));
}

/** Keeps a worker's texts; resolves when it found no more chunks, rejects when it failed. */
function collect(worker: Worker, texts: Map<number, Uint8Array>): Promise<void> {
  worker.on('message', ({chunk, text}: {chunk: number; text: Uint8Array}) => texts.set(chunk, text));
  const end = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
  // Awaited only after this thread's own chunks.
  end.catch(() => {});
  return end;
}
