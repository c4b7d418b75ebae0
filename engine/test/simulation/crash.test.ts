/** kill -9 and a full disk: whatever was acknowledged is there after the restart, with the same chain. */
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {afterEach, expect, test} from 'vitest';
import {bytesToHex} from 'viem';
import {Journal} from '../../src/journal/journal.ts';
import type {Batch} from '../../src/journal/segments.ts';
import {EngineNode} from '../../src/node/engine-node.ts';
import {buildRules} from '../model/exchange.ts';

const WRITER = path.join(import.meta.dirname, 'writer.ts');
const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const directory of folders.splice(0)) rmSync(directory, {recursive: true, force: true});
});

const folder = (): string => {
  folders.push(mkdtempSync(path.join(tmpdir(), 'pobs-crash-')));
  return folders.at(-1)!;
};

/** Runs the writer until `stopAfter` acknowledgements (then kill -9) or its own end. */
async function run(directory: string, {stopAfter, prefix = [], suffix = []}: {stopAfter: number; prefix?: string[]; suffix?: string[]}): Promise<{acknowledged: Map<bigint, string>; code: number | null; errors: string}> {
  const [command, ...args] = [...prefix, process.execPath, '--import', 'tsx', WRITER, directory, ...suffix];
  const child = spawn(command!, args, {stdio: ['ignore', 'pipe', 'pipe']});
  children.push(child);
  const acknowledged = new Map<bigint, string>();
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface({input: child.stdout!})) {
    const whole = /^(\d+) (0x[0-9a-f]{64})$/.exec(line);
    if (whole) acknowledged.set(BigInt(whole[1]!), whole[2]!);
    if (acknowledged.size >= stopAfter) child.kill('SIGKILL');
  }
  return {acknowledged, code: await ended, errors};
}

/** Heads by sequence, read by the journal itself. */
async function headsOf(directory: string): Promise<Map<bigint, string>> {
  const heads = new Map<bigint, string>();
  const onBatch = ({header: {firstSequence, count, hash}}: Batch): void => {
    for (let index = 0; index < count; index += 1) heads.set(BigInt(firstSequence + index), bytesToHex(hash));
  };
  const journal = new Journal({directory, onBatch, onDurable: () => {}, onFatal: () => {}});
  await journal.close();
  return heads;
}

test('nothing acknowledged is lost by kill -9, again and again', async () => {
  console.log(`seed ${seed}`);
  const directory = folder();
  for (let round = 0; round < 3; round += 1) {
    const {acknowledged} = await run(directory, {stopAfter: 50 + ((seed >>> (4 * round)) % 400)});
    expect(acknowledged.size).toBeGreaterThan(0);
    const heads = await headsOf(directory);
    for (const [sequence, head] of acknowledged) expect(heads.get(sequence), `record ${sequence}`).toBe(head);
  }
  const node = await EngineNode.open({directory, rules: buildRules()});
  expect((await node.state()).sequence).toBeGreaterThan(150n);
  await node.close();
});

test('a write the system refuses ends the process with one sentence; what was acknowledged stays', async () => {
  const directory = folder();
  // No file of this process may grow beyond 2 MiB: the zeros ahead fit once.
  const {acknowledged, code, errors} = await run(directory, {stopAfter: Number.POSITIVE_INFINITY, prefix: ['sh', '-c', 'ulimit -f 4096 && exec "$@"', 'sh']});
  expect(code).toBe(1);
  expect(errors).toMatch(/engine stopped: The journal in .* could not be written/);
  expect(errors).not.toMatch(/\n\s+at /);
  const heads = await headsOf(directory);
  expect(acknowledged.size).toBeGreaterThan(100);
  for (const [sequence, head] of acknowledged) expect(heads.get(sequence), `record ${sequence}`).toBe(head);
});

test.each(['before-write', 'half-written', 'written', 'synced'])('killed %s: acknowledged is durable, and at most the killed batch is more', async (point) => {
  console.log(`seed ${seed}`);
  const directory = folder();
  const batch = 12 + (seed % 20);
  const {acknowledged, code} = await run(directory, {stopAfter: Number.POSITIVE_INFINITY, suffix: [point, String(batch)]});
  expect(code).toBeNull();
  const heads = await headsOf(directory);
  for (const [sequence, head] of acknowledged) expect(heads.get(sequence), `command ${sequence}`).toBe(head);
  const unacknowledged = new Set([...heads].filter(([sequence]) => !acknowledged.has(sequence)).map(([, head]) => head));
  const [killed] = [...heads.values()].slice(-1);
  expect(acknowledged.size).toBeGreaterThan(0);
  expect([...acknowledged.values()].includes(killed!)).toBe(point === 'before-write' || point === 'half-written');
  expect(unacknowledged.has(killed!)).toBe(point === 'written' || point === 'synced');
  const node = await EngineNode.open({directory, rules: buildRules()});
  expect(await node.submit({type: 'tick'})).toMatchObject({ok: true, sequence: BigInt(heads.size + 1)});
  await node.close();
});
