import {aggregateKeys, buildCertificate, type Member, membersTree, publicKeyOf, type SetHeader, signVote, type Summary, voteDigest, VoteKind} from '@pobs/protocol';
import type {Hex} from 'viem';
import {describe, expect, test} from 'vitest';
import {decisionOf, decisionText, type ShownVote} from './decision.ts';
import type {Status} from './proposals.ts';

const salt: Hex = `0x${'5a'.repeat(32)}`;
const digest: Hex = `0x${'07'.repeat(32)}`;
const secrets = [1, 2, 5].map((n): Hex => `0x${n.toString(16).padStart(64, '0')}`);
const members = secrets.map((secret, index): Member => ({index, validator: `0x${(index + 1).toString(16).padStart(40, '0')}`, key: publicKeyOf(secret), weight: 10n}));
const header: SetHeader = {
  setId: 1, membersRoot: membersTree(members).root, aggregateKey: aggregateKeys(members.map(({key}) => key))!, totalWeight: 30n, count: 3, activeFrom: 0n, activeUntil: 100n,
};
const set = {header, members};
const vote = (index: number, kind: VoteKind = VoteKind.Approve, rule = 0): ShownVote => ({
  index, kind, rule, validator: members[index]!.validator, signature: signVote(secrets[index]!, voteDigest({kind, epoch: 9n, setId: 1, summary: digest, rule}, salt)),
});
const decide = (status: Status, votes: ShownVote[], certificates = [] as ReturnType<typeof buildCertificate>[]) =>
  decisionOf({proposal: {epoch: 9n, digest, status, summary: {setId: 1} as Summary}, set, votes, certificates, salt});

describe('what EpochManager says was decided', () => {
  test('is proven by its certificate, or by its votes where a contract carried the certificate', () => {
    const votes = [vote(0), vote(1)];
    expect(decide('approved', [], [buildCertificate(set, votes)])).toMatchObject({provenBy: 'certificate', signedWeight: 20n, problems: []});
    expect(decide('approved', votes)).toMatchObject({provenBy: 'votes', signedWeight: 20n, approveWeight: 20n, rejectWeight: 0n, problems: []});
    expect(decide('rejected', [vote(0, VoteKind.Reject, 3), vote(1, VoteKind.Reject, 8)])).toMatchObject({provenBy: 'votes', signedWeight: 20n});
    expect(decide('proposed', [vote(0)])).toMatchObject({provenBy: undefined, approveWeight: 10n, problems: []});
  });

  test('is not believed without two thirds, or one third that rejects', () => {
    expect(decide('approved', []).problems).toEqual(['EpochManager says approved, but that is not proven: the chain shows neither a certificate nor votes']);
    expect(decide('approved', [vote(0)]).problems).toEqual(['EpochManager says approved, but that is not proven: its votes weigh 10 of 30']);
    // One third is not more than one third.
    expect(decide('rejected', [vote(0, VoteKind.Reject, 3)]).problems).toHaveLength(1);
    expect(decide('rejected', [vote(0), vote(1)]).problems).toHaveLength(1);
  });

  test('a forged certificate and forged votes prove nothing', () => {
    const honest = buildCertificate(set, [vote(0), vote(1)]);
    const forged = {...honest, groups: [{...honest.groups[0]!, signature: vote(2).signature}]};
    expect(decide('approved', [], [forged]).problems).toEqual(['EpochManager says approved, but that is not proven: the signature does not verify']);
    const stolen: ShownVote = {...vote(0), index: 1};
    expect(decide('approved', [vote(0), stolen])).toMatchObject({approveWeight: 10n, votes: [{validator: members[0]!.validator}]});
    // The honest one behind it still does.
    expect(decide('approved', [], [forged, honest])).toMatchObject({provenBy: 'certificate', problems: []});
  });

  test('two different votes of one seat are both shown, its weight counts once', () => {
    const both = decide('proposed', [vote(0, VoteKind.Reject, 3), vote(0, VoteKind.Reject, 8)]);
    expect(both).toMatchObject({rejectWeight: 10n});
    expect(decisionText(both)).toContain('reject V8');
    expect(both.votes).toHaveLength(2);
  });
});
