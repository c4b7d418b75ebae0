/**
 * Loaded first into every child of the engine: sets its priority, and ends it when its parent is gone, even before the child's own code
 * listens for that.
 */
import {readdirSync} from 'node:fs';
import os from 'node:os';

const PARENT_CHECK_MS = 500;
const {searchParams} = new URL(import.meta.url);
const niceness = Number(searchParams.get('niceness'));
// As the parent told it: it may be gone by now.
const parent = Number(searchParams.get('parent'));
if (niceness > 0) giveWay(Math.min(19, os.getPriority() + niceness));

setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, PARENT_CHECK_MS).unref();

/** A priority is a thread's own on Linux, and those of the garbage collector are there already; threads to come inherit it. */
function giveWay(priority) {
  for (const thread of threads()) os.setPriority(thread, priority);
}

function threads() {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [0];
  }
}
