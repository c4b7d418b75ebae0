/** Shows and claims this validator's prizes: tickets of drawn terms that name it, each with its vote and its rows (PROTOCOL §8). */
import {auditedRows, type Member, membersTree, VoteKind, isQuorum} from '@pobs/protocol';
import {type CountedProposal, counts, PROPOSAL_STATUS} from '@pobs/protocol/chain';
import {type Address, type Hex, zeroHash} from 'viem';
import {type Ticket, ticketsOf} from '../core/tickets.ts';
import type {AuditKeeper} from './audit-keeper.ts';
import type {EpochsPort, Log, RewardsPort, SetsPort, Span, TicketClaim} from './ports.ts';

export type ClaimerOptions = {validator: Address};
export type ClaimerDeps = {epochs: EpochsPort; sets: SetsPort; rewards: RewardsPort; audits: AuditKeeper; log: Log};

/** `claimable`, or why not: the epoch was not carried, the vote was another or missing, no audit root was committed, the time is over. */
export type TicketState = 'claimable' | 'paid' | 'no outcome' | 'not agreed' | 'disputed' | 'not committed' | 'expired';
export type TicketView = {setId: number; ticket: number; epoch: bigint; prize: bigint; state: TicketState};

export type TermView = {
  setId: number; funded: bigint; committed: boolean; commitDeadline: bigint; drawn: boolean; prize: bigint; claimDeadline: bigint; tickets: TicketView[];
};

const TERMS_LOOKED_AT = 4;
const EMPTY_SUMMARY = {
  epoch: 0n, snapshotTime: 0n, setId: 0, parent: zeroHash, linesRoot: zeroHash, lineCount: 0, snapshotCid: zeroHash, mappingHash: zeroHash, logRoot: zeroHash,
  journalHead: zeroHash, rulesHash: zeroHash,
} as const;
/** A rejected sheet may be one that nobody can open: the vote alone counts. */
const NO_AUDIT: TicketClaim['audit'] = {salt: zeroHash, auditRoot: zeroHash, path: [], summary: EMPTY_SUMMARY, lines: [], openings: []};

type Seat = {member: Member; members: readonly Member[]; totalWeight: bigint};

export class RewardClaimer {
  readonly #options: ClaimerOptions;
  readonly #deps: ClaimerDeps;

