/** The HTTP interface over a real core, journal and database. */
import {WebSocket} from 'ws';
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {until} from '../../test/support/anvil.ts';
import {call, join, OPERATOR_TOKEN, signIn, signInMessage, startTestGateway, type TestGateway, zeroAddress} from '../../test/support/gateway.ts';
import {ETH, L1_USDC, L2_USDC, USDC} from '../../test/support/rules.ts';

let gateway: TestGateway;
let url: string;
let alice: ReturnType<typeof privateKeyToAccount>;
let bob: typeof alice;
let clientOrderId = 0;

beforeAll(async () => {
  gateway = await startTestGateway();
  url = gateway.url;
});
afterAll(() => gateway?.close());
beforeEach(() => {
  alice = privateKeyToAccount(generatePrivateKey());
  bob = privateKeyToAccount(generatePrivateKey());
});

const order = (changes: object) => ({market: 'ETH-USDC', side: 'sell', type: 'limit', price: String(2_000n * USDC), quantity: String(ETH), timeInForce: 'GTC', clientOrderId: `o${clientOrderId += 1}`, ...changes});

/** Alice holds dollars on L1, Bob ether on L2. */
async function funded(): Promise<{aliceToken: string; bobToken: string}> {
  const [aliceToken, bobToken] = [await join(url, alice), await join(url, bob)];
  await gateway.deposit({wallet: alice.address, chainId: 31_337, token: L1_USDC, amount: 10_000n * USDC});
  await gateway.deposit({wallet: bob.address, chainId: 412_346, token: zeroAddress, amount: 5n * ETH * 1_000_000_000n});
  return {aliceToken, bobToken};
}

describe('sessions', () => {
  test('a signed message buys a token for its wallet', async () => {
    const token = await signIn(url, alice);
    const {status, body} = await call(url, 'GET', '/v1/account', {token});
    expect(status).toBe(200);
    expect(body).toMatchObject({wallet: alice.address, bound: false, positions: [], withdrawals: [], orders: []});
  });

  test('a nonce works once', async () => {
    const signed = await signInMessage(url, alice);
    expect((await call(url, 'POST', '/v1/session', {body: signed})).status).toBe(200);
    expect(await call(url, 'POST', '/v1/session', {body: signed})).toMatchObject({status: 401, body: {error: {code: 'SIGN_IN_FAILED'}}});
  });

  test.each([
    ['another wallet', async () => ({...await signInMessage(url, alice), signature: (await signInMessage(url, bob)).signature})],
    ['a foreign domain', () => signInMessage(url, alice, {domain: 'evil.example'})],
    ['an expired message', () => signInMessage(url, alice, {expirationTime: new Date(0)})],
    ['a nonce of somebody else', () => signInMessage(url, alice, {nonce: 'abcdefgh12345678'})],
  ])('%s is refused', async (_, signed) => {
    expect(await call(url, 'POST', '/v1/session', {body: await signed()})).toMatchObject({status: 401, body: {error: {code: 'SIGN_IN_FAILED'}}});
  });

  test('no token, a changed token and an operator token open no account', async () => {
    const token = await signIn(url, alice);
    const changed = `${token.slice(0, -2)}${token.endsWith('A') ? 'B' : 'A'}${token.at(-1)}`;
    for (const wrong of [undefined, changed, OPERATOR_TOKEN, 'x.y', `${token}.z`]) {
      expect(await call(url, 'GET', '/v1/account', {token: wrong})).toMatchObject({status: 401, body: {error: {code: 'UNAUTHORISED'}}});
    }
  });
});

