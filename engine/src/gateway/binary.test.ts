/** Binary frames over a real gateway process's parts: link, core, journal. And the gateway while the engine is away. */
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {call, startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {ETH} from '../../test/support/rules.ts';
import {ReaderBook, recordsOf, StreamClient} from '../../test/support/stream.ts';
import {give, newTrader, operate, order, PRICE, type Trader} from '../../test/support/trading.ts';
import {COMMAND, REASON} from '../core/venue/codes.ts';
import {head} from '../core/venue/records.ts';
import {LinkServer} from '../link/server.ts';
import {signRequest} from './auth/signed-requests.ts';
import {ReconnectingEngine} from './engine-link.ts';
import {EDGE_REASON} from './stream/records.ts';

const NO_LIMIT = {perSecond: 1e6, burst: 1e6};
const quiet = {info: () => {}, warn: () => {}, error: () => {}};
const TICKS = Number(PRICE / 10_000n);

let gateway: TestGateway;
let url: string;
let server: LinkServer;
let engine: ReconnectingEngine;
let folder: string;
let spot: number;
const open: StreamClient[] = [];

const link = async (): Promise<LinkServer> => {
  const made = new LinkServer({path: path.join(folder, 'engine.sock')}, {
    node: gateway.node, log: quiet, refusal: () => undefined, health: () => ({chains: [], projections: {sequence: 0n}}),
  });
  await made.listen();
  return made;
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-away-'));
  gateway = await startTestGateway({limits: {byCredential: NO_LIMIT, byAccount: NO_LIMIT, byAddress: NO_LIMIT}, recordsPerSecond: 1_000}, async (node) => {
    gateway = {node} as TestGateway;
    server = await link();
    engine = await ReconnectingEngine.open({path: path.join(folder, 'engine.sock')}, {log: quiet});
    return engine;
  });
  url = gateway.url;
  spot = await gateway.node.read(({state}) => state.markets.get('ETH-USDC')!.index);
});
afterEach(() => Promise.all(open.splice(0).map((client) => client.end())));
afterAll(async () => {
  engine.close();
  await server.close();
  await gateway.close();
  rmSync(folder, {recursive: true, force: true});
});

async function connect(token?: string, changes: object = {}): Promise<StreamClient> {
  const client = await StreamClient.open(url);
  open.push(client);
  if (token !== undefined) await client.ask({op: 'auth', token, ...changes});
  return client;
}

const sell = (price: number, quantity = 10, account = 0) => ({head: head(COMMAND.place, 1, spot), words: [price, quantity], account});
const presence = (wanted: boolean): Promise<void> => new Promise((resolve) => {
  engine.onPresence(({here}) => {
    if (here === wanted) resolve();
  });
});
const openOrders = async ({token}: Trader) => (await call(url, 'GET', '/v1/account', {token})).body.orders as {price: string}[];

