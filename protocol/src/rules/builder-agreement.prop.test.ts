/** Two implementations, one verdict: the builder's joint test over sealed books, and the rules over the published bytes. */
import fc from 'fast-check';
import {type Address, keccak256, toHex, zeroAddress, zeroHash} from 'viem';
import {expect, test} from 'vitest';
import {assembleEpoch, type BuildInput, jointTest} from '../builder.ts';
import {domainSalt} from '../summary.ts';
import type {Rules, SealedAsset, SealedEpoch} from '../types.ts';
import {checkEpoch} from './check-epoch.ts';
import {assetKey, custodyKey, type Evidence, paidKey} from './evidence.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Date.now() % 2 ** 31);
console.info(`seed ${seed}`);

const AUDITOR = 'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg';
const custodies = [{chainId: 1, custody: address(0xc1)}, {chainId: 2, custody: address(0xc2)}];
const tokens: Record<number, {token: Address; lotSize: bigint}[]> = {1: [{token: address(0x11), lotSize: 1n}], 2: [{token: zeroAddress, lotSize: 1_000n}, {token: address(0x22), lotSize: 1n}]};
const rules: Rules = {
  version: 1, l1ChainId: 1, registry: address(0xee), settlementCurrency: 'USDC', maxAgeSeconds: 600, eraEpochs: 100,
  custodies: custodies.map(({chainId, custody}) => ({chainId, custody, withdrawEvery: 1, tokens: tokens[chainId]!.map(({token, lotSize}) => ({
    token, symbol: 'T', currency: 'T', decimals: 6, lotSize: `${lotSize}`, withdrawalFeeLots: '0', withdrawalMinimumLots: '0',
  }))})),
};
const salt = domainSalt(rules.l1ChainId, rules.registry);

function address(n: number): Address {
  return toHex(n, {size: 20});
}
const wallet = (n: number): Address => address(0xa0000 + n);

type Books = {sealed: SealedEpoch; deposits: Map<string, Map<string, bigint>>};

/** Honest books: everybody deposited, some of it moved between accounts, some of the own deposits leaves. */
const books = fc.array(fc.array(fc.record({deposit: fc.bigInt(1n, 1_000n), moved: fc.bigInt(0n, 1_000n), leaving: fc.bigInt(0n, 1_000n)}), {minLength: 1, maxLength: 9}), {minLength: 3, maxLength: 3}).map(honest);

function honest(accounts: {deposit: bigint; moved: bigint; leaving: bigint}[][]): Books {
  const deposits: Books['deposits'] = new Map();
  const payouts: SealedEpoch['payouts'][number][] = [];
  const keys = custodies.flatMap(({chainId, custody}) => tokens[chainId]!.map(({token, lotSize}) => ({chainId, custody, token, lotSize})));
  const assets = keys.map((key, i): SealedAsset => {
    const totals = accounts[i]!.map(({deposit}) => deposit);
    accounts[i]!.forEach(({moved}, from) => {
      const lots = moved < totals[from]! ? moved : totals[from]!;
      totals[from]! -= lots;
      totals[(from + 1) % totals.length]! += lots;
    });
    deposits.set(assetKey(key.chainId, key.custody, key.token), new Map(accounts[i]!.map(({deposit}, n) => [wallet(n), deposit * key.lotSize + key.lotSize - 1n])));
    const rows = accounts[i]!.map(({deposit, leaving}, n) => {
      const withdrawable = deposit < totals[n]! ? deposit : totals[n]!;
      const withdrawal = leaving < withdrawable ? leaving : withdrawable;
      if (withdrawal > 0n) payouts.push({chainId: key.chainId, token: key.token, wallet: wallet(n), cumulative: withdrawal, paid: 0n, withdrawal});
      return {wallet: wallet(n), blinding: keccak256(toHex(n)), total: totals[n]!, withdrawable, withdrawal};
    }).filter(({total}) => total > 0n);
    const withdrawals = rows.reduce((sum, each) => sum + each.withdrawal, 0n);
    return {...key, deposited: accounts[i]!.reduce((sum, {deposit}) => sum + deposit, 0n), authorisedOut: withdrawals, rows};
  });
  const chains = custodies.map((each) => ({...each, blockNumber: 5n, blockHash: keccak256(toHex(each.chainId)), kills: 0}));
  return {deposits, sealed: {epoch: 1n, snapshotTime: 1_000n, era: 0, journalHead: zeroHash, chains, assets, payouts, legs: [], viewingKeys: {}}};
}

