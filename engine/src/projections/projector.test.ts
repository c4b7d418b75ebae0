/** Projections over a real journal and database: equal to the core, written once, rebuilt to the same. */
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {type Address, zeroAddress} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {ETH, L1_USDC, rules, USDC} from '../../test/support/rules.ts';
import type {NumberedEvent} from '../core/events.ts';
import {accountView} from '../core/queries.ts';
import {openTestDatabase} from '../db/test/pglite.ts';
import {EngineNode} from '../node/engine-node.ts';
import {foldEvents} from './fold.ts';
import {journalEvents, journalId} from './journal-events.ts';
import {Projector} from './projector.ts';

const quiet = {info: () => {}, warn: () => {}, error: () => {}};
const ALICE: Address = '0x00000000000000000000000000000000000a11ce';
const BOB: Address = '0x0000000000000000000000000000000000000b0b';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let folder: string;
let node: EngineNode;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-projections-'));
  node = await EngineNode.open({directory: folder, rules});
});
afterEach(async () => {
  await node.close();
  rmSync(folder, {recursive: true, force: true});
  await database.forget();
});

function projectorOf(store = database.projections): Projector {
  const projector = new Projector({journal: journalId(folder)!}, {store, replay: () => journalEvents(folder), log: quiet});
  projector.noteEnd(node.durableEventSequence);
  node.onEvents((events) => projector.push(events));
  return projector;
}

async function drain(projector: Projector): Promise<void> {
  while (await projector.step());
}

/** Deposits, two fills, a position, withdrawals on their whole way. */
async function live(): Promise<void> {
  const at = {blockHash: `0x${'0b'.repeat(32)}`, activeEpoch: 0n, kills: 0, payouts: [], deposits: []} as const;
  const deposit = (from: Address, token: Address, amount: bigint, logIndex: number) => ({from, token, amount, txHash: `0x${'0a'.repeat(32)}` as const, logIndex});
  const commands: Parameters<EngineNode['submit']>[0][] = [
    {type: 'bindAccount', wallet: ALICE, secret: `0x${'01'.repeat(32)}`},
    {type: 'bindAccount', wallet: BOB, secret: `0x${'02'.repeat(32)}`},
    {...at, type: 'advanceChain', chainId: 31_337, blockNumber: 1n, deposits: [deposit(ALICE, L1_USDC, 10_000n * USDC, 0)]},
    {...at, type: 'advanceChain', chainId: 412_346, blockNumber: 1n, deposits: [deposit(BOB, zeroAddress, 5n * ETH * 1_000_000_000n, 0)]},
    {type: 'placeOrder', wallet: BOB, market: 'ETH-USDC', side: 'sell', orderType: 'limit', price: 2_000n * USDC, quantity: 2n * ETH, timeInForce: 'GTC', clientOrderId: 'b1'},
    {type: 'placeOrder', wallet: ALICE, market: 'ETH-USDC', side: 'buy', orderType: 'limit', price: 2_000n * USDC, quantity: ETH, timeInForce: 'IOC', clientOrderId: 'a1'},
    {type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC},
    {type: 'placeOrder', wallet: BOB, market: 'ETH-PERP', side: 'sell', orderType: 'limit', price: 2_000n * USDC, quantity: ETH / 10n, timeInForce: 'GTC', clientOrderId: 'b2'},
    {type: 'placeOrder', wallet: ALICE, market: 'ETH-PERP', side: 'buy', orderType: 'market', quantity: ETH / 10n, timeInForce: 'IOC', clientOrderId: 'a2'},
    {type: 'requestWithdrawal', wallet: ALICE, chainId: 31_337, token: L1_USDC, lots: 100n * USDC},
    {type: 'seal', epoch: 1n, snapshotTime: 1_700_000_000n},
    {type: 'decideEpoch', epoch: 1n, outcome: 'dead'},
    {type: 'seal', epoch: 2n, snapshotTime: 1_700_000_100n},
    {type: 'requestWithdrawal', wallet: ALICE, chainId: 31_337, token: L1_USDC, lots: 7n * USDC},
    {type: 'decideEpoch', epoch: 2n, outcome: 'approved'},
    {...at, type: 'advanceChain', chainId: 31_337, blockNumber: 2n, activeEpoch: 2n},
  ];
  for (const command of commands) {
    const result = await node.submit(command);
    if (!result.ok) throw new Error(`${command.type} was refused: ${result.rejection.code}`);
  }
}

async function tables() {
  const {prisma} = database;
  const [balances, orders, fills, withdrawals, positions, accounts] = await Promise.all([
    prisma.balance.findMany({orderBy: [{wallet: 'asc'}, {chainId: 'asc'}, {token: 'asc'}]}), prisma.order.findMany({orderBy: {id: 'asc'}}),
    prisma.fill.findMany({orderBy: [{at: 'asc'}, {market: 'desc'}]}), prisma.withdrawal.findMany({orderBy: [{epoch: 'asc'}]}),
    prisma.position.findMany({orderBy: [{wallet: 'asc'}, {sub: 'asc'}]}), prisma.account.findMany({orderBy: {wallet: 'asc'}}),
  ]);
  return {balances, orders, fills, withdrawals, positions, accounts};
}

