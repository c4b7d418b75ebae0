/** Contract logs to {@link ChainEvent}s. Events the read models do not use give undefined. */
import type {Line, Summary} from '@pobs/protocol';
import {type Address, getAddress, type Hex, zeroAddress} from 'viem';
import type {ChainEvent, EventPosition} from './events.ts';

type Position = {address: Address; blockNumber: bigint; logIndex: number; transactionHash: Hex};
type Of<TName extends string, TArgs> = Position & {eventName: TName; args: TArgs};

type Header = {
  setId: number; membersRoot: Hex; aggregateKey: Hex; totalWeight: bigint; count: number; activeFrom: bigint; activeUntil: bigint;
};
type Member = {index: number; validator: Address; key: Hex; weight: bigint};

/** A decoded log and which contract of ours it comes from. */
export type ContractLog =
  | {source: 'token'; log: Of<'Transfer', {from: Address; to: Address; value: bigint}>}
  | {source: 'custody'; log:
      | Of<'EtherReceived', {from: Address; amount: bigint}>
      | Of<'Settled', {epoch: bigint; digest: Hex; payoutRoot: Hex; blockNumber: bigint; signedWeight: bigint}>
      | Of<'RootActivated', {epoch: bigint; payoutRoot: Hex}>
      | Of<'Paid', {token: Address; wallet: Address; lots: bigint; cumulative: bigint; epoch: bigint}>
      | Of<'PayoutDeferred', {token: Address; wallet: Address; lots: bigint; epoch: bigint}>}
  | {source: 'sets'; log: Of<'SetAccepted', {header: Header}>}
  | {source: 'registry'; log: Of<'TermFixed', {header: Header}> | Of<'MemberChanged', Member>}
  | {source: 'epochManager'; log:
      | Of<'EpochProposed', {digest: Hex; summary: Summary; lines: readonly Line[]}>
      | Of<'VoteCast', {epoch: bigint; validator: Address; kind: number; rule: number; index: number; weight: bigint}>
      | Of<'CertificateAccepted', {epoch: bigint; digest: Hex; kind: number; setId: number; signedWeight: bigint; totalWeight: bigint}>
      | Of<'EpochApproved' | 'EpochRejected', {epoch: bigint}>};

export function toChainEvent(entry: ContractLog, {chainId, blockTime}: {chainId: number; blockTime: bigint}): ChainEvent | undefined {
  const {log} = entry;
  const at: EventPosition = {chainId, blockTime, blockNumber: log.blockNumber, logIndex: log.logIndex, txHash: log.transactionHash};
  switch (entry.source) {
    case 'token':
      return {...at, type: 'deposit', token: getAddress(log.address), sender: getAddress(entry.log.args.from), amount: entry.log.args.value};
    case 'custody':
      return custodyEvent(entry.log, at);
    case 'sets':
      return entry.log.eventName === 'SetAccepted' ? {...at, type: 'term', accepted: true, ...termOf(entry.log.args.header)} : undefined;
    case 'registry':
      return registryEvent(entry.log, at);
    case 'epochManager':
      return managerEvent(entry.log, at);
  }
}

function custodyEvent(log: Extract<ContractLog, {source: 'custody'}>['log'], at: EventPosition): ChainEvent | undefined {
  switch (log.eventName) {
    case 'EtherReceived':
      return {...at, type: 'deposit', token: zeroAddress, sender: getAddress(log.args.from), amount: log.args.amount};
    case 'Settled': {
      const {epoch, digest, payoutRoot, blockNumber, signedWeight} = log.args;
      return {...at, type: 'settled', epoch, digest, payoutRoot, lineBlock: blockNumber, signedWeight};
    }
    case 'RootActivated':
      return {...at, type: 'activated', epoch: log.args.epoch, payoutRoot: log.args.payoutRoot};
    case 'Paid': {
      const {token, wallet, lots, cumulative, epoch} = log.args;
      return {...at, type: 'payout', deferred: false, epoch, token: getAddress(token), wallet: getAddress(wallet), lots, cumulative};
    }
    case 'PayoutDeferred': {
      const {token, wallet, lots, epoch} = log.args;
      return {...at, type: 'payout', deferred: true, epoch, token: getAddress(token), wallet: getAddress(wallet), lots};
    }
    default:
      return undefined;
  }
}

function registryEvent(log: Extract<ContractLog, {source: 'registry'}>['log'], at: EventPosition): ChainEvent | undefined {
  switch (log.eventName) {
    case 'TermFixed':
      return {...at, type: 'term', accepted: false, ...termOf(log.args.header)};
    case 'MemberChanged': {
      const {index, validator, key, weight} = log.args;
      return {...at, type: 'validator', index, address: getAddress(validator), key, weight};
    }
    default:
      return undefined;
  }
}

function managerEvent(log: Extract<ContractLog, {source: 'epochManager'}>['log'], at: EventPosition): ChainEvent | undefined {
  switch (log.eventName) {
    case 'EpochProposed':
      return {...at, type: 'epochProposed', digest: log.args.digest, summary: log.args.summary, lines: log.args.lines};
    case 'VoteCast': {
      const {epoch, validator, index, kind, rule, weight} = log.args;
      return {...at, type: 'vote', epoch, validator: getAddress(validator), index, kind, rule, weight};
    }
    case 'CertificateAccepted': {
      const {epoch, digest, kind, setId, signedWeight, totalWeight} = log.args;
      return {...at, type: 'certificate', epoch, digest, kind, setId, signedWeight, totalWeight};
    }
    case 'EpochApproved':
    case 'EpochRejected':
      return {...at, type: 'epochDecided', epoch: log.args.epoch, outcome: log.eventName === 'EpochApproved' ? 'APPROVED' : 'REJECTED'};
    default:
      return undefined;
  }
}

function termOf({setId, membersRoot, aggregateKey, totalWeight, count, activeFrom, activeUntil}: Header) {
  return {setId, membersRoot, aggregateKey, totalWeight, count, activeFrom, activeUntil};
}
