/** What the disk alone takes: `fdatasync` after a batch of journal size, one after the other, in the folder of the journal. */
import {closeSync, fdatasyncSync, openSync, writeSync} from 'node:fs';
import path from 'node:path';

const BATCH_BYTES = 16 * 1024;
const AHEAD_BYTES = 64 * 1024 * 1024;

/** Milliseconds of each sync, unsorted, for about so long. */
export function syncTimes(folder: string, milliseconds: number): number[] {
  const file = openSync(path.join(folder, `sync-${Math.round(performance.now())}`), 'w');
  const times: number[] = [];
  try {
    const batch = Buffer.alloc(BATCH_BYTES, 1);
    writeSync(file, Buffer.alloc(AHEAD_BYTES));
    fdatasyncSync(file);
    const until = performance.now() + milliseconds;
    for (let at = 0; performance.now() < until; at = (at + BATCH_BYTES) % AHEAD_BYTES) {
      writeSync(file, batch, 0, BATCH_BYTES, at);
      const before = performance.now();
      fdatasyncSync(file);
      times.push(performance.now() - before);
    }
  } finally {
    closeSync(file);
  }
  return times;
}