describe('binary frames', () => {
  let trader: Trader;
  let client: StreamClient;
  beforeEach(async () => {
    trader = await newTrader(gateway);
    client = await connect(trader.token);
  });

  test('are answered record by record with sequence, journal hash and the order\'s handle', async () => {
    const {body: before} = await call(url, 'GET', '/operator/state', {token: 'operator-token-of-the-gateway-test'});
    const answer = await client.records(recordsOf(sell(TICKS + 50), sell(0), sell(TICKS + 60), {head: head(COMMAND.mark, 0, 0), words: []}));
    expect(answer).toMatchObject({frame: 1, count: 4, version: 1});
    expect(answer.acks.map(({reason}) => reason)).toEqual([REASON.none, REASON.badPrice, REASON.none, REASON.unknownCommand]);
    const base = Number(before.sequence);
    expect(answer.acks[0]!.sequence).toBeGreaterThan(base);
    expect(answer.acks[2]!.sequence).toBe(answer.acks[0]!.sequence + 1);
    expect(Buffer.from(answer.hash).toString('hex')).not.toMatch(/^0+$/);
    expect(await openOrders(trader)).toHaveLength(2);
    const {slot, orderSequence} = answer.acks[0]!;
    const cancel = await client.records(recordsOf({head: head(COMMAND.cancel, 0, 0), words: [slot], doubles: [orderSequence]}));
    expect(cancel).toMatchObject({frame: 2, acks: [{reason: REASON.none}]});
    expect(await openOrders(trader)).toHaveLength(1);
  });

  test('speak for the socket\'s account alone', async () => {
    const victim = await newTrader(gateway);
    const account = (await gateway.node.read(({state}) => state.byWallet.get(victim.wallet.toLowerCase() as `0x${string}`)))!;
    await give(url, 'placeOrder', order({side: 'sell', price: String(2n * PRICE)}), victim.token);
    const {acks} = await client.records(recordsOf(sell(TICKS + 50, 10, account), {head: head(COMMAND.cancelAll, 0, 0), words: [-1], account}));
    expect(acks.map(({reason}) => reason)).toEqual([REASON.none, REASON.none]);
    expect([await openOrders(victim), await openOrders(trader)].map((orders) => orders.length)).toEqual([1, 0]);
  });

  test('of a socket that chose a sub-account are the sub-account\'s', async () => {
    await give(url, 'createSubAccount', {sub: 1}, trader.token);
    const other = await connect(trader.token, {sub: 1});
    expect((await other.records(recordsOf(sell(TICKS + 50)))).acks[0]!.reason).toBe(REASON.insufficientFunds);
  });

  test('need a signed-in socket with the scope trade', async () => {
    const stranger = await connect();
    stranger.socket.send(recordsOf(sell(TICKS + 50)));
    expect((await stranger.next(({error}) => error !== undefined)).error?.code).toBe('UNAUTHORISED');
    const {body: key} = await call(url, 'POST', '/v1/keys', {token: trader.token, body: {scopes: ['read']}});
    const reader = await connect();
    const signed = {timestamp: String(Date.now()), nonce: 'reader', method: 'GET', host: new URL(url).host, path: '/v1/stream', body: ''};
    await reader.ask({op: 'auth', key: key.id, timestamp: signed.timestamp, nonce: signed.nonce, signature: signRequest(String(key.secret), signed)});
    expect((await reader.records(recordsOf(sell(TICKS + 50)))).acks[0]!.reason).toBe(EDGE_REASON.scopeMissing);
  });

  test.each([0, 63, 65, 257 * 64])('of %s bytes are malformed, and too many of them end the connection', async (length) => {
    for (let count = 0; count < 10; count += 1) client.socket.send(new Uint8Array(length));
    expect((await client.next(({error}) => error !== undefined)).error?.code).toBe('INVALID_REQUEST');
    expect(await client.closed).toMatchObject({code: 4_400});
  });

  test('a flood of records is refused for its account, its neighbours trade on and hear all', async () => {
    const neighbour = await connect((await newTrader(gateway)).token);
    const book = new ReaderBook();
    neighbour.socket.on('message', (data, binary) => {
      if (!binary && String(data).includes('"channel":"book"')) book.take(JSON.parse(String(data)) as never);
    });
    await neighbour.ask({op: 'subscribe', channel: 'book', market: 'ETH-USDC'});
    const frame = recordsOf(...Array.from({length: 256}, (_, index) => sell(TICKS + 1_000 + index, 1)));
    for (let count = 0; count < 40; count += 1) client.socket.send(frame);
    for (let count = 0; count < 10; count += 1) expect((await neighbour.records(recordsOf(sell(TICKS + 70)))).acks[0]!.reason).toBe(REASON.none);
    while (client.answers.length < 40) await client.ask({op: 'ping'});
    const tooMany = client.answers.map(({acks}) => acks.filter(({reason}) => reason === EDGE_REASON.tooMany).length);
    expect(new Set(tooMany)).toEqual(new Set([0, 256]));
    expect(tooMany.filter((count) => count === 256).length).toBeGreaterThan(20);
    await neighbour.ask({op: 'ping'});
    const levels = await call(url, 'GET', '/v1/markets/ETH-USDC/book?levels=1000');
    expect(book.levels().asks).toEqual((levels.body.asks as {price: string; quantity: string}[]).map(({price, quantity}) => [price, quantity]));
    expect(client.answers.map(({frame: number}) => number).toSorted((a, b) => a - b)).toEqual(Array.from({length: 40}, (_, index) => index + 1));
    await client.ask({op: 'cancelAll'});
    await neighbour.ask({op: 'cancelAll'});
  });
});