const inputOf = ({sealed, deposits}: Books): BuildInput => ({
  sealed, setId: 1, parent: zeroHash, previousLogRoot: zeroHash, rules, salt, auditor: AUDITOR, logSecret: keccak256('0x01'),
  facts: {
    withdrawableLimit: ({chainId, custody, token}, owner) => {
      const {lotSize} = tokens[chainId]!.find((each) => each.token === token)!;
      return (deposits.get(assetKey(chainId, custody, token))?.get(owner) ?? 0n) / lotSize;
    },
  },
});

async function evidenceOf({sealed, deposits}: Books): Promise<Evidence> {
  const {summary, digest, lines, files, manifest, mapping} = await assembleEpoch(inputOf({sealed, deposits}));
  return {
    salt, rules, summary, digest, lines, files, manifest, mapping, proposalTime: 1_000n, expectedSetId: 1, approved: undefined, undead: [], previous: new Map(),
    active: {epoch: 0n, books: new Map(), deposits: new Map(), withdrawnSince: new Map()},
    custodies: new Map(custodies.map(({chainId, custody}) => [custodyKey(chainId, custody), {
      blockHash: keccak256(toHex(chainId)), kills: 0, notPayees: new Set(custodies.map((each) => each.custody)), base: undefined,
      paid: new Map(sealed.payouts.map((payout) => [paidKey(payout.token, payout.wallet), 0n])),
      assets: new Map(tokens[chainId]!.map(({token}) => [token, {balance: 10n ** 30n, paidOut: 0n, deposits: deposits.get(assetKey(chainId, custody, token))!}])),
    }])),
  };
}

type Lie = {kind: 'total' | 'withdrawable' | 'withdrawal' | 'blinding' | 'wallet' | 'drop' | 'double' | 'payout' | 'authorised'; asset: number; row: number; lots: bigint};
const lies = fc.array(fc.record({
  kind: fc.constantFrom<Lie['kind']>('total', 'withdrawable', 'withdrawal', 'blinding', 'wallet', 'drop', 'double', 'payout', 'authorised'),
  asset: fc.nat(2), row: fc.nat(8), lots: fc.bigInt(-20n, 20n),
}), {maxLength: 3});

function apply({sealed, deposits}: Books, {kind, asset: index, row: at, lots}: Lie): Books {
  const asset = sealed.assets[index]!;
  const rows = [...asset.rows];
  const row = rows[at % Math.max(1, rows.length)];
  if (row === undefined) return {sealed, deposits};
  const place = rows.indexOf(row);
  let payouts = [...sealed.payouts];
  let {authorisedOut} = asset;
  if (kind === 'total' || kind === 'withdrawable' || kind === 'withdrawal') rows[place] = {...row, [kind]: row[kind] + lots};
  else if (kind === 'blinding') rows[place] = {...row, blinding: keccak256(row.blinding)};
  else if (kind === 'wallet') rows[place] = {...row, wallet: wallet(77)};
  else if (kind === 'drop') rows.splice(place, 1);
  else if (kind === 'double') rows.splice(place, 0, row);
  else if (kind === 'authorised') authorisedOut += lots < 0n ? -lots : lots;
  else payouts = payouts.map((payout, i) => (i === at % payouts.length ? {...payout, cumulative: payout.cumulative + (lots < 0n ? -lots : lots)} : payout));
  const assets = sealed.assets.map((each) => (each === asset ? {...asset, rows, authorisedOut} : each));
  return {sealed: {...sealed, assets, payouts}, deposits};
}

// Goal: neither implementation accepts what the other refuses, and both name the same lowest rule's family.
test('builder and rules agree on every sheet', async () => {
  await fc.assert(fc.asyncProperty(books, lies, async (start, changes) => {
    const changed = changes.reduce(apply, start);
    const joint = jointTest(inputOf(changed));
    const rulesSay = checkEpoch(await evidenceOf(changed).catch((error: unknown) => {
      throw new Error('assembleEpoch must build false books', {cause: error});
    }));
    expect({ok: rulesSay.length === 0, rules: rulesSay}).toEqual({ok: joint.length === 0, rules: joint.length === 0 ? [] : expect.anything()});
  }), {seed, numRuns: 120});
});

