import {bls12_381 as bls} from '@noble/curves/bls12-381.js';
import {describe, expect, test} from 'vitest';
import type {Hex} from 'viem';
import {type Certificate, type Member, type SetHeader, VoteKind} from '../types.ts';
import {
  aggregateKeys, buildCertificate, type CastVote, isBlocking, isQuorum, membersTree, publicKeyOf, signPossession, signVote, verifyCertificate,
  verifyPossession, verifyVote, voteDigest, VoteError,
} from './index.ts';

const SALT: Hex = `0x${'5a'.repeat(32)}`;
const SUMMARY: Hex = `0x${'07'.repeat(32)}`;
const secrets = Array.from({length: 5}, (_, i): Hex => `0x${(i + 1).toString(16).padStart(64, '0')}`);
const members = secrets.map((secret, index): Member => ({
  index, validator: `0x${(index + 1).toString(16).padStart(40, '0')}`, key: publicKeyOf(secret), weight: BigInt(10 + index),
}));
const header: SetHeader = {
  setId: 3, membersRoot: membersTree(members).root, aggregateKey: aggregateKeys(members.map(({key}) => key))!, totalWeight: 60n, count: 5,
  activeFrom: 0n, activeUntil: 100n,
};
const set = {header, members};
const messageOf = (kind: VoteKind, rule: number) => voteDigest({kind, epoch: 9n, setId: 3, summary: SUMMARY, rule}, SALT);
const vote = (index: number, kind: VoteKind = VoteKind.Approve, rule = 0): CastVote =>
  ({index, kind, rule, signature: signVote(secrets[index]!, messageOf(kind, rule))});
const verify = (certificate: Certificate, against = header) => verifyCertificate(against, certificate, messageOf);
const approval = buildCertificate(set, [0, 2, 3, 4].map((index) => vote(index)));
const withGroup = (change: Partial<Certificate['groups'][number]>): Certificate => ({...approval, groups: [{...approval.groups[0]!, ...change}]});

describe('keys and single votes', () => {
  test('the wire form is that of noble', () => {
    const {x, y} = bls.G1.Point.BASE.toAffine();
    const word = (value: bigint) => value.toString(16).padStart(96, '0');
    expect(publicKeyOf(secrets[0]!)).toBe(`0x${word(x)}${word(y)}`);
    expect(signVote(secrets[0]!, SUMMARY).length).toBe(2 + 2 * 192);
  });

  test('a vote verifies under its key and message only', () => {
    const {signature} = vote(1);
    const digest = messageOf(VoteKind.Approve, 0);
    expect(verifyVote({key: members[1]!.key, digest, signature})).toBe(true);
    expect(verifyVote({key: members[2]!.key, digest, signature})).toBe(false);
    expect(verifyVote({key: members[1]!.key, digest: messageOf(VoteKind.Reject, 3), signature})).toBe(false);
    expect(verifyVote({key: members[1]!.key, digest, signature: `0x${'00'.repeat(192)}`})).toBe(false);
    expect(verifyVote({key: `0x${'ff'.repeat(96)}`, digest, signature})).toBe(false);
  });

  test('every field of a vote is in its digest', () => {
    const base = {kind: VoteKind.Reject, epoch: 9n, setId: 3, summary: SUMMARY, rule: 8} as const;
    const digests = [base, {...base, kind: VoteKind.Dispute}, {...base, epoch: 10n}, {...base, setId: 4}, {...base, rule: 3}, {...base, summary: SALT}]
      .map((each) => voteDigest(each, SALT));
    expect(new Set([...digests, voteDigest(base, SUMMARY)]).size).toBe(7);
  });

  test('possession names validator and cold key', () => {
    const {validator, key} = members[0]!;
    const signature = signPossession(secrets[0]!, {validator, coldKey: validator, key}, SALT);
    expect(verifyPossession({validator, coldKey: validator, key}, SALT, signature)).toBe(true);
    expect(verifyPossession({validator: members[1]!.validator, coldKey: validator, key}, SALT, signature)).toBe(false);
  });

  test.each([`0x${'00'.repeat(32)}`, `0x${'ff'.repeat(32)}`, '0x12'])('%s is no secret key', (secret) => {
    expect(() => publicKeyOf(secret as Hex)).toThrow(VoteError);
  });

  test('a point outside the subgroup is no key', () => {
    // x = 4 is on the curve and not in the subgroup.
    const {Fp} = bls.fields;
    const y = Fp.sqrt(Fp.create(4n ** 3n + 4n));
    const key: Hex = `0x${4n.toString(16).padStart(96, '0')}${y.toString(16).padStart(96, '0')}`;
    expect(() => aggregateKeys([key])).toThrow(VoteError);
  });
});