describe('while the engine is away', () => {
  test('everything is refused as such, and streams go on without a gap when it is back', async () => {
    const trader = await newTrader(gateway);
    const client = await connect(trader.token);
    const book = new ReaderBook();
    client.socket.on('message', (data, binary) => {
      if (!binary && String(data).includes('"channel":"book"')) book.take(JSON.parse(String(data)) as never);
    });
    await client.ask({op: 'subscribe', channel: 'book', market: 'ETH-USDC'});
    await client.ask({op: 'subscribe', channel: 'orders'});
    await client.ask({op: 'placeOrder', ...order({price: String(PRICE / 2n)})});

    await server.close();
    await presence(false);
    const away = await give(url, 'placeOrder', order(), trader.token);
    expect(away).toMatchObject({status: 503, body: {error: {code: 'ENGINE_AWAY', details: {retryAfterMs: 1_000}}}});
    expect((await client.ask({op: 'placeOrder', ...order()})).error?.code).toBe('ENGINE_AWAY');
    expect((await client.records(recordsOf(sell(TICKS + 50)))).acks[0]!.reason).toBe(EDGE_REASON.engineAway);
    expect((await client.ask({op: 'subscribe', channel: 'book', market: 'ETH-PERP'})).error?.code).toBe('ENGINE_AWAY');
    expect(await call(url, 'GET', '/healthz')).toMatchObject({status: 503, body: {ok: false, engine: {ok: false}}});
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('pobs_gateway_engine_here 0');
    expect((await fetch(`${url}/graphql?query={__typename}`, {headers: {accept: 'application/json'}})).status).toBe(200);
    expect((await client.ask({op: 'ping'})).op).toBe('pong');

    // Somebody else trades meanwhile: another gateway of the same engine.
    await gateway.node.submit({type: 'placeOrder', wallet: trader.wallet, market: 'ETH-USDC', side: 'buy', orderType: 'limit', price: PRICE / 4n, quantity: ETH, timeInForce: 'GTC', clientOrderId: 'meanwhile'});
    server = await link();
    await presence(true);
    await client.next(({channel, type, clientOrderId}) => channel === 'orders' && (clientOrderId === 'meanwhile' || type === 'missed'));
    await give(url, 'placeOrder', order({price: String(PRICE / 8n), clientOrderId: 'after'}), trader.token);
    await client.next(({channel, type, clientOrderId}) => channel === 'orders' && type === 'orderAccepted' && clientOrderId === 'after');
    await client.ask({op: 'ping'});
    const {body} = await call(url, 'GET', '/v1/markets/ETH-USDC/book?levels=1000');
    const pairs = (levels: unknown) => (levels as {price: string; quantity: string}[]).map(({price, quantity}) => [price, quantity]);
    expect(book.levels()).toEqual({bids: pairs(body.bids), asks: pairs(body.asks)});
    const orders = client.messages.filter(({channel, type}) => channel === 'orders' && type !== 'subscribed').map(({sequence}) => Number(sequence));
    expect(orders).toEqual(orders.map((_, index) => index + 1));
    await operate(url, 'tick', {});
  });
});
