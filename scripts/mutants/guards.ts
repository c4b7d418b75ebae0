/**
 * Does every attack test fail when its guard is removed? Works in a copy; exits 1 when a test passes without its guard, else writes
 * `docs/bench/guards.md`.
 *
 *   node --import tsx scripts/mutants/guards.ts [--only Freeze] [--from 113]     the last goes on where a run was interrupted
 */
import {writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import {ROOT, solidityFiles} from '../contracts/sources.ts';
import {testResults} from './forge-report.ts';
import {type Guard, readGuards, renderGuards, SWITCH, SWITCH_FILE, switchAll} from './guard-switches.ts';
import {globOf} from './reach.ts';
import {inWorkspace, Workspace} from './workspace.ts';

const RUN_TIMEOUT_MS = 30 * 60_000;
const PAGE = 'docs/bench/guards.md';

const say = (text: string) => process.stderr.write(`${text}\n`);
const option = (name: string) => { const i = process.argv.indexOf(name); return i < 0 ? undefined : process.argv[i + 1]; };

const files = new Map(solidityFiles('contracts/test', ROOT).filter((file) => file.endsWith('.t.sol')).map((file) => [file.replace(/^.*\/(\w+)\.t\.sol$/, '$1'), file]));

function fileOf(test: string): string {
  const file = files.get(test.split('.')[0]!);
  if (file === undefined) throw new Error(`No test file for ${test}`);
  return file;
}

/** Whether it passed, by `Suite.test`; a broken setUp counts for none of them. */
async function run(workspace: Workspace, coinbase: number, tests: readonly string[]): Promise<Map<string, boolean>> {
  const paths = [...new Set(tests.map(fileOf))];
  const names = [...new Set(tests.map((test) => test.split('.')[1]!))];
  const results = testResults(await workspace.test(coinbase, ['--match-path', globOf(paths), '--match-test', `^(${names.join('|')})\\b`], RUN_TIMEOUT_MS));
  return new Map(results.map(({file, name, passed}) => [`${path.basename(file, '.t.sol')}.${name}`, passed]));
}

/** Tests that do not notice the missing guard. */
async function judge(workspace: Workspace, {file, guard, tests}: Guard, number: number): Promise<string[]> {
  if (number % 20 === 0) say(`  guard ${number}`);
  const found = await run(workspace, number, tests);
  const blind = tests.filter((test) => found.get(test) !== false);
  for (const test of blind) say(`  ${test} ${found.has(test) ? 'passes' : 'does not run'} without the guard in ${file}: ${guard.trim().slice(0, 110)}`);
  return blind;
}

async function main(workspace: Workspace, guards: readonly Guard[], tests: readonly string[]): Promise<number> {
  const only = option('--only');
  const first = Number(option('--from') ?? 1);
  workspace.write(SWITCH_FILE, SWITCH);
  for (const [file, text] of switchAll(guards, (name) => workspace.read(name))) workspace.write(file, text);
  say(`${guards.length} guards, ${tests.length} tests; building all switches at once`);
  const {code, output} = await workspace.build('contracts/src', ...new Set(tests.map(fileOf)));
  if (code !== 0) throw new Error(`The switches do not compile:\n${output.slice(-3_000)}`);
  const queue = guards.map((guard, i) => ({guard, number: i + 1})).filter(({guard: {file, tests: named}, number}) =>
    number >= first && (only === undefined || [file, ...named].some((name) => name.includes(only))));
  const asked = [...new Set(queue.flatMap(({guard}) => guard.tests))];
  const untouched = await run(workspace, 0, asked);
  const broken = asked.filter((test) => untouched.get(test) !== true);
  if (broken.length > 0) throw new Error(`Not green with every guard on: ${broken.join(', ')}`);

  const count = queue.length;
  const blind: string[] = [];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) blind.push(...(await judge(workspace, next.guard, next.number)));
  };
  await Promise.all(Array.from({length: Math.min(2, availableParallelism())}, worker));
  if (blind.length === 0 && only === undefined && first === 1) writeFileSync(path.join(ROOT, PAGE), renderGuards(guards));
  say(blind.length === 0 ? `${count} guards: every test fails without its own` : `${blind.length} tests pass without their guard`);
  return blind.length;
}

const guards = readGuards();
const tests = [...new Set(guards.flatMap((guard) => guard.tests))];
const workspace = new Workspace('guards', [...new Set(tests.map(fileOf))]);
await inWorkspace(workspace, () => main(workspace, guards, tests));
