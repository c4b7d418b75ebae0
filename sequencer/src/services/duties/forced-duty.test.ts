/** What is shown to a custody that waits for an answer: the payout, the row in which nothing stayed, or nothing yet. */
import {createMappingIdentity, encryptMapping, linesTree, mappingRecipient, NO_PAYOUTS_ROOT, type SealedEpoch, summaryDigest} from '@pobs/protocol';
import {assembleEpoch} from '@pobs/protocol/builder';
import {type Address, type Hex, zeroHash} from 'viem';
import {beforeAll, describe, expect, test} from 'vitest';
import type {StoredEpoch, Vault} from '../ports.ts';
import {ForcedDuty} from './forced-duty.ts';
import type {ForcedChain, OpenRequest} from './ports.ts';

const CUSTODY: Address = `0x${'c1'.repeat(20)}`;
const TOKEN: Address = `0x${'a1'.repeat(20)}`;
const [ALICE, BOB, CAROL] = ['11', '22', '33'].map((byte): Address => `0x${byte.repeat(20)}`) as [Address, Address, Address];
const SALT: Hex = `0x${'5a'.repeat(32)}`;
const AUDITOR = 'age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt';
const silent = {info: () => {}, warn: () => {}, error: () => {}};

/** Alice takes everything out, Bob can take nothing now, Carol could and does not. */
const sealed: SealedEpoch = {
  epoch: 4n, snapshotTime: 1_000n, era: 0, journalHead: zeroHash, legs: [], viewingKeys: {},
  chains: [{chainId: 1, custody: CUSTODY, blockNumber: 50n, blockHash: zeroHash, kills: 0}],
  assets: [{
    chainId: 1, custody: CUSTODY, token: TOKEN, lotSize: 1n, deposited: 160n, authorisedOut: 100n,
    rows: ([[ALICE, 100n, 100n, 100n], [BOB, 30n, 0n, 0n], [CAROL, 30n, 30n, 0n]] as const).map(([wallet, total, withdrawable, withdrawal]) =>
      ({wallet, blinding: `0x${wallet.slice(2, 4).repeat(32)}` as Hex, total, withdrawable, withdrawal})),
  }],
  payouts: [{chainId: 1, token: TOKEN, wallet: ALICE, cumulative: 100n, paid: 0n, withdrawal: 100n}],
};

let stored: StoredEpoch;
let identity: string;

beforeAll(async () => {
  identity = await createMappingIdentity();
  const {summary, lines, files, manifest, mapping, logHead} = await assembleEpoch({
    sealed, setId: 1, parent: zeroHash, previousLogRoot: zeroHash, salt: SALT, auditor: AUDITOR, logSecret: `0x${'42'.repeat(32)}`,
    rules: {
      version: 1, l1ChainId: 1, registry: CUSTODY, settlementCurrency: 'USDC', maxAgeSeconds: 600, eraEpochs: 100,
      custodies: [{chainId: 1, custody: CUSTODY, withdrawEvery: 1, tokens: [{token: TOKEN, symbol: 'USDC', currency: 'USDC', decimals: 6, lotSize: '1', withdrawalFeeLots: '0', withdrawalMinimumLots: '0'}]}],
    },
  });
  stored = {summary, digest: summaryDigest(summary, SALT), lines, files, manifest, logHead, treeHashes: [], mapping: await encryptMapping(mapping, [await mappingRecipient(identity)])};
});

type Shown = {payout?: unknown; row?: Parameters<ForcedChain['markServedByRow']>[0]};

async function shown(request: Partial<OpenRequest> & {wallet: Address}): Promise<Shown> {
  const seen: Shown = {};
  const chain: ForcedChain = {
    chainId: 1, custody: CUSTODY, activeEpoch: async () => 4n,
    openRequests: async () => [{token: TOKEN, baseline: 0n, blockNumber: 40n, exit: false, ...request}],
    markServed: async (payout) => ((seen.payout = payout), zeroHash),
    markServedByRow: async (row) => ((seen.row = row), zeroHash),
  };
  await new ForcedDuty({identity, salt: SALT}, {chain, vault: {load: async () => stored} as unknown as Vault, logger: silent}).step();
  return seen;
}

describe('a forced withdrawal', () => {
  test('is shown served by the payout that rose since', async () => {
    expect(await shown({wallet: ALICE, baseline: 99n})).toEqual({payout: {token: TOKEN, wallet: ALICE, cumulative: 100n, index: 0, path: []}});
    expect(stored.lines[0]!.payoutRoot).not.toBe(NO_PAYOUTS_ROOT);
  });

  test('is shown served by a row in which nothing withdrawable stayed', async () => {
    const {row} = await shown({wallet: BOB});
    expect(row).toMatchObject({wallet: BOB, blinding: `0x${'22'.repeat(32)}`, total: 30n, withdrawable: 0n, withdrawal: 0n, lineIndex: 0n, assetIndex: 0});
    expect(row!.linePath).toEqual(linesTree(stored.lines).prove(0));
  });

  test('is not served by a row that keeps something, by nothing for an exit, or by a line before it', async () => {
    expect(await shown({wallet: CAROL})).toEqual({});
    expect(await shown({wallet: BOB, exit: true})).toEqual({});
    expect(await shown({wallet: BOB, blockNumber: 51n})).toEqual({});
  });
});
