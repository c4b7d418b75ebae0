/** Counts votes on one epoch (PROTOCOL §6). Weights come from the set, never from the vote. */
import {type CastVote, isBlocking, isQuorum, type Member, type SetHeader, VoteKind} from '@pobs/protocol';

export type Verdict = 'approve' | 'reject' | 'open';

export type Tally = {
  verdict: Verdict;
  approve: bigint;
  reject: bigint;
  total: bigint;
  /** Members that have not voted, by index. */
  missing: readonly number[];
};

/** At least two thirds approve, or more than one third rejects. */
export function tally({header, members, votes}: {header: SetHeader; members: readonly Member[]; votes: readonly CastVote[]}): Tally {
  const weights = new Map(members.map(({index, weight}) => [index, weight]));
  const weightOf = (kind: number) => {
    const indices = new Set(votes.filter((vote) => vote.kind === kind).map(({index}) => index));
    return [...indices].reduce((sum, index) => sum + (weights.get(index) ?? 0n), 0n);
  };
  const approve = weightOf(VoteKind.Approve);
  const reject = weightOf(VoteKind.Reject);
  const total = header.totalWeight;
  const voted = new Set(votes.map(({index}) => index));
  return {
    verdict: verdictOf(approve, reject, total), approve, reject, total,
    missing: members.map(({index}) => index).filter((index) => !voted.has(index)),
  };
}

function verdictOf(approve: bigint, reject: bigint, total: bigint): Verdict {
  if (isQuorum(approve, total)) return 'approve';
  return isBlocking(reject, total) ? 'reject' : 'open';
}
