/** A network without chains, for tests of what runs above them. */
import type {Network, Rules} from '@pobs/protocol';
import {type Address, getAddress, zeroAddress} from 'viem';

const at = (byte: string): Address => getAddress(`0x${byte.repeat(20)}`);
export const L1_USDC = at('a1');
export const L2_USDC = at('a2');
export const USDC = 1_000_000n;
export const ETH = 1_000_000_000n;

const usdc = (token: Address) => ({
  token, symbol: 'USDC', currency: 'USDC', decimals: 6, lotSize: '1', withdrawalFeeLots: '0', withdrawalMinimumLots: '1',
});

export const rules: Rules = {
  version: 1, l1ChainId: 31_337, registry: at('c1'), settlementCurrency: 'USDC', maxAgeSeconds: 3_600, eraEpochs: 100,
  custodies: [
    {chainId: 31_337, custody: at('b1'), withdrawEvery: 1, tokens: [usdc(L1_USDC)]},
    {chainId: 412_346, custody: at('b2'), withdrawEvery: 1, tokens: [
      {token: zeroAddress, symbol: 'ETH', currency: 'ETH', decimals: 18, lotSize: '1000000000', withdrawalFeeLots: '0', withdrawalMinimumLots: '1'},
      usdc(L2_USDC),
    ]},
  ],
};

export const network: Network = {
  name: 'test',
  l1: {chainId: 31_337, registry: at('c1'), sets: at('c2'), custody: at('b1'), inbox: at('c3'), startBlock: 0},
  l2: {chainId: 412_346, epochManager: at('c4'), sets: at('c5'), custody: at('b2'), startBlock: 0},
  rules, salt: `0x${'5a'.repeat(32)}`, auditor: 'age1test',
};
