/** L1: entities that stand for one event of the registry or the court each. */
import type {Happened} from '../chain-logs.ts';
import {type Expectation, idOf, record, text, ZERO} from './shape.ts';

const OFFENCES = ['', 'EQUIVOCATION', 'FRAUD', 'DISSENT'];
export const HEADER = ['setId', 'membersRoot', 'aggregateKey', 'totalWeight', 'count', 'activeFrom', 'activeUntil'];
export const headerShape = Object.fromEntries(HEADER.map((name) => [name, ({args}: Happened) => text((args.header as Record<string, unknown>)[name])]));

export function registryRecords(events: readonly Happened[]): Expectation[] {
  const validator = {'validator.id': 'validator'};
  return [
    record('MemberChange', events, 'MemberChanged', {index: 'index', 'member.id': ({args}) => (text(args.validator) === ZERO ? null : text(args.validator)), key: 'key', weight: 'weight'}),
    record('QueueEntry', events, 'ValidatorQueued', {...validator, human: 'human', position: 'position'}),
    record('Candidacy', events, 'ValidatorWaits', {...validator, drawWeight: 'drawWeight'}),
    record('ExitEntry', events, 'ExitQueued', {...validator, position: 'position'}),
    record('ExitRequest', events, 'ExitRequested', {...validator, amountWei: 'amount', withdrawableAt: 'withdrawableAt'}),
    record('SeatDraw', events, 'SeatDrawn', {setId: 'setId', seat: 'seat', leaving: 'leaving', joining: 'joining'}),
    record('KeyRotation', events, 'KeyRotated', {...validator, key: 'key'}),
    record('EncryptionKeyChange', events, 'EncryptionKeyChanged', {...validator, encryptionKey: 'encryptionKey'}),
    record('HumanityChange', events, 'HumanityChanged', {...validator, human: 'human'}),
    record('Jailing', events, ['Jailed', 'Unjailed'], {...validator, jailed: ({name}) => name === 'Jailed', until: ({args}) => (args.until === undefined ? null : text(args.until))}),
    record('Slashing', events, 'Slashed', {...validator, amountWei: 'amount', bountyWei: 'bounty', reporter: 'reporter'}),
    record('Term', events, 'TermFixed', headerShape),
    record('TermTicket', events, 'TermSent', {'term.id': ({args}) => idOf(args.setId), ticket: 'ticket'}),
    record('BridgeChange', events, 'BridgeSet', {sets: 'sets', inbox: 'inbox', l2Sets: 'l2Sets'}),
    record('SourcesChange', events, 'SourcesSet', {beacon: 'beacon', humanity: 'humanity'}),
    record('OperatorChange', events, 'OperatorSet', {'bond.id': ({address}) => text(address), operator: 'operator', l2EpochManager: 'l2EpochManager'}),
    record('PosterTicket', events, 'PosterSent', {poster: 'poster', nonce: 'nonce', ticket: 'ticket'}),
  ];
}

export function courtRecords(events: readonly Happened[]): Expectation[] {
  const finding = {'finding.id': 'digest'};
  return [
    record('FraudProof', events, 'FraudProven', {...finding, epoch: 'epoch', chainId: 'chainId', custody: 'custody', reporter: 'reporter'}),
    record('Conviction', events, 'Convicted', {
      validator: 'validator', epoch: 'epoch', offence: ({args}) => OFFENCES[Number(args.offence)], setId: 'setId', slashedWei: 'slashed', reporter: 'reporter',
    }),
    record('OperatorConviction', events, 'OperatorConvicted', {...finding, epoch: 'epoch', slashedWei: 'slashed', reporter: 'reporter'}),
    record('DissentCase', events, 'DissentQueued', {
      ...finding, validator: 'validator', epoch: 'epoch', setId: 'setId', executableAt: 'executableAt', rejecter: 'rejecter', reporter: 'reporter',
      executed: ({args}) => events.some((other) => other.name === 'Convicted' && OFFENCES[Number(other.args.offence)] === 'DISSENT'
        && other.args.epoch === args.epoch && other.args.validator === args.validator),
    }),
    record('DissentVeto', events, 'DissentVetoed', finding),
    record('RejectionConfirmation', events, 'RejectionConfirmed', finding),
    record('AbsenceJailing', events, 'AbsentJailed', {validator: 'validator', setId: 'setId'}),
    record('AbsenceReporterChange', events, 'AbsenceReporterSet', {'court.id': ({address}) => text(address), bridge: 'bridge', l2Reporter: 'l2Reporter'}),
  ];
}
