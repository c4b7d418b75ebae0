/** A network description for benches: two chains that nobody has to run, one settlement currency, one other. */
import type {Network, Rules} from '@pobs/protocol';
import {type Address, getAddress, type Hex, zeroAddress} from 'viem';
import type {Command} from '../src/core/commands.ts';

const at = (byte: string): Address => getAddress(`0x${byte.repeat(20)}`);

export const CHAIN = 31_337;
export const USDC_TOKEN = at('a1');
export const USDC = 1_000_000n;
export const MARKET = 'ETH-PERP';
export const MARK = 2_000n * USDC;
/** Of the market: 0.01 USDC. */
export const MARK_TICKS = 200_000;

const usdc = (token: Address) => ({token, symbol: 'USDC', currency: 'USDC', decimals: 6, lotSize: '1', withdrawalFeeLots: '0', withdrawalMinimumLots: '1'});

export const rules: Rules = {
  version: 1, l1ChainId: CHAIN, registry: at('c1'), settlementCurrency: 'USDC', maxAgeSeconds: 3_600, eraEpochs: 100,
  custodies: [
    {chainId: CHAIN, custody: at('b1'), withdrawEvery: 1, tokens: [usdc(USDC_TOKEN)]},
    {chainId: 412_346, custody: at('b2'), withdrawEvery: 1, tokens: [
      {token: zeroAddress, symbol: 'ETH', currency: 'ETH', decimals: 18, lotSize: '1000000000', withdrawalFeeLots: '0', withdrawalMinimumLots: '1'},
      usdc(at('a2')),
    ]},
  ],
};

export const network: Network = {
  name: 'bench',
  l1: {chainId: CHAIN, registry: at('c1'), sets: at('c2'), custody: at('b1'), inbox: at('c3'), startBlock: 0},
  l2: {chainId: 412_346, epochManager: at('c4'), sets: at('c5'), custody: at('b2'), startBlock: 0},
  rules, salt: `0x${'5a'.repeat(32)}`, auditor: 'age1bench',
};

/** Clear of the low addresses, which are the system's own accounts. */
export const walletOf = (index: number): Address => `0x${(index + 2 ** 20).toString(16).padStart(40, '0')}`;
export const secretOf = (index: number): Hex => `0x${(index + 1).toString(16).padStart(64, '0')}`;

/** Deposits of one block, as the indexer would credit them. */
export function deposits(blockNumber: bigint, wallets: readonly Address[], lots: bigint): Command {
  return {
    type: 'advanceChain', chainId: CHAIN, blockNumber, blockHash: `0x${'0b'.repeat(32)}`, payouts: [], activeEpoch: 0n, kills: 0,
    deposits: wallets.map((from, index) => ({token: USDC_TOKEN, from, amount: lots, txHash: `0x${'0a'.repeat(32)}`, logIndex: index})),
  };
}