describe('trading', () => {
  test('orders rest, fill and show on account, book and trades', async () => {
    const {aliceToken, bobToken} = await funded();
    const resting = await call(url, 'POST', '/v1/orders', {token: bobToken, body: order({})});
    expect(resting).toMatchObject({status: 200, body: {state: 'open', filled: '0', sequence: expect.stringMatching(/^\d+$/)}});
    expect((await call(url, 'GET', '/v1/markets/ETH-USDC/book')).body).toMatchObject({asks: [{price: String(2_000n * USDC), quantity: String(ETH)}], bids: []});

    const taken = await call(url, 'POST', '/v1/orders', {token: aliceToken, body: order({side: 'buy', timeInForce: 'IOC', quantity: String(ETH)})});
    expect(taken).toMatchObject({status: 200, body: {state: 'filled', filled: String(ETH)}});
    const {balances} = (await call(url, 'GET', '/v1/account', {token: aliceToken})).body as {balances: {symbol: string; chainId: number; total: string}[]};
    expect(balances.find(({symbol}) => symbol === 'ETH')?.total).toBe(String(ETH));
    await gateway.projector.step();
    const trades = (await call(url, 'GET', '/v1/markets/ETH-USDC/trades')).body as unknown as object[];
    expect(trades[0]).toMatchObject({price: String(2_000n * USDC), quantity: String(ETH), takerSide: 'buy'});
    expect(Object.keys(trades[0]!)).not.toContain('maker');
  });

  test('an open order is cancelled by its owner only', async () => {
    const {aliceToken, bobToken} = await funded();
    const {body} = await call(url, 'POST', '/v1/orders', {token: bobToken, body: order({price: String(9_000n * USDC)})});
    expect(await call(url, 'DELETE', `/v1/orders/${String(body.orderId)}`, {token: aliceToken})).toMatchObject({status: 404, body: {error: {code: 'UNKNOWN_ORDER'}}});
    expect((await call(url, 'DELETE', `/v1/orders/${String(body.orderId)}`, {token: bobToken})).status).toBe(200);
    expect((await call(url, 'GET', '/v1/account', {token: bobToken})).body.orders).toEqual([]);
  });

  test.each([
    ['more than is there', {quantity: String(500n * ETH)}, 422, 'INSUFFICIENT_FUNDS'],
    ['a market nobody runs', {market: 'DOGE-USDC'}, 404, 'UNKNOWN_MARKET'],
    ['a negative quantity', {quantity: '-1'}, 400, 'INVALID_REQUEST'],
    ['a number beyond 63 bits', {quantity: '9223372036854775808'}, 400, 'INVALID_REQUEST'],
    ['a fraction', {price: '1.5'}, 400, 'INVALID_REQUEST'],
    ['an unknown side', {side: 'long'}, 400, 'INVALID_REQUEST'],
    ['a limit order without price', {price: undefined}, 400, 'INVALID_REQUEST'],
  ])('%s is refused', async (_, changes, status, code) => {
    const {bobToken} = await funded();
    expect(await call(url, 'POST', '/v1/orders', {token: bobToken, body: order(changes)})).toMatchObject({status, body: {error: {code}}});
  });
});

describe('withdrawals', () => {
  test('what is requested is set aside, adds up, and comes back when cancelled', async () => {
    const {aliceToken} = await funded();
    const request = {chainId: 31_337, token: L1_USDC, lots: String(100n * USDC)};
    expect((await call(url, 'POST', '/v1/withdrawals', {token: aliceToken, body: request})).status).toBe(200);
    expect((await call(url, 'POST', '/v1/withdrawals', {token: aliceToken, body: request})).status).toBe(200);
    const {body} = await call(url, 'GET', '/v1/account', {token: aliceToken});
    expect(body.withdrawals).toEqual([{chainId: 31_337, token: L1_USDC, lots: String(200n * USDC), state: 'requested', epoch: null}]);
    expect((await call(url, 'DELETE', `/v1/withdrawals/31337/${L1_USDC}`, {token: aliceToken})).status).toBe(200);
    expect(await call(url, 'DELETE', `/v1/withdrawals/31337/${L1_USDC}`, {token: aliceToken})).toMatchObject({status: 404, body: {error: {code: 'NOTHING_TO_CANCEL'}}});
  });

  test('more than one owns does not leave', async () => {
    const {aliceToken} = await funded();
    const body = {chainId: 412_346, token: L2_USDC, lots: String(1n * USDC)};
    const {status, body: answer} = await call(url, 'POST', '/v1/withdrawals', {token: aliceToken, body});
    expect(status).toBe(422);
    expect(answer.error?.message).toMatch(/\.$/);
  });

  test('the id of an era recomputes', async () => {
    const {aliceToken} = await funded();
    const {body} = await call(url, 'GET', '/v1/account/blinding?epoch=7', {token: aliceToken});
    expect(body).toMatchObject({id: expect.stringMatching(/^0x[0-9a-f]{48}$/), blinding: expect.stringMatching(/^0x[0-9a-f]{64}$/)});
  });
});

describe('operator', () => {
  test('the token is needed', async () => {
    const {aliceToken} = await funded();
    for (const token of [undefined, aliceToken, `${OPERATOR_TOKEN}x`]) {
      expect(await call(url, 'GET', '/operator/state', {token})).toMatchObject({status: 401, body: {error: {code: 'UNAUTHORISED'}}});
    }
  });

  test('an epoch is sealed once, and the next only after its outcome', async () => {
    await funded();
    const operator = {token: OPERATOR_TOKEN};
    const {body: before} = await call(url, 'GET', '/operator/state', operator);
    const epoch = Number(before.lastSealed) + 1;
    const seal = {epoch: String(epoch), snapshotTime: String(1_700_000_000 + epoch)};
    const first = await call(url, 'POST', '/operator/epochs/seal', {...operator, body: seal});
    expect(first).toMatchObject({status: 200, body: {epoch: seal.epoch, journalHead: expect.stringMatching(/^0x[0-9a-f]{64}$/)}});
    expect(first.body.journalHead).not.toMatch(/^0x0+$/);
    expect(await call(url, 'POST', '/operator/epochs/seal', {...operator, body: seal})).toEqual(first);
    expect(await call(url, 'GET', `/operator/epochs/${epoch}`, operator)).toEqual(first);

    const next = {epoch: String(epoch + 1), snapshotTime: String(1_700_000_100 + epoch)};
    expect(await call(url, 'POST', '/operator/epochs/seal', {...operator, body: next})).toMatchObject({status: 409, body: {error: {code: 'EPOCH_UNDECIDED'}}});
    expect((await call(url, 'GET', '/operator/state', operator)).body.undecided).toBe(String(epoch));
    for (let i = 0; i < 2; i += 1) expect((await call(url, 'POST', `/operator/epochs/${epoch}/outcome`, {...operator, body: {outcome: 'approved'}})).status).toBe(200);
    expect((await call(url, 'GET', '/operator/state', operator)).body).toMatchObject({undecided: null, lastSealed: String(epoch)});
    expect((await call(url, 'POST', '/operator/markets/ETH-PERP/mark', {...operator, body: {price: String(2_000n * USDC)}})).status).toBe(200);
    expect((await call(url, 'GET', '/operator/withdrawals', operator)).status).toBe(200);
  });
});

