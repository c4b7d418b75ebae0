import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** Name of the program that takes the lock; another program with the recorded process id does not count. */
const HOLDER = 'host.ts';

/**
 * Takes a folder for this process. A lock whose holder has died counts for nothing.
 *
 * @returns the release function.
 * @throws Error with one sentence when another host uses the folder.
 */
export function lockFolder(dir: string): () => void {
  mkdirSync(dir, {recursive: true});
  const file = join(dir, 'host.pid');
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (holder > 0 && holder !== process.pid && isHost(holder)) {
    throw new Error(`Folder ${dir} is in use by process ${holder}. Stop it or choose another --state-dir.`);
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, {force: true});
}

function isHost(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const commandFile = `/proc/${pid}/cmdline`;
    // Without /proc a living process is taken for the holder.
    return !existsSync('/proc/self') || readFileSync(commandFile, 'utf8').includes(HOLDER);
  } catch {
    return false;
  }
}
