/** The indexer against real chains, the real core and journal, and a real database: deposits are credited exactly once. */
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {zeroAddress} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {account, type Chains, ETHER, L1, L2, mint, push, startChains} from '../../test/support/chains.ts';
import type {Confirmations} from '../config.ts';
import {accountView, chainViews} from '../core/queries.ts';
import {openTestDatabase} from '../db/test/pglite.ts';
import {EngineNode} from '../node/engine-node.ts';
import {ChainReader} from './chain-reader.ts';
import {contractsOf} from './contracts.ts';
import {Creditor} from './creditor.ts';
import {ChainFollower} from './follower.ts';
import {HeadIndexer} from './head-indexer.ts';
import type {CorePort} from './ports.ts';

const USDC = 1_000_000n;
const quiet = {info: () => {}, warn: () => {}, error: () => {}};

let chains: Chains;
/** A wallet nobody used before, so that tests can share the chains. */
let person: ReturnType<typeof account>;
let people = 0;
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let folder: string;
let node: EngineNode;

beforeAll(async () => {
  [chains, database] = await Promise.all([startChains(), openTestDatabase()]);
});

afterAll(async () => {
  await chains?.stop();
  await database?.close();
});

beforeEach(async () => {
  people += 1;
  person = account(people);
  await mint(chains.l1, chains.tokens.l1Usdc, person.address, 1_000n * USDC);
  // Deep enough that no reorganisation below takes the tokens away again.
  await chains.l1.client.mine({blocks: 8});
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-indexer-'));
  await openNode();
});

afterEach(async () => {
  await node.close();
  rmSync(folder, {recursive: true, force: true});
  await database.forget();
});

async function openNode(): Promise<void> {
  node = await EngineNode.open({directory: folder, rules: chains.network.rules});
}

async function restart(): Promise<void> {
  await node.close();
  await openNode();
}

const core: CorePort = {
  async height(chainId) {
    const chain = (await node.read(chainViews)).find((view) => view.chainId === chainId);
    return chain && chain.blockNumber > 0n ? {blockNumber: chain.blockNumber, blockHash: chain.blockHash} : undefined;
  },
  advance: (command) => node.submit(command),
};

function follow(chainId: number, confirmations: Confirmations = 'finalized') {
  const contracts = contractsOf(chains.network).find((entry) => entry.chainId === chainId)!;
  const reader = new ChainReader({url: chains.rpc.get(chainId)!, contracts});
  const creditor = new Creditor({confirmations}, {reader, core});
  const indexer = new HeadIndexer({reader, store: database.chains});
  const follower = new ChainFollower({pollIntervalMs: 10}, {reader, creditor, indexer, store: database.chains, core, log: quiet});
  return {reader, creditor, indexer, follower};
}

const bind = (wallet: `0x${string}`) => node.submit({type: 'bindAccount', wallet, secret: `0x${'11'.repeat(32)}`});

const claim = (wallet: `0x${string}`, chainId: number, token: string) => node.read((state) =>
  accountView(state, wallet)?.balances.find((balance) => balance.chainId === chainId && balance.token === token.toLowerCase())?.total);

const pushUsdc = (amount: bigint) => push(chains.l1, {from: person, custody: chains.network.l1.custody, token: chains.tokens.l1Usdc, amount});
const pushEther = (amount: bigint) => push(chains.l2, {from: person, custody: chains.network.l2.custody, token: zeroAddress, amount});
const usdcClaim = () => claim(person.address, L1, chains.tokens.l1Usdc);

async function received(wallet: `0x${string}`) {
  const credited = new Map((await node.read(chainViews)).map(({chainId, blockNumber}) => [chainId, blockNumber]));
  return database.chains.receivedFrom(wallet, credited);
}

