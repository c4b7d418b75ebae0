import {type Address, encodeAbiParameters, type Hex, keccak256, zeroHash} from 'viem';
import type {VoteKind} from '../types.ts';
import {epochManagerAbi} from './abi/index.ts';
import {type ChainClient, typed} from './client.ts';
import {inChunks} from './logs.ts';

/** One group of a certificate as EpochManager tells it: `absent`, the listed did not sign and all others did. */
export type GroupInfo = {rule: number; absent: boolean; indices: readonly number[]};

/** Statuses of a proposal, as EpochManager numbers them. */
export const PROPOSAL_STATUS = {none: 0, proposed: 1, approved: 2, rejected: 3} as const;

export type CountedProposal = {
  status: number; setId: number; digest: Hex; snapshotTime: bigint;
  /** Seconds; certificates that came later count for nobody's participation. */
  voteDeadline: bigint;
  /** Weight of the heaviest certificate that counted, by kind − 1. */
  heaviest: readonly bigint[];
  /** Groups of those certificates, by kind − 1; none where none was taken. */
  groups: readonly (readonly GroupInfo[])[];
};

const GROUPS = [{
  type: 'tuple[]', components: [{name: 'rule', type: 'uint16'}, {name: 'absent', type: 'bool'}, {name: 'indices', type: 'uint32[]'}],
}] as const;

/**
 * A proposal with the groups behind its heaviest certificates, which the contract keeps as hashes alone.
 *
 * @param fromBlock - At or before the proposal's block on L2.
 * @returns undefined for an epoch nobody proposed.
 * @throws {ChainError}
 */
export async function countedProposal({client, manager, epoch, fromBlock}: {client: ChainClient; manager: Address; epoch: bigint; fromBlock: bigint}): Promise<CountedProposal | undefined> {
  const contract = {address: manager, abi: epochManagerAbi} as const;
  const {groupsHash, ...proposal} = await typed(client, 'proposalOf', () => client.readContract({...contract, functionName: 'proposalOf', args: [epoch]}));
  if (proposal.status === PROPOSAL_STATUS.none) return undefined;
  if (groupsHash.every((hash) => hash === zeroHash)) return {...proposal, groups: groupsHash.map(() => [])};
  const toBlock = await typed(client, 'eth_blockNumber', () => client.getBlockNumber());
  const logs = await inChunks(client, {fromBlock, toBlock}, (range) =>
    client.getContractEvents({...contract, eventName: 'CertificateAccepted', args: {epoch}, ...range, strict: true}));
  const groups = groupsHash.map((hash, i): readonly GroupInfo[] => {
    if (hash === zeroHash) return [];
    const taken = logs.findLast(({args}) => args.kind === i + 1 && keccak256(encodeAbiParameters(GROUPS, [args.groups])) === hash);
    if (taken === undefined) throw new Error(`Epoch ${epoch} counts a certificate of kind ${i + 1} that no event shows`);
    return taken.args.groups;
  });
  return {...proposal, groups};
}

/** Whether a kind's heaviest certificate counts the member of this seat. */
export const counts = ({groups}: Pick<CountedProposal, 'groups'>, kind: VoteKind, index: number): boolean =>
  groups[kind - 1]!.some(({absent, indices}) => indices.includes(index) !== absent);
