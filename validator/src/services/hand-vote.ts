/** One vote by hand, with the same guards as `run`: own verdict, dead epochs in between, age, journal and chain. */
import {type RuleNumber, VoteKind} from '@pobs/protocol';
import {isTooOld, type Proposal} from '../core/proposals.ts';
import {openText} from '../core/report.ts';
import type {Vote} from '../core/verdict.ts';
import {ValidatorError} from '../errors.ts';
import type {EvidenceGatherer} from './evidence.ts';
import type {Judge, Judgement} from './judge.ts';
import type {EpochsPort} from './ports.ts';
import type {CastResult, Voter} from './voter.ts';

export type HandVoteOptions = {maxAgeSeconds: number};
export type HandVoteDeps = {epochs: EpochsPort; evidence: EvidenceGatherer; judge: Judge; voter: Voter};

/** `reject` without a rule takes the lowest that this validator finds broken. */
export type Choice = {kind: 'approve'} | {kind: 'reject'; rule: RuleNumber | undefined};

export class HandVote {
  readonly #options: HandVoteOptions;
  readonly #deps: HandVoteDeps;

  constructor(options: HandVoteOptions, deps: HandVoteDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * What would be voted; nothing is signed.
   *
   * @throws {ValidatorError} `EPOCH_UNKNOWN`, `TOO_LATE`, `UNDEAD`, `NOT_A_MEMBER`; `NOT_VALID` or `INCOMPLETE` for an approval
   * that the rules do not carry; `CONFIG_INVALID` for a rejection without a rule of an epoch that breaks none.
   */
  async prepare(epoch: bigint, choice: Choice): Promise<{proposal: Proposal; vote: Vote; judgement: Judgement}> {
    const {epochs, evidence, judge, voter} = this.#deps;
    const proposal = (await epochs.proposals()).get(epoch);
    if (proposal === undefined) throw new ValidatorError({code: 'EPOCH_UNKNOWN', epoch: epoch.toString()});
    if (isTooOld(proposal, await epochs.headTime(), this.#options.maxAgeSeconds)) throw new ValidatorError({code: 'TOO_LATE', epoch: epoch.toString()});
    const undead = await evidence.undead(proposal);
    if (undead.length > 0) throw new ValidatorError({code: 'UNDEAD', epoch: epoch.toString(), undead: undead.join(', ')});
    const {setId} = proposal.summary;
    if ((await voter.seat(setId)) === undefined) throw new ValidatorError({code: 'NOT_A_MEMBER', setId});
    const judgement = await judge.judge(proposal);
    return {proposal, judgement, vote: voteOf(proposal, choice, judgement)};
  }

  cast(proposal: Proposal, vote: Vote): Promise<CastResult> {
    return this.#deps.voter.vote(proposal, vote);
  }
}

function voteOf({epoch, digest}: Proposal, choice: Choice, {report}: Judgement): Vote {
  const [lowest] = report.violations;
  if (choice.kind === 'approve') {
    if (lowest !== undefined) throw new ValidatorError({code: 'NOT_VALID', epoch: report.epoch, rule: lowest.rule});
    if (!report.complete) throw new ValidatorError({code: 'INCOMPLETE', epoch: report.epoch, why: openText(report).join(' ')});
    return {epoch, digest, kind: VoteKind.Approve, rule: 0};
  }
  const rule = choice.rule ?? lowest?.rule;
  if (rule === undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: `epoch ${epoch} breaks no rule that this validator can judge; name one with --rule`});
  return {epoch, digest, kind: VoteKind.Reject, rule};
}
