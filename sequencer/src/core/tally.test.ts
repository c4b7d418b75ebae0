import {type CastVote, type Member, type SetHeader, VoteKind} from '@pobs/protocol';
import {describe, expect, test} from 'vitest';
import {tally} from './tally.ts';

const members = (...weights: bigint[]): Member[] => weights.map((weight, index) => ({index, weight, validator: `0x${'00'.repeat(20)}`, key: '0x'}));
const header = (totalWeight: bigint): SetHeader => ({setId: 1, membersRoot: '0x', aggregateKey: '0x', totalWeight, count: 4, activeFrom: 0n, activeUntil: 1n});
const vote = (index: number, kind: VoteKind, rule = 0): CastVote => ({index, kind, rule, signature: '0x'});
const verdict = (weights: bigint[], votes: CastVote[]) =>
  tally({header: header(weights.reduce((sum, weight) => sum + weight, 0n)), members: members(...weights), votes}).verdict;

describe('votes', () => {
  test('approve at two thirds exactly and not one unit below', () => {
    expect(verdict([1n, 1n, 1n], [vote(0, VoteKind.Approve), vote(1, VoteKind.Approve)])).toBe('approve');
    expect(verdict([10n, 10n, 11n], [vote(0, VoteKind.Approve), vote(1, VoteKind.Approve)])).toBe('open');
  });

  test('reject above one third, not at it, whatever the rules named', () => {
    expect(verdict([1n, 1n, 1n], [vote(0, VoteKind.Reject, 8)])).toBe('open');
    expect(verdict([1n, 1n, 1n, 1n], [vote(0, VoteKind.Reject, 8), vote(1, VoteKind.Reject, 3)])).toBe('reject');
  });

  test('count once per member and only for members', () => {
    expect(verdict([1n, 1n, 1n], [vote(0, VoteKind.Approve), vote(0, VoteKind.Approve), vote(9, VoteKind.Approve)])).toBe('open');
  });

  test('of nobody decide nothing', () => {
    expect(verdict([], [])).toBe('open');
  });

  test('leave out who is missing', () => {
    expect(tally({header: header(3n), members: members(1n, 1n, 1n), votes: [vote(1, VoteKind.Reject, 2)]}).missing).toEqual([0, 2]);
  });
});
