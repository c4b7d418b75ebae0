/** CPU time of the processes an order passes, all their threads together, as the system counts it; Linux alone tells it. */
import {readdirSync, readFileSync} from 'node:fs';
import {cpuMicros} from '../measure.ts';

/** The system counts in hundredths of a second. */
const TICK_MICROS = 10_000;

/** CPU microseconds so far, by process; those of one name together. */
export type CpuTimes = ReadonlyMap<string, number>;

type Process = {pid: number; parent: number; micros: number};

/** Of this process, and of each of `roots` with its descendants. */
export function cpuTimes(roots: Readonly<Record<string, number>>): CpuTimes {
  const all = processes();
  const times = new Map([['client', cpuMicros()]]);
  const add = (name: string, {pid, micros}: Process): void => {
    times.set(name, (times.get(name) ?? 0) + micros);
    for (const child of all) if (child.parent === pid) add(nameOf(child.pid) ?? name, child);
  };
  for (const [name, pid] of Object.entries(roots)) {
    const root = all.find((one) => one.pid === pid);
    if (root) add(name, root);
  }
  return times;
}

/** CPU microseconds per order between two looks, by process and in all. */
export function cpuPerOrder(before: CpuTimes, after: CpuTimes, orders: number): Record<string, number> {
  const spent = [...after].map(([name, micros]) => [name, micros - (before.get(name) ?? 0)] as const);
  const perOrder = (micros: number): number => Math.round((micros / orders) * 100) / 100;
  return {...Object.fromEntries(spent.map(([name, micros]) => [name, perOrder(micros)])), all: perOrder(spent.reduce((sum, [, micros]) => sum + micros, 0))};
}

function processes(): Process[] {
  return numbersIn('/proc').flatMap((pid) => {
    try {
      // The name in brackets may hold anything; after it: state, parent, …, user and system time as the 14th and 15th field of all.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{pid, parent: Number(fields[1]), micros: (Number(fields[11]) + Number(fields[12])) * TICK_MICROS}];
    } catch {
      return [];
    }
  });
}

/** What the engine's own children are; others belong to their parent. */
function nameOf(pid: number): string | undefined {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  if (command.includes('pobs-gateway')) return 'gateway';
  return command.includes('\0follow\0') ? 'follower' : undefined;
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
