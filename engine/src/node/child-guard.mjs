/**
 * Loaded first into every child of the engine: sets its priority, and ends it when its parent is gone, even before the child's own code
 * listens for that.
 */
import os from 'node:os';

const PARENT_CHECK_MS = 500;
const {searchParams} = new URL(import.meta.url);
const niceness = Number(searchParams.get('niceness'));
// As the parent told it: it may be gone by now.
const parent = Number(searchParams.get('parent'));
if (niceness > 0) os.setPriority(Math.min(19, os.getPriority() + niceness));

setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, PARENT_CHECK_MS).unref();
