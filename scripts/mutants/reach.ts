/** Which tests come by which mutant, recorded once with no mutant on: the others need not be asked. */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type TestResult, testResults} from './forge-report.ts';
import {type Mutant, RECORDING} from './mutate.ts';
import {BUILD_FOLDER, type Workspace} from './workspace.ts';

const RUN_TIMEOUT_MS = 30 * 60_000;
/** A number that no mutant has. */
const NOBODY = 900_000;
/** More than these point to a broken build, not to gas. */
const UNFIT_MAX = 12;

export type Test = {file: string; contract: string; name: string; ms: number};
type Recorded = {tests: Test[]; byNumber: Record<string, number[]>; everywhere: number[]; unfit: string[]};

export class Reach {
  readonly #recorded: Recorded;

  private constructor(recorded: Recorded) {
    this.#recorded = recorded;
  }

  /**
   * @param key - Hash of everything that was built: a record of the same is taken from the disk.
   * @throws Error when more tests than a few fail with no mutant on.
   */
  static async record(workspace: Workspace, files: readonly string[], key: string): Promise<Reach> {
    const file = path.join(BUILD_FOLDER, 'reach', `${key}.json`);
    if (!existsSync(file)) {
      const recorded = await record(workspace, files);
      mkdirSync(path.dirname(file), {recursive: true});
      writeFileSync(file, JSON.stringify(recorded));
    }
    return new Reach(JSON.parse(readFileSync(file, 'utf8')) as Recorded);
  }

  /** Names of tests that fail with no mutant on, because switches cost gas: they cannot be asked. */
  get unfit(): readonly string[] {
    return this.#recorded.unfit;
  }

  /** Tests that may notice the mutant. */
  testsOf({number, definition}: Mutant): Test[] {
    const {tests, byNumber, everywhere} = this.#recorded;
    // A mutant that is not in the recorded build is reached at most by who enters its function.
    const reached = byNumber[number] ?? byNumber[definition] ?? [];
    return [...new Set([...reached, ...everywhere])].map((i) => tests[i]!);
  }
}

async function record(workspace: Workspace, files: readonly string[]): Promise<Recorded> {
  const results = (await Promise.all(halves(files).map((paths) => run(workspace, RECORDING, paths)))).flat();
  // Reporting costs gas as well: who fails by that is asked about everything.
  const plain = (await Promise.all(halves(files).map((paths) => run(workspace, NOBODY, paths)))).flat();
  const unfit = [...new Set(plain.filter(({passed}) => !passed).map(({name}) => name))];
  if (unfit.length > UNFIT_MAX) throw new Error(`Tests fail with no mutant switched on: ${unfit.join(', ')}`);
  const usable = results.filter(({name}) => !unfit.includes(name));
  const byNumber: Record<string, number[]> = {};
  usable.forEach(({numbers}, i) => { for (const number of numbers) (byNumber[number] ??= []).push(i); });
  const tests = usable.map(({file, contract, name, ms}) => ({file, contract, name, ms}));
  return {tests, byNumber, everywhere: usable.flatMap(({passed}, i) => (passed ? [] : [i])), unfit};
}

const halves = (files: readonly string[]) => [files.filter((_, i) => i % 2 === 0), files.filter((_, i) => i % 2 === 1)].filter((half) => half.length > 0);

async function run(workspace: Workspace, coinbase: number | string, files: readonly string[]): Promise<TestResult[]> {
  return testResults(await workspace.test(coinbase, ['-vv', '--match-path', globOf(files)], RUN_TIMEOUT_MS));
}

export const globOf = (files: readonly string[]): string => (files.length === 1 ? files[0]! : `{${files.join(',')}}`);