test('the read models say what the core says', async () => {
  const projector = projectorOf();
  await live();
  await drain(projector);
  const {balances, orders, fills, withdrawals, positions, accounts} = await tables();
  expect(accounts.map(({wallet}) => wallet)).toEqual([BOB, ALICE].sort());
  for (const wallet of [ALICE, BOB]) {
    const view = (await node.read((core) => accountView(core, wallet)))!;
    for (const {chainId, token, total} of view.balances) {
      expect(balances.find((row) => row.wallet === wallet && row.chainId === chainId && row.token === token)?.lots ?? 0n).toBe(total);
    }
    for (const {market, size} of view.positions) expect(positions.find((row) => row.wallet === wallet && row.market === market)?.size).toBe(size);
  }
  expect(orders.map(({clientOrderId, state, filled}) => [clientOrderId, state, filled])).toEqual([
    ['b1', 'open', ETH], ['a1', 'filled', ETH], ['b2', 'filled', ETH / 10n], ['a2', 'filled', ETH / 10n],
  ]);
  expect(fills.map(({market, quantity}) => [market, quantity])).toEqual([['ETH-USDC', ETH], ['ETH-PERP', ETH / 10n]]);
  expect(withdrawals.map(({epoch, state, lots, cumulative}) => [epoch, state, lots, cumulative])).toEqual([
    [0n, 'requested', 7n * USDC, null], [2n, 'active', 100n * USDC, 100n * USDC],
  ]);
});

test('positions of one wallet are kept apart by sub-account', async () => {
  const projector = projectorOf();
  await live();
  const order = {type: 'placeOrder', market: 'ETH-PERP', quantity: ETH / 10n} as const;
  const commands: Parameters<EngineNode['submit']>[0][] = [
    {type: 'createSubAccount', wallet: ALICE, sub: 1},
    {type: 'transfer', from: ALICE, to: ALICE, toSub: 1, chainId: 31_337, token: L1_USDC, lots: 1_000n * USDC},
    {...order, wallet: ALICE, sub: 1, side: 'sell', orderType: 'limit', price: 2_000n * USDC, timeInForce: 'GTC', clientOrderId: 's1'},
    {...order, wallet: BOB, side: 'buy', orderType: 'market', timeInForce: 'IOC', clientOrderId: 'b3'},
  ];
  for (const command of commands) expect(await node.submit(command)).toMatchObject({ok: true});
  await drain(projector);
  const {positions} = await tables();
  expect(positions.filter(({wallet}) => wallet === ALICE).map(({sub, market, size}) => [sub, market, size])).toEqual([[0, 'ETH-PERP', ETH / 10n], [1, 'ETH-PERP', -ETH / 10n]]);
  await projector.rebuild();
  expect((await tables()).positions).toEqual(positions);
});

test('a payout closes the withdrawal', async () => {
  const projector = projectorOf();
  await live();
  await node.submit({
    type: 'advanceChain', chainId: 31_337, blockNumber: 3n, blockHash: `0x${'0c'.repeat(32)}`, deposits: [], activeEpoch: 2n, kills: 0,
    payouts: [{token: L1_USDC, wallet: ALICE, cumulative: 100n * USDC}],
  });
  await drain(projector);
  expect((await tables()).withdrawals.find(({epoch}) => epoch === 2n)?.state).toBe('paid');
});

test('a restart goes on at the cursor, a rebuild gives the same, another journal starts anew', async () => {
  const first = projectorOf();
  await live();
  await drain(first);
  const before = await tables();
  const {sequence} = first.status();

  // As after a crash: the database knows less than the journal.
  await node.submit({type: 'bindAccount', wallet: '0x0000000000000000000000000000000000000c0c', secret: `0x${'03'.repeat(32)}`});
  await node.close();
  node = await EngineNode.open({directory: folder, rules});
  const second = projectorOf();
  await drain(second);
  expect(second.status().sequence).toBe(node.durableEventSequence);
  expect(second.status().sequence).toBeGreaterThan(sequence);
  const after = await tables();
  expect(after).toEqual({...before, accounts: after.accounts});
  expect(after.accounts).toHaveLength(3);

  await second.rebuild();
  expect(await tables()).toEqual(after);

  await node.close();
  rmSync(folder, {recursive: true});
  node = await EngineNode.open({directory: folder, rules});
  const third = projectorOf();
  await drain(third);
  expect((await tables()).accounts).toEqual([]);
});

test('a batch that does not continue the cursor is refused, so nothing is counted twice', async () => {
  const projector = projectorOf();
  await live();
  await drain(projector);
  const all: NumberedEvent[] = [];
  for await (const events of journalEvents(folder)) all.push(...events);
  const before = await tables();
  expect(await database.projections.apply(foldEvents(all), journalId(folder)!)).toBe('outOfOrder');
  expect(await tables()).toEqual(before);
});
