/**
 * Builds as many mutants at once as the compiler's stack allows. Where a function with all its switches is too deep, half of them wait
 * for the next build ("layer").
 */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {analyse, ROOT} from '../contracts/sources.ts';
import type {AstNode} from './ast.ts';
import {type Mutant, mutate, SWITCH} from './mutate.ts';
import type {Workspace} from './workspace.ts';

const SWITCH_FILE = 'contracts/src/Mutant.sol';
const ATTEMPTS_MAX = 80;

export type Layer = {chosen: ReadonlySet<number>; unfit: readonly Mutant[]};

export class Schemata {
  readonly mutants: readonly Mutant[];
  readonly #files: ReadonlyMap<string, {source: string; ast: AstNode}>;

  constructor(files: readonly string[]) {
    const {sources} = analyse(files, {source: ['ast']});
    this.#files = new Map(files.map((file) => [file, {source: readFileSync(path.join(ROOT, file), 'latin1'), ast: sources![file]!.ast as AstNode}]));
    this.mutants = this.#render(() => false).flatMap(({mutants}) => mutants);
  }

  /**
   * Writes as many of the wanted mutants as compile together.
   *
   * @returns the chosen, and those that do not compile even alone.
   * @throws Error with the compiler's message when the sources do not compile for another reason.
   */
  async fit(workspace: Workspace, wanted: readonly Mutant[], note: (text: string) => void): Promise<Layer> {
    const chosen = new Set(wanted.map(({number}) => number));
    const unfit: Mutant[] = [];
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      this.write(workspace, chosen);
      const {code, output} = await workspace.build('contracts/src');
      if (code === 0) return {chosen, unfit};
      const crowd = /stack too deep/i.test(output) ? this.#crowd(workspace, output, chosen) : [];
      if (crowd.length === 0) throw new Error(`The mutants do not compile:\n${output.slice(-3_000)}`);
      const left = Math.floor(crowd.length / 2);
      note(`${path.basename(crowd[0]!.file)} ${crowd[0]!.function}: too deep with ${crowd.length} of its switches, ${left === 0 ? 'it cannot be compiled' : `${left} first`}`);
      for (const mutant of crowd.slice(left)) chosen.delete(mutant.number);
      if (left === 0) unfit.push(...crowd);
    }
    throw new Error('The mutants do not compile, whatever is left out.');
  }

  /** @param fixed - One more mutant, which is on in this build without a switch. */
  write(workspace: Workspace, chosen: ReadonlySet<number>, fixed = 0): void {
    workspace.write(SWITCH_FILE, SWITCH);
    for (const {file, text} of this.#render(({number}) => number !== fixed && !chosen.has(number), fixed)) workspace.write(file, text);
  }

  #render(skip: (mutant: Mutant) => boolean, fixed = 0) {
    let first = 1;
    return [...this.#files].map(([file, {source, ast}]) => {
      const switchPath = path.posix.relative(path.posix.dirname(file), SWITCH_FILE);
      const mutated = mutate({file, source, ast, first, switchPath: switchPath.startsWith('.') ? switchPath : `./${switchPath}`, skip, fixed});
      first += mutated.mutants.length;
      return {file, ...mutated};
    });
  }

  /** Chosen mutants of the function the compiler stopped in: the last one that begins at or before its line. */
  #crowd(workspace: Workspace, output: string, chosen: ReadonlySet<number>): Mutant[] {
    const match = /(?:stack too deep)[\s\S]*?-->\s*(contracts\/src\/\S+?):(\d+):/i.exec(output);
    if (match === null || !this.#files.has(match[1]!)) return [];
    const text = workspace.read(match[1]!).split('\n').slice(0, Number(match[2])).join('\n');
    const name = [...text.matchAll(/^\s*(?:function|modifier) (\w+)|^\s*(constructor|receive|fallback)\b/gm)].at(-1);
    const candidates = this.mutants.filter(({number, file, function: own}) => chosen.has(number) && file === match[1] && own === (name?.[1] ?? name?.[2]));
    return candidates.filter(({definition}) => definition === candidates[0]!.definition);
  }
}
