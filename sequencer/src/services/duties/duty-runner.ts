import {PobsError} from '@pobs/protocol';
import {pause} from '../pause.ts';
import type {Logger} from '../ports.ts';
import type {Done, Duty} from './ports.ts';

export type DutyRunnerOptions = {
  /** Between two looks. */
  intervalMs: number;
  /** Things one duty may do in a row before the others have their turn. */
  stepsMax: number;
};

export type DutyRunnerDeps = {
  duties: readonly Duty[];
  logger: Logger;
  onDone?: (duty: string, done: Done) => void;
};

/** Does what is due, duty after duty. What fails is told once and tried again at the next look: epochs never wait for it. */
export class DutyRunner {
  readonly #options: DutyRunnerOptions;
  readonly #deps: DutyRunnerDeps;
  readonly #failing = new Map<string, string>();

  constructor(options: DutyRunnerOptions, deps: DutyRunnerDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Resolves once the signal aborts, between two steps. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.pass(signal);
      await pause(this.#options.intervalMs, signal);
    }
  }

  /** One look at every duty. @returns What was done, and what failed by duty. */
  async pass(signal?: AbortSignal): Promise<{done: Done[]; failed: Map<string, string>}> {
    const done: Done[] = [];
    for (const duty of this.#deps.duties) await this.#perform(duty, done, signal);
    return {done, failed: this.#failing};
  }

  async #perform(duty: Duty, done: Done[], signal: AbortSignal | undefined): Promise<void> {
    const {logger, onDone} = this.#deps;
    const {name} = duty;
    try {
      for (let steps = 0; steps < this.#options.stepsMax; steps += 1) {
        if (signal?.aborted) return;
        const result = await duty.step();
        if (result === undefined) break;
        const {what, ...fields} = result;
        logger.info({duty: name, ...fields}, `Duty: ${what}`);
        onDone?.(name, result);
        done.push(result);
      }
      if (this.#failing.delete(name)) logger.info({duty: name}, 'Duty works again');
    } catch (error) {
      if (!(error instanceof PobsError)) throw error;
      if (this.#failing.get(name) !== error.message) logger.warn({duty: name, reason: error.message}, 'Duty failed: it is tried again');
      this.#failing.set(name, error.message);
    }
  }
}
