/** Which contracts of a network live on which chain. */
import type {Network} from '@pobs/protocol';
import {getAddress, zeroAddress} from 'viem';
import type {ChainContracts} from './chain-reader.ts';

/** One entry per custody of the rules, L1 and L2 with the contracts only they have. */
export function contractsOf({l1, l2, rules}: Network): ChainContracts[] {
  return rules.custodies.map(({chainId, custody, tokens}): ChainContracts => ({
    chainId,
    custody: getAddress(custody),
    tokens: tokens.map(({token}) => getAddress(token)).filter((token) => token !== zeroAddress),
    startBlock: 0n,
    ...(chainId === l1.chainId && {startBlock: BigInt(l1.startBlock), sets: getAddress(l1.sets), registry: getAddress(l1.registry)}),
    ...(chainId === l2.chainId && {startBlock: BigInt(l2.startBlock), sets: getAddress(l2.sets), epochManager: getAddress(l2.epochManager)}),
  }));
}
