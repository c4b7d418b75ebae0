/** A small, valid sealed epoch: two chains, three assets, users, system rows and withdrawals. */
import type {Address, Hex} from 'viem';
import type {BuildInput} from '../builder.ts';
import {domainSalt} from '../summary.ts';
import {ZERO_BLINDING} from '../ids.ts';
import {type Rules, type SealedAsset, type SealedEpoch, type SealedRow, SYSTEM_WALLETS} from '../types.ts';

export const ZERO: Hex = `0x${'00'.repeat(32)}`;
export const NATIVE: Address = `0x${'00'.repeat(20)}`;
export const USDC_1: Address = `0x${'a1'.repeat(20)}`;
export const USDC_2: Address = `0x${'a2'.repeat(20)}`;
export const CUSTODY_1: Address = '0xC1c1c1C1C1c1C1c1c1C1c1C1C1C1C1C1c1C1C1c1';
export const CUSTODY_2: Address = `0x${'c2'.repeat(20)}`;
export const [ALICE, BOB, CAROL] = ['11', '22', '33'].map((byte): Address => `0x${byte.repeat(20)}`) as [Address, Address, Address];
/** The X25519 secret of 32 bytes of 7, and its public half, as age writes them. */
export const AUDITOR_IDENTITY = 'AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K';
export const AUDITOR = 'age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt';

export const RULES: Rules = {
  version: 1, l1ChainId: 31_337, registry: `0x${'e1'.repeat(20)}`, settlementCurrency: 'USDC', maxAgeSeconds: 3_600, eraEpochs: 100,
  custodies: [
    {chainId: 31_337, custody: CUSTODY_1, withdrawEvery: 1, tokens: [token(USDC_1, 'USDC', 6, '1')]},
    {chainId: 412_346, custody: CUSTODY_2, withdrawEvery: 1, tokens: [token(NATIVE, 'ETH', 18, '1000000000'), token(USDC_2, 'USDC', 6, '1')]},
  ],
};

function token(address: Address, symbol: string, decimals: number, lotSize: string): Rules['custodies'][number]['tokens'][number] {
  return {token: address, symbol, currency: symbol, decimals, lotSize, withdrawalFeeLots: '0', withdrawalMinimumLots: '1'};
}

export const sealedRow = (wallet: Address, total: bigint, withdrawable = total, withdrawal = 0n): SealedRow => ({
  wallet, blinding: wallet === SYSTEM_WALLETS.fees ? ZERO_BLINDING : `0x${wallet.slice(2, 4).repeat(32)}`, total, withdrawable, withdrawal,
});

const ASSETS: readonly SealedAsset[] = [
  // Listed out of order on purpose: lines sort them.
  {chainId: 412_346, custody: CUSTODY_2, token: USDC_2, lotSize: 1n, deposited: 1_000n, authorisedOut: 130n,
    rows: [sealedRow(BOB, 700n, 600n, 100n), sealedRow(ALICE, 250n, 200n), sealedRow(SYSTEM_WALLETS.fees, 20n, 0n)]},
  {chainId: 31_337, custody: CUSTODY_1, token: USDC_1, lotSize: 1n, deposited: 500n, authorisedOut: 0n,
    rows: [sealedRow(CAROL, 0n), sealedRow(ALICE, 500n)]},
  {chainId: 412_346, custody: CUSTODY_2, token: NATIVE, lotSize: 1_000_000_000n, deposited: 2_000_000_000n, authorisedOut: 5n,
    rows: [sealedRow(CAROL, 1_999_999_995n, 1_999_999_995n)]},
];

export function books(change: Partial<SealedEpoch> = {}): SealedEpoch {
  return {
    epoch: 7n, snapshotTime: 1_700_000_000n, era: 0, journalHead: `0x${'77'.repeat(32)}`,
    chains: [
      {chainId: 412_346, custody: CUSTODY_2, blockNumber: 20n, blockHash: `0x${'b2'.repeat(32)}`, kills: 0},
      {chainId: 31_337, custody: CUSTODY_1, blockNumber: 10n, blockHash: `0x${'b1'.repeat(32)}`, kills: 1},
    ],
    assets: ASSETS,
    payouts: [
      {chainId: 412_346, token: USDC_2, wallet: BOB, cumulative: 110n, paid: 10n, withdrawal: 100n},
      {chainId: 412_346, token: USDC_2, wallet: ALICE, cumulative: 20n, paid: 20n, withdrawal: 0n},
      {chainId: 412_346, token: NATIVE, wallet: CAROL, cumulative: 5n, paid: 3n, withdrawal: 0n},
    ],
    legs: [
      {seq: 1n, from: NATIVE, to: ALICE, asset: 1, lots: 500n, kind: 'deposit'},
      {seq: 2n, from: BOB, to: ALICE, asset: 0, lots: 30n, kind: 'trade'},
      {seq: 3n, from: CAROL, to: NATIVE, asset: 1, lots: 4n, kind: 'withdrawal'},
    ],
    viewingKeys: {[ALICE]: AUDITOR},
    ...change,
  };
}

export const buildInput = (sealed: SealedEpoch = books()): BuildInput => ({
  sealed, setId: 3, parent: `0x${'0a'.repeat(32)}`, previousLogRoot: `0x${'0b'.repeat(32)}`, rules: RULES,
  salt: domainSalt(RULES.l1ChainId, RULES.registry), auditor: AUDITOR, logSecret: `0x${'42'.repeat(32)}`,
});

/** Changes one asset by its token. */
export const withAsset = (sealed: SealedEpoch, address: Address, change: (asset: SealedAsset) => Partial<SealedAsset>): SealedEpoch =>
  ({...sealed, assets: sealed.assets.map((asset) => (asset.token === address ? {...asset, ...change(asset)} : asset))});
