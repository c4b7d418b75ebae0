/** Synthetic sealed books of any size, a function of their number alone. */
import type {Hex} from 'viem';
import {domainSalt} from '../src/index.ts';
import type {PackedInput} from '../src/builder/input.ts';
import type {PackedAsset, PackedEpoch, Rules} from '../src/types.ts';

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

const bytesOf = (next: () => number, length: number): Uint8Array => new Uint8Array(Uint32Array.from({length: length / 4}, next).buffer);

/** `accounts` wallets, each holding all three custody assets. */
export function syntheticInput(accounts: number, auditor = AUDITOR): PackedInput {
  const next = randomWords(0x9e3779b9);
  const table = {wallets: bytesOf(next, 20 * accounts), blindings: bytesOf(next, 32 * accounts)};
  const owners = Uint32Array.from({length: accounts}, (_, account) => account);
  const assets = ASSETS.map(({chainId, token, lotSize}): PackedAsset => {
    const amounts = () => new BigInt64Array(accounts);
    const [total, withdrawable, withdrawal] = [amounts(), amounts(), amounts()];
    let deposited = 0n;
    for (let account = 0; account < accounts; account += 1) {
      total[account] = BigInt(next()) * 1_000n;
      withdrawable[account] = total[account]! / 2n;
      deposited += total[account]!;
    }
    return {chainId, custody: CUSTODY[chainId], token, lotSize, deposited, authorisedOut: 0n, owners, total, withdrawable, withdrawal};
  });
  const sealed: PackedEpoch = {
    epoch: 1n, snapshotTime: 1_700_000_000n, era: 0, journalHead: `0x${'01'.repeat(32)}`,
    chains: [31337, 412346].map((chainId) => ({
      chainId, custody: CUSTODY[chainId as 31337], blockNumber: 100n, blockHash: `0x${'b0'.repeat(32)}`, kills: 0,
    })),
    accounts: table, assets, payouts: [], legs: [], viewingKeys: {},
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
