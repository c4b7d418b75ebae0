/** Worker thread of `parallel.ts`: one sheet per message. */
import {parentPort} from 'node:worker_threads';
import {workOnSheet} from './sheet-work.ts';

parentPort?.on('message', ({bytes, assetIndex}: {bytes: Uint8Array; assetIndex: number}) => {
  const work = workOnSheet(bytes, assetIndex);
  const {ids, total, withdrawable, withdrawal} = work.sheet;
  parentPort?.postMessage(work, [ids.buffer, total.buffer, withdrawable.buffer, withdrawal.buffer] as ArrayBuffer[]);
});
