/**
 * Does every attack test fail when its guard is removed? Works in a temporary copy; exits 1 when a test passes without its guard.
 *
 *   node --import tsx scripts/mutants/guards.ts [--only Freeze] [--keep]
 */
import {availableParallelism} from 'node:os';
import {ROOT, solidityFiles} from '../contracts/sources.ts';
import {type Guard, readGuards, SWITCH, SWITCH_FILE, switchAll} from './guard-switches.ts';
import {type Run, Workspace} from './workspace.ts';

const RUN_TIMEOUT_MS = 180_000;

const say = (text: string) => process.stderr.write(`${text}\n`);
const option = (name: string) => { const i = process.argv.indexOf(name); return i < 0 ? undefined : process.argv[i + 1]; };

type SuiteResults = Record<string, {test_results: Record<string, {status: string; reason: string | null}>}>;
const files = new Map(solidityFiles('contracts/test', ROOT).filter((file) => file.endsWith('.t.sol')).map((file) => [file.replace(/^.*\/(\w+)\.t\.sol$/, '$1'), file]));

function fileOf(test: string): string {
  const file = files.get(test.split('.')[0]!);
  if (file === undefined) throw new Error(`No test file for ${test}`);
  return file;
}

/** Status by `Suite.test`; a broken setUp counts for none of them. */
function statuses({output}: Run): Map<string, string> {
  const json = output.split('\n').find((line) => line.startsWith('{'));
  if (json === undefined) throw new Error(`forge said nothing usable:\n${output.slice(-1_500)}`);
  return new Map(Object.entries(JSON.parse(json) as SuiteResults).flatMap(([suite, {test_results: tests}]) =>
    Object.entries(tests).map(([name, {status}]) => [`${suite.replace(/^.*\/(\w+)\.t\.sol:.*$/, '$1')}.${name.replace(/\(.*$/, '')}`, status] as const)));
}

async function run(workspace: Workspace, coinbase: number, tests: readonly string[]): Promise<Map<string, string>> {
  const paths = [...new Set(tests.map(fileOf))];
  const names = [...new Set(tests.map((test) => test.split('.')[1]!))];
  return statuses(await workspace.forge([
    'test', '--json', '-j', '1', '--code-size-limit', '1000000', '--block-coinbase', `0x${coinbase.toString(16).padStart(40, '0')}`,
    '--match-path', paths.length === 1 ? paths[0]! : `{${paths.join(',')}}`, '--match-test', `^(${names.join('|')})\\b`,
  ], RUN_TIMEOUT_MS));
}

/** Tests that do not notice the missing guard. */
async function judge(workspace: Workspace, {file, guard, tests}: Guard, number: number): Promise<string[]> {
  const found = await run(workspace, number, tests);
  const blind = tests.filter((test) => found.get(test) !== 'Failure');
  for (const test of blind) say(`  ${test} is ${found.get(test) ?? 'not run'} without the guard in ${file}: ${guard.trim().slice(0, 110)}`);
  return blind;
}

async function main(workspace: Workspace, guards: readonly Guard[], tests: readonly string[]): Promise<number> {
  const only = option('--only');
  workspace.write(SWITCH_FILE, SWITCH);
  for (const [file, text] of switchAll(guards, (name) => workspace.read(name))) workspace.write(file, text);
  say(`${guards.length} guards, ${tests.length} tests; building all switches at once`);
  const {code, output} = await workspace.forge(['build', 'contracts/src', ...new Set(tests.map(fileOf))]);
  if (code !== 0) throw new Error(`The switches do not compile:\n${output.slice(-3_000)}`);
  const untouched = await run(workspace, 0, tests);
  const broken = tests.filter((test) => untouched.get(test) !== 'Success');
  if (broken.length > 0) throw new Error(`Not green with every guard on: ${broken.join(', ')}`);

  const queue = guards.map((guard, i) => ({guard, number: i + 1})).filter(({guard: {file, tests: named}}) => only === undefined || [file, ...named].some((name) => name.includes(only)));
  const count = queue.length;
  let blind = 0;
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) blind += (await judge(workspace, next.guard, next.number)).length;
  };
  await Promise.all(Array.from({length: Math.min(2, availableParallelism())}, worker));
  say(blind === 0 ? `${count} guards: every test fails without its own` : `${blind} tests pass without their guard`);
  return blind;
}

const guards = readGuards();
const tests = [...new Set(guards.flatMap((guard) => guard.tests))];
const workspace = new Workspace([...new Set(tests.map(fileOf))]);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    workspace.remove();
    process.exit(130);
  });
}
try {
  process.exitCode = (await main(workspace, guards, tests)) === 0 ? 0 : 1;
} finally {
  if (process.argv.includes('--keep')) say(`left in ${workspace.folder}`);
  else workspace.remove();
}
