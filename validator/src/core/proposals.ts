/** What EpochManager's events say about epochs. Pure: events in, answers out. */
import type {Line, Summary} from '@pobs/protocol';
import type {Hex} from 'viem';

export type Status = 'proposed' | 'approved' | 'rejected';

export type Proposal = {
  epoch: bigint;
  digest: Hex;
  summary: Summary;
  lines: readonly Line[];
  blockNumber: bigint;
  status: Status;
};

export type EpochEvent =
  | {name: 'EpochProposed'; epoch: bigint; blockNumber: bigint; digest: Hex; summary: Summary; lines: readonly Line[]}
  | {name: 'EpochApproved' | 'EpochRejected'; epoch: bigint; blockNumber: bigint};

/** Proposals by number, as the events in order leave them. */
export function proposalsOf(events: readonly EpochEvent[]): Map<bigint, Proposal> {
  const proposals = new Map<bigint, Proposal>();
  for (const event of events) {
    if (event.name === 'EpochProposed') {
      const {epoch, digest, summary, lines, blockNumber} = event;
      proposals.set(epoch, {epoch, digest, summary, lines, blockNumber, status: 'proposed'});
      continue;
    }
    const proposal = proposals.get(event.epoch);
    if (proposal !== undefined) proposals.set(event.epoch, {...proposal, status: event.name === 'EpochApproved' ? 'approved' : 'rejected'});
  }
  return proposals;
}

/** Newest Approved epoch below `epoch`. */
export function approvedBefore(proposals: ReadonlyMap<bigint, Proposal>, epoch: bigint): Proposal | undefined {
  let newest: Proposal | undefined;
  for (const proposal of proposals.values()) {
    const older = proposal.epoch < epoch && proposal.status === 'approved';
    if (older && (newest === undefined || proposal.epoch > newest.epoch)) newest = proposal;
  }
  return newest;
}

/** Proposed epochs strictly between two numbers that no certificate decided. */
export const undecidedBetween = (proposals: ReadonlyMap<bigint, Proposal>, after: bigint, before: bigint): Proposal[] =>
  [...proposals.values()].filter(({epoch, status}) => epoch > after && epoch < before && status === 'proposed');

/** Approved epochs strictly between two numbers, ascending. */
export const approvedBetween = (proposals: ReadonlyMap<bigint, Proposal>, after: bigint, before: bigint): Proposal[] =>
  [...proposals.values()]
    .filter(({epoch, status}) => epoch > after && epoch < before && status === 'approved')
    .sort((a, b) => (a.epoch < b.epoch ? -1 : 1));

/** A proposal may still be voted on while some chain's clock is within `MAX_AGE` of its snapshot (PROTOCOL §6). */
export const isTooOld = ({summary}: Proposal, nowSeconds: bigint, maxAgeSeconds: number): boolean =>
  nowSeconds > summary.snapshotTime + BigInt(maxAgeSeconds);
