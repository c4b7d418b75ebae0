import {parsePayouts, payoutsName, PobsError, type PayoutRow} from '@pobs/protocol';
import type {Hex} from 'viem';
import {type Effect, type EpochEvent, type EpochState, isL1Due, isMissed, nextEffect, type Outcome, reduce, type Stage, STAGES} from '../core/stages.ts';
import {SequencerError} from '../errors.ts';
import type {BuildService} from './build-service.ts';
import type {Distributor} from './distributor.ts';
import {pause} from './pause.ts';
import type {CustodyChain, Engine, EpochChain, EpochRepository, Logger, StageReport, Vault} from './ports.ts';
import type {Proposer} from './proposer.ts';
import type {Publisher} from './publisher.ts';
import type {SealService} from './seal-service.ts';
import type {Settler} from './settler.ts';
import type {TermKeeper} from './term-keeper.ts';
import type {VoteCollector} from './vote-collector.ts';

export type PipelineOptions = {
  l1Every: number;
  /** Of the L1 custody's rules. */
  l1WithdrawEvery: number;
  /** First wait after a failure that may pass; doubled up to thirty times. */
  retryDelayMs: number;
};

export type PipelineDeps = {
  repository: EpochRepository; engine: Engine; chain: EpochChain; l1: CustodyChain; l2: CustodyChain; vault: Vault; logger: Logger;
  terms: TermKeeper; seals: SealService; builds: BuildService; publisher: Publisher; proposer: Proposer; votes: VoteCollector;
  settler: Settler; distributor: Distributor;
  /** Told of every stage that is reached. */
  report: (stage: StageReport) => void;
  /** Told of every failure that is retried. */
  onRetry?: (effect: string, error: Error) => void;
};

/** What an effect brought about: the event, and what is worth telling of it. */
type Done = {event: EpochEvent; tx?: Hex | undefined; digest?: Hex | undefined; skipped?: boolean | undefined};

const RETRY_FACTOR_MAX = 32;

/**
 * Takes epochs through their stages, one at a time.
 *
 * Each stage is recorded once it is reached, and every effect looks at the chain, the engine or the data folder before
 * it acts: a process that dies anywhere goes on where it stood and does nothing twice. What may pass is tried again
 * until it does; what cannot is thrown.
 */
export class EpochPipeline {
  readonly #options: PipelineOptions;
  readonly #deps: PipelineDeps;

  constructor(options: PipelineOptions, deps: PipelineDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Takes the unfinished epoch, or a new one, as far as `until`.
   *
   * @returns The state it stopped in; undefined when the signal aborts first.
   */
  async runEpoch(signal: AbortSignal, until: Stage = 'final'): Promise<EpochState | undefined> {
    let state = await this.#persist('open', signal, async () => (await this.#deps.repository.findUnfinished()) ?? this.#open(signal));
    while (state && STAGES.indexOf(state.stage) < STAGES.indexOf(until)) {
      const effect = nextEffect(state);
      if (effect === undefined) break;
      state = await this.#step(state, effect, signal);
    }
    return state;
  }

  /** One effect and the stage it leads to. */
  async #step(state: EpochState, effect: Effect, signal: AbortSignal): Promise<EpochState | undefined> {
    const started = performance.now();
    const done = await this.#persist(effect, signal, () => this.#perform(effect, state, signal));
    if (!done) return undefined;
    const {state: next} = reduce(state, done.event);
    const ms = performance.now() - started;
    if (done.event.type === 'reopened') {
      await this.#persist('record', signal, () => this.#deps.repository.reopen(next));
      return next;
    }
    const at = await this.#persist('record', signal, () => this.#deps.repository.advance(next, {ms, tx: done.tx, digest: done.digest}));
    if (!at) return undefined;
    this.#deps.report({
      epoch: next.epoch, stage: next.stage, at, ms: Math.round(ms), ...(done.tx && {tx: done.tx}), ...(done.digest && {digest: done.digest}),
      ...(done.skipped && {skipped: true}), ...(next.outcome && {outcome: next.outcome}),
      ...(next.stage === 'final' && {totalMs: await this.#totalMs(next.epoch)}),
    });
    return next;
  }

  /** Terms are kept between epochs, and until L2 knows a set for the moment of the seal. */
  async #open(signal: AbortSignal): Promise<EpochState | undefined> {
    const {terms, seals} = this.#deps;
    while (!(await terms.step())) {
      if (signal.aborted) return undefined;
      await pause(this.#options.retryDelayMs, signal);
    }
    return seals.open();
  }

