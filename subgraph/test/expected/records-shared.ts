/** Both chains: roles, code, rules, posters, timelock, beacon, treasury and sets; L2: participation and rewards. */
import type {Happened} from '../chain-logs.ts';
import {headerShape} from './records-l1.ts';
import {eventIdOf, type Expectation, idOf, joined, lastOf, record, rowOf, selection, type Shape, state, sum, text, wide} from './shape.ts';

const MOVEMENTS: Record<string, string> = {ReserveSent: 'SENT', ReserveDeposited: 'DEPOSITED', ReserveReleased: 'RELEASED'};
const address = (event: Happened): string => text(event.address);
const optional = (name: string) => ({args}: Happened) => (args[name] === undefined ? null : text(args[name]));
const memberOf = (event: Happened): string => joined(event.address, event.args.role, event.args.account);

export function accessExpectations(events: readonly Happened[]): Expectation[] {
  const by = (...names: string[]) => events.filter(({name}) => names.includes(name));
  const latest = (type: string, names: string[], key: (event: Happened) => string, shape: Shape): Expectation =>
    state(type, selection(shape), lastOf(by(...names), key).map((event) => rowOf(shape, event)));
  return [
    record('RoleChange', events, ['RoleGranted', 'RoleRevoked'], {'member.id': memberOf, contract: address, role: 'role', account: 'account', sender: 'sender', granted: ({name}) => name === 'RoleGranted'}),
    latest('RoleMember', ['RoleGranted', 'RoleRevoked'], memberOf, {contract: address, role: 'role', account: 'account', granted: ({name}) => name === 'RoleGranted'}),
    record('RoleAdminChange', events, 'RoleAdminChanged', {contract: address, role: 'role', previousAdminRole: 'previousAdminRole', newAdminRole: 'newAdminRole'}),
    record('Upgrade', events, 'Upgraded', {'contract.id': address, implementation: 'implementation'}),
    record('Initialization', events, 'Initialized', {'contract.id': address, version: 'version'}),
    state('Contract', 'implementation version', lastOf(by('Upgraded', 'Initialized'), address).map((event) => {
      const last = (name: string) => by(name).findLast((other) => other.address === event.address);
      return {implementation: optional('implementation')(last('Upgraded') ?? event), version: optional('version')(last('Initialized') ?? event)};
    })),
    record('RulesHashChange', events, 'RulesHashSet', {'accepted.id': address, contract: address, rulesHash: 'rulesHash'}),
    state('RuleBook', 'current previous', lastOf(by('RulesHashSet'), address).map((event) => {
      const hashes = by('RulesHashSet').filter((other) => other.address === event.address).map(({args}) => text(args.rulesHash));
      return {current: hashes.at(-1), previous: hashes.at(-2) ?? null};
    })),
    record('PosterChange', events, 'PosterSet', {'current.id': address, poster: 'poster', nonce: 'nonce'}),
    latest('Poster', ['PosterSet'], address, {poster: 'poster', nonce: 'nonce'}),
    {...record('ValidatorSet', lastOf(by('SetAccepted').toReversed(), ({args}) => text(args.setId)), 'SetAccepted', headerShape)},
  ];
}

export function adminExpectations(events: readonly Happened[]): Expectation[] {
  const by = (name: string) => events.filter((event) => event.name === name);
  const operationOf = (event: Happened): string => joined(event.address, event.args.id);
  const about = (name: string, of: Happened) => by(name).findLast((event) => operationOf(event) === operationOf(of));
  const call = (of: Happened) => by('CallExecuted').find((event) => operationOf(event) === operationOf(of) && event.args.index === of.args.index);
  const scheduled = lastOf(by('CallScheduled'), operationOf);
  return [
    record('Operation', scheduled, 'CallScheduled', {
      operation: 'id', timelock: address, predecessor: 'predecessor', salt: (event) => text(about('CallSalt', event)?.args.salt ?? 'null') === 'null' ? null : text(about('CallSalt', event)!.args.salt),
      readyAt: ({time, args}) => text(time + BigInt(text(args.delay))),
      status: (event) => (about('Cancelled', event) !== undefined ? 'CANCELLED' : about('CallExecuted', event) !== undefined ? 'DONE' : 'WAITING'),
    }),
    state('OperationCall', 'operation { id } index target valueWei data executedTx', by('CallScheduled').map((event) => ({
      operation: {id: operationOf(event)}, index: text(event.args.index), target: text(event.args.target), valueWei: text(event.args.value), data: text(event.args.data), executedTx: call(event)?.tx ?? null,
    }))),
    record('DelayChange', events, 'MinDelayChange', {'timelock.id': address, previousDelay: 'oldDuration', minDelay: 'newDuration'}),
    state('Timelock', 'minDelay', lastOf(by('MinDelayChange'), address).map(({args}) => ({minDelay: text(args.newDuration)}))),
    record('BeaconRound', lastOf(by('RoundVerified').toReversed(), ({args}) => text(args.round)), 'RoundVerified', {beacon: address, round: 'round', randomness: 'randomness'}),
    record('ReserveMovement', events, Object.keys(MOVEMENTS), {'reserve.id': address, kind: ({name}) => MOVEMENTS[name], token: 'token', amount: 'amount', to: optional('to'), receipt: optional('receipt')}),
    record('ReservePeerChange', events, 'PeerSet', {'reserve.id': address, peer: 'peer'}),
    state('Reserve', 'peer', lastOf(events.filter(({contract, name}) => contract === 'reserve' && (name in MOVEMENTS || name === 'PeerSet')), address)
      .map((event) => ({peer: text(by('PeerSet').findLast((other) => other.address === event.address)?.args.peer ?? 'null')})).map(({peer}) => ({peer: peer === 'null' ? null : peer}))),
  ];
}

