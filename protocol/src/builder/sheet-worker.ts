/** Worker thread of `parallel.ts`: takes chunks until none is left. */
import {parentPort, workerData} from 'node:worker_threads';
import {type EpochWork, runChunk, takeChunk} from './sheet-work.ts';

const work = (workerData as {data: EpochWork}).data;
for (let chunk = takeChunk(work); chunk !== undefined; chunk = takeChunk(work)) {
  const text = runChunk(work, chunk);
  parentPort?.postMessage({chunk, text}, [text.buffer]);
}
