/** The engine ends and starts anew under a gateway that stays: what its readers are told goes on without a hole. */
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {call, startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {ETH, rules} from '../../test/support/rules.ts';
import {ReaderBook, StreamClient} from '../../test/support/stream.ts';
import {give, newTrader, order, PRICE, type Trader} from '../../test/support/trading.ts';
import {LinkServer} from '../link/server.ts';
import {EngineNode} from '../node/engine-node.ts';
import {ReconnectingEngine} from './engine-link.ts';

const NO_LIMIT = {perSecond: 1e6, burst: 1e6};
const quiet = {info: () => {}, warn: () => {}, error: () => {}};

let folder: string;
let gateway: TestGateway;
let node: EngineNode;
let server: LinkServer;
let engine: ReconnectingEngine;

const serve = async (): Promise<void> => {
  server = new LinkServer({path: path.join(folder, 'engine.sock')}, {node, log: quiet, refusal: () => undefined, health: () => ({chains: [], projections: {sequence: 0n}})});
  await server.listen();
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-restart-'));
  gateway = await startTestGateway({limits: {byCredential: NO_LIMIT, byAccount: NO_LIMIT, byAddress: NO_LIMIT}}, async (first) => {
    node = first;
    await serve();
    engine = await ReconnectingEngine.open({path: path.join(folder, 'engine.sock')}, {log: quiet});
    return engine;
  });
}, 180_000);
afterAll(async () => {
  engine.close();
  await server.close();
  await node.close();
  await gateway.close();
  rmSync(folder, {recursive: true, force: true});
});

const presence = (wanted: boolean): Promise<void> => new Promise((resolve) => {
  const stop = engine.onPresence(({here}) => {
    if (here !== wanted) return;
    setImmediate(() => stop());
    resolve();
  });
});

/** Durable, and the gateway does not hear of it: its link is closed already. */
const unheard = ({wallet}: Trader, clientOrderId: string, price: bigint) =>
  node.submit({type: 'placeOrder', wallet, market: 'ETH-USDC', side: 'buy', orderType: 'limit', price, quantity: ETH, timeInForce: 'GTC', clientOrderId});

test('own streams and books go on without a gap and without `missed` after a kill and after a stop', async () => {
  const trader = await newTrader(gateway);
  const client = await StreamClient.open(gateway.url);
  await client.ask({op: 'auth', token: trader.token});
  const book = new ReaderBook();
  client.socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as {channel?: string};
    if (message.channel === 'book') book.take(message);
  });
  await client.ask({op: 'subscribe', channel: 'book', market: 'ETH-USDC'});
  for (const channel of ['orders', 'account']) await client.ask({op: 'subscribe', channel});
  const accepted = (id: string) => client.next(({channel, type, clientOrderId}) => channel === 'orders' && type === 'orderAccepted' && clientOrderId === id);
  await give(gateway.url, 'placeOrder', order({price: String(PRICE / 2n), clientOrderId: 'first'}), trader.token);
  await accepted('first');

  // Killed: the journal is all there is.
  await server.close();
  await presence(false);
  await unheard(trader, 'before the kill', PRICE / 4n);
  const directory = path.join(folder, 'journal');
  cpSync(gateway.folder, directory, {recursive: true, filter: (file) => !file.endsWith('.lock')});
  const snapshots = path.join(folder, 'snapshots');
  node = await EngineNode.open({directory, snapshots, rules});
  await serve();
  await presence(true);
  await accepted('before the kill');

  // Stopped: a snapshot holds all, so that nothing is replayed.
  await server.close();
  await presence(false);
  await unheard(trader, 'before the stop', PRICE / 8n);
  await node.close();
  node = await EngineNode.open({directory, snapshots, rules});
  await serve();
  await presence(true);
  await accepted('before the stop');

  await give(gateway.url, 'placeOrder', order({price: String(PRICE / 5n), clientOrderId: 'last'}), trader.token);
  await accepted('last');
  await client.ask({op: 'ping'});
  expect(client.messages.filter(({type}) => type === 'missed')).toEqual([]);
  for (const channel of ['orders', 'account']) {
    const numbers = client.messages.filter((message) => message.channel === channel && message.type !== 'subscribed').map(({sequence}) => Number(sequence));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  }
  const {body} = await call(gateway.url, 'GET', '/v1/markets/ETH-USDC/book?levels=1000');
  const pairs = (levels: unknown) => (levels as {price: string; quantity: string}[]).map(({price, quantity}) => [price, quantity]);
  expect(book.levels()).toEqual({bids: pairs(body.bids), asks: pairs(body.asks)});
  expect(book.levels().bids).toHaveLength(4);
  await client.end();
});
