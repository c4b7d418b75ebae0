/**
 * Follows EpochManager: judges every proposal that may still be voted on, reports, votes, and waits out what is down.
 *
 * Nothing is skipped silently: an epoch that cannot be judged yet stays open with its reason until it is too old.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {PobsError} from '@pobs/protocol';
import {isTooOld, type Proposal} from '../core/proposals.ts';
import {describeVote} from '../core/verdict.ts';
import {ValidatorError} from '../errors.ts';
import type {SigningJournal} from '../journal/signing-journal.ts';
import type {EvidenceGatherer} from './evidence.ts';
import type {Judge, Judgement} from './judge.ts';
import type {CastPort, EpochsPort, Log} from './ports.ts';
import type {Voter} from './voter.ts';

export type WatcherOptions = {pollIntervalMs: number; maxAgeSeconds: number; vote: 'auto' | 'never'};

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
  log: Log; events: WatcherEvents;
};

/** Contract answers after which casting this vote again is pointless. */
const FINAL_REVERTS = ['EpochManager_VotingClosed', 'EpochManager_UnknownEpoch', 'CertificateVerifier_NotMember'];

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #deps: WatcherDeps;
  /** Epochs with a cast vote, a refusal or too great an age: settled for this process, by digest. */
  readonly #done = new Set<string>();
  readonly #judged = new Map<string, Judgement>();
  readonly #reasons = new Map<bigint, string>();
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
      const judgement = this.#judged.get(keyOf(proposal)) ?? (await this.#judge(proposal));
      if (this.#options.vote === 'never') return this.#close(proposal);
      await this.#vote(proposal, judgement);
    } catch (error) {
      if (!(error instanceof PobsError)) throw error;
      if (error instanceof ValidatorError && error.data.code === 'DOUBLE_VOTE') {
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

  async #judge(proposal: Proposal): Promise<Judgement> {
    const {judge, events, log} = this.#deps;
    const judgement = await judge.judge(proposal);
    this.#judged.set(keyOf(proposal), judgement);
    const {report, seconds} = judgement;
    log.info({epoch: report.epoch, digest: report.digest, ok: report.ok, violations: report.violations, seconds}, report.ok ? 'Epoch is valid' : 'Epoch is not valid');
    events.judged(judgement);
    return judgement;
  }

  async #vote(proposal: Proposal, judgement: Judgement): Promise<void> {
    const {voter, events, log} = this.#deps;
    const {vote, hash} = await voter.vote(proposal, judgement.violations);
    log.info({epoch: vote.epoch.toString(), vote: describeVote(vote), hash}, hash === undefined ? 'Vote is on chain already' : 'Vote cast');
    this.#lastVoted = vote.epoch;
    events.voted({epoch: vote.epoch, kind: vote.kind, rule: vote.rule, hash});
    this.#close(proposal);
  }

  #close(proposal: Proposal): void {
    this.#done.add(keyOf(proposal));
    this.#judged.delete(keyOf(proposal));
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
