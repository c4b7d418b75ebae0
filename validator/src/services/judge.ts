/** One epoch from proposal to report: gather the evidence, apply the rules. Never votes. */
import type {Violation} from '@pobs/protocol';
import {checkEpochParallel, checkV9b, type Evidence, RULES_CHECKED, uncheckedRules} from '@pobs/protocol/rules';
import type {Proposal} from '../core/proposals.ts';
import type {EpochReport} from '../core/report.ts';
import {checksOf} from '../core/verdict.ts';
import type {EvidenceGatherer, Scope} from './evidence.ts';

export type Judgement = {report: EpochReport; violations: readonly Violation[]; disputes: readonly Violation[]; complete: boolean; seconds: number};

export class Judge {
  readonly #evidence: EvidenceGatherer;

  readonly #auditorKey: (() => string) | undefined;

  /** @param auditorKey - The auditor's identity, where this validator holds it: the log's records are read as well (V9b). */
  constructor({evidence, auditorKey}: {evidence: EvidenceGatherer; auditorKey?: (() => string) | undefined}) {
    this.#evidence = evidence;
    this.#auditorKey = auditorKey;
  }

  async judge(proposal: Proposal, scope: Scope = 'validator'): Promise<Judgement> {
    const {evidence, unreadable} = await this.#evidence.gather(proposal, scope);
    const started = performance.now();
    const violations = await checkEpochParallel(evidence);
    const disputes = violations.length === 0 ? await this.#disputes(evidence) : [];
    const seconds = (performance.now() - started) / 1_000;
    const unchecked = uncheckedRules(evidence);
    const report: EpochReport = {
      epoch: proposal.epoch.toString(), digest: proposal.digest, ok: violations.length === 0 && disputes.length === 0, complete: unchecked.length === 0,
      violations: [...violations, ...disputes], checks: checksOf(RULES_CHECKED, [...violations, ...disputes], unchecked), disputed: disputes.length > 0, unreadable: unreadable.map(String),
    };
    return {report, violations, disputes, complete: report.complete, seconds};
  }

  async #disputes(evidence: Evidence): Promise<Violation[]> {
    if (this.#auditorKey === undefined || evidence.mapping === undefined) return [];
    return checkV9b(evidence, this.#auditorKey());
  }
}
