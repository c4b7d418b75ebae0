/**
 * Seconds to seal n accounts, each holding three custody assets: joint test, files, trees, lines, manifest, summary.
 *
 * `node --import tsx protocol/bench/seal.ts [accounts…]`: a table on stderr, one JSON object a line on stdout; `--json`: no table.
 */
import {buildEpoch, jointTest} from '../src/builder.ts';
import {buildSheet} from '../src/builder/sheet.ts';
import {Identities} from '../src/builder/identities.ts';
import {initKeccak} from '../src/index.ts';
import {syntheticInput} from './books.ts';

const DEFAULT_SIZES = [10_000, 100_000];

type Measurement = {accounts: number; rows: number; jointTestMs: number; firstSheetMs: number; sealMs: number; bytes: number; rssMb: number};

async function timed<T>(work: () => T | Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const result = await work();
  return [Math.round(performance.now() - start), result];
}

async function measure(accounts: number): Promise<Measurement> {
  const input = syntheticInput(accounts);
  const [jointTestMs] = await timed(() => jointTest(input));
  const [firstSheetMs] = await timed(() => buildSheet(0, input.sealed.assets[0]!, new Identities()));
  const [sealMs, built] = await timed(() => buildEpoch(input));
  if (!built.ok) throw new Error(`the synthetic books are refused: ${built.violations[0]?.detail}`);
  const bytes = [...built.files.values()].reduce((sum, {length}) => sum + length, 0);
  return {accounts, rows: 3 * accounts, jointTestMs, firstSheetMs, sealMs, bytes, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20)};
}

const json = process.argv.includes('--json');
const sizes = process.argv.slice(2).filter((argument) => argument !== '--json').map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1)) {
  process.stderr.write('Usage: seal.ts [--json] [accounts…], whole numbers above zero.\n');
  process.exit(2);
}
await initKeccak();
if (!json) process.stderr.write('  accounts      rows  joint ms  sheet ms   seal ms  files MB    RSS MB\n');
for (const size of sizes.length > 0 ? sizes : DEFAULT_SIZES) {
  const row = await measure(size);
  const cells = [row.accounts, row.rows, row.jointTestMs, row.firstSheetMs, row.sealMs, Math.round(row.bytes / 1e6), row.rssMb];
  if (!json) process.stderr.write(`${cells.map((cell) => String(cell).padStart(10)).join('')}\n`);
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
