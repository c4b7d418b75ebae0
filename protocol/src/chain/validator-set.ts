import {type Address, getAddress, type Hex, parseAbiItem, zeroAddress} from 'viem';
import type {Member, SetHeader} from '../types.ts';
import {membersTree} from '../votes/members.ts';
import {validatorRegistryAbi} from './abi/index.ts';
import {type ChainClient, typed} from './client.ts';
import {ChainError} from './errors.ts';
import {logsOf} from './logs.ts';

const registeredEvent = parseAbiItem('event ValidatorRegistered(address indexed validator, address indexed coldKey, bytes key, bytes32 encryptionKey, uint128 stake)');
const encryptionEvent = parseAbiItem('event EncryptionKeyChanged(address indexed validator, bytes32 encryptionKey)');
const changedEvent = parseAbiItem('event MemberChanged(uint32 indexed index, address indexed validator, bytes key, uint128 weight)');
const fixedEvent = validatorRegistryAbi.find((item) => item.type === 'event' && item.name === 'TermFixed')!;

export type LoadedSet = {
  header: SetHeader;
  /** By seat, from 0 without gaps. */
  members: readonly Member[];
  /** X25519 public keys, 32 bytes, by validator: recipients of the mapping file. The newest ones, whenever the set was fixed. */
  encryptionKeys: ReadonlyMap<Address, Hex>;
};

/**
 * A term's validators: the registry's member tree as its events made it up to the block and log that fixed the set.
 *
 * @param fromBlock - The registry's first block on L1.
 * @throws {ChainError} `SET_UNKNOWN`; `SET_MISMATCH` when root, count or weight are not those of the header.
 */
export async function loadSet({l1, registry, setId, fromBlock}: {l1: ChainClient; registry: Address; setId: number; fromBlock: bigint}): Promise<LoadedSet> {
  const toBlock = await typed(l1, 'eth_blockNumber', () => l1.getBlockNumber());
  const logs = await logsOf({client: l1, address: registry, events: [registeredEvent, encryptionEvent, changedEvent, fixedEvent] as const, fromBlock, toBlock});
  const seats = new Map<number, Member>();
  const encryptionKeys = new Map<Address, Hex>();
  let fixed: Omit<LoadedSet, 'encryptionKeys'> | undefined;
  for (const log of logs) {
    if (log.eventName === 'TermFixed') {
      if (log.args.setId === setId) fixed = {header: log.args.header, members: [...seats.values()].toSorted((a, b) => a.index - b.index)};
    } else if (log.eventName === 'MemberChanged') {
      const {index, validator, key, weight} = log.args;
      if (weight === 0n && validator === zeroAddress) seats.delete(index);
      else seats.set(index, {index, validator: getAddress(validator), key, weight});
    } else {
      encryptionKeys.set(getAddress(log.args.validator), log.args.encryptionKey);
    }
  }
  if (!fixed) throw new ChainError({code: 'SET_UNKNOWN', setId});
  return checkedSet({...fixed, encryptionKeys});
}

function checkedSet(set: LoadedSet): LoadedSet {
  const {header, members} = set;
  const mismatch = (detail: string) => new ChainError({code: 'SET_MISMATCH', setId: header.setId, detail});
  if (members.length === 0) throw mismatch('there are none');
  if (members.length !== header.count) throw mismatch(`there are ${members.length}, the header counts ${header.count}`);
  const weight = members.reduce((sum, member) => sum + member.weight, 0n);
  if (weight !== header.totalWeight) throw mismatch(`their weight is ${weight}, the header says ${header.totalWeight}`);
  const gap = members.find(({index}, i) => index !== i);
  if (gap) throw mismatch(`seat ${gap.index} follows a gap`);
  const {root} = membersTree(members);
  if (root !== header.membersRoot.toLowerCase()) throw mismatch(`their root is ${root}, the header says ${header.membersRoot}`);
  const missing = members.find(({validator}) => !set.encryptionKeys.has(validator));
  if (missing) throw mismatch(`${missing.validator} never registered`);
  return {...set, encryptionKeys: new Map(members.map(({validator}) => [validator, set.encryptionKeys.get(validator)!]))};
}