export function rewardExpectations(events: readonly Happened[]): Expectation[] {
  const term = {'term.id': ({args}: Happened) => idOf(args.setId)};
  const rootOf = ({args}: Happened): string => joined(wide(args.setId, 4), args.validator);
  const by = (name: string) => events.filter((event) => event.name === name);
  const reports = by('AbsencesReported');
  return [
    record('RewardFunding', events, 'TermFunded', {...term, from: 'from', amount: 'amount'}),
    record('RewardTicket', events, 'TicketPaid', {...term, ticket: 'ticket', validator: 'validator', payee: 'payee', epoch: 'epoch', amount: 'amount'}),
    record('RewardCarry', events, 'TermCarried', {'from.id': ({args}) => idOf(args.from), 'to.id': ({args}) => idOf(args.to), amount: 'amount'}),
    record('AuditCommitment', events, 'AuditRootCommitted', {'auditRoot.id': rootOf, root: 'root'}),
    state('AuditRoot', 'setId validator root', lastOf(by('AuditRootCommitted'), rootOf).map((event) => rowOf({setId: 'setId', validator: 'validator', root: 'root'}, event))),
    record('PayeeChange', events, 'PayeeSet', {'validator.id': 'validator', payee: 'payee'}),
    state('RewardPayee', 'payee', lastOf(by('PayeeSet'), ({args}) => text(args.validator)).map((event) => rowOf({payee: 'payee'}, event))),
    record('ParticipationCount', events, 'ParticipationCounted', {'epoch.id': ({args}) => idOf(args.epoch, 8), setId: 'setId', signers: 'signers', absent: (event) => absentOf(events, event).map(String)}),
    state('SeatAbsence', 'setId index absences', seatAbsences(events)),
    record('AbsenceReport', events, 'AbsencesReported', {setId: 'setId', validators: 'validators', position: 'position'}),
    state('ReportedAbsence', 'setId validator report { id }', reports.flatMap((event) =>
      (event.args.validators as string[]).map((validator) => ({setId: text(event.args.setId), validator: text(validator), report: {id: eventIdOf(event)}})))),
    state('ValidatorRecord', 'key: id voteCount lastEpoch ticketCount rewarded', validatorRecords(events)),
    state('RewardTerm', 'setId funded paid ticketCount prize round seed claimDeadline drawnTx', rewardTerms(events)),
  ];
}

function validatorRecords(events: readonly Happened[]) {
  const own = (name: string, validator: string) => events.filter((event) => event.name === name && text(event.args.validator) === validator);
  const validators = new Set(events.filter(({name}) => name === 'VoteCast' || name === 'TicketPaid').map(({args}) => text(args.validator)));
  return [...validators].map((validator) => {
    const votes = own('VoteCast', validator).filter((event, i, all) =>
      all.findIndex(({args}) => ['epoch', 'index', 'kind'].every((field) => args[field] === event.args[field])) === i);
    const tickets = own('TicketPaid', validator);
    return {
      key: validator, voteCount: votes.length, lastEpoch: votes.length === 0 ? null : text(votes.at(-1)!.args.epoch), ticketCount: tickets.length, rewarded: text(sum(tickets, 'amount')),
    };
  });
}

function absentOf(events: readonly Happened[], {args}: Happened): number[] {
  const header = events.find((event) => event.name === 'SetAccepted' && event.args.setId === args.setId)?.args.header as {count: number} | undefined;
  const words = args.signers as bigint[];
  return Array.from({length: header?.count ?? 0}, (_, index) => index).filter((index) => ((words[index >> 8]! >> BigInt(index & 255)) & 1n) === 0n);
}

function seatAbsences(events: readonly Happened[]) {
  const counts = new Map<string, number>();
  for (const event of events.filter(({name}) => name === 'ParticipationCounted')) {
    for (const index of absentOf(events, event)) {
      const key = `${text(event.args.setId)} ${index}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts].map(([key, absences]) => ({setId: key.split(' ')[0], index: key.split(' ')[1], absences}));
}

function rewardTerms(events: readonly Happened[]) {
  const of = (name: string, field: string, setId: string) => events.filter((event) => event.name === name && text(event.args[field]) === setId);
  const total = (found: readonly Happened[]) => found.reduce((sum, {args}) => sum + BigInt(text(args.amount)), 0n);
  const sets = new Set(events.filter(({name}) => ['TermFunded', 'TermDrawn', 'TicketPaid'].includes(name)).map(({args}) => text(args.setId)));
  for (const {args} of events.filter(({name}) => name === 'TermCarried')) sets.add(text(args.from)).add(text(args.to));
  return [...sets].map((setId) => {
    const drawn = of('TermDrawn', 'setId', setId)[0];
    const tickets = of('TicketPaid', 'setId', setId);
    const value = (name: string) => (drawn === undefined ? null : text(drawn.args[name]));
    return {
      setId, funded: text(total(of('TermFunded', 'setId', setId)) + total(of('TermCarried', 'to', setId)) - total(of('TermCarried', 'from', setId))),
      paid: text(total(tickets)), ticketCount: tickets.length, prize: value('prize') ?? '0', round: value('round'), seed: value('seed'),
      claimDeadline: value('claimDeadline'), drawnTx: drawn?.tx ?? null,
    };
  });
}
