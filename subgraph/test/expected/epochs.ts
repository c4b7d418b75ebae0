/** L2: epochs, their lines and their votes; on both chains the counters. */
import type {Happened} from '../chain-logs.ts';
import type {Row} from '../served.ts';
import {eventIdOf, type Expectation, idOf, joined, record, state, text, wide} from './shape.ts';

const KINDS = ['', 'APPROVE', 'REJECT', 'DISPUTE'];
const SUMMARY = ['snapshotTime', 'setId', 'parent', 'linesRoot', 'lineCount', 'snapshotCid', 'mappingHash', 'logRoot', 'journalHead', 'rulesHash'];
const LINE = ['chainId', 'custody', 'blockNumber', 'blockHash', 'kills', 'payoutRoot', 'payoutCount'];
const ASSET = ['token', 'lotSize', 'deposited', 'liabilities', 'withdrawable', 'withdrawals', 'authorisedOut', 'count', 'root'];

const pick = (args: Record<string, unknown>, names: readonly string[]): Row => Object.fromEntries(names.map((name) => [name, text(args[name])]));
const kindOf = ({args}: Happened): string => KINDS[Number(args.kind)]!;

type Group = {rule: number; absent: boolean; indices: readonly number[]};
type Vote = {epoch: string; index: string; kind: string; rule: number; source: string; validator: string | null; weight: string | null; signature: string | null; tx: string};

/** Votes from both sources, in order: cast by the validator itself, or counted by a certificate. */
class Ballots {
  readonly votes = new Map<string, Vote>();
  readonly seats = new Map<string, Row>();
  readonly links: Row[] = [];
  readonly weights = new Map<string, bigint>();
  readonly #counts: ReadonlyMap<string, number>;
  readonly #setOf: ReadonlyMap<string, string>;

  constructor(events: readonly Happened[]) {
    const sets = events.filter(({name}) => name === 'SetAccepted').map(({args}) => [text(args.setId), Number((args.header as {count: number}).count)] as const);
    this.#counts = new Map(sets);
    this.#setOf = new Map(events.filter(({name}) => name === 'EpochProposed').map(({args}) => [text(args.epoch), text((args.summary as Row).setId)]));
    for (const event of events) {
      if (event.name === 'VoteCast') this.#cast(event);
      if (event.name === 'CertificateAccepted') this.#certify(event);
    }
  }

  #cast(event: Happened): void {
    const {args, tx} = event;
    const [epoch, index, setId] = [text(args.epoch), text(args.index), this.#setOf.get(text(args.epoch))!];
    this.seats.set(`${setId} ${index}`, {setId, index, validator: text(args.validator), weight: text(args.weight)});
    const key = voteIdOf(epoch, index, args.kind);
    const before = this.votes.get(key);
    if (before?.source === 'CAST') return;
    this.votes.set(key, {
      epoch, index, kind: kindOf(event), rule: Number(args.rule), source: 'CAST', validator: text(args.validator), weight: text(args.weight), signature: text(args.signature), tx,
    });
    if (before?.weight == null) this.#weigh(epoch, event, text(args.weight));
  }

  #certify(event: Happened): void {
    const {args, tx} = event;
    const [epoch, setId] = [text(args.epoch), text(args.setId)];
    for (const {rule, absent, indices} of args.groups as Group[]) {
      const all = Array.from({length: this.#counts.get(setId) ?? 0}, (_, i) => i);
      for (const index of absent ? all.filter((seat) => !indices.includes(seat)) : indices) {
        const key = voteIdOf(epoch, index, args.kind);
        this.links.push({vote: {id: key}, certificate: {id: eventIdOf(event)}});
        if (this.votes.has(key)) continue;
        const seat = this.seats.get(`${setId} ${index}`) as {validator: string; weight: string} | undefined;
        this.votes.set(key, {
          epoch, index: String(index), kind: kindOf(event), rule, source: 'CERTIFICATE', validator: seat?.validator ?? null, weight: seat?.weight ?? null, signature: null, tx,
        });
        if (seat !== undefined) this.#weigh(epoch, event, seat.weight);
      }
    }
  }

  #weigh(epoch: string, event: Happened, weight: string): void {
    const key = `${epoch} ${kindOf(event)}`;
    this.weights.set(key, (this.weights.get(key) ?? 0n) + BigInt(weight));
  }
}

const voteIdOf = (epoch: unknown, index: unknown, kind: unknown): string => joined(wide(epoch, 8), wide(index, 4), wide(kind, 1));

