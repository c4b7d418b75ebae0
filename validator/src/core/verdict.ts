/** From violations to the one vote they demand. Pure. */
import {type RuleNumber, type Violation, VoteKind} from '@pobs/protocol';
import type {UncheckedRule} from '@pobs/protocol/rules';
import type {Hex} from 'viem';

/** What is signed: all fields but the set, which the proposal fixes. */
export type Vote = {epoch: bigint; digest: Hex; kind: VoteKind; rule: number};

/**
 * A rejecter signs the lowest failing rule; its report names all (PROTOCOL §6).
 *
 * @param disputes - What only a holder of the auditor key sees; others could not confirm a rejection for it.
 */
export function voteFor({epoch, digest, violations, disputes = []}: {epoch: bigint; digest: Hex; violations: readonly Violation[]; disputes?: readonly Violation[]}): Vote {
  const rules = violations.map(({rule}) => rule);
  if (rules.length === 0 && disputes.length > 0) return {epoch, digest, kind: VoteKind.Dispute, rule: disputes[0]!.rule};
  if (rules.length === 0) return {epoch, digest, kind: VoteKind.Approve, rule: 0};
  return {epoch, digest, kind: VoteKind.Reject, rule: Math.min(...rules)};
}

export const sameVote = (a: Vote, b: Vote): boolean =>
  a.epoch === b.epoch && a.digest.toLowerCase() === b.digest.toLowerCase() && a.kind === b.kind && a.rule === b.rule;

const KINDS: Record<VoteKind, string> = {1: 'APPROVE', 2: 'REJECT', 3: 'DISPUTE'};

export const describeVote = ({kind, rule, digest}: Vote): string =>
  `${KINDS[kind]}${rule === 0 ? '' : ` (V${rule})`} of ${digest.slice(0, 10)}…`;

/** `ok` is null where nothing of the rule was judged; `open` names the part that was not. */
export type Check = {rule: RuleNumber; title: string; ok: boolean | null; open?: string};

/** One entry per rule, in order. */
export function checksOf(
  rules: readonly {rule: RuleNumber; title: string}[], violations: readonly Violation[], unchecked: readonly UncheckedRule[] = [],
): Check[] {
  return rules.map(({rule, title}) => {
    const gap = unchecked.find((each) => each.rule === rule);
    const broken = violations.some((violation) => violation.rule === rule);
    if (gap !== undefined && gap.part === undefined && !broken) return {rule, title, ok: null};
    return {rule, title, ok: !broken, ...(gap?.part !== undefined && {open: gap.part})};
  });
}