  constructor(options: ClaimerOptions, deps: ClaimerDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** The newest terms in which this validator has a seat, newest first. */
  async terms(): Promise<TermView[]> {
    const {rewards} = this.#deps;
    const [latest, now] = await Promise.all([rewards.latestSet(), rewards.time()]);
    const views: TermView[] = [];
    for (let setId = latest; setId > 0 && setId > latest - TERMS_LOOKED_AT; setId -= 1) {
      const seat = await this.#seat(setId);
      if (seat !== undefined) views.push(await this.#term(setId, seat, now));
    }
    return views;
  }

  /** Claims every claimable ticket. @returns What was paid for. */
  async claim(): Promise<(TicketView & {hash: Hex})[]> {
    const claimed: (TicketView & {hash: Hex})[] = [];
    for (const {tickets} of await this.terms()) {
      for (const view of tickets.filter(({state}) => state === 'claimable')) claimed.push({...view, hash: await this.#claim(view)});
    }
    return claimed;
  }

  async #seat(setId: number): Promise<Seat | undefined> {
    const {header, members} = await this.#deps.sets.load(setId);
    const member = members.find(({validator}) => validator.toLowerCase() === this.#options.validator.toLowerCase());
    return member && {member, members, totalWeight: header.totalWeight};
  }

  async #term(setId: number, seat: Seat, now: bigint): Promise<TermView> {
    const {rewards} = this.#deps;
    const [{funded, prize, seed, claimDeadline, commitDeadline}, root, span] = await Promise.all([
      rewards.prizes(setId), rewards.auditRootOf(setId, this.#options.validator), rewards.span(setId),
    ]);
    const committed = root !== zeroHash;
    const view: TermView = {setId, funded, committed, commitDeadline, drawn: seed !== zeroHash, prize, claimDeadline, tickets: []};
    if (seed === zeroHash || span === undefined || prize === 0n) return view;
    for (const ticket of await this.#ticketsOf(setId, {seat, seed, span})) {
      const state = await this.#stateOf(setId, ticket, {seat, committed, expired: now > claimDeadline});
      view.tickets.push({setId, ticket: ticket.number, epoch: ticket.epoch, prize, state});
    }
    return view;
  }

  async #ticketsOf(setId: number, {seat, seed, span}: {seat: Seat; seed: Hex; span: Span}): Promise<Ticket[]> {
    const {tickets, weightCap} = await this.#deps.rewards.pool();
    return ticketsOf(seat.member, {setId, seed, tickets, count: seat.members.length, weightCap, ...span});
  }

  async #stateOf(setId: number, {number, epoch}: Ticket, {seat, committed, expired}: {seat: Seat; committed: boolean; expired: boolean}): Promise<TicketState> {
    const {rewards} = this.#deps;
    if (await rewards.isClaimed(setId, number)) return 'paid';
    if (expired) return 'expired';
    const proposal = await rewards.counted(epoch);
    const kind = proposal && outcomeOf(proposal);
    if (proposal === undefined || kind === undefined || !isQuorum(proposal.heaviest[kind - 1]!, seat.totalWeight)) return 'no outcome';
    if (!counts(proposal, kind, seat.member.index)) return 'not agreed';
    if (counts(proposal, VoteKind.Dispute, seat.member.index)) return 'disputed';
    return kind === VoteKind.Approve && !committed ? 'not committed' : 'claimable';
  }

  async #claim({setId, ticket, epoch, prize}: TicketView): Promise<Hex> {
    const {rewards, log} = this.#deps;
    const [seat, proposal, {seed}, span] = await Promise.all([this.#seat(setId), rewards.counted(epoch), rewards.prizes(setId), rewards.span(setId)]);
    const kind = proposal && outcomeOf(proposal);
    if (seat === undefined || proposal === undefined || kind === undefined || span === undefined) throw new Error(`Ticket ${ticket} of term ${setId} was claimable a moment ago`);
    const drawn = (await this.#ticketsOf(setId, {seat, seed, span})).find(({number}) => number === ticket)!;
    const hash = await rewards.claim(setId, ticket, {
      member: seat.member, path: membersTree(seat.members).prove(seat.member.index),
      agreed: proposal.groups[kind - 1]!, disputed: proposal.groups[VoteKind.Dispute - 1]!,
      audit: kind === VoteKind.Approve ? await this.#audit(drawn, span) : NO_AUDIT,
    });
    log.info({setId, ticket, epoch: epoch.toString(), prize: prize.toString(), hash}, 'Claimed a prize');
    return hash;
  }

  async #audit(ticket: Ticket, span: Span): Promise<TicketClaim['audit']> {
    const {epochs, audits, rewards} = this.#deps;
    const proposal = (await epochs.proposals()).get(ticket.epoch);
    if (proposal === undefined) throw new Error(`Epoch ${ticket.epoch} is approved, but no event shows it`);
    const [tree, term, {auditRows}] = await Promise.all([audits.tree(proposal), audits.term(span), rewards.pool()]);
    const {summary, lines} = proposal;
    return {
      salt: audits.salt(ticket.epoch), auditRoot: tree.root, path: term.prove(ticket.epoch), summary, lines,
      openings: ticket.rows(auditedRows(lines), auditRows).map((position) => tree.open(position)),
    };
  }
}

function outcomeOf({status}: CountedProposal): VoteKind | undefined {
  if (status === PROPOSAL_STATUS.approved) return VoteKind.Approve;
  return status === PROPOSAL_STATUS.rejected ? VoteKind.Reject : undefined;
}
