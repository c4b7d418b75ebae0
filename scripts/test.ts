/**
 * `npm test`: every suite, each with its seconds; the last line counts all.
 *
 *   npm test -- contracts unit      only these suites
 *   npm run test:nightly            with the long runs
 */
import {spawn} from 'node:child_process';
import {mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';

type Outcome = {passed: number; failed: number; details: readonly string[]};
type Suite = {name: string; run: () => Promise<Outcome>; nightly?: true};

const root = path.resolve(import.meta.dirname, '..');
const reports = path.join(root, '.build/reports');
const bin = (name: string) => path.join(root, 'node_modules/.bin', name);
const FORGE = [process.execPath, 'scripts/forge.mjs'] as const;
const nightly = process.argv.includes('--nightly');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

/** Runs a program; its output is kept for the report and, with `show`, seen at once. */
function execute(command: string, args: readonly string[], options: {show?: boolean; env?: Record<string, string>} = {}) {
  return new Promise<{code: number; output: string}>((resolve) => {
    const child = spawn(command, args, {cwd: root, env: {...process.env, ...options.env}, stdio: ['ignore', 'pipe', 'pipe']});
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      if (options.show) process.stderr.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => resolve({code: 127, output: error.message}));
    child.on('close', (code) => resolve({code: code ?? 1, output}));
  });
}

/** A tool that passes or fails as a whole. */
async function tool(command: string, ...args: string[]): Promise<Outcome> {
  const {code, output} = await execute(command, args);
  return code === 0 ? {passed: 1, failed: 0, details: []} : {passed: 0, failed: 1, details: [output]};
}

type ForgeReport = Record<string, {test_results: Record<string, {status: string; reason: string | null}>}>;

async function contracts(): Promise<Outcome> {
  const {code, output} = await execute(FORGE[0], [FORGE[1], 'test', '--json'], {env: nightly ? {FOUNDRY_PROFILE: 'nightly'} : {}});
  // A campaign that fails tells its progress by lines of JSON of their own.
  const line = output.split('\n').find((text) => text.startsWith('{"contracts/'));
  if (line === undefined) return {passed: 0, failed: 1, details: [output.slice(-4_000)]};
  const report = JSON.parse(line) as ForgeReport;
  let passed = 0;
  const details: string[] = [];
  for (const [contract, {test_results: results}] of Object.entries(report)) {
    for (const [name, {status, reason}] of Object.entries(results)) {
      if (status === 'Success') passed += 1;
      else details.push(`${contract} ${name}: ${reason ?? status}`);
    }
  }
  if (code !== 0 && details.length === 0) details.push(output.slice(-2_000));
  return {passed, failed: details.length, details};
}

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {name: string; status: string; message: string; assertionResults: {status: string; fullName: string; failureMessages: string[]}[]}[];
};

/** Runs of 250 commands against the naive exchange, and simulated commands: about two hours each on one core. */
const NIGHTLY = {POBS_TEST_DIFFERENTIAL: '20000', POBS_TEST_SIMULATED: '40000000'};

/** Folders whose tests need no chain, no database server and no program of ours: they do not mind company, and share one process, each module loaded once. */
const SHARED = [
  'protocol/', 'web/', 'engine/src/core/', 'engine/test/core/', 'engine/test/flow/', 'engine/test/model/', 'engine/test/venue/', 'engine/test/simulation/simulation',
  'engine/src/gateway/', 'engine/src/link/', 'sequencer/src/core/', 'sequencer/src/services/', 'validator/src/', 'test/structure/',
];

async function vitest(name: string, ...args: string[]): Promise<Outcome> {
  mkdirSync(reports, {recursive: true});
  const file = path.join(reports, `${name}.json`);
  const {code, output} = await execute(bin('vitest'), ['run', '--reporter=json', `--outputFile=${file}`, ...args], {env: nightly ? NIGHTLY : {}});
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return {passed: 0, failed: 1, details: [output.slice(-4_000)]};
  }
  const details = report.testResults.flatMap((suite) => [
    ...suite.assertionResults
      .filter(({status}) => status === 'failed')
      .map(({fullName, failureMessages}) => `${path.relative(root, suite.name)} ${fullName}\n    ${failureMessages[0]?.slice(0, 600)}`),
    // A file that could not be read, or whose set-up failed: no test of it did.
    ...(suite.status === 'failed' && suite.assertionResults.every(({status}) => status !== 'failed') ? [`${path.relative(root, suite.name)}: ${suite.message}`] : []),
  ]);
  if (code !== 0 && details.length === 0) details.push(output.slice(-2_000));
  return {passed: report.numPassedTests, failed: details.length, details};
}

