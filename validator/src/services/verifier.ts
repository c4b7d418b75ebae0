/** `verify`: one epoch, or one inclusion proof, judged for anybody. Never votes. */
import {type InclusionProof, type ProofStep, verifyInclusion} from '@pobs/protocol';
import type {Hex} from 'viem';
import {type Decision, decisionOf} from '../core/decision.ts';
import type {Proposal} from '../core/proposals.ts';
import type {EpochReport} from '../core/report.ts';
import {ValidatorError} from '../errors.ts';
import type {DecisionsPort, EpochsPort, SetsPort} from './ports.ts';
import type {Judge} from './judge.ts';
import type {Scope} from './evidence.ts';

export type Inclusion = {ok: boolean; digest: Hex; steps: readonly ProofStep[]};
export type Verified = {report: EpochReport | undefined; decision: Decision; inclusion: Inclusion | undefined; ok: boolean};

export type VerifierOptions = {
  salt: Hex;
  /** `auto`: with the mapping where this folder opens it or has it cached, else what the public can judge. */
  scope: 'auto' | 'public';
  /** X25519 key of this folder's age identity; undefined without one. */
  encryptionKey: Hex | undefined;
};
export type VerifierDeps = {epochs: EpochsPort; judge: Judge; sets: SetsPort; decisions: DecisionsPort};

export class Verifier {
  readonly #options: VerifierOptions;
  readonly #deps: VerifierDeps;

  constructor(options: VerifierOptions, deps: VerifierDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  async newest(): Promise<bigint> {
    return [...(await this.#deps.epochs.proposals()).keys()].reduce((max, each) => (each > max ? each : max), 0n);
  }

  /** @throws {ValidatorError} `EPOCH_UNKNOWN`; whatever is down. */
  async epoch(epoch: bigint, proof?: InclusionProof): Promise<Verified> {
    const proposal = await this.#proposal(epoch);
    const {report} = await this.#deps.judge.judge(proposal, await this.#scopeOf(proposal));
    const decision = await this.#decision(proposal);
    const inclusion = proof && verifyInclusion(proof, proposal.digest);
    return {report, decision, inclusion, ok: report.ok && decision.problems.length === 0 && inclusion?.ok !== false};
  }

  /** The row of a proof against what the chain stores of its epoch; the rest of the epoch is not recomputed. */
  async proof(proof: InclusionProof): Promise<Verified> {
    const proposal = await this.#proposal(proof.summary.epoch);
    const inclusion = verifyInclusion(proof, proposal.digest);
    const decision = await this.#decision(proposal);
    return {report: undefined, decision, inclusion, ok: inclusion.ok && decision.problems.length === 0};
  }

  async #proposal(epoch: bigint): Promise<Proposal> {
    const proposal = (await this.#deps.epochs.proposals()).get(epoch);
    if (proposal === undefined) throw new ValidatorError({code: 'EPOCH_UNKNOWN', epoch: epoch.toString()});
    return proposal;
  }

  /** To the members of an epoch's set its mapping is owed: if it does not come, that is an outage or V6, not a reason to judge less. */
  async #scopeOf({summary: {setId}}: Proposal): Promise<Scope> {
    const {scope, encryptionKey} = this.#options;
    if (scope === 'public') return scope;
    if (encryptionKey === undefined) return 'reader';
    const {encryptionKeys} = await this.#deps.sets.load(setId);
    return [...encryptionKeys.values()].some((key) => key.toLowerCase() === encryptionKey.toLowerCase()) ? 'validator' : 'reader';
  }

  async #decision(proposal: Proposal): Promise<Decision> {
    const {sets, decisions} = this.#deps;
    const [set, votes, certificates] = await Promise.all([sets.load(proposal.summary.setId), decisions.votes(proposal), decisions.certificates(proposal)]);
    return decisionOf({proposal, set, votes, certificates, salt: this.#options.salt});
  }
}
