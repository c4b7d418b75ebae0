/** Processes of the engine: started anew when they end, named in logs, never left behind. */
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import os, {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {Child} from './children.ts';

let folder: string;
let child: Child | undefined;
const logged: {fields: object; message: string}[] = [];
let heard = (): void => {};
const note = (fields: object, message: string): void => {
  logged.push({fields, message});
  heard();
};
const log = {info: note, warn: note};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pobs-children-'));
});
afterEach(async () => {
  await child?.stop();
  rmSync(folder, {recursive: true, force: true});
  logged.length = 0;
});

const script = (text: string): string => {
  const file = path.join(folder, 'child.mjs');
  writeFileSync(file, text);
  return file;
};

const SERVING = `process.stdout.write('{"ready":true,"url":"here"}\\n'); process.stdin.on('end', () => process.exit(0)).resume();`;

const until = (message: string): Promise<void> => new Promise((resolve) => {
  heard = () => {
    if (logged.some((line) => line.message === message)) resolve();
  };
  heard();
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A process that ended and that nobody has waited for yet is no living one.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('a child that is killed is started again, and both are told by name', async () => {
  child = new Child({name: 'gateway 2', args: [script(SERVING)]}, {log});
  expect(await child.start()).toEqual({ready: true, url: 'here'});
  const first = child.pid!;
  process.kill(first, 'SIGKILL');
  await until('A process of the engine is back');
  expect(logged).toEqual([
    {fields: {name: 'gateway 2', code: null, signal: 'SIGKILL', pauseMs: 100}, message: 'A process of the engine ended and is started again'},
    {fields: {name: 'gateway 2'}, message: 'A process of the engine is back'},
  ]);
  expect(child.pid).not.toBe(first);
  const second = child.pid!;
  await child.stop();
  expect(isAlive(second)).toBe(false);
});

test('a child that ends before it is ready fails the start with its own exit code', async () => {
  child = new Child({name: 'gateway', args: [script('process.exit(2)')]}, {log});
  await expect(child.start()).rejects.toMatchObject({data: {code: 'CHILD_ENDED', name: 'gateway', exitCode: 2}});
  expect(logged).toEqual([]);
});

test('a child that does not stop is killed', async () => {
  child = new Child({name: 'gateway', args: [script(`${SERVING} process.stdin.removeAllListeners('end'); setInterval(() => {}, 1000);`)]}, {log});
  await child.start();
  const pid = child.pid!;
  await child.stop();
  expect(isAlive(pid)).toBe(false);
});

test('a child of an engine that is killed ends, even one that does not listen', async () => {
  const deaf = script('setInterval(() => {}, 1000);');
  const parent = path.join(folder, 'parent.mts');
  writeFileSync(parent, `
    import {Child} from ${JSON.stringify(path.join(import.meta.dirname, 'children.ts'))};
    const child = new Child({name: 'deaf', args: [${JSON.stringify(deaf)}]}, {log: {info() {}, warn() {}}});
    child.keep();
    console.log(child.pid);
  `);
  const engine = spawn(process.execPath, ['--import', 'tsx', parent], {stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname});
  const pid = await new Promise<number>((resolve) => createInterface({input: engine.stdout}).once('line', (line) => resolve(Number(line))));
  expect(isAlive(pid)).toBe(true);
  engine.kill('SIGKILL');
  // Killed at once: the child may not have begun yet.
  while (isAlive(pid)) await new Promise(setImmediate);
});

test.runIf(process.platform === 'linux')('a child gives way with all its threads, those of the garbage collector too', async () => {
  const told = `
    import {readdirSync} from 'node:fs';
    import os from 'node:os';
    const priorities = readdirSync('/proc/self/task').map((thread) => os.getPriority(Number(thread)));
    process.stdout.write(JSON.stringify({ready: true, threads: priorities.length, priorities: [...new Set(priorities)]}) + '\\n');
    process.stdin.on('end', () => process.exit(0)).resume();`;
  child = new Child({name: 'follower', args: [script(told)], niceness: 5}, {log});
  const {threads, priorities} = (await child.start()) as unknown as {threads: number; priorities: number[]};
  expect(threads).toBeGreaterThan(1);
  expect(priorities).toEqual([os.getPriority() + 5]);
});
