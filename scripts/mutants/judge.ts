/** One mutant before the tests that come by it, until one fails. */
import {testResults} from './forge-report.ts';
import type {Mutant} from './mutate.ts';
import {globOf, type Test} from './reach.ts';
import {near} from './targets.ts';
import type {Verdict} from './verdicts.ts';
import type {Workspace} from './workspace.ts';

/** Beside ten times what the same tests took with no mutant on: a mutant may loop until its gas is gone. */
const TIMEOUT_MIN_MS = 120_000;
const FIRST_ROUND_MS = 3_000;

export type Judgement = Pick<Verdict, 'outcome' | 'by' | 'file'>;

/**
 * @param active - The switch to set; 0 when the mutant is built in.
 * @param tests - Those that can notice it.
 */
export async function judge(workspace: Workspace, mutant: Mutant, active: number, tests: readonly Test[]): Promise<Judgement> {
  for (const round of rounds(mutant.file, tests)) {
    const killed = await ask(workspace, mutant, active, round);
    if (killed !== undefined) return killed;
  }
  return {outcome: 'survived', by: '', file: ''};
}

/** Tests that stand near the mutant first, the quick ones before all others. */
export function rounds(file: string, tests: readonly Test[]): Test[][] {
  const sorted = [...tests].sort((a, b) => Number(near(file, b.file)) - Number(near(file, a.file)) || a.ms - b.ms);
  let spent = 0;
  const first = sorted.filter(({ms, file: own}) => near(file, own) && (spent += ms) <= FIRST_ROUND_MS);
  const rest = sorted.filter((test) => !first.includes(test));
  return [first, rest].filter((round) => round.length > 0);
}

async function ask(workspace: Workspace, mutant: Mutant, active: number, tests: readonly Test[]): Promise<Judgement | undefined> {
  const names = [...new Set(tests.map(({name}) => name))];
  const run = await workspace.test(active, ['--fail-fast', '--match-path', globOf([...new Set(tests.map(({file}) => file))]), '--match-test', `^(${names.join('|')})(\\(|$)`],
    TIMEOUT_MIN_MS + 10 * tests.reduce((sum, {ms}) => sum + ms, 0));
  if (run.code === 'timeout') return {outcome: 'killed', by: 'time ran out', file: ''};
  const results = testResults(run);
  if (results.length === 0) throw new Error(`No test ran for mutant ${mutant.number} (${mutant.file}:${mutant.line}): ${run.output.slice(-1_500)}`);
  const killer = results.find(({passed}) => !passed);
  return killer === undefined ? undefined : {outcome: 'killed', by: `${killer.contract}.${killer.name}`, file: killer.file};
}
