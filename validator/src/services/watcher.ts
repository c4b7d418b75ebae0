/**
 * Follows EpochManager: judges every proposal that may still be voted on, reports, votes, and waits out what is down.
 *
 * Nothing is skipped silently: an epoch that cannot be judged yet stays open with its reason until it is too old.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {PobsError} from '@pobs/protocol';
import {isTooOld, type Proposal} from '../core/proposals.ts';
import {openText} from '../core/report.ts';
import {describeVote, voteFor} from '../core/verdict.ts';
import {Exit, ValidatorError} from '../errors.ts';
import type {SigningJournal} from '../journal/signing-journal.ts';
import type {EvidenceGatherer, Scope} from './evidence.ts';
import type {Judge, Judgement} from './judge.ts';
import type {CastPort, Clock, EpochsPort, Log} from './ports.ts';
import type {Voter} from './voter.ts';

export type WatcherOptions = {pollIntervalMs: number; maxAgeSeconds: number; vote: 'auto' | 'confirm' | 'never'};

export type WatcherEvents = {
  judged(judgement: Judgement): void;
  voted(vote: {epoch: bigint; kind: number; rule: number; hash: string | undefined}): void;
  refused(epoch: bigint): void;
  failed(dependency: string): void;
  polled(status: WatcherStatus): void;
};

export type WatcherStatus = {lastEpoch: bigint; lastVoted: bigint | undefined; waiting: {epoch: string; reason: string}[]; gasWei: bigint | undefined};

export type WatcherDeps = {
  epochs: EpochsPort; evidence: EvidenceGatherer; judge: Judge; voter: Voter; journal: SigningJournal; cast: CastPort;
  log: Log; events: WatcherEvents; clock: Clock;
  /** Asked before each vote with `vote: 'confirm'`. */
  confirm: (what: string) => Promise<boolean>;
};

/** An epoch that could not be judged whole is looked at again after so many polls: the operator may have wrapped a mapping anew. */
const POLLS_UNTIL_RETRY = 10;

