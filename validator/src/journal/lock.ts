/** One signer per data folder: a lock file with pid and start time; a lock of a dead process is taken over. */
import {closeSync, fsyncSync, openSync, readFileSync, unlinkSync, writeSync} from 'node:fs';
import {ValidatorError} from '../errors.ts';

type Owner = {pid: number; started: string};

/** @returns A function that releases the lock. @throws {ValidatorError} `LOCKED` */
export function acquireLock(file: string): () => void {
  const mine: Owner = {pid: process.pid, started: startOf(process.pid) ?? ''};
  for (let attempt = 0; ; attempt += 1) {
    if (created(file, mine)) break;
    const owner = readOwner(file);
    if (owner !== undefined && isAlive(owner)) throw new ValidatorError({code: 'LOCKED', path: file, pid: owner.pid});
    if (attempt > 2) throw new ValidatorError({code: 'LOCKED', path: file, pid: owner?.pid ?? 0});
    removeIfThere(file);
  }
  return () => {
    const owner = readOwner(file);
    if (owner?.pid === mine.pid && owner.started === mine.started) removeIfThere(file);
  };
}

/** The live process that holds a lock. */
export function lockHolder(file: string): number | undefined {
  const owner = readOwner(file);
  return owner !== undefined && isAlive(owner) ? owner.pid : undefined;
}

function created(file: string, owner: Owner): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeSync(descriptor, JSON.stringify(owner));
  fsyncSync(descriptor);
  closeSync(descriptor);
  return true;
}

function readOwner(file: string): Owner | undefined {
  try {
    const {pid, started} = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
    return Number.isInteger(pid) ? {pid: pid!, started: started ?? ''} : undefined;
  } catch {
    return undefined;
  }
}

/** A pid may have been given to another program: where the system tells, its start time must match too. */
function isAlive({pid, started}: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = startOf(pid);
  return now === undefined || started === '' || now === started;
}

/** Field 22 of `/proc/<pid>/stat`, clock ticks since boot; undefined on other systems. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
