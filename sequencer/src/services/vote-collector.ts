import {buildCertificate, type CastVote, type Certificate, verifyVote, voteDigest, VoteKind} from '@pobs/protocol';
import type {Hex} from 'viem';
import type {Outcome} from '../core/stages.ts';
import {tally, type Tally} from '../core/tally.ts';
import {SequencerError} from '../errors.ts';
import {pause} from './pause.ts';
import {type CustodyChain, type EpochChain, type Logger, type Proposal, ProposalStatus, type Sets, type ValidatorSet} from './ports.ts';

export type VoteCollectorOptions = {
  salt: Hex;
  /** MAX_AGE of the rules, seconds. */
  maxAgeSeconds: number;
  pollIntervalMs: number;
  /** How long missing votes are waited for after two thirds: full participation makes settling cheaper. */
  graceMs: number;
};

export type VoteCollectorDeps = {chain: EpochChain; custodies: readonly CustodyChain[]; sets: Sets; logger: Logger};

const CHECKED_MAX = 4_096;

export type Decision = {outcome: Outcome; tx?: Hex};

/** Gathers votes from `VoteCast` events, checks each signature and aggregates them into the certificate that decides. */
export class VoteCollector {
  readonly #options: VoteCollectorOptions;
  readonly #deps: VoteCollectorDeps;
  /** Verdicts on signatures by seat, message and signature. */
  readonly #checked = new Map<string, boolean>();

  constructor(options: VoteCollectorOptions, deps: VoteCollectorDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Waits until the epoch is approved, rejected or expired; undefined when the signal aborts first. */
  async decide(epoch: bigint, signal: AbortSignal): Promise<Decision | undefined> {
    let reachedAt: number | undefined;
    while (!signal.aborted) {
      const proposal = await this.#proposal(epoch);
      if (proposal.status === ProposalStatus.Rejected) return {outcome: 'rejected'};
      if (proposal.status === ProposalStatus.Approved) return {outcome: 'approved'};
      const {count, votes, set} = await this.#count(epoch, proposal);
      if (count.verdict !== 'open') reachedAt ??= performance.now();
      const complete = count.missing.length === 0 || (reachedAt !== undefined && performance.now() - reachedAt >= this.#options.graceMs);
      if (count.verdict !== 'open' && complete) return this.#certify(epoch, {verdict: count.verdict, votes, set});
      if (count.verdict === 'open' && (await this.#isExpired(epoch, proposal))) return {outcome: 'expired'};
      await pause(this.#options.pollIntervalMs, signal);
    }
    return undefined;
  }

  /**
   * The APPROVE certificate of an approved epoch: from the votes on chain, or as somebody else submitted it.
   *
   * @throws Error when neither gives one, which an approved epoch cannot have.
   */
  async approval(epoch: bigint): Promise<Certificate> {
    const {count, votes, set} = await this.#count(epoch, await this.#proposal(epoch));
    if (count.verdict === 'approve') return buildCertificate(set, ofKind(votes, VoteKind.Approve));
    const submitted = await this.#deps.chain.approvalOf(epoch);
    if (!submitted) throw new Error(`Epoch ${epoch} is approved, but L2 shows neither its votes nor its certificate`);
    return submitted;
  }

  async #certify(epoch: bigint, {verdict, votes, set}: {verdict: 'approve' | 'reject'; votes: readonly CastVote[]; set: ValidatorSet}): Promise<Decision> {
    const approve = verdict === 'approve';
    const certificate = buildCertificate(set, ofKind(votes, approve ? VoteKind.Approve : VoteKind.Reject));
    return {outcome: approve ? 'approved' : 'rejected', tx: await this.#deps.chain.certify(epoch, certificate)};
  }

  async #proposal(epoch: bigint): Promise<Proposal> {
    const proposal = await this.#deps.chain.proposal(epoch);
    if (!proposal) throw new SequencerError({code: 'EPOCH_UNKNOWN', epoch});
    return proposal;
  }

  async #count(epoch: bigint, {digest, setId}: Proposal): Promise<{count: Tally; votes: CastVote[]; set: ValidatorSet}> {
    const {chain, sets} = this.#deps;
    const set = await sets.load(setId);
    const cast = await chain.votes(epoch);
    const votes = cast.filter((vote) => this.#holds(vote, {epoch, digest, setId, set}));
    return {count: tally({...set, votes}), votes, set};
  }

  /** A signature is checked once; the same votes are read at every look. */
  #holds({index, kind, rule, signature}: CastVote, {epoch, digest, setId, set}: {epoch: bigint; digest: Hex; setId: number; set: ValidatorSet}): boolean {
    const message = voteDigest({kind, epoch, setId, summary: digest, rule}, this.#options.salt);
    const name = `${index} ${message} ${signature}`;
    const known = this.#checked.get(name);
    if (known !== undefined) return known;
    const member = set.members[index];
    const holds = member !== undefined && (kind === VoteKind.Approve) === (rule === 0) && verifyVote({key: member.key, digest: message, signature});
    if (!holds) this.#deps.logger.warn({epoch, index, kind, rule}, 'Left out a vote that does not verify');
    if (this.#checked.size >= CHECKED_MAX) this.#checked.clear();
    this.#checked.set(name, holds);
    return holds;
  }

  /** Dead by age (PROTOCOL §6): every chain's final time is past, and none held it pending or active by then. */
  async #isExpired(epoch: bigint, {snapshotTime}: Proposal): Promise<boolean> {
    const end = snapshotTime + BigInt(this.#options.maxAgeSeconds);
    if ((await this.#deps.chain.time()) <= end) return false;
    const states = await Promise.all(this.#deps.custodies.map(async (custody) => {
      const [finalTime, {active, pending}] = await Promise.all([custody.finalTime(), custody.roots('finalized')]);
      return finalTime > end && active.epoch !== epoch && pending.epoch !== epoch;
    }));
    return states.every(Boolean);
  }
}

const ofKind = (votes: readonly CastVote[], kind: VoteKind): CastVote[] => votes.filter((vote) => vote.kind === kind);
