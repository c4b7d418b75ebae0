/**
 * Verified replay: a journal of records is written by the node, closed, and opened again. Opening reads every batch, checks its checksum, its
 * hash and its place in the chain, applies every command and compares the digests on the way: what a start after a crash does.
 *
 *     node --import tsx engine/bench/replay.ts [commands] [seed]
 */
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS} from '../src/core/venue/records.ts';
import {EngineNode} from '../src/node/engine-node.ts';
import {ACCOUNTS, makeFlow, MID} from './flow.ts';
import {cpuMicros, note, report} from './measure.ts';
import {deposits, MARKET, rules, secretOf, USDC, walletOf} from './trading-network.ts';

const commands = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 42);
const FRAME = 256;
const ROUNDS = 3;
const FRAMES_TOGETHER = 64;

const directory = mkdtempSync(path.join(os.tmpdir(), 'pobs-replay-'));

async function write(): Promise<number> {
  const node = await EngineNode.open({directory, rules});
  const wallets = Array.from({length: ACCOUNTS}, (_, index) => walletOf(index));
  await node.submit(deposits(1n, wallets, 100_000n * USDC));
  await Promise.all(wallets.map((wallet, index) => node.submit({type: 'bindAccount', wallet, secret: secretOf(index)})));
  await node.submit({type: 'setMark', market: MARKET, price: BigInt(MID) * 10_000n});
  const {words, doubles} = makeFlow(commands, seed).records;
  const bytes = Buffer.from(words.buffer);
  for (let from = 0; from < commands; from += FRAMES_TOGETHER * FRAME) {
    const frames = Array.from({length: FRAMES_TOGETHER}, (_, index) => from + index * FRAME).filter((start) => start < commands);
    await Promise.all(frames.map((start) => submit(node, {bytes, words, doubles}, start, Math.min(FRAME, commands - start))));
  }
  const {sequence} = await node.state();
  await node.close();
  return Number(sequence);
}

type Records = {bytes: Buffer; words: Int32Array; doubles: Float64Array};

function submit(node: EngineNode, {bytes, words, doubles}: Records, start: number, length: number): Promise<void> {
  const end = start + length;
  const frame = {
    bytes: bytes.subarray(start * RECORD_BYTES, end * RECORD_BYTES), words: words.subarray(start * RECORD_WORDS, end * RECORD_WORDS),
    doubles: doubles.subarray(start * RECORD_DOUBLES, end * RECORD_DOUBLES), length,
  };
  return new Promise((resolve, reject) => node.submitRecords(frame, (refused) => (refused ? reject(refused) : resolve())));
}

try {
  const written = await write();
  note(`a journal of ${written} commands is written`);
  let [wall, cpu] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const [started, before] = [performance.now(), cpuMicros()];
    const node = await EngineNode.open({directory, rules});
    wall = Math.min(wall, performance.now() - started);
    cpu = Math.min(cpu, cpuMicros() - before);
    const {sequence} = await node.state();
    if (Number(sequence) !== written) throw new Error(`replayed ${sequence} of ${written} commands`);
    await node.close();
    note(`replay ${turn + 1} of ${ROUNDS}: best so far ${Math.round((written * 1_000) / wall)} commands/s`);
  }
  report({commands: written, seed, perSecond: Math.round((written * 1_000) / wall), perCpuSecond: Math.round((written * 1e6) / cpu)});
} finally {
  rmSync(directory, {recursive: true, force: true});
}
