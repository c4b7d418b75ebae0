/** The rewards' part of `run`: audits, commits and claims beside the votes, and never in their way. */
import {setTimeout as sleep} from 'node:timers/promises';
import {PobsError} from '@pobs/protocol';
import type {AuditKeeper} from './audit-keeper.ts';
import type {Log} from './ports.ts';
import type {RewardClaimer, TicketView} from './reward-claimer.ts';

export type RewardLoopOptions = {intervalMs: number; claims: boolean};
export type RewardLoopDeps = {audits: AuditKeeper; claimer: RewardClaimer; log: Log; onPaid: (ticket: TicketView & {hash: string}) => void};

export class RewardLoop {
  readonly #options: RewardLoopOptions;
  readonly #deps: RewardLoopDeps;
  #lastFailure = '';

  constructor(options: RewardLoopOptions, deps: RewardLoopDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Resolves once `signal` aborts. What fails is told once and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#attempt();
      // The only rejection is the abort, which the loop condition handles.
      await sleep(this.#options.intervalMs, undefined, {signal}).catch(() => {});
    }
  }

  async #attempt(): Promise<void> {
    const {audits, claimer, log, onPaid} = this.#deps;
    try {
      await audits.step();
      if (this.#options.claims) for (const paid of await claimer.claim()) onPaid(paid);
      this.#lastFailure = '';
    } catch (error) {
      if (!(error instanceof PobsError)) throw error;
      if (error.message !== this.#lastFailure) log.warn({code: (error.data as {code: string}).code}, `Rewards have to wait: ${error.message}`);
      this.#lastFailure = error.message;
    }
  }
}
