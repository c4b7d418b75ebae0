/** One epoch from proposal to report: gather the evidence, apply the rules. Never votes. */
import type {Violation} from '@pobs/protocol';
import {checkEpochParallel, RULES_CHECKED, uncheckedRules} from '@pobs/protocol/rules';
import type {Proposal} from '../core/proposals.ts';
import type {EpochReport} from '../core/report.ts';
import {checksOf} from '../core/verdict.ts';
import type {EvidenceGatherer, Scope} from './evidence.ts';

export type Judgement = {report: EpochReport; violations: readonly Violation[]; complete: boolean; seconds: number};

export class Judge {
  readonly #evidence: EvidenceGatherer;

  constructor({evidence}: {evidence: EvidenceGatherer}) {
    this.#evidence = evidence;
  }

  async judge(proposal: Proposal, scope: Scope = 'validator'): Promise<Judgement> {
    const {evidence, unreadable} = await this.#evidence.gather(proposal, scope);
    const started = performance.now();
    const violations = await checkEpochParallel(evidence);
    const seconds = (performance.now() - started) / 1_000;
    const unchecked = uncheckedRules(evidence);
    const report: EpochReport = {
      epoch: proposal.epoch.toString(), digest: proposal.digest, ok: violations.length === 0, complete: unchecked.length === 0, violations,
      checks: checksOf(RULES_CHECKED, violations, unchecked), unreadable: unreadable.map(String),
    };
    return {report, violations, complete: report.complete, seconds};
  }
}
