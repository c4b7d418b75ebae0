/** Which tickets of a drawn term name this validator, and what they ask (PROTOCOL §8). Pure. */
import {type Member, ticketBar, ticketEpochOffset, ticketHash, ticketMember, ticketRow} from '@pobs/protocol';
import type {Hex} from 'viem';

export type DrawnTerm = {
  setId: number;
  seed: Hex;
  tickets: number;
  /** Members of the set. */
  count: number;
  weightCap: bigint;
  /** First and last epoch proposed under the set. */
  first: bigint;
  last: bigint;
};

export type Ticket = {
  number: number;
  /** Whose vote and rows are asked for. */
  epoch: bigint;
  /** Positions, among all rows of the epoch, that have to be opened. */
  rows(total: number, count: number): number[];
};

/** Tickets that name the member and that its weight carries. */
export function ticketsOf({index, weight}: Pick<Member, 'index' | 'weight'>, {setId, seed, tickets, count, weightCap, first, last}: DrawnTerm): Ticket[] {
  return Array.from({length: tickets}, (_, number) => ({number, hash: ticketHash(seed, setId, number)}))
    .filter(({hash}) => ticketMember(hash, count) === index && weight > ticketBar(hash, weightCap))
    .map(({number, hash}) => ({
      number, epoch: first + ticketEpochOffset(hash, last - first + 1n),
      rows: (total, asked) => Array.from({length: total === 0 ? 0 : asked}, (_, i) => ticketRow(hash, i, total)),
    }));
}