describe('crediting', () => {
  test('a deposit confirms first, then counts once final, once for every restart', async () => {
    await bind(person.address);
    const {creditor, indexer} = follow(L1);
    await pushUsdc(5n * USDC);
    await indexer.step();
    await creditor.step();
    expect(await usdcClaim()).toBe(0n);
    expect(await received(person.address)).toEqual([{chainId: L1, token: chains.tokens.l1Usdc, final: 0n, all: 5n * USDC}]);

    await chains.l1.client.mine({blocks: 2});
    expect(await creditor.step()).toMatchObject({kind: 'advanced'});
    expect(await usdcClaim()).toBe(5n * USDC);
    expect(await received(person.address)).toEqual([{chainId: L1, token: chains.tokens.l1Usdc, final: 5n * USDC, all: 5n * USDC}]);

    await restart();
    await chains.l1.client.mine({blocks: 3});
    const again = follow(L1);
    expect(await again.creditor.step()).toMatchObject({kind: 'advanced', deposits: 0});
    expect(await again.creditor.step()).toEqual({kind: 'idle'});
    expect(await usdcClaim()).toBe(5n * USDC);
  });

  test('native ether and a token in one block; dust adds up to whole lots', async () => {
    await bind(person.address);
    const {creditor} = follow(L2, 0);
    await pushEther(ETHER + 600_000_000n);
    await pushEther(400_000_000n);
    await creditor.step();
    expect(await claim(person.address, L2, zeroAddress)).toBe(1_000_000_001n);
  });

  test('funds of a wallet not yet bound are kept for it', async () => {
    const {creditor} = follow(L1, 0);
    await pushUsdc(3n * USDC);
    await creditor.step();
    await bind(person.address);
    expect(await usdcClaim()).toBe(3n * USDC);
  });

  test('a reorganisation shallower than the confirmations changes nothing in the books', async () => {
    await bind(person.address);
    const {creditor, indexer} = follow(L1, 5);
    await pushUsdc(2n * USDC);
    await chains.l1.client.mine({blocks: 1});
    await indexer.step();
    await creditor.step();
    expect((await received(person.address))[0]?.all).toBe(2n * USDC);

    // The newest two blocks, the deposit's among them, are replaced by empty ones.
    await chains.l1.client.request({method: 'anvil_reorg' as never, params: [2, []] as never});
    expect(await indexer.step()).toMatchObject({kind: 'rolledBack'});
    await indexer.step();
    expect(await received(person.address)).toEqual([]);

    await chains.l1.client.mine({blocks: 8});
    expect(await creditor.step()).toMatchObject({kind: 'advanced', deposits: 0});
    expect(await usdcClaim()).toBe(0n);
    expect(await follow(L1, 5).creditor.step()).toEqual({kind: 'idle'});
  });

  test('a reorganisation deeper than the confirmations is found and named, never credited twice', async () => {
    await bind(person.address);
    const {creditor, indexer, follower} = follow(L1, 1);
    await pushUsdc(2n * USDC);
    await chains.l1.client.mine({blocks: 1});
    await follower.connect();
    await follower.indexOnce();
    await follower.creditOnce();
    expect(await usdcClaim()).toBe(2n * USDC);

    await chains.l1.client.request({method: 'anvil_reorg' as never, params: [3, []] as never});
    await pushUsdc(2n * USDC);
    await chains.l1.client.mine({blocks: 3});
    expect(await creditor.step()).toMatchObject({kind: 'reorganised'});
    await follower.creditOnce();
    expect(follower.status()).toMatchObject({state: 'reorganised', problem: expect.stringContaining('no longer on the chain')});
    expect(await usdcClaim()).toBe(2n * USDC);
    while ((await indexer.step()).kind !== 'idle');
    expect((await received(person.address))[0]?.all).toBe(2n * USDC);

    await restart();
    expect(await follow(L1, 1).creditor.step()).toMatchObject({kind: 'reorganised'});
    expect(await usdcClaim()).toBe(2n * USDC);
  });
});

describe('the right chain', () => {
  test('an RPC of another chain id is refused', async () => {
    const contracts = contractsOf(chains.network).find((entry) => entry.chainId === L1)!;
    const reader = new ChainReader({url: chains.l2.url, contracts});
    const wrong = new ChainFollower({pollIntervalMs: 10}, {
      reader, store: database.chains, core, log: quiet, creditor: new Creditor({confirmations: 0}, {reader, core}), indexer: new HeadIndexer({reader, store: database.chains}),
    });
    await expect(wrong.connect()).rejects.toMatchObject({data: {code: 'WRONG_CHAIN_ID', chainId: L1, found: L2}});
  });

  test('a database of another chain with the same id is refused', async () => {
    const {indexer, follower} = follow(L1);
    await indexer.step();
    await database.prisma.chainCursor.update({where: {chainId: L1}, data: {genesisHash: `0x${'ab'.repeat(32)}`}});
    await expect(follower.connect()).rejects.toMatchObject({data: {code: 'OTHER_CHAIN_IN_DATABASE', chainId: L1}});
  });

  test('a journal of another chain is refused when the database knows neither', async () => {
    await node.submit({
      type: 'advanceChain', chainId: L1, blockNumber: 3n, blockHash: `0x${'cd'.repeat(32)}`, deposits: [], payouts: [], activeEpoch: 0n, kills: 0,
    });
    await expect(follow(L1).follower.connect()).rejects.toMatchObject({data: {code: 'OTHER_CHAIN_IN_JOURNAL', chainId: L1, blockNumber: 3n}});
  });
});
