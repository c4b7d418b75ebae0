/**
 * `npm run mutants`: does any test notice when a comparison is flipped, a check or an assignment dropped? Works in a copy. Verdicts are
 * kept as they come: a run that was interrupted goes on where it stopped. Writes `contracts/snapshots/mutants.json` and
 * `docs/bench/mutants.md`; exits 1 when a mutant survives without a reason in `contracts/test/mutants.survivors.json`.
 *
 *   npm run mutants -- --only GpmpLib     mutants of matching files; writes nothing
 *   npm run mutants -- --again            survivors once more, even if nothing changed
 *   npm run mutants -- --fresh            everything once more
 */
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import {ROOT} from '../contracts/sources.ts';
import {judge, type Judgement} from './judge.ts';
import type {Mutant} from './mutate.ts';
import {Reach} from './reach.ts';
import {type Reason, renderMarkdown, renderSnapshot, type Result, withoutReason} from './report.ts';
import {Schemata} from './schemata.ts';
import {near, targets, testFiles} from './targets.ts';
import {hashOfEverything, Verdicts} from './verdicts.ts';
import {BUILD_FOLDER, inWorkspace, Workspace} from './workspace.ts';

const REASONS = 'contracts/test/mutants.survivors.json';
const WORKERS = Math.min(2, availableParallelism());

const started = Date.now();
const say = (text: string) => process.stderr.write(`${((Date.now() - started) / 60_000).toFixed(1).padStart(5)} min  ${text}\n`);
const option = (name: string) => { const i = process.argv.indexOf(name); return i < 0 ? undefined : process.argv[i + 1]; };
const given = (name: string) => process.argv.includes(name);

class Trial {
  #done = 0;
  #spent = 0;
  #reach!: Reach;

  constructor(readonly workspace: Workspace, readonly schemata: Schemata, readonly verdicts: Verdicts, readonly open: readonly Mutant[]) {}

  async run(tests: readonly string[]): Promise<void> {
    const hard: Mutant[] = [];
    const first = await this.#layer(this.schemata.mutants, tests, hard, true);
    const waiting = this.open.filter(({number}) => !first.has(number) && !hard.some((mutant) => mutant.number === number));
    for (let rest = waiting; rest.length > 0;) {
      const chosen = await this.#layer(rest, tests, hard, false);
      rest = rest.filter(({number}) => !chosen.has(number) && !hard.some((mutant) => mutant.number === number));
    }
    for (const mutant of hard.filter((each) => this.open.includes(each))) await this.#alone(mutant, tests, first);
  }

