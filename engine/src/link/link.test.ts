/** The link over a real socket: records and commands in, acknowledgements, reads and events out, and what a broken gateway can do. */
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {buildRules, ETH, ETHER, Exchange, L1, L1_USDC, L2, secretOf, USDC, WALLETS} from '../../test/model/exchange.ts';
import type {NumberedEvent} from '../core/events.ts';
import {COMMAND, REASON} from '../core/venue/codes.ts';
import {head, RecordLog} from '../core/venue/records.ts';
import {EngineNode} from '../node/engine-node.ts';
import {connectEngine} from './client.ts';
import {LinkServer} from './server.ts';
import {socketPath} from './socket-path.ts';
import {type EngineLink, readAck} from './types.ts';

const [ALICE, BOB] = WALLETS as [`0x${string}`, `0x${string}`];
const logged: string[] = [];
const log = {info: () => {}, warn: (_: object, message: string) => void logged.push(message)};

let folder: string;
let node: EngineNode;
let server: LinkServer;
let client: EngineLink;
let refusal: string | undefined;
let spot: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pobs-link-'));
  node = await EngineNode.open({directory: path.join(folder, 'journal'), rules: buildRules()});
  server = new LinkServer({path: socketPath(folder)}, {
    node, log, refusal: ({type}) => (type === 'seal' ? refusal : undefined), health: () => ({chains: [], projections: {sequence: 7n}}),
  });
  await server.listen();
  spot = await node.read(({state}) => state.markets.get('ETH-USDC')!.index);
  client = await connectEngine({path: socketPath(folder)});
});

afterEach(async () => {
  client.close();
  await server.close();
  await node.close();
  rmSync(folder, {recursive: true, force: true});
  logged.length = 0;
  refusal = undefined;
});

/** Two accounts with money, and a mark. */
async function fund(): Promise<{alice: number; bob: number}> {
  for (const wallet of [ALICE, BOB]) await client.submit({type: 'bindAccount', wallet, secret: secretOf(wallet)});
  const deposit = (from: `0x${string}`, token: `0x${string}`, amount: bigint) => ({token, from, amount, txHash: `0x${'1'.repeat(64)}` as const, logIndex: 0});
  const at = {blockNumber: 1n, blockHash: `0x${'2'.repeat(64)}`, payouts: [], activeEpoch: 0n, kills: 0} as const;
  await client.submit({type: 'advanceChain', chainId: L1, deposits: [deposit(ALICE, L1_USDC, 90_000n * USDC)], ...at});
  await client.submit({type: 'advanceChain', chainId: L2, deposits: [deposit(BOB, ETHER, 9n * ETH * 10n ** 9n)], ...at});
  return {alice: (await client.accountIndex(ALICE))!, bob: (await client.accountIndex(BOB))!};
}

type Place = {account: number; side: 0 | 1; price: number; quantity: number; client?: number};

function records(...orders: Place[]): RecordLog {
  const made = new RecordLog();
  for (const {account, side, price, quantity, client: id = 0} of orders) made.push(head(COMMAND.place, side, spot), account, price, quantity, 0, 0, id, 0, 0, 0, 0, 0);
  return made;
}

