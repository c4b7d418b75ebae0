/** Whether votes and certificates carry what EpochManager says was decided (PROTOCOL §6). Pure. */
import {
  type CastVote, type Certificate, buildCertificate, isBlocking, isQuorum, type SetHeader, type Member, verifyCertificate, verifyVote, voteDigest, VoteKind,
} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import type {Proposal, Status} from './proposals.ts';

export type ShownVote = CastVote & {validator: Address};
export type CountedVote = {validator: Address; kind: VoteKind; rule: number; weight: bigint};

export type Decision = {
  status: Status;
  setId: number;
  totalWeight: bigint;
  approveWeight: bigint;
  rejectWeight: bigint;
  /** Votes whose signature verifies, one per seat and vote. */
  votes: readonly CountedVote[];
  /** What proves the status: a certificate from calldata, or one made of the votes; undefined while open or unproven. */
  provenBy: 'certificate' | 'votes' | undefined;
  signedWeight: bigint;
  /** Why the status cannot be believed; empty when it can. */
  problems: readonly string[];
};

export type DecisionInput = {
  proposal: Pick<Proposal, 'epoch' | 'digest' | 'status' | 'summary'>;
  set: {header: SetHeader; members: readonly Member[]};
  votes: readonly ShownVote[];
  /** Accepted certificates that calldata shows, newest first. */
  certificates: readonly Certificate[];
  salt: Hex;
};

/** Recounts an epoch's votes and verifies its certificate against the members of its set. */
export function decisionOf({proposal, set, votes, certificates, salt}: DecisionInput): Decision {
  const {epoch, digest, status, summary: {setId}} = proposal;
  const {header, members} = set;
  const messageOf = (kind: VoteKind, rule: number): Hex => voteDigest({kind, epoch, setId, summary: digest, rule}, salt);
  const valid = uniqueBySeat(votes.filter(({index, kind, rule, signature}) => {
    const member = members[index];
    return member !== undefined && verifyVote({key: member.key, digest: messageOf(kind, rule), signature});
  }));
  const ofKind = (kind: VoteKind) => valid.filter((vote) => vote.kind === kind);
  const weightOf = (kind: VoteKind) => [...new Set(ofKind(kind).map(({index}) => index))].reduce((sum, index) => sum + members[index]!.weight, 0n);
  const counted = valid.map(({validator, kind, rule, index}): CountedVote => ({validator, kind, rule, weight: members[index]!.weight}));
  const open: Decision = {
    status, setId, totalWeight: header.totalWeight, approveWeight: weightOf(VoteKind.Approve), rejectWeight: weightOf(VoteKind.Reject),
    votes: counted, provenBy: undefined, signedWeight: 0n, problems: [],
  };
  if (status === 'proposed') return open;

  const kind = status === 'approved' ? VoteKind.Approve : VoteKind.Reject;
  const carries = (signedWeight: bigint) => (status === 'approved' ? isQuorum : isBlocking)(signedWeight, header.totalWeight);
  const fromVotes = ofKind(kind).length === 0 ? [] : [buildCertificate(set, ofKind(kind))];
  const candidates = [...certificates.filter((each) => each.kind === kind).map((each) => ['certificate', each] as const), ...fromVotes.map((each) => ['votes', each] as const)];
  const refusals: string[] = [];
  for (const [provenBy, certificate] of candidates) {
    const verdict = verifyCertificate(header, certificate, messageOf);
    if (verdict.ok && carries(verdict.signedWeight)) return {...open, provenBy, signedWeight: verdict.signedWeight};
    refusals.push(verdict.ok ? `its ${provenBy === 'votes' ? 'votes weigh' : 'certificate weighs'} ${verdict.signedWeight} of ${header.totalWeight}` : verdict.reason);
  }
  const why = refusals.length === 0 ? 'the chain shows neither a certificate nor votes' : refusals.join('; ');
  return {...open, problems: [`EpochManager says ${status}, but that is not proven: ${why}`]};
}

/** Of one seat's equal votes the first; two different votes of a seat both stay, to be seen. */
function uniqueBySeat(votes: readonly ShownVote[]): ShownVote[] {
  const seen = new Map(votes.map((vote) => [`${vote.index} ${vote.kind} ${vote.rule}`, vote]));
  return [...seen.values()];
}

const NAMES: Record<VoteKind, string> = {1: 'approve', 2: 'reject', 3: 'dispute'};

export function decisionText({status, setId, totalWeight, votes, provenBy, signedWeight, problems}: Decision): string {
  const lines = [`Decision: ${status}, set ${setId}, total weight ${totalWeight}`];
  for (const {validator, kind, rule, weight} of votes) lines.push(`  ${NAMES[kind]}${rule === 0 ? '' : ` V${rule}`}  ${validator}  ${weight}`);
  if (provenBy !== undefined) lines.push(`  ✓ proven by ${provenBy === 'votes' ? 'its votes' : 'its certificate'}: ${signedWeight} of ${totalWeight}`);
  for (const problem of problems) lines.push(`  ✗ ${problem}`);
  return lines.join('\n');
}