  /** Builds as many of the wanted as fit and judges the open ones among them. */
  async #layer(wanted: readonly Mutant[], tests: readonly string[], hard: Mutant[], isFirst: boolean): Promise<ReadonlySet<number>> {
    const {chosen, unfit} = await this.schemata.fit(this.workspace, wanted, say);
    hard.push(...unfit);
    const queue = this.open.filter(({number}) => chosen.has(number));
    if (queue.length === 0 && !isFirst) return chosen;
    await this.#build(tests);
    if (isFirst) await this.#record(tests);
    say(`${chosen.size} mutants built, ${queue.length} to be judged`);
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await this.#judge(next, next.number);
    };
    await Promise.all(Array.from({length: WORKERS}, worker));
    return chosen;
  }

  /** A mutant whose function has no place left for a switch: built in, for the tests near it first, then for all. */
  async #alone(mutant: Mutant, tests: readonly string[], chosen: ReadonlySet<number>): Promise<void> {
    const begun = Date.now();
    this.schemata.write(this.workspace, chosen, mutant.number);
    const reached = this.#reach.testsOf(mutant);
    let judgement: Judgement = {outcome: 'survived', by: '', file: ''};
    for (const files of [tests.filter((file) => near(mutant.file, file)), tests]) {
      const asked = reached.filter(({file}) => files.includes(file));
      if (judgement.outcome !== 'survived' || asked.length === 0) continue;
      const {code, output} = await this.workspace.build(...files);
      if (code === 0) judgement = await judge(this.workspace, mutant, 0, asked);
      else if (/stack too deep/i.test(output)) judgement = {outcome: 'not compiled', by: '', file: ''};
      else throw new Error(`Mutant ${mutant.number} does not compile:\n${output.slice(-2_000)}`);
    }
    this.#book(mutant, judgement, (Date.now() - begun) / 1_000);
  }

  async #build(tests: readonly string[]): Promise<void> {
    const {code, output} = await this.workspace.build('contracts/src', ...tests);
    if (code !== 0) throw new Error(`The mutants do not compile:\n${output.slice(-3_000)}`);
  }

  async #record(tests: readonly string[]): Promise<void> {
    say('built; recording which tests come by which mutant');
    this.#reach = await Reach.record(this.workspace, tests, createHash('sha256').update(hashOfEverything()).digest('hex').slice(0, 24));
    for (const name of this.#reach.unfit) say(`not asked, it fails with no mutant on: ${name}`);
  }

  async #judge(mutant: Mutant, active: number): Promise<void> {
    const begun = Date.now();
    const tests = this.#reach.testsOf(mutant);
    const judgement: Judgement = tests.length === 0 ? {outcome: 'survived', by: '', file: ''} : await judge(this.workspace, mutant, active, tests);
    this.#book(mutant, judgement, (Date.now() - begun) / 1_000);
  }

  #book(mutant: Mutant, judgement: Judgement, seconds: number): void {
    this.verdicts.add(mutant, {...judgement, seconds});
    this.#done += 1;
    this.#spent += seconds;
    const left = (this.open.length - this.#done) * (this.#spent / this.#done) / WORKERS / 60;
    if (judgement.outcome !== 'killed') say(`${judgement.outcome}: ${mutant.file}:${mutant.line} ${mutant.function}, ${mutant.kind}: ${mutant.code}`);
    if (this.#done % 20 === 0) say(`${this.#done} of ${this.open.length}, about ${left.toFixed(0)} min left`);
  }
}

function report(mutants: readonly Mutant[], verdicts: Verdicts, isPart: boolean): number {
  const results = mutants.map((mutant): Result => {
    const {outcome, by} = verdicts.of(mutant)!;
    return {...mutant, outcome, by};
  });
  const reasons = existsSync(path.join(ROOT, REASONS)) ? (JSON.parse(readFileSync(path.join(ROOT, REASONS), 'utf8')) as Reason[]) : [];
  const {open, unused} = withoutReason(results, reasons);
  for (const result of open) say(`survived without a reason: ${result.file}:${result.line} in ${result.function}, ${result.kind}: ${result.code}`);
  if (!isPart) {
    writeFileSync(path.join(ROOT, 'contracts/snapshots/mutants.json'), renderSnapshot(results));
    writeFileSync(path.join(ROOT, 'docs/bench/mutants.md'), renderMarkdown(results, reasons, verdicts.runs()));
    for (const reason of unused) say(`a reason that explains nothing any more: ${reason.file} ${reason.function}, ${reason.kind}: ${reason.code}`);
  }
  const killed = results.filter(({outcome}) => outcome === 'killed').length;
  say(`${killed} of ${results.length} killed, ${open.length} survived without a reason`);
  return open.length + (isPart ? 0 : unused.length);
}

async function main(workspace: Workspace, tests: readonly string[]): Promise<number> {
  const only = option('--only');
  const schemata = new Schemata(targets());
  const verdicts = new Verdicts(path.join(BUILD_FOLDER, 'verdicts.json'), given('--fresh'));
  const mutants = schemata.mutants.filter(({file}) => only === undefined || file.includes(only));
  const open = mutants.filter((mutant) => {
    const verdict = verdicts.of(mutant);
    return verdict === undefined || (given('--again') && verdict.outcome !== 'killed');
  });
  say(`${mutants.length} mutants, ${mutants.length - open.length} of them known; ${tests.length} test files`);
  if (open.length > 0) await new Trial(workspace, schemata, verdicts, open).run(tests);
  return report(mutants, verdicts, only !== undefined);
}

const tests = testFiles();
const workspace = new Workspace('mutants', tests);
await inWorkspace(workspace, () => main(workspace, tests));