/** Contract answers after which casting this vote again is pointless. */
const FINAL_REVERTS = ['EpochManager_VotingClosed', 'EpochManager_UnknownEpoch', 'CertificateVerifier_NotMember'];

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #deps: WatcherDeps;
  /** Epochs with a cast vote, a refusal or too great an age: settled for this process, by digest. */
  readonly #done = new Set<string>();
  readonly #judged = new Map<string, Judgement>();
  readonly #reasons = new Map<bigint, string>();
  readonly #retryAtMs = new Map<string, number>();
  #lastVoted: bigint | undefined;

  constructor(options: WatcherOptions, deps: WatcherDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Resolves once `signal` aborts. A failing dependency is retried on the next poll. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.step(signal);
      } catch (error) {
        this.#failed(error, 'Cannot follow epochs');
      }
      // The only rejection is the abort, which the loop condition handles.
      await sleep(this.#options.pollIntervalMs, undefined, {signal}).catch(() => {});
    }
  }

  /** One look at the chain and at every open proposal, oldest first. */
  async step(signal?: AbortSignal): Promise<WatcherStatus> {
    const {epochs, events, cast} = this.#deps;
    const proposals = await epochs.proposals();
    const now = await epochs.headTime();
    const open = [...proposals.values()].filter((proposal) => !this.#done.has(keyOf(proposal))).sort((a, b) => (a.epoch < b.epoch ? -1 : 1));
    for (const proposal of open) {
      if (signal?.aborted) break;
      if (isTooOld(proposal, now, this.#options.maxAgeSeconds)) this.#close(proposal);
      else await this.#handle(proposal);
    }
    const status: WatcherStatus = {
      lastEpoch: [...proposals.keys()].reduce((max, epoch) => (epoch > max ? epoch : max), 0n), lastVoted: this.#lastVoted,
      waiting: [...this.#reasons].map(([epoch, reason]) => ({epoch: epoch.toString(), reason})), gasWei: await cast.gasWei(),
    };
    events.polled(status);
    return status;
  }

  async #handle(proposal: Proposal): Promise<void> {
    const {evidence, journal, log} = this.#deps;
    // Decided and voted on before a restart: nothing is left to do.
    if (proposal.status !== 'proposed' && journal.find(proposal.epoch)?.digest === proposal.digest) return this.#close(proposal);
    try {
      const undead = await evidence.undead(proposal);
      if (undead.length > 0) return this.#wait(proposal, `epoch ${undead.join(', ')} before it may still be decided`);
      const seated = (await this.#deps.voter.seat(proposal.summary.setId)) !== undefined;
      const judgement = await this.#judgement(proposal, seated ? 'validator' : 'reader');
      if (!seated) return this.#watchOnly(proposal);
      // A violation of any rule that was judged is enough to reject; approval needs them all.
      if (judgement.report.ok && !judgement.complete) return this.#wait(proposal, openText(judgement.report).join(' '));
      if (this.#options.vote === 'never') return this.#close(proposal);
      await this.#vote(proposal, judgement);
    } catch (error) {
      if (!(error instanceof PobsError)) throw error;
      if (error instanceof ValidatorError && error.exit === Exit.doubleVote) {
        this.#deps.events.refused(proposal.epoch);
        log.error({epoch: proposal.epoch.toString()}, error.message);
        return this.#close(proposal);
      }
      if (isFinalRevert(error)) {
        log.info({epoch: proposal.epoch.toString(), reason: error.message}, 'Vote came too late');
        return this.#close(proposal);
      }
      this.#wait(proposal, error.message);
      if (!(error instanceof ValidatorError && error.data.code === 'BLOCK_NOT_FINAL')) this.#failed(error, `Cannot judge epoch ${proposal.epoch} yet`);
    }
  }

  /** Of an epoch that is judged already the same verdict, unless it left rules open and some time has passed. */
  async #judgement(proposal: Proposal, scope: Scope): Promise<Judgement> {
    const {clock} = this.#deps;
    const key = keyOf(proposal);
    const known = this.#judged.get(key);
    const retry = known !== undefined && known.report.ok && !known.complete && scope === 'validator' && clock.nowMs() >= (this.#retryAtMs.get(key) ?? 0);
    if (known !== undefined && !retry) return known;
    this.#retryAtMs.set(key, clock.nowMs() + POLLS_UNTIL_RETRY * this.#options.pollIntervalMs);
    return this.#judge(proposal, {scope, before: known});
  }

  async #judge(proposal: Proposal, {scope, before}: {scope: Scope; before: Judgement | undefined}): Promise<Judgement> {
    const {judge, events, log} = this.#deps;
    const judgement = await judge.judge(proposal, scope);
    this.#judged.set(keyOf(proposal), judgement);
    const {report, seconds, complete} = judgement;
    // The same gap again is no news.
    if (before !== undefined && before.complete === complete && before.report.ok === report.ok) return judgement;
    const message = report.ok ? (complete ? 'Epoch is valid' : 'Epoch breaks no rule that was judged') : 'Epoch is not valid';
    log.info({epoch: report.epoch, digest: report.digest, ok: report.ok, complete, violations: report.violations, seconds}, message);
    events.judged(judgement);
    return judgement;
  }

  /** A key without a seat has no vote, and its epoch's mapping is not owed to it. */
  #watchOnly(proposal: Proposal): void {
    const {setId} = proposal.summary;
    this.#deps.log.info({epoch: proposal.epoch.toString(), setId}, 'No vote: this key has no seat in the validator set');
    this.#close(proposal);
  }

  async #vote(proposal: Proposal, judgement: Judgement): Promise<void> {
    const {voter, events, log, confirm} = this.#deps;
    const wanted = voteFor({...proposal, violations: judgement.violations, disputes: judgement.disputes});
    if (this.#options.vote === 'confirm' && !(await confirm(`Casting ${describeVote(wanted)} on epoch ${proposal.epoch}`))) {
      log.info({epoch: proposal.epoch.toString()}, 'Vote was declined by hand');
      return this.#close(proposal);
    }
    const {vote, hash} = await voter.vote(proposal, wanted);
    log.info({epoch: vote.epoch.toString(), vote: describeVote(vote), hash}, hash === undefined ? 'Vote is on chain already' : 'Vote cast');
    this.#lastVoted = vote.epoch;
    events.voted({epoch: vote.epoch, kind: vote.kind, rule: vote.rule, hash});
    this.#close(proposal);
  }

  #close(proposal: Proposal): void {
    this.#done.add(keyOf(proposal));
    this.#judged.delete(keyOf(proposal));
    this.#retryAtMs.delete(keyOf(proposal));
    this.#reasons.delete(proposal.epoch);
  }

  #wait(proposal: Proposal, reason: string): void {
    if (this.#reasons.get(proposal.epoch) === reason) return;
    this.#reasons.set(proposal.epoch, reason);
    this.#deps.log.info({epoch: proposal.epoch.toString(), reason}, 'Waiting');
  }

  #lastFailure = '';

  /** One line per change of cause, not per poll. */
  #failed(error: unknown, what: string): void {
    const {log, events} = this.#deps;
    const code = error instanceof PobsError ? (error.data as {code: string}).code : 'BUG';
    events.failed(code);
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (message === this.#lastFailure) return;
    this.#lastFailure = message;
    if (error instanceof PobsError) log.warn({code}, message);
    else log.error({error}, message);
  }
}

const keyOf = ({epoch, digest}: Proposal): string => `${epoch} ${digest}`;

function isFinalRevert(error: PobsError<{code: string}>): boolean {
  const data = error.data as {code: string; error?: string};
  return data.code === 'CHAIN_REVERTED' && FINAL_REVERTS.includes(data.error ?? '');
}