export function epochExpectations(events: readonly Happened[]): Expectation[] {
  const by = (...names: string[]) => events.filter(({name}) => names.includes(name));
  const ballots = new Ballots(events);
  const lines = by('EpochProposed').flatMap(({args}) => (args.lines as Record<string, unknown>[]).map((line, index) => ({line, index, epoch: text(args.epoch)})));
  return [
    state('Epoch', `number status digest ${SUMMARY.join(' ')} proposer proposedTx proposedBlock proposedAt decidedTx decidedAt voteDeadline
      approveWeight rejectWeight disputeWeight heaviestApprove { id } heaviestReject { id } heaviestDispute { id }`, by('EpochProposed').map((event) => epochRow(events, ballots, event))),
    state('EpochLine', `index epoch { number } ${LINE.join(' ')}`, lines.map(({line, index, epoch}) => ({index, epoch: {number: epoch}, ...pick(line, LINE)}))),
    state('EpochAsset', `index line { index epoch { number } } ${ASSET.join(' ')}`, lines.flatMap(({line, index, epoch}) =>
      (line.assets as Record<string, unknown>[]).map((asset, position) => ({index: position, line: {index, epoch: {number: epoch}}, ...pick(asset, ASSET)})))),
    state('EpochSpan', 'setId firstEpoch lastEpoch', spans(by('EpochProposed'))),
    state('Vote', 'key: id epoch { number } index kind rule source validator weight signature tx', [...ballots.votes].map(([key, {epoch, ...vote}]) => ({key, epoch: {number: epoch}, ...vote}))),
    state('Seat', 'setId index validator weight', [...ballots.seats.values()]),
    state('VoteCertificate', 'vote { id } certificate { id }', ballots.links),
    record('Certificate', events, 'CertificateAccepted', {
      'epoch.id': ({args}) => idOf(args.epoch, 8), digest: 'digest', kind: kindOf, setId: 'setId', signedWeight: 'signedWeight', totalWeight: 'totalWeight',
    }),
    state('CertificateGroup', 'key: id certificate { id } rule absent indices', by('CertificateAccepted').flatMap((event) => (event.args.groups as Group[]).map(({rule, absent, indices}, i) => (
      {key: joined(eventIdOf(event), wide(i, 4)), certificate: {id: eventIdOf(event)}, rule, absent, indices: indices.map(String)})))),
    protocol(events, ballots),
  ];
}

function epochRow(events: readonly Happened[], ballots: Ballots, event: Happened): Row {
  const {args} = event;
  const of = (...names: string[]) => events.filter((other) => names.includes(other.name) && other.args.epoch === args.epoch);
  const decision = of('EpochApproved', 'EpochRejected')[0];
  const deadline = of('VoteDeadlineSet').at(-1)?.args.voteDeadline as bigint | undefined;
  const weight = (kind: string) => text(ballots.weights.get(`${text(args.epoch)} ${kind}`) ?? 0);
  const heaviest = (kind: string) => {
    const found = of('CertificateAccepted').findLast((other) => kindOf(other) === kind && (deadline === undefined || other.time <= deadline));
    return found === undefined ? null : {id: eventIdOf(found)};
  };
  return {
    number: text(args.epoch), status: decision === undefined ? 'PROPOSED' : decision.name === 'EpochApproved' ? 'APPROVED' : 'REJECTED',
    digest: text(args.digest), ...pick(args.summary as Row, SUMMARY), proposer: text(event.sender), proposedTx: event.tx, proposedBlock: text(event.block), proposedAt: text(event.time),
    decidedTx: decision?.tx ?? null, decidedAt: decision === undefined ? null : text(decision.time), voteDeadline: deadline === undefined ? null : text(deadline),
    approveWeight: weight('APPROVE'), rejectWeight: weight('REJECT'), disputeWeight: weight('DISPUTE'),
    heaviestApprove: heaviest('APPROVE'), heaviestReject: heaviest('REJECT'), heaviestDispute: heaviest('DISPUTE'),
  };
}

function spans(proposals: readonly Happened[]): Row[] {
  const sets = [...new Set(proposals.map(({args}) => text((args.summary as Row).setId)))];
  return sets.map((setId) => {
    const epochs = proposals.filter(({args}) => text((args.summary as Row).setId) === setId).map(({args}) => text(args.epoch));
    return {setId, firstEpoch: epochs[0], lastEpoch: epochs.at(-1)};
  });
}

function protocol(events: readonly Happened[], ballots: Ballots): Expectation {
  const by = (name: string) => events.filter((event) => event.name === name);
  const approved = by('EpochApproved').at(-1);
  const firsts = by('SetAccepted').filter((event, i, all) => all.findIndex(({args}) => args.setId === event.args.setId) === i);
  const exists = ['EpochProposed', 'SetAccepted', 'Settled', 'Paid'].some((name) => by(name).length > 0);
  return state('Protocol', 'lastEpoch lastApprovedEpoch lastApprovedDigest proposedCount approvedCount rejectedCount voteCount settlementCount payoutCount latestSet { id }', exists ? [{
    lastEpoch: by('EpochProposed').length === 0 ? null : text(by('EpochProposed').at(-1)!.args.epoch),
    lastApprovedEpoch: approved === undefined ? null : text(approved.args.epoch), lastApprovedDigest: approved === undefined ? null : text(approved.args.digest),
    proposedCount: by('EpochProposed').length, approvedCount: by('EpochApproved').length, rejectedCount: by('EpochRejected').length, voteCount: ballots.votes.size,
    settlementCount: by('Settled').length, payoutCount: by('Paid').length, latestSet: firsts.length === 0 ? null : {id: idOf(firsts.at(-1)!.args.setId)},
  }] : []);
}
