/** Roles, code, timelock, beacon and treasury. */
import {pad} from 'viem';
import type {ContractName} from '../chain-logs.ts';
import {hash, type Tell, USDC, wallet} from './tell.ts';

const NONE = pad('0x', {size: 32});

export async function playAccess(tell: Tell, contract: ContractName): Promise<void> {
  await tell(contract, 'Upgraded', {implementation: wallet(60)});
  await playRoles(tell, contract);
  await tell(contract, 'Initialized', {version: 1n});
}

async function playRoles(tell: Tell, contract: ContractName): Promise<void> {
  const [role, other] = [hash('role'), hash('other role')];
  await tell(contract, 'RoleGranted', {role, account: wallet(61), sender: wallet(62)});
  await tell(contract, 'RoleGranted', {role: other, account: wallet(61), sender: wallet(62)});
  await tell(contract, 'RoleAdminChanged', {role, previousAdminRole: NONE, newAdminRole: other});
  await tell(contract, 'RoleRevoked', {role, account: wallet(61), sender: wallet(62)});
}

export async function playAdministration(tell: Tell): Promise<void> {
  for (const contract of ['timelock', 'reserve'] as const) await playRoles(tell, contract);
  await tell('timelock', 'MinDelayChange', {oldDuration: 0n, newDuration: 600n});
  await tell('timelock', 'MinDelayChange', {oldDuration: 600n, newDuration: 900n});
  const call = (id: string, index: bigint) => ({id: hash(id), index, target: wallet(63), value: 0n, data: '0xabcd'});
  for (const id of ['waits', 'done', 'cancelled']) {
    for (const index of [0n, 1n]) await tell('timelock', 'CallScheduled', {...call(id, index), predecessor: NONE, delay: 900n});
  }
  await tell('timelock', 'CallSalt', {id: hash('done'), salt: hash('salt')});
  for (const index of [0n, 1n]) await tell('timelock', 'CallExecuted', call('done', index));
  await tell('timelock', 'Cancelled', {id: hash('cancelled')});

  await tell('beacon', 'RoundVerified', {round: 7n, randomness: hash('round 7')});
  await tell('beacon', 'RoundVerified', {round: 7n, randomness: hash('round 7')});
  await tell('reserve', 'ReserveDeposited', {token: USDC, amount: 5n});
  await tell('reserve', 'PeerSet', {peer: wallet(64)});
  await tell('reserve', 'ReserveSent', {token: USDC, amount: 6n, receipt: '0x07'});
  await tell('reserve', 'ReserveReleased', {token: USDC, to: wallet(65), amount: 7n});
}
