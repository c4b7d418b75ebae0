/**
 * Verdicts that outlive a run: an interruption, or one more test, costs only what is still open. A killed mutant stays killed as long as
 * its function and the file of the test that killed it are what they were; a survivor is asked again whenever any source or test changed.
 */
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {availableParallelism, loadavg} from 'node:os';
import path from 'node:path';
import {ROOT, solidityFiles} from '../contracts/sources.ts';
import type {Mutant} from './mutate.ts';

/** @param file - Of the killing test. @param seconds - It took. */
export type Verdict = {outcome: 'killed' | 'survived' | 'not compiled'; by: string; file: string; fileHash: string; seconds: number};

/** One run of the program: how many mutants it judged in how many minutes, and how busy the machine was meanwhile. */
export type RunFigures = {judged: number; minutes: number; load: number; cores: number};
type Stored = {runs: RunFigures[]; verdicts: Record<string, Verdict>};

const sha = (text: string | Buffer) => createHash('sha256').update(text).digest('hex').slice(0, 24);
export const hashOfFile = (file: string): string => (existsSync(path.join(ROOT, file)) ? sha(readFileSync(path.join(ROOT, file))) : '');

/** Of all sources and tests together. */
export function hashOfEverything(): string {
  return sha(['contracts/src', 'contracts/test'].flatMap((folder) => solidityFiles(folder)).map((file) => `${file} ${hashOfFile(file)}`).join('\n'));
}

export class Verdicts {
  readonly #file: string;
  readonly #everything = hashOfEverything();
  readonly #known: Map<string, Verdict>;
  readonly #earlier: readonly RunFigures[];
  readonly #started = Date.now();
  readonly #loads = [loadavg()[0]!];

  /** @param fresh - Forget what earlier runs found. */
  constructor(file: string, fresh: boolean) {
    this.#file = file;
    const stored: Stored = !fresh && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Stored) : {runs: [], verdicts: {}};
    this.#known = new Map(Object.entries(stored.verdicts));
    this.#earlier = stored.runs;
  }

  /** What is known of a mutant and still holds. */
  of({identity}: Mutant): Verdict | undefined {
    const verdict = this.#known.get(identity);
    if (verdict === undefined) return undefined;
    const now = verdict.outcome === 'killed' && verdict.file !== '' ? hashOfFile(verdict.file) : this.#everything;
    return now === verdict.fileHash ? verdict : undefined;
  }

  /** Written at once. @param file - Of the test that killed it; empty when none did. */
  add({identity}: Mutant, verdict: Pick<Verdict, 'outcome' | 'by' | 'file' | 'seconds'>): void {
    this.#known.set(identity, {...verdict, fileHash: verdict.file === '' ? this.#everything : hashOfFile(verdict.file)});
    this.#loads.push(loadavg()[0]!);
    const stored: Stored = {runs: this.runs(), verdicts: Object.fromEntries(this.#known)};
    mkdirSync(path.dirname(this.#file), {recursive: true});
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(stored, undefined, 1)}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Every run since the last fresh one, this one last. */
  runs(): RunFigures[] {
    const judged = this.#loads.length - 1;
    if (judged === 0) return [...this.#earlier];
    const load = this.#loads.reduce((sum, each) => sum + each, 0) / this.#loads.length;
    return [...this.#earlier, {judged, minutes: (Date.now() - this.#started) / 60_000, load, cores: availableParallelism()}];
  }
}
