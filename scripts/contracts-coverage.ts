/**
 * `npm run coverage:contracts`: runs the unit and attack tests with coverage and compares every file with `contracts/coverage.json`.
 * Exits 1 below a threshold, and for an exception that no longer excuses anything.
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {judge, parseLcov, percent, type Thresholds} from './contracts/lcov.ts';
import {ROOT} from './contracts/sources.ts';

const FOLDER = '.build/coverage';
const REPORT = path.join(ROOT, FOLDER, 'lcov.info');

/** Its own build folder: coverage compiles without the optimizer, which the other suites must not meet. */
function runForge(): void {
  mkdirSync(path.join(ROOT, FOLDER), {recursive: true});
  const args = ['scripts/forge.mjs', 'coverage', '--report', 'lcov', '--report-file', REPORT, '--no-match-path', 'contracts/test/{gas,invariant}/**'];
  const env = {...process.env, FOUNDRY_OUT: `${FOLDER}/out`, FOUNDRY_CACHE_PATH: `${FOLDER}/cache`};
  let run = spawnSync(process.execPath, args, {cwd: ROOT, env, encoding: 'utf8', maxBuffer: 256 * 1024 ** 2});
  if (run.status !== 0 && /stack too deep/i.test(run.stdout + run.stderr)) {
    process.stderr.write('Too deep a stack without the optimizer: again by way of the intermediate language, whose lines are less exact.\n');
    run = spawnSync(process.execPath, [...args, '--ir-minimum'], {cwd: ROOT, env, encoding: 'utf8', maxBuffer: 256 * 1024 ** 2});
  }
  if (run.status === 0) return;
  throw new Error(`forge coverage ended with ${run.status}:\n${`${run.stdout}\n${run.stderr}`.split('\n').filter((line) => /\[FAIL|error/i.test(line)).slice(0, 40).join('\n')}`);
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
  console.table(Object.fromEntries(files.map((file) => [file.file.replace('contracts/src/', ''), {
    lines: `${file.linesHit}/${file.linesFound}`, 'lines %': Number(percent(file.linesHit, file.linesFound).toFixed(1)),
    branches: `${file.branchesHit}/${file.branchesFound}`, 'branches %': Number(percent(file.branchesHit, file.branchesFound).toFixed(1)),
    wanted: file.mustBeFull ? 'all' : `${thresholds.linesMin} %`, ok: file.problems.length === 0,
  }])));
  const problems = [
    ...files.flatMap(({file, problems: own}) => own.map((problem) => `${file}: ${problem}`)),
    ...unused.map(({file, code}) => `${file}: the exception for \`${code}\` excuses nothing any more`),
    ...thresholds.full.filter((entry) => !files.some(({file}) => file.startsWith(entry))).map((entry) => `${entry}: no such file was measured`),
  ];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length;
}

runForge();
const count = report();
process.stderr.write(count === 0 ? 'Coverage of the contracts is as wanted.\n' : `${count} lines or branches are missing.\n`);
process.exitCode = count === 0 ? 0 : 1;
