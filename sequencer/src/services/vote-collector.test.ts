import {aggregateKeys, type CastVote, type Certificate, type Member, membersTree, publicKeyOf, type SetHeader, signVote, verifyCertificate, voteDigest, VoteKind} from '@pobs/protocol';
import type {Hex} from 'viem';
import {describe, expect, test} from 'vitest';
import {type CustodyChain, type EpochChain, ProposalStatus, type Sets} from './ports.ts';
import {VoteCollector} from './vote-collector.ts';

const SALT: Hex = `0x${'5a'.repeat(32)}`;
const DIGEST: Hex = `0x${'d1'.repeat(32)}`;
const MAX_AGE = 600;
const SNAPSHOT = 1_000n;
const secrets = [1, 2, 3, 4].map((n): Hex => `0x${n.toString(16).padStart(64, '0')}`);
const members: Member[] = secrets.map((secret, index) => ({index, validator: `0x${(index + 1).toString(16).padStart(40, '0')}`, key: publicKeyOf(secret), weight: 100n}));
const header: SetHeader = {setId: 1, membersRoot: membersTree(members).root, aggregateKey: aggregateKeys(members.map(({key}) => key))!, totalWeight: 400n, count: 4, activeFrom: 0n, activeUntil: 10_000n};
const message = (kind: VoteKind, rule: number): Hex => voteDigest({kind, epoch: 1n, setId: 1, summary: DIGEST, rule}, SALT);
const vote = (index: number, kind: VoteKind = VoteKind.Approve, rule = 0): CastVote => ({index, kind, rule, signature: signVote(secrets[index]!, message(kind, rule))});

const root = (epoch: bigint) => ({epoch, snapshotTime: 0n, blockNumber: 0n, payoutCount: 0, payoutRoot: '0x' as Hex});

/** A chain whose votes appear over its reads. */
function world({votes = [], status = ProposalStatus.Proposed, now = SNAPSHOT, finalTimes = [now, now], active = [0n, 0n], pending = [0n, 0n]}: {
  votes?: CastVote[][]; status?: number; now?: bigint; finalTimes?: bigint[]; active?: bigint[]; pending?: bigint[];
}) {
  const certified: Certificate[] = [];
  let reads = 0;
  const third = new AbortController();
  const chain = {
    time: () => Promise.resolve(now),
    proposal: () => Promise.resolve({digest: DIGEST, status, setId: 1, snapshotTime: SNAPSHOT}),
    votes: () => {
      if (reads === 2) third.abort();
      return Promise.resolve(votes[Math.min(reads++, votes.length - 1)] ?? []);
    },
    certify: (_: bigint, certificate: Certificate) => {
      certified.push(certificate);
      return Promise.resolve('0xc0' as Hex);
    },
  } as unknown as EpochChain;
  const custodies = [0, 1].map((i) => ({
    finalTime: () => Promise.resolve(finalTimes[i]!),
    roots: () => Promise.resolve({active: root(active[i]!), pending: root(pending[i]!), pendingActiveAt: 0n}),
  })) as unknown as CustodyChain[];
  const sets = {load: () => Promise.resolve({header, members, encryptionKeys: new Map()})} as unknown as Sets;
  const logger = {info: () => {}, warn: () => {}, error: () => {}};
  const collector = (graceMs = 0) => new VoteCollector({salt: SALT, maxAgeSeconds: MAX_AGE, pollIntervalMs: 1, graceMs}, {chain, custodies, sets, logger});
  return {collector, certified, reads: () => reads, thirdLook: third.signal};
}

const decide = (collector: VoteCollector) => collector.decide(1n, new AbortController().signal);

describe('votes', () => {
  test('of two thirds become a certificate that verifies', async () => {
    const {collector, certified} = world({votes: [[vote(0)], [vote(0), vote(1)], [vote(0), vote(1), vote(2)]]});
    expect(await decide(collector())).toEqual({outcome: 'approved', tx: '0xc0'});
    expect(verifyCertificate(header, certified[0]!, message)).toEqual({ok: true, signedWeight: 300n});
  });

  test('of everybody are not waited for', async () => {
    const all = [0, 1, 2, 3].map((index) => vote(index));
    const {collector, reads} = world({votes: [all]});
    expect(await decide(collector(60_000))).toMatchObject({outcome: 'approved'});
    expect(reads()).toBe(1);
  });

  test('that are missing are waited for a while', async () => {
    const most = [0, 1, 2].map((index) => vote(index));
    const {collector, certified} = world({votes: [most, most, [...most, vote(3)]]});
    await decide(collector(60_000));
    expect(certified[0]!.groups[0]!.members).toEqual([]);
  });

  test('to reject, of more than a third, name their rules', async () => {
    const {collector, certified} = world({votes: [[vote(0, VoteKind.Reject, 8), vote(1, VoteKind.Reject, 3)]]});
    expect(await decide(collector())).toMatchObject({outcome: 'rejected'});
    expect(certified[0]!.groups.map(({rule}) => rule)).toEqual([3, 8]);
  });

  test('that do not verify count for nothing', async () => {
    const forged = {...vote(2), signature: vote(0).signature};
    const {collector, certified} = world({votes: [[vote(0), vote(1), forged], [vote(0), vote(1), forged, vote(3)]]});
    await decide(collector());
    expect(certified[0]!.groups[0]).toMatchObject({absent: true, members: [{index: 2}]});
  });

  test('are not gathered when the epoch is decided already', async () => {
    expect(await decide(world({status: ProposalStatus.Rejected}).collector())).toEqual({outcome: 'rejected'});
    expect(await decide(world({status: ProposalStatus.Approved}).collector())).toEqual({outcome: 'approved'});
  });
});

describe('an epoch without enough votes', () => {
  const end = SNAPSHOT + BigInt(MAX_AGE);
  async function expired(facts: Parameters<typeof world>[0]) {
    const {collector, thirdLook} = world(facts);
    return (await collector().decide(1n, thirdLook))?.outcome;
  }

  test('expires when the final time of every chain is past its age', async () => {
    expect(await expired({now: end + 5n, finalTimes: [end + 1n, end + 1n]})).toBe('expired');
  });

  test('does not while one chain is behind', async () => {
    expect(await expired({now: end + 5n, finalTimes: [end + 1n, end]})).toBeUndefined();
  });

  test('does not where a custody holds it', async () => {
    expect(await expired({now: end + 5n, finalTimes: [end + 1n, end + 1n], active: [0n, 1n]})).toBeUndefined();
    expect(await expired({now: end + 5n, finalTimes: [end + 1n, end + 1n], pending: [1n, 0n]})).toBeUndefined();
  });
});
