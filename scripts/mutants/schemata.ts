/** Builds all mutants at once; functions that the compiler finds too deep with every switch are built with one mutant at a time. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {analyse, ROOT} from '../contracts/sources.ts';
import type {AstNode} from './ast.ts';
import {type Mutant, mutate, SWITCH} from './mutate.ts';
import type {Workspace} from './workspace.ts';

const SWITCH_FILE = 'contracts/src/Mutant.sol';
const ATTEMPTS_MAX = 60;

export class Schemata {
  readonly #files: ReadonlyMap<string, {source: string; ast: AstNode}>;
  /** `file › contract › function` whose mutants do not fit together. */
  readonly #crowded = new Set<string>();

  constructor(files: readonly string[]) {
    const {sources} = analyse(files, {source: ['ast']});
    this.#files = new Map(files.map((file) => [file, {source: readFileSync(path.join(ROOT, file), 'latin1'), ast: sources![file]!.ast as AstNode}]));
  }

  /** All mutants, numbered from 1. */
  mutants(): Mutant[] {
    return this.#render(() => false).flatMap(({mutants}) => mutants);
  }

  isCrowded(mutant: Mutant): boolean {
    return this.#crowded.has(placeOf(mutant));
  }

  /** Writes and compiles everything that fits together. @throws Error with the compiler's message when it does not compile for another reason. */
  async buildTogether(workspace: Workspace, note: (text: string) => void): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      this.#write(workspace, (mutant) => this.isCrowded(mutant));
      const {code, output} = await workspace.build();
      if (code === 0) return;
      const place = /stack too deep/i.test(output) ? this.#crowdedPlace(workspace, output) : undefined;
      if (place === undefined) throw new Error(`The mutants do not compile:\n${output.slice(-3_000)}`);
      note(`${place} is too deep with all its switches: one build per mutant`);
      this.#crowded.add(place);
    }
    throw new Error('The mutants do not compile, whatever is left out.');
  }

  /** Mutants that did not fit together, in groups that do: one of each function. */
  crowdedGroups(): Mutant[][] {
    const groups: Mutant[][] = [];
    const seen = new Map<string, number>();
    for (const mutant of this.mutants().filter((each) => this.isCrowded(each))) {
      const position = seen.get(placeOf(mutant)) ?? 0;
      seen.set(placeOf(mutant), position + 1);
      (groups[position] ??= []).push(mutant);
    }
    return groups;
  }

  /** Only these mutants. @returns false when even that does not compile. */
  async buildOnly(workspace: Workspace, chosen: readonly Mutant[]): Promise<boolean> {
    const numbers = new Set(chosen.map(({number}) => number));
    this.#write(workspace, (mutant) => !numbers.has(mutant.number));
    return (await workspace.build()).code === 0;
  }

  #write(workspace: Workspace, skip: (mutant: Mutant) => boolean): void {
    workspace.write(SWITCH_FILE, SWITCH);
    for (const {file, text} of this.#render(skip)) workspace.write(file, text);
  }

  #render(skip: (mutant: Mutant) => boolean) {
    let first = 1;
    return [...this.#files].map(([file, {source, ast}]) => {
      const switchPath = path.posix.relative(path.posix.dirname(file), SWITCH_FILE);
      const mutated = mutate({file, source, ast, first, switchPath: switchPath.startsWith('.') ? switchPath : `./${switchPath}`, skip});
      first += mutated.mutants.length;
      return {file, ...mutated};
    });
  }

  /** The function the compiler stopped in: the last mutant that begins at or before its line (one line was added on top). */
  #crowdedPlace(workspace: Workspace, output: string): string | undefined {
    const match = /(?:stack too deep)[\s\S]*?-->\s*(contracts\/src\/\S+?):(\d+):/i.exec(output);
    if (match === null || !this.#files.has(match[1]!)) return undefined;
    const text = workspace.read(match[1]!).split('\n').slice(0, Number(match[2])).join('\n');
    const name = [...text.matchAll(/^\s*(?:function|modifier) (\w+)|^\s*(constructor|receive|fallback)\b/gm)].at(-1);
    const candidates = this.mutants().filter((mutant) => mutant.file === match[1] && mutant.function === (name?.[1] ?? name?.[2]));
    return candidates.map(placeOf).find((place) => !this.#crowded.has(place));
  }
}

const placeOf = ({file, contract, function: name}: Mutant) => `${path.basename(file)} › ${contract} › ${name}`;