/** A program that prints one JSON line `{check, ok, detail?}` per check it made. */
async function checks(...args: string[]): Promise<Outcome> {
  const {code, output} = await execute(process.execPath, ['--import', 'tsx', ...args], {show: process.env.POBS_TEST_VERBOSE === '1'});
  const lines = output.split('\n').filter((line) => line.startsWith('{"check"')).map((line) => JSON.parse(line) as {check: string; ok: boolean; detail?: string});
  const details = lines.filter(({ok}) => !ok).map(({check, detail}) => `${check}${detail ? `: ${detail}` : ''}`);
  if (code !== 0 && details.length === 0) details.push(`exit ${code}\n${output.slice(-3_000)}`);
  return {passed: lines.filter(({ok}) => ok).length, failed: details.length, details};
}

/**
 * One stage after the other; the lanes of a stage run side by side. What keeps a core busy without minding company goes
 * together; suites that run chains and services have the machine to themselves, but for short work at their beginning.
 */
const stages: Suite[][][] = [
  [
    [
      {name: 'lint', run: () => tool(bin('oxlint'), '--deny-warnings')},
      {name: 'types', run: () => tool(bin('tsc'), '-p', '.', '--noEmit')},
      {name: 'web app and subgraphs build', run: () => tool(process.execPath, 'scripts/prepare.mjs', 'web', 'subgraph')},
      {name: 'units and properties', run: () => vitest('units', '--maxWorkers=1', '--no-isolate', ...SHARED)},
    ],
    [
      {name: 'contract format', run: () => tool(...FORGE, 'fmt', '--check')},
      {name: 'contracts', run: contracts},
    ],
  ],
  [[{name: 'coverage of the contracts', run: () => tool(process.execPath, '--import', 'tsx', 'scripts/contracts-coverage.ts'), nightly: true}]],
  [
    [{name: 'units with services', run: () => vitest('services', ...SHARED.map((folder) => `--exclude=${folder}**`))}],
    // Some 40 s of one core, which would leave the other idle at the end of the stage before.
    [
      {name: 'interfaces are fresh', run: () => tool(process.execPath, 'scripts/abi.mjs', '--check')},
      {name: 'contract snapshots are fresh', run: () => tool(process.execPath, '--import', 'tsx', 'scripts/contract-snapshots.ts', '--check')},
      {name: 'role table is fresh', run: () => tool(process.execPath, '--import', 'tsx', 'scripts/contracts-roles.ts', '--check')},
      {name: 'gas is within its limits', run: () => tool(process.execPath, '--import', 'tsx', 'scripts/contracts-gas.ts', '--check')},
    ],
  ],
  [[{name: 'one network: cycle, attacks, crashes, web, subgraph', run: () => checks('test/e2e/main.ts')}]],
];

let passed = 0;
let failed = 0;

async function report(suite: Suite): Promise<void> {
  if (suite.nightly && !nightly) return;
  if (chosen.length > 0 && !chosen.some((word) => suite.name.includes(word))) return;
  process.stdout.write(`• ${suite.name} …\n`);
  const started = performance.now();
  const outcome = await suite.run();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  for (const detail of outcome.details) process.stdout.write(`    ✗ ${detail}\n`);
  process.stdout.write(`  ${outcome.failed === 0 ? '✓' : '✗'} ${suite.name}: ${outcome.passed} passed, ${outcome.failed} failed (${seconds} s)\n`);
  passed += outcome.passed;
  failed += outcome.failed;
}

async function inOrder(suites: readonly Suite[]): Promise<void> {
  for (const suite of suites) await report(suite);
}

for (const lanes of stages) await Promise.all(lanes.map(inOrder));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