describe('the edge', () => {
  test('broken JSON, unknown paths and large bodies are refused in one form', async () => {
    const token = await signIn(url, alice);
    expect(await call(url, 'POST', '/v1/orders', {token, body: '{'})).toMatchObject({status: 400, body: {error: {code: 'INVALID_REQUEST'}}});
    expect(await call(url, 'GET', '/v1/nowhere')).toMatchObject({status: 404, body: {error: {code: 'NOT_FOUND'}}});
    expect(await call(url, 'POST', '/v1/orders', {token, body: JSON.stringify({market: 'x'.repeat(70_000)})})).toMatchObject({status: 413, body: {error: {code: 'BODY_TOO_LARGE'}}});
  });

  test('health, metrics and OpenAPI', async () => {
    const health = await call(url, 'GET', '/healthz');
    expect(health).toMatchObject({status: 200, body: {ok: true, database: {ok: true}}});
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('pobs_engine_http_requests_total');
    const {body} = await call(url, 'GET', '/openapi.json');
    expect(Object.keys(body.paths as object)).toEqual(expect.arrayContaining(['/v1/orders', '/v1/session', '/operator/epochs/seal', '/v1/markets/{market}/book']));
  });

  test('only a page of this machine may call from a browser', async () => {
    const origin = async (from: string) => (await fetch(`${url}/v1/markets`, {headers: {origin: from}})).headers.get('access-control-allow-origin');
    expect(await origin('http://127.0.0.1:18000')).toBe('http://127.0.0.1:18000');
    expect(await origin('https://evil.example')).toBeNull();
  });
});

describe('stream', () => {
  async function connect() {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`);
    const messages: Record<string, unknown>[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Record<string, unknown>));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const next = async (match: (message: Record<string, unknown>) => boolean) => {
      await until(() => messages.some(match));
      return messages.find(match)!;
    };
    return {socket, messages, next, send: (message: object) => socket.send(JSON.stringify(message))};
  }

  test('book and trades without gaps; own events only with a token', async () => {
    const {aliceToken, bobToken} = await funded();
    const {socket, messages, next, send} = await connect();
    send({op: 'subscribe', channel: 'account'});
    await next(({error}) => (error as {code?: string})?.code === 'UNAUTHORISED');
    send({op: 'auth', token: aliceToken});
    await next(({op}) => op === 'auth');
    send({op: 'subscribe', channel: 'account'});
    send({op: 'subscribe', channel: 'book', market: 'ETH-USDC'});
    send({op: 'subscribe', channel: 'trades', market: 'ETH-USDC'});
    const book = await next(({channel, type}) => channel === 'book' && type === 'subscribed');
    await next(({channel, type}) => channel === 'trades' && type === 'subscribed');

    await call(url, 'POST', '/v1/orders', {token: bobToken, body: order({price: String(2_100n * USDC)})});
    await call(url, 'POST', '/v1/orders', {token: aliceToken, body: order({side: 'buy', timeInForce: 'IOC', price: String(2_100n * USDC)})});
    await next(({channel, price}) => channel === 'trades' && price === String(2_100n * USDC));
    await next(({channel, type}) => channel === 'account' && type === 'orderClosed');
    const deltas = messages.filter(({channel, type}) => channel === 'book' && type === 'delta').map(({sequence}) => Number(sequence));
    expect(deltas).toEqual(deltas.map((_, index) => Number(book.sequence) + 1 + index));
    expect(deltas.length).toBeGreaterThanOrEqual(2);
    const own = messages.filter(({channel, type}) => channel === 'account' && type !== 'subscribed');
    expect(own.find(({type}) => type === 'tradeExecuted')).toMatchObject({role: 'taker', side: 'buy', quantity: String(ETH)});
    expect(JSON.stringify(own).toLowerCase()).not.toContain(bob.address.toLowerCase());
    socket.close();
  });

  test('nonsense is answered, another path is not upgraded', async () => {
    const {socket, next} = await connect();
    socket.send('nonsense');
    await next(({error}) => (error as {code?: string})?.code === 'INVALID_REQUEST');
    socket.close();
    const other = new WebSocket(`${url.replace('http', 'ws')}/elsewhere`);
    await expect(new Promise((_, reject) => other.once('error', reject))).rejects.toThrow('404');
  });
});
