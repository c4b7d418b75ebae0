import type {EpochStatus, Vote} from './queries.ts';

/** Colour and words of an epoch's standing. */
export type Tone = 'good' | 'bad' | 'wait';

export const VERDICTS: Readonly<Record<EpochStatus, {tone: Tone; label: string; sentence: string}>> = {
  APPROVED: {
    tone: 'good',
    label: 'Approved',
    sentence: 'Validators holding at least two thirds of the voting weight recomputed this balance sheet and approved it.',
  },
  REJECTED: {
    tone: 'bad',
    label: 'Rejected',
    sentence: 'Validators holding more than one third of the voting weight found a broken rule. Nothing of this epoch can be paid.',
  },
  PROPOSED: {
    tone: 'wait',
    label: 'Voting',
    sentence: 'Proposed on chain; validators are recomputing it. Nothing of this epoch can be paid yet.',
  },
};

/** The rules of a valid snapshot (protocol §5), in words of one line. */
export const RULES: readonly {rule: number; text: string}[] = [
  {rule: 1, text: 'Files, roots and payouts recompute to what was proposed'},
  {rule: 2, text: 'Each custody holds what it owes'},
  {rule: 3, text: 'No balance is negative; withdrawable never exceeds total'},
  {rule: 4, text: 'No account appears twice; files are canonical'},
  {rule: 5, text: 'Follows the newest approved epoch, with the right validators and time'},
  {rule: 6, text: 'Every row belongs to exactly one known wallet'},
  {rule: 7, text: 'Payouts are exactly the requested withdrawals'},
  {rule: 8, text: 'Liabilities equal deposits less withdrawals: nothing omitted or invented'},
  {rule: 9, text: 'The transaction log continues, with a record for every changed row'},
  {rule: 10, text: 'Forced withdrawals were served'},
  {rule: 11, text: 'Nothing leaves that was won since the last active epoch'},
];

export type VoteKindName = 'APPROVE' | 'REJECT' | 'DISPUTE';

/** `1`, `approve` and `APPROVE` are the same vote. */
export function voteKind(kind: string): VoteKindName {
  const text = kind.toUpperCase();
  if (text === '2' || text.startsWith('REJECT')) return 'REJECT';
  if (text === '3' || text.startsWith('DISPUTE')) return 'DISPUTE';
  return 'APPROVE';
}

export type RuleResult = {rule: number; text: string; outcome: 'passed' | 'rejected' | 'open'; by: number};

/**
 * What the votes say about every rule.
 *
 * Every validator judges every rule, of V9 the part that needs no auditor key: an approver vouches for all; a rejecter names the lowest rule that failed and so vouches for those below it.
 */
export function ruleResults(votes: readonly Pick<Vote, 'kind' | 'rule'>[]): RuleResult[] {
  return RULES.map(({rule, text}) => {
    const against = votes.filter((vote) => voteKind(vote.kind) !== 'APPROVE' && vote.rule === rule).length;
    const vouching = votes.filter((vote) => voteKind(vote.kind) === 'APPROVE' || vote.rule > rule).length;
    if (against > 0) return {rule, text, outcome: 'rejected', by: against};
    return {rule, text, outcome: vouching > 0 ? 'passed' : 'open', by: vouching};
  });
}

export type Tally = {approve: bigint; reject: bigint; total: bigint};

/** Voting weight of the whole set. */
export const weightOf = (validators: readonly {weight: string}[]): bigint =>
  validators.reduce((sum, {weight}) => sum + BigInt(weight), 0n);

/** Weight for and against. `total` comes from the certificates, else from the validator set, else from the votes. */
export function tally(
  votes: readonly {kind: string; weight: string}[],
  certificates: readonly {totalWeight: string}[],
  setWeight = 0n,
): Tally {
  const sum = (names: readonly VoteKindName[]) =>
    votes.filter(({kind}) => names.includes(voteKind(kind))).reduce((weight, vote) => weight + BigInt(vote.weight), 0n);
  const approve = sum(['APPROVE']);
  const reject = sum(['REJECT', 'DISPUTE']);
  const certified = certificates[0] === undefined ? setWeight : BigInt(certificates[0].totalWeight);
  return {approve, reject, total: certified > 0n ? certified : approve + reject};
}
