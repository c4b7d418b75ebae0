/** Synthetic sealed books of any size, a function of their number alone. */
import type {Address, Hex} from 'viem';
import {domainSalt} from '../src/index.ts';
import type {Rules, SealedAsset, SealedEpoch, SealedRow} from '../src/types.ts';
import type {BuildInput} from '../src/builder.ts';

const CUSTODY = {31337: `0x${'c1'.repeat(20)}`, 412346: `0x${'c2'.repeat(20)}`} as const;
const ASSETS = [
  {chainId: 31337, token: `0x${'a1'.repeat(20)}`, lotSize: 1n},
  {chainId: 412346, token: `0x${'a2'.repeat(20)}`, lotSize: 1n},
  {chainId: 412346, token: `0x${'00'.repeat(20)}`, lotSize: 1_000_000_000n},
] as const;
const AUDITOR = 'age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt';

/** xorshift32: wallets only need to look random. */
function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const hexOf = (next: () => number, bytes: number): Hex =>
  `0x${Array.from({length: bytes / 4}, () => next().toString(16).padStart(8, '0')).join('')}`;

/** `accounts` wallets, each holding all three custody assets. */
export function syntheticInput(accounts: number, auditor = AUDITOR): BuildInput {
  const next = randomWords(0x9e3779b9);
  const owners = Array.from({length: accounts}, () => ({wallet: hexOf(next, 20) as Address, blinding: hexOf(next, 32)}));
  const assets = ASSETS.map(({chainId, token, lotSize}): SealedAsset => {
    const rows = owners.map(({wallet, blinding}): SealedRow => {
      const total = BigInt(next()) * 1_000n;
      return {wallet, blinding, total, withdrawable: total / 2n, withdrawal: 0n};
    });
    const deposited = rows.reduce((sum, {total}) => sum + total, 0n);
    return {chainId, custody: CUSTODY[chainId], token, lotSize, deposited, authorisedOut: 0n, rows};
  });
  const sealed: SealedEpoch = {
    epoch: 1n, snapshotTime: 1_700_000_000n, era: 0, journalHead: `0x${'01'.repeat(32)}`,
    chains: [31337, 412346].map((chainId) => ({
      chainId, custody: CUSTODY[chainId as 31337], blockNumber: 100n, blockHash: `0x${'b0'.repeat(32)}`, kills: 0,
    })),
    assets, payouts: [], legs: [], viewingKeys: {},
  };
  const rules = syntheticRules();
  const zero: Hex = `0x${'00'.repeat(32)}`;
  return {
    sealed, setId: 1, parent: zero, previousLogRoot: zero, rules, salt: domainSalt(rules.l1ChainId, rules.registry),
    auditor, logSecret: `0x${'5e'.repeat(32)}`,
  };
}

const syntheticRules = (): Rules => ({
  version: 1, l1ChainId: 31337, registry: `0x${'e1'.repeat(20)}`, settlementCurrency: 'USDC', maxAgeSeconds: 3_600, eraEpochs: 5_760,
  custodies: [31337, 412346].map((chainId) => ({
    chainId, custody: CUSTODY[chainId as 31337], withdrawEvery: 1,
    tokens: ASSETS.filter((asset) => asset.chainId === chainId).map(({token, lotSize}) => ({
      token, symbol: lotSize === 1n ? 'USDC' : 'ETH', currency: lotSize === 1n ? 'USDC' : 'ETH', decimals: lotSize === 1n ? 6 : 18,
      lotSize: lotSize.toString(), withdrawalFeeLots: '0', withdrawalMinimumLots: '1',
    })),
  })),
});
