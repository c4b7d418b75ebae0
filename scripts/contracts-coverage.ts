/**
 * `npm run coverage:contracts`: runs the unit and attack tests with coverage, compares every file with `contracts/coverage.json` and
 * writes `docs/bench/contracts-coverage.md`. Exits 1 below a threshold, and for an exception that no longer excuses anything.
 *
 *   node --import tsx scripts/contracts-coverage.ts --last     only judges the report of the last run
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {judge, type Judged, parseLcov, renderCoverage, type Thresholds} from './contracts/lcov.ts';
import {ROOT} from './contracts/sources.ts';

const FOLDER = '.build/coverage';
const REPORT = path.join(ROOT, FOLDER, 'lcov.info');
const PAGE = 'docs/bench/contracts-coverage.md';
/** Runs of each fuzz test: what only the hundredth finds is no line that is covered. */
const FUZZ = {FOUNDRY_FUZZ_RUNS: '32', FOUNDRY_FUZZ_SEED: '0x01'};
/** Sizes of optimized code say nothing of this build. */
const WITHOUT = ['--no-match-path', 'contracts/test/{gas,invariant}/**', '--no-match-test', 'test_code_fitsTheLimits'];

/** Its own build folder: coverage compiles without the optimizer, which the other suites must not meet. */
function runForge(): void {
  mkdirSync(path.join(ROOT, FOLDER), {recursive: true});
  const args = ['scripts/forge.mjs', 'coverage', '--report', 'lcov', '--report-file', REPORT, ...WITHOUT];
  const env = {...process.env, ...FUZZ, FOUNDRY_SOLC: 'scripts/contracts/coverage-solc.cjs', FOUNDRY_OUT: `${FOLDER}/out`, FOUNDRY_CACHE_PATH: `${FOLDER}/cache`};
  const run = spawnSync(process.execPath, args, {cwd: ROOT, env, encoding: 'utf8', maxBuffer: 256 * 1024 ** 2});
  if (run.status === 0) return;
  throw new Error(`forge coverage ended with ${run.status}:\n${`${run.stdout}\n${run.stderr}`.split('\n').filter((line) => /\[FAIL|error/i.test(line)).slice(0, 40).join('\n')}`);
}

function problemsOf(files: readonly Judged[], unused: readonly {file: string; code: string}[], {full}: Thresholds): string[] {
  return [
    ...files.flatMap(({file, problems}) => problems.map((problem) => `${file}: ${problem}`)),
    ...unused.map(({file, code}) => `${file}: the exception for \`${code}\` excuses nothing any more`),
    ...full.filter((entry) => !files.some(({file}) => file.startsWith(entry))).map((entry) => `${entry}: no such file was measured`),
  ];
}

function report(): number {
  const thresholds = JSON.parse(readFileSync(path.join(ROOT, 'contracts/coverage.json'), 'utf8')) as Thresholds;
  const texts = new Map<string, string[]>();
  const sourceLine = (file: string, line: number) => {
    if (!texts.has(file)) texts.set(file, readFileSync(path.join(ROOT, file), 'utf8').split('\n'));
    return texts.get(file)![line - 1]?.trim() ?? '';
  };
  const measured = parseLcov(readFileSync(REPORT, 'utf8')).filter(({file}) => file.startsWith('contracts/src/'));
  const {files, unused} = judge(measured, thresholds, sourceLine);
  const problems = problemsOf(files, unused, thresholds);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length === 0) writeFileSync(path.join(ROOT, PAGE), renderCoverage(files, thresholds));
  return problems.length;
}

if (!process.argv.includes('--last')) runForge();
const count = report();
process.stderr.write(count === 0 ? `Coverage of the contracts is as wanted: ${PAGE}\n` : `${count} lines or branches are missing.\n`);
process.exitCode = count === 0 ? 0 : 1;
