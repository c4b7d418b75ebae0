/** Builds and verifies certificates: many votes as one object whose size grows with absence (PROTOCOL §6). */
import type {Hex} from 'viem';
import {type Certificate, type Member, type SetHeader, type VoteGroup, VoteKind} from '../types.ts';
import {aggregateSignatures, decodeKey, decodeSignature, G1_ZERO, sumKeys, VoteError, verifyPoints} from './bls.ts';
import {membersTree, rootFromMany} from './members.ts';

export const MEMBERS_MAX = 1_024;

export type ValidatorSet = {header: SetHeader; members: readonly Member[]};
/** One verified vote; `rule` is 0 in an approval. */
export type CastVote = {index: number; kind: VoteKind; rule: number; signature: Hex};
export type CertificateVerdict = {ok: true; signedWeight: bigint} | {ok: false; reason: string};

/** At least two thirds, from proven weights. */
export const isQuorum = (signedWeight: bigint, totalWeight: bigint): boolean =>
  totalWeight > 0n && signedWeight * 3n >= totalWeight * 2n;

/** More than one third: enough to reject or to dispute. */
export const isBlocking = (signedWeight: bigint, totalWeight: bigint): boolean =>
  totalWeight > 0n && signedWeight * 3n > totalWeight;

/**
 * Aggregates votes of one kind that were verified one by one. A validator's second vote is left out.
 * Each group lists whoever is fewer, the absent or the present: at most half of the set.
 *
 * @throws {VoteError} `VOTES_INVALID` when there is none, kinds differ, a rule does not fit its kind or a seat is unknown.
 */
export function buildCertificate({header, members}: ValidatorSet, votes: readonly CastVote[]): Certificate {
  const [first] = votes;
  if (first === undefined) throw invalid('a certificate needs a vote');
  const {kind} = first;
  const groups = new Map<number, Map<number, CastVote>>();
  const seen = new Set<number>();
  for (const vote of votes) {
    if (vote.kind !== kind) throw invalid('votes of different kinds make no certificate');
    if ((kind === VoteKind.Approve) !== (vote.rule === 0)) throw invalid(`rule ${vote.rule} does not fit vote kind ${kind}`);
    if (members[vote.index] === undefined) throw invalid(`the set has no seat ${vote.index}`);
    if (seen.has(vote.index)) continue;
    seen.add(vote.index);
    const group = groups.get(vote.rule) ?? new Map<number, CastVote>();
    groups.set(vote.rule, group.set(vote.index, vote));
  }
  const tree = membersTree(members);
  const built = [...groups].sort(([a], [b]) => a - b).map(([rule, group]): VoteGroup => {
    const absent = group.size * 2 > members.length;
    const listed = members.filter(({index}) => group.has(index) !== absent);
    return {
      rule,
      absent,
      members: listed,
      siblings: listed.length === 0 ? [] : tree.proveMany(listed.map(({index}) => index)),
      signature: aggregateSignatures([...group.values()].map(({signature}) => signature)),
    };
  });
  return {setId: header.setId, kind, groups: built};
}

/**
 * Weight proven to have signed. Says nothing about terms or quorum: compare with {@link isQuorum}, {@link isBlocking}.
 *
 * @param messageOf - Digest that voters of `kind` and `rule` signed.
 */
export function verifyCertificate(
  header: SetHeader, certificate: Certificate, messageOf: (kind: VoteKind, rule: number) => Hex,
): CertificateVerdict {
  if (certificate.setId !== header.setId) return no(`the certificate is of set ${certificate.setId}, not ${header.setId}`);
  if (header.count < 1 || header.count > MEMBERS_MAX || header.totalWeight <= 0n) return no('the set is empty or too large');
  const misfit = shapeMisfit(certificate);
  if (misfit !== undefined) return no(misfit);
  const signers = new Set<number>();
  let signedWeight = 0n;
  try {
    for (const group of certificate.groups) {
      const verdict = verifyGroup(header, group, () => messageOf(certificate.kind, group.rule));
      if (!verdict.ok) return verdict;
      for (const index of signersOf(header, group)) {
        if (signers.has(index)) return no(`seat ${index} is in two groups`);
        signers.add(index);
      }
      signedWeight += verdict.signedWeight;
    }
  } catch (error) {
    if (error instanceof VoteError && error.data.code === 'POINT_INVALID') return no(`a ${error.data.what} is no point of its group`);
    throw error;
  }
  return {ok: true, signedWeight};
}

function shapeMisfit({kind, groups}: Certificate): string | undefined {
  if (groups.length === 0) return 'there is no group';
  if (kind === VoteKind.Approve) return groups.length === 1 && groups[0]!.rule === 0 ? undefined : 'an approval has one group, of rule 0';
  const ascending = groups.every(({rule}, i) => rule > (groups[i - 1]?.rule ?? 0));
  return ascending ? undefined : 'groups must name rules, strictly ascending';
}

function verifyGroup(header: SetHeader, group: VoteGroup, message: () => Hex): CertificateVerdict {
  const {members, absent, siblings} = group;
  if (members.length * 2 > header.count) return no('more than half of the set is listed');
  const ascending = members.every(({index}, i) => Number.isInteger(index) && index < header.count && index > (members[i - 1]?.index ?? -1));
  if (!ascending) return no('listed members are not strictly ascending');
  if (members.length === 0 && (siblings.length > 0 || !absent)) return no('a group without members has nothing to prove');
  if (members.length > 0 && rootFromMany({members, siblings, count: header.count}) !== header.membersRoot.toLowerCase()) {
    return no('listed members are not of the set');
  }
  const listedWeight = members.reduce((sum, {weight}) => sum + weight, 0n);
  const listedKey = members.length === 0 ? G1_ZERO : sumKeys(members.map(({key}) => key));
  const key = absent ? decodeKey(header.aggregateKey).subtract(listedKey) : listedKey;
  const signedWeight = absent ? header.totalWeight - listedWeight : listedWeight;
  if (key.is0() || signedWeight <= 0n) return no('nobody signed');
  if (!verifyPoints({key, digest: message(), signature: decodeSignature(group.signature)})) return no('the signature does not verify');
  return {ok: true, signedWeight};
}

function signersOf({count}: SetHeader, {members, absent}: VoteGroup): number[] {
  const listed = new Set(members.map(({index}) => index));
  return Array.from({length: count}, (_, index) => index).filter((index) => listed.has(index) !== absent);
}

const no = (reason: string): CertificateVerdict => ({ok: false, reason});
const invalid = (detail: string): VoteError => new VoteError({code: 'VOTES_INVALID', detail});