describe('records', () => {
  test('are answered one by one, and the orders they made can be cancelled by what the answers say', async () => {
    const {alice, bob} = await fund();
    const {sequence} = await client.state();
    const {acks, batchHash, count} = await client.submitRecords(records(
      {account: bob, side: 1, price: 200_000, quantity: 10}, {account: bob, side: 1, price: 0, quantity: 10},
      {account: alice, side: 0, price: 200_000, quantity: 4}, {account: 999, side: 0, price: 1, quantity: 1},
    ).bytes());
    const answers = [0, 1, 2, 3].map((index) => readAck({acks}, index));
    expect(count).toBe(4);
    expect(answers.map(({reason}) => reason)).toEqual([REASON.none, REASON.badPrice, REASON.none, REASON.unknownAccount]);
    expect(answers.map((ack) => ack.sequence - Number(sequence))).toEqual([1, 1, 2, 2]);
    expect(Buffer.from(batchHash).toString('hex')).toBe((await client.state()).journalHead.slice(2));
    const cancel = new RecordLog();
    cancel.push(head(COMMAND.cancel, 0, 0), bob, answers[0]!.slot, 0, 0, 0, 0, 0, answers[0]!.orderSequence, 0, 0, 0);
    expect(readAck(await client.submitRecords(cancel.bytes()), 0).reason).toBe(REASON.none);
    expect((await client.account(BOB))!.orders).toEqual([]);
  });

  test('of the operator are nobody else\'s to give', async () => {
    const mark = new RecordLog();
    mark.push(head(COMMAND.tick, 0, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(readAck(await client.submitRecords(mark.bytes()), 0).reason).toBe(REASON.unknownCommand);
    expect(readAck(await client.submitRecords(mark.bytes(), {operator: true}), 0).reason).toBe(REASON.none);
  });
});

describe('events', () => {
  test('come decoded, gap-free, the same as from a replay, whether commands came as records or as JSON', async () => {
    const seen: NumberedEvent[] = [];
    client.onEvents((events) => seen.push(...events));
    const {alice, bob} = await fund();
    await client.submit({type: 'placeOrder', wallet: BOB, market: 'ETH-USDC', side: 'sell', orderType: 'limit', price: 2_000n * USDC, quantity: ETH, timeInForce: 'GTC', clientOrderId: 'by text'});
    await client.submitRecords(records({account: alice, side: 0, price: 200_000, quantity: 10, client: 5}, {account: bob, side: 1, price: 210_000, quantity: 3}).bytes());
    expect(seen.some(({event}) => event.type === 'tradeExecuted' && event.taker === ALICE && event.maker === BOB)).toBe(true);
    expect(seen.map(({sequence}) => sequence)).toEqual(seen.map((_, index) => seen[0]!.sequence + BigInt(index)));
    expect(node.durableEventSequence).toBe(seen.at(-1)!.sequence);
    await node.close();
    const replayed: NumberedEvent[] = [];
    const again = await EngineNode.open({directory: path.join(folder, 'journal'), rules: buildRules(), onReplayed: (events) => replayed.push(...events)});
    expect(replayed.slice(Number(seen[0]!.sequence) - 1)).toEqual(seen);
    await again.close();
  });

  test('after a read are not in what was read: a view and the events behind it make the whole', async () => {
    const {bob} = await fund();
    const levels: bigint[] = [];
    let counting = false;
    client.onEvents((events) => {
      for (const {event} of events) if (counting && event.type === 'bookChanged') levels.push(event.quantity);
    });
    const first = client.submitRecords(records({account: bob, side: 1, price: 200_000, quantity: 1}).bytes());
    const reading = client.book('ETH-USDC', 10).then((book) => {
      counting = true;
      return book;
    });
    const second = client.submitRecords(records({account: bob, side: 1, price: 200_000, quantity: 2}).bytes());
    const [book] = await Promise.all([reading, first, second]);
    const {lot} = (await client.markets()).find(({market}) => market === 'ETH-USDC')!;
    expect(book!.asks[0]!.quantity).toBe(lot);
    expect(levels).toEqual([3n * lot]);
  });
});

test('commands, reads and sealed books are those of the engine', async () => {
  const exchange = new Exchange().bind(ALICE, BOB);
  exchange.deposit(ALICE, L1, L1_USDC, 9_000n * USDC);
  exchange.advance(L2);
  exchange.seal(1n);
  for (const {command} of exchange.history.slice(1)) expect((await client.submit(command)).ok).toBe(true);
  const refused = await client.submit({type: 'setMark', market: 'ETH-DOGE', price: 1n});
  expect(refused).toMatchObject({ok: false, rejection: {code: 'UNKNOWN_MARKET', market: 'ETH-DOGE'}});
  expect(await client.sealedEpoch(1n)).toEqual(await node.sealed(1n));
  expect(await client.sealedEpoch(2n)).toBeUndefined();
  expect(await client.state()).toEqual(await node.state());
  expect(await client.account(`0x${'9'.repeat(40)}`)).toBeUndefined();
  expect((await client.assets()).map(({symbol}) => symbol)).toContain('USDC');
  expect(client.health()).toEqual({chains: [], projections: {sequence: 7n}});
});

test('a command that must not run now is refused before the core sees it', async () => {
  refusal = 'chain 1 was reorganised';
  const {sequence} = await client.state();
  expect(await client.submit({type: 'seal', epoch: 1n, snapshotTime: 1n})).toMatchObject({ok: false, rejection: {reason: refusal}});
  expect((await client.state()).sequence).toBe(sequence);
});

test('only this user opens the socket', () => {
  expect(statSync(socketPath(folder)).mode & 0o777).toBe(0o600);
});

test('a data folder too deep for a socket has one elsewhere', () => {
  expect(Buffer.byteLength(socketPath(path.join(folder)))).toBeLessThan(100);
  const deep = mkdtempSync(path.join(folder, 'd'.repeat(120)));
  const elsewhere = socketPath(deep);
  expect(Buffer.byteLength(elsewhere)).toBeLessThan(100);
  expect(statSync(path.dirname(elsewhere)).mode & 0o777).toBe(0o700);
  rmSync(path.dirname(elsewhere), {recursive: true});
});

describe('who sends what no gateway sends is let go, and nobody else notices', () => {
  /** @param start - First bytes of the header. */
  const frame = (start: string, body = Buffer.alloc(0)): Buffer => Buffer.concat([Buffer.from(start.padEnd(128, '0'), 'hex'), body]);
  const bad: [string, Buffer][] = [
    ['a length of zero', Buffer.alloc(4)],
    ['a length beyond reason', Buffer.from('ffffffff', 'hex')],
    ['a length that is not of whole slots', Buffer.from('48000000', 'hex')],
    ['an unknown type', frame('4000000063000000')],
    ['more padding than a slot has', frame('8000000001400000', Buffer.alloc(64))],
    ['half a record', frame('8000000001200000', Buffer.alloc(64))],
    ['no record', frame('4000000001000000')],
    ['a command that is no JSON', frame('8000000002380000', Buffer.from('nothing!'.padEnd(64, '\0')))],
  ];
  test.each(bad)('%s', async (_, bytes) => {
    const socket = connect(socketPath(folder), () => socket.write(bytes));
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(logged).toEqual(['A gateway sent what cannot be read; its connection is closed']);
    expect((await client.state()).sequence).toBeGreaterThan(0n);
  });
});

test('a client of an engine that is gone hears so', async () => {
  await server.close();
  await client.closed;
  await expect(client.state()).rejects.toMatchObject({data: {code: 'ENGINE_STOPPED'}});
  await expect(connectEngine({path: socketPath(folder), waitMs: 0})).rejects.toMatchObject({data: {code: 'ENGINE_STOPPED'}});
});
