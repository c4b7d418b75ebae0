import {getAddress, numberToHex, type Address} from 'viem';
import {ownArtifact} from './artifacts.ts';
import {arbSysAbi, retryableAbi} from './abi.ts';
import type {Rpc} from './rpc.ts';

/** The account that acts for the emulated ArbOS: it announces tickets and credits deposits. */
export const SYSTEM: Address = getAddress('0x00000000000000000000000000000000000a4b05');

export const ARB_SYS: Address = getAddress('0x0000000000000000000000000000000000000064');
export const ARB_GAS_INFO: Address = getAddress('0x000000000000000000000000000000000000006c');
export const ARB_RETRYABLE_TX: Address = getAddress('0x000000000000000000000000000000000000006e');
export const NODE_INTERFACE: Address = getAddress('0x00000000000000000000000000000000000000c8');

export const arbSys = {address: ARB_SYS, abi: arbSysAbi} as const;
export const arbRetryableTx = {address: ARB_RETRYABLE_TX, abi: retryableAbi} as const;

/** Storage slots that the relay writes. */
export const ARB_SYS_SLOT = {l1BlockNumber: 0n, topTxAliased: 1n, nextMessage: 4n} as const;
export const ARB_GAS_INFO_SLOT = {l1BaseFee: 0n} as const;

const CODE: [address: Address, contract: string][] = [
  [ARB_SYS, 'ArbSysEmu'],
  [ARB_GAS_INFO, 'ArbGasInfoEmu'],
  [ARB_RETRYABLE_TX, 'ArbRetryableTxEmu'],
  [NODE_INTERFACE, 'NodeInterfaceEmu'],
];

/** Places the emulated precompiles. Also needed on a loaded chain: impersonation is not part of the saved state. */
export async function installPrecompiles(l2: Rpc): Promise<void> {
  await l2.batch([
    ...CODE.map(([address, contract]): [string, unknown[]] => [
      'anvil_setCode',
      [address, ownArtifact(contract).deployedBytecode],
    ]),
    ['anvil_setBalance', [SYSTEM, numberToHex(10n ** 30n)]],
    ['anvil_impersonateAccount', [SYSTEM]],
  ]);
}
