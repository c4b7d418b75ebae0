/**
 * `npm run mutants`: does any test notice when a comparison is flipped, a check or an assignment dropped? Works in a temporary copy.
 * Writes `contracts/snapshots/mutants.json` and `docs/bench/mutants.md`; exits 1 when a mutant survives without a reason in
 * `contracts/test/mutants.survivors.json`.
 *
 *   npm run mutants -- --only GpmpLib     mutants of matching files; writes nothing
 *   npm run mutants -- --keep             leaves the temporary copy for a look
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import {ROOT} from '../contracts/sources.ts';
import type {Mutant} from './mutate.ts';
import {type Reason, renderMarkdown, renderSnapshot, type Result, withoutReason} from './report.ts';
import {Schemata} from './schemata.ts';
import {rounds, targets, testFiles} from './targets.ts';
import {type Run, Workspace} from './workspace.ts';

const RUN_TIMEOUT_MS = 90_000;
const REASONS = 'contracts/test/mutants.survivors.json';

const say = (text: string) => process.stderr.write(`${text}\n`);
const option = (name: string) => { const i = process.argv.indexOf(name); return i < 0 ? undefined : process.argv[i + 1]; };

/** Which test noticed: the first failure that forge names. */
function killerOf(output: string): string {
  const failed = /\[FAIL[^\n]*\]\s+(\w+)\(/.exec(output)?.[1];
  const suite = /Ran \d+ tests? for \S+:(\w+)/.exec(output.slice(0, output.indexOf('[FAIL')).split('\n\n').at(-1) ?? '')?.[1];
  return failed === undefined ? 'setUp' : `${suite ?? ''}.${failed}`;
}

/** @throws Error when forge neither passed nor failed a test: then the run says nothing. */
function verdictOf(mutant: Mutant, {code, output}: Run): Result | undefined {
  if (code === 'timeout') return {...mutant, outcome: 'killed', by: 'time ran out'};
  if (code === 0 && / [1-9]\d* tests? passed, 0 failed/.test(output)) return undefined;
  if (code === 0 || !/\[FAIL|failing test/i.test(output)) throw new Error(`No verdict on mutant ${mutant.number} (${mutant.file}:${mutant.line}):\n${output.slice(-1_500)}`);
  return {...mutant, outcome: 'killed', by: killerOf(output)};
}

async function judge(workspace: Workspace, mutant: Mutant, all: readonly string[]): Promise<Result> {
  for (const paths of rounds(mutant.file, all)) {
    const verdict = verdictOf(mutant, await workspace.test({active: mutant.number, paths, timeoutMs: RUN_TIMEOUT_MS}));
    if (verdict !== undefined) return verdict;
  }
  return {...mutant, outcome: 'survived', by: ''};
}

async function judgeAll(workspace: Workspace, schemata: Schemata, mutants: readonly Mutant[], all: readonly string[]): Promise<Result[]> {
  const results: Result[] = [];
  const queue = mutants.filter((mutant) => !schemata.isCrowded(mutant));
  const total = mutants.length;
  const book = (result: Result) => {
    results.push(result);
    if (result.outcome !== 'killed') say(`  ${result.outcome}: ${result.file}:${result.line} ${result.kind}: ${result.code}`);
    if (results.length % 25 === 0) say(`  ${results.length} of ${total}`);
  };
  /** Mutants of different functions, built together if they fit, else each alone. */
  const judgeGroup = async (group: readonly Mutant[]): Promise<void> => {
    if (group.length === 0) return;
    if (await schemata.buildOnly(workspace, group)) for (const mutant of group) book(await judge(workspace, mutant, all));
    else if (group.length > 1) for (const mutant of group) await judgeGroup([mutant]);
    else book({...group[0]!, outcome: 'not compiled', by: ''});
  };
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) book(await judge(workspace, next, all));
  };
  await Promise.all(Array.from({length: Math.min(2, availableParallelism())}, worker));
  for (const group of schemata.crowdedGroups()) await judgeGroup(group.filter(({number}) => mutants.some((mutant) => mutant.number === number)));
  return results.sort((a, b) => a.number - b.number);
}

async function main(workspace: Workspace, all: readonly string[]): Promise<number> {
  const only = option('--only');
  const started = Date.now();
  const schemata = new Schemata(targets());
  const mutants = schemata.mutants().filter(({file}) => only === undefined || file.includes(only));
  say(`${mutants.length} mutants, ${all.length} test files; building all of them at once`);
  await schemata.buildTogether(workspace, (text) => say(`  ${text}`));
  const untouched = await workspace.test({active: 0, paths: all, timeoutMs: 10 * RUN_TIMEOUT_MS});
  if (untouched.code !== 0) throw new Error(`The tests fail with no mutant switched on:\n${untouched.output.slice(-3_000)}`);
  say(`  built and green with no mutant on (${((Date.now() - started) / 1_000).toFixed(0)} s)`);

  const results = await judgeAll(workspace, schemata, mutants, all);
  const reasons = existsSync(path.join(ROOT, REASONS)) ? (JSON.parse(readFileSync(path.join(ROOT, REASONS), 'utf8')) as Reason[]) : [];
  if (only === undefined) {
    writeFileSync(path.join(ROOT, 'contracts/snapshots/mutants.json'), renderSnapshot(results));
    writeFileSync(path.join(ROOT, 'docs/bench/mutants.md'), renderMarkdown(results, reasons));
  }
  const {open, unused} = withoutReason(results, reasons);
  for (const result of open) say(`survived without a reason: ${result.file}:${result.line} in ${result.function}, ${result.kind}: ${result.code}`);
  if (only === undefined) for (const reason of unused) say(`a reason that explains nothing any more: ${reason.file} ${reason.function}, ${reason.kind}: ${reason.code}`);
  const killed = results.filter(({outcome}) => outcome === 'killed').length;
  say(`${killed} of ${results.length} killed, ${open.length} survived without a reason (${((Date.now() - started) / 60_000).toFixed(1)} min)`);
  return open.length + (only === undefined ? unused.length : 0);
}

const tests = testFiles();
const workspace = new Workspace(tests);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    workspace.remove();
    process.exit(130);
  });
}
try {
  process.exitCode = (await main(workspace, tests)) === 0 ? 0 : 1;
} finally {
  if (process.argv.includes('--keep')) say(`left in ${workspace.folder}`);
  else workspace.remove();
}