  async #perform(effect: Effect, state: EpochState, signal: AbortSignal): Promise<Done | undefined> {
    const {seals, builds, publisher, proposer, engine, settler, l1, l2} = this.#deps;
    const {epoch} = state;
    if (await this.#hasMissed(state)) {
      this.#deps.logger.warn({epoch, snapshotTime: state.snapshotTime}, 'Missed the time to propose: sealing again');
      const snapshotTime = await seals.moveOn(state);
      return {event: {type: 'reopened', snapshotTime}};
    }
    switch (effect) {
      case 'seal':
        await seals.seal(state);
        return {event: {type: 'sealed'}};
      case 'build':
        return {event: {type: 'built'}, digest: await builds.build(await engine.sealed(epoch))};
      case 'publish':
        await publisher.publish(epoch, signal);
        return {event: {type: 'published'}};
      case 'propose':
        return {event: {type: 'proposed'}, tx: await proposer.propose(epoch)};
      case 'decide':
        return this.#decide(epoch, signal);
      case 'settle-l2':
        return {event: {type: 'settled-l2'}, ...(await settler.settle(epoch, l2))};
      case 'settle-l1':
        return {event: {type: 'settled-l1'}, ...(this.#isL1Due(epoch) ? await settler.settle(epoch, l1) : {skipped: true})};
      case 'distribute':
        return this.#distribute(epoch, signal);
      case 'finish':
        return {event: {type: 'final'}};
    }
  }

  /** Only before a proposal; a proposed epoch has met its time. */
  async #hasMissed({epoch, stage, snapshotTime}: EpochState): Promise<boolean> {
    if (STAGES.indexOf(stage) >= STAGES.indexOf('proposed')) return false;
    const {chain} = this.#deps;
    return isMissed(snapshotTime, await chain.time()) && (await chain.proposal(epoch)) === undefined;
  }

  async #decide(epoch: bigint, signal: AbortSignal): Promise<Done | undefined> {
    const decision = await this.#deps.votes.decide(epoch, signal);
    if (!decision) return undefined;
    await this.#deps.engine.tellOutcome(epoch, engineOutcome(decision.outcome));
    return {event: {type: 'decided', outcome: decision.outcome}, tx: decision.tx};
  }

  /** An epoch whose root a custody does not hold pays nothing there: a later one carries its payouts. */
  async #distribute(epoch: bigint, signal: AbortSignal): Promise<Done | undefined> {
    const {vault, distributor, l1, l2, logger} = this.#deps;
    const built = await vault.load(epoch);
    if (!built) throw new SequencerError({code: 'FILES_MISSING', epoch});
    const txs: Hex[] = [];
    for (const chain of [l2, l1]) {
      const result = await distributor.distribute({epoch, chain, payouts: payoutsOf(built.files, chain.chainId), signal});
      if (result) logger.info({epoch, chainId: chain.chainId, paid: result.paid, deferred: result.deferred}, 'Distributed payouts');
      txs.push(...(result?.txs ?? []));
    }
    return signal.aborted ? undefined : {event: {type: 'distributed'}, tx: txs.at(-1), skipped: txs.length === 0};
  }

  #isL1Due(epoch: bigint): boolean {
    const {l1Every, l1WithdrawEvery} = this.#options;
    return isL1Due(epoch, {l1Every, withdrawEvery: l1WithdrawEvery});
  }

  async #totalMs(epoch: bigint): Promise<number> {
    return (await this.#deps.repository.stagesOf(epoch)).reduce((sum, {ms}) => sum + ms, 0);
  }

  /** Repeats what may pass, with growing pauses, until it passes or the signal aborts. */
  async #persist<T>(what: string, signal: AbortSignal, task: () => Promise<T>): Promise<T | undefined> {
    const {logger, onRetry} = this.#deps;
    for (let factor = 1; !signal.aborted; factor = Math.min(factor * 2, RETRY_FACTOR_MAX)) {
      try {
        return await task();
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!(error instanceof PobsError) || !error.retryable) throw error;
        const delayMs = this.#options.retryDelayMs * factor;
        logger.warn({effect: what, reason: error.message, delayMs}, 'Will try again');
        onRetry?.(what, error);
        await pause(delayMs, signal);
      }
    }
    return undefined;
  }
}

const engineOutcome = (outcome: Outcome): 'approved' | 'dead' => (outcome === 'approved' ? 'approved' : 'dead');

/** @throws Error when our own file is not what we wrote. */
export function payoutsOf(files: ReadonlyMap<string, Uint8Array>, chainId: number): readonly PayoutRow[] {
  const bytes = files.get(payoutsName(chainId));
  if (!bytes) return [];
  return parsePayouts(bytes).rows;
}
