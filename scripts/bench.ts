/**
 * `npm run bench`: seal and independent verification, the latency of an epoch by stage, gas.
 * Prints tables, writes JSON to .build/bench.json. Sizes: `npm run bench -- 10000 100000`.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const sizes = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument));
const accounts = sizes.length > 0 ? sizes : ['10000', '100000', '1000000'];

/** Runs a program and reads the JSON object on its last stdout line. */
function measure(name: string, args: readonly string[]): unknown {
  process.stderr.write(`• ${name} …\n`);
  const {stdout, status} = spawnSync(process.execPath, args, {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 1024 ** 2});
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || !last.startsWith('{')) throw new Error(`${name} failed with exit code ${status}`);
  return JSON.parse(last);
}

type Cycle = {epochs: {stagesMs: Record<string, number>; tx: {name: string; chainId: number; gas: number}[]}[]};

const seal = accounts.map((count) => measure(`seal ${count} accounts × 3 assets`, ['--import', 'tsx', 'protocol/bench/seal.ts', count, '--json']));
const verify = accounts.map((count) => measure(`verify ${count} accounts × 3 assets`, ['--import', 'tsx', 'protocol/bench/verify.ts', count, '--json']));
const cycle = measure('one cycle', ['--import', 'tsx', 'scripts/start.ts', '--once', '--json']) as Cycle;
const gasFile = path.join(root, 'contracts/snapshots/gas.json');
const report = {
  node: process.version, cores: cpus().length, seal, verify,
  stagesMs: cycle.epochs.map(({stagesMs}) => stagesMs),
  transactions: cycle.epochs.map(({tx}) => tx.map(({name, chainId, gas}) => ({name, chainId, gas}))),
  gas: existsSync(gasFile) ? (JSON.parse(readFileSync(gasFile, 'utf8')) as unknown) : undefined,
};

console.table(seal);
console.table(verify);
console.table(report.stagesMs);
console.table(report.transactions[1]);
if (report.gas) console.table(report.gas);
mkdirSync(path.join(root, '.build'), {recursive: true});
writeFileSync(path.join(root, '.build/bench.json'), `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(report)}\n`);
