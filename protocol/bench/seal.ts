/**
 * Seconds to seal n accounts, each holding three custody assets: joint test, files, trees, lines, manifest, summary.
 *
 * `node --import tsx protocol/bench/seal.ts [accounts…]`: a table on stderr, one JSON object a line on stdout; `--json`: no table.
 */
import {setFlagsFromString} from 'node:v8';
import {buildEpoch} from '../src/builder.ts';
import {readBooks} from '../src/builder/books.ts';
import {testBooks} from '../src/builder/joint-test.ts';
import {buildParts} from '../src/builder/parallel.ts';
import {syntheticInput} from './books.ts';

const DEFAULT_SIZES = [10_000, 100_000];

// Files and trees of three million rows do not fit the default heap of a small machine.
setFlagsFromString('--max-old-space-size=8192');

type Measurement = {
  accounts: number;
  rows: number;
  /** Ids and their order, sums and findings of every row; the joint test over them. */
  readMs: number;
  jointTestMs: number;
  /** Every balances file and its tree, and the mapping file. */
  sheetsMs: number;
  /** `buildEpoch` as a whole, wall and CPU. */
  sealMs: number;
  cpuMs: number;
  bytes: number;
  rssMb: number;
};

async function timed<T>(work: () => T | Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const result = await work();
  return [Math.round(performance.now() - start), result];
}

async function measure(accounts: number): Promise<Measurement> {
  const input = syntheticInput(accounts);
  const [readMs, books] = await timed(() => readBooks(input.sealed));
  const [jointTestMs] = await timed(() => testBooks(input, books));
  const jobs = [...books.assets.values()].map(({asset, rows}, assetIndex) => ({assetIndex, asset, rows}));
  const [sheetsMs] = await timed(() => buildParts({accounts: books.accounts, order: books.order, jobs}));
  const before = process.cpuUsage();
  const [sealMs, built] = await timed(() => buildEpoch(input));
  if (!built.ok) throw new Error(`the synthetic books are refused: ${built.violations[0]?.detail}`);
  const {user, system} = process.cpuUsage(before);
  const bytes = [...built.files.values()].reduce((sum, {length}) => sum + length, 0);
  return {
    accounts, rows: 3 * accounts, readMs, jointTestMs, sheetsMs, sealMs, cpuMs: Math.round((user + system) / 1_000), bytes,
    rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

const json = process.argv.includes('--json');
const sizes = process.argv.slice(2).filter((argument) => argument !== '--json').map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1)) {
  process.stderr.write('Usage: seal.ts [--json] [accounts…], whole numbers above zero.\n');
  process.exit(2);
}
if (!json) process.stderr.write('  accounts      rows   read ms  joint ms sheets ms   seal ms    cpu ms  files MB    RSS MB\n');
for (const size of sizes.length > 0 ? sizes : DEFAULT_SIZES) {
  const row = await measure(size);
  const cells = [row.accounts, row.rows, row.readMs, row.jointTestMs, row.sheetsMs, row.sealMs, row.cpuMs, Math.round(row.bytes / 1e6), row.rssMb];
  if (!json) process.stderr.write(`${cells.map((cell) => String(cell).padStart(10)).join('')}\n`);
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
