/** One writer per journal folder. A lock left by a process that is gone is taken over. */
import {linkSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {JournalError} from './errors.ts';

export type Lock = {release(): void};

type Owner = {pid: number; started: string};

/** Start time of a process in clock ticks since boot where the system tells it: a pid alone may have been reused. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive({pid, started}: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return started === '' || startOf(pid) === started;
}

function ownerOf(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Owner;
    return Number.isSafeInteger(owner.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes `journal.lock` of the folder.
 *
 * @throws {JournalError} `JOURNAL_LOCKED` while another living process (or this one) holds it.
 */
export function takeLock(directory: string): Lock {
  const file = path.join(directory, 'journal.lock');
  const claim = path.join(directory, `journal.lock.${process.pid}`);
  writeFileSync(claim, JSON.stringify({pid: process.pid, started: startOf(process.pid)}));
  try {
    if (!tryLink(claim, file)) {
      const owner = ownerOf(file);
      if (owner && isAlive(owner)) throw locked(owner.pid, directory);
      // A rename moves whatever is there now; only a lock that is still the dead one may be thrown away.
      const stale = `${claim}.stale`;
      renameSync(file, stale);
      const moved = ownerOf(stale);
      if (moved && isAlive(moved)) {
        renameSync(stale, file);
        throw locked(moved.pid, directory);
      }
      rmSync(stale);
      if (!tryLink(claim, file)) throw locked(ownerOf(file)?.pid ?? 0, directory);
    }
  } finally {
    rmSync(claim, {force: true});
  }
  return {release: () => rmSync(file, {force: true})};
}

function tryLink(claim: string, file: string): boolean {
  try {
    linkSync(claim, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const locked = (pid: number, directory: string): JournalError => new JournalError({
  code: 'JOURNAL_LOCKED', pid, detail: `The journal in ${directory} is in use by process ${pid}; stop that engine first.`,
});