describe('certificates', () => {
  test('list whoever is fewer', () => {
    const [few] = buildCertificate(set, [vote(1), vote(3)]).groups;
    expect([few!.absent, few!.members.map(({index}) => index)]).toEqual([false, [1, 3]]);
    expect([approval.groups[0]!.absent, approval.groups[0]!.members.map(({index}) => index)]).toEqual([true, [1]]);
    const [all] = buildCertificate(set, [0, 1, 2, 3, 4].map((index) => vote(index))).groups;
    expect([all!.absent, all!.members, all!.siblings]).toEqual([true, [], []]);
  });

  test('carry the weight of their signers', () => {
    expect(verify(approval)).toEqual({ok: true, signedWeight: 49n});
    expect(verify(buildCertificate(set, [0, 1, 2, 3, 4].map((index) => vote(index))))).toEqual({ok: true, signedWeight: 60n});
    expect(verify(buildCertificate(set, [vote(4)]))).toEqual({ok: true, signedWeight: 14n});
  });

  test('rejections form a group per rule, the lowest first', () => {
    const certificate = buildCertificate(set, [vote(4, VoteKind.Reject, 8), vote(0, VoteKind.Reject, 3), vote(2, VoteKind.Reject, 8)]);
    expect(certificate.groups.map(({rule}) => rule)).toEqual([3, 8]);
    expect(verify(certificate)).toEqual({ok: true, signedWeight: 36n});
  });

  test('a second vote of one validator is left out', () => {
    expect(verify(buildCertificate(set, [vote(4), vote(4)]))).toEqual({ok: true, signedWeight: 14n});
    expect(verify(buildCertificate(set, [vote(4, VoteKind.Reject, 3), vote(4, VoteKind.Reject, 8)]))).toEqual({ok: true, signedWeight: 14n});
  });

  test('cannot be made of nothing, of mixed kinds, of a rule that does not fit or of an unknown seat', () => {
    const seat9 = {...vote(0), index: 9};
    for (const votes of [[], [vote(0), vote(1, VoteKind.Reject, 3)], [vote(0, VoteKind.Approve, 3)], [vote(0, VoteKind.Reject, 0)], [seat9]]) {
      expect(() => buildCertificate(set, votes)).toThrow(VoteError);
    }
  });

  test.each<[string, () => Certificate, SetHeader?]>([
    ['another set', () => ({...approval, setId: 4})],
    ['another kind', () => ({...approval, kind: VoteKind.Dispute})],
    ['no group', () => ({...approval, groups: []})],
    ['two groups of an approval', () => ({...approval, groups: [...approval.groups, ...approval.groups]})],
    ['the other form', () => withGroup({absent: false})],
    ['a raised weight', () => withGroup({members: [{...members[1]!, weight: 1n}]})],
    ['another member', () => withGroup({members: [members[2]!]})],
    ['no members, siblings left', () => withGroup({members: []})],
    ['no sibling', () => withGroup({siblings: []})],
    ['a sibling too many', () => withGroup({siblings: [...approval.groups[0]!.siblings, SALT]})],
    ['members twice', () => withGroup({members: [members[1]!, members[1]!]})],
    ['more than half listed', () => withGroup({members: members.slice(0, 3)})],
    ['nobody present', () => withGroup({members: [], siblings: [], absent: false})],
    ['a signature of zeros', () => withGroup({signature: `0x${'00'.repeat(192)}`})],
    ['one signature less', () => withGroup({signature: vote(0).signature})],
    ['zero total weight', () => approval, {...header, totalWeight: 0n}],
    ['a set larger than its limit', () => approval, {...header, count: 1_025}],
    ['another root', () => approval, {...header, membersRoot: SALT}],
  ])('%s does not pass', (_, certificate, against) => {
    expect(verify(certificate(), against)).toMatchObject({ok: false});
  });

  test('one seat in two groups does not pass', () => {
    const one = buildCertificate(set, [vote(1, VoteKind.Reject, 3)]).groups[0]!;
    const two = buildCertificate(set, [vote(1, VoteKind.Reject, 8)]).groups[0]!;
    expect(verify({setId: 3, kind: VoteKind.Reject, groups: [one, two]})).toEqual({ok: false, reason: 'seat 1 is in two groups'});
  });

  test('thresholds: two thirds to approve, more than one third to block, nothing of nothing', () => {
    expect([isQuorum(39n, 60n), isQuorum(40n, 60n), isQuorum(0n, 0n)]).toEqual([false, true, false]);
    expect([isBlocking(20n, 60n), isBlocking(21n, 60n), isBlocking(0n, 0n)]).toEqual([false, true, false]);
  });
});
