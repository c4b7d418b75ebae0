/** The stream over a real core and journal: books rebuilt under dropped sockets, own channels, commands, misuse. */
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {randomBelow} from '../../test/support/random.ts';
import {until} from '../../test/support/anvil.ts';
import {call, startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {ETH, USDC} from '../../test/support/rules.ts';
import {type Message, ReaderBook, recordsOf, StreamClient} from '../../test/support/stream.ts';
import {give, newTrader, openPosition, operate, order, PRICE, type Trader} from '../../test/support/trading.ts';
import {COMMAND, REASON} from '../core/venue/codes.ts';
import {head} from '../core/venue/records.ts';
import {signRequest} from './auth/signed-requests.ts';

const SEED = Number(process.env.POBS_TEST_SEED ?? 20_261_125);
const NO_LIMIT = {perSecond: 1e6, burst: 1e6};

let gateway: TestGateway;
let url: string;
const open: StreamClient[] = [];

beforeAll(async () => {
  gateway = await startTestGateway({limits: {byCredential: NO_LIMIT, byAccount: NO_LIMIT, byAddress: NO_LIMIT}});
  url = gateway.url;
  await operate(url, 'setMark', {market: 'ETH-PERP', price: String(PRICE)});
});
afterEach(() => Promise.all(open.splice(0).map((client) => client.end())));
afterAll(() => gateway?.close());

async function connect(token?: string): Promise<StreamClient> {
  const client = await StreamClient.open(url);
  open.push(client);
  if (token !== undefined) expect(await client.ask({op: 'auth', token})).toMatchObject({op: 'auth', account: expect.any(Number)});
  return client;
}

/** Everything published so far has arrived: frames of one socket keep their order. */
const settle = (client: StreamClient): Promise<Message> => client.ask({op: 'ping'});

describe('books', () => {
  test(`rebuilt from snapshots and deltas under dropped sockets equal the core's (seed ${SEED})`, async () => {
    const random = randomBelow(SEED);
    const traders = [await newTrader(gateway), await newTrader(gateway), await newTrader(gateway)];
    const markets = ['ETH-USDC', 'ETH-PERP'];
    const readers = await Promise.all([1, 2, 3].map(() => reading(markets)));
    for (let step = 0; step < 300; step += 1) {
      const trader = traders[random(3)]!;
      const market = markets[random(2)]!;
      if (random(10) < 7) {
        const ticks = BigInt(random(40)) - 20n;
        await give(url, 'placeOrder', order({
          market, side: random(2) === 0 ? 'buy' : 'sell', price: String(PRICE + ticks * 10_000n), quantity: String(BigInt(random(5) + 1) * 1_000_000n),
          timeInForce: random(4) === 0 ? 'IOC' : 'GTC', selfTrade: 'cancelBoth',
        }), trader.token);
      } else await give(url, 'cancelAll', {market}, trader.token);
      if (step % 25 === 10) await readers[random(3)]!.drop();
    }
    for (const reader of readers) {
      await settle(reader.client());
      for (const market of markets) {
        const book = (await gateway.node.read(({state}) => state.markets.get(market)))!;
        expect(book).toBeDefined();
        const {body} = await call(url, 'GET', `/v1/markets/${market}/book?levels=1000`);
        const pairs = (levels: unknown) => (levels as {price: string; quantity: string}[]).map(({price, quantity}) => [price, quantity]);
        expect(reader.books.get(market)!.levels()).toEqual({bids: pairs(body.bids), asks: pairs(body.asks)});
      }
    }
    // The books are everybody's: what rests here would trade with the next test.
    for (const {token} of traders) await give(url, 'cancelAll', {}, token);
  });

  /** A client that keeps books and, when its socket drops, subscribes anew. */
  async function reading(markets: readonly string[]) {
    const books = new Map(markets.map((market) => [market, new ReaderBook()]));
    let client: StreamClient;
    const start = async () => {
      client = await connect();
      client.socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as Message;
        if (message.channel === 'book') books.get(String(message.market))!.take(message);
      });
      for (const market of markets) await client.ask({op: 'subscribe', channel: 'book', market});
    };
    await start();
    return {books, client: () => client, drop: async () => {
      await client.end();
      await start();
    }};
  }

  test('a snapshot has the depth that is asked for, best first', async () => {
    const {token} = await newTrader(gateway);
    for (const price of [7n, 9n, 8n]) await give(url, 'placeOrder', order({price: String(price * USDC)}), token);
    const client = await connect();
    const {bids} = await client.ask({op: 'subscribe', channel: 'book', market: 'ETH-USDC', depth: 1});
    expect(bids).toHaveLength(1);
    await give(url, 'cancelAll', {}, token);
  });
});

describe('public channels', () => {
  test('trades, candles, prices and tickers tell what happened, and name no wallet', async () => {
    const [long, short] = [await newTrader(gateway), await newTrader(gateway)];
    const client = await connect();
    for (const channel of ['trades', 'prices', 'ticker']) await client.ask({op: 'subscribe', channel, market: 'ETH-PERP'});
    const before = await client.ask({op: 'subscribe', channel: 'candles', market: 'ETH-PERP', interval: '1d'});
    await openPosition(url, {long, short});
    await operate(url, 'setSourcePrice', {market: 'ETH-PERP', source: 1, price: String(PRICE + USDC)});
    await operate(url, 'setMark', {market: 'ETH-PERP', price: String(PRICE)});
    const trade = await client.next(({channel, type}) => channel === 'trades' && type === undefined);
    expect(trade).toMatchObject({price: String(PRICE), quantity: String(ETH), takerSide: 'buy', sequence: '1'});
    const candle = await client.next(({channel, type}) => channel === 'candles' && type === undefined);
    const made = (before.candle as {volume?: string; trades?: number} | undefined);
    expect(candle).toMatchObject({close: String(PRICE), trades: (made?.trades ?? 0) + 1, volume: String(BigInt(made?.volume ?? 0) + ETH)});
    await client.next(({channel, type, price}) => channel === 'prices' && type === 'index' && price === String(PRICE + USDC));
    await client.next(({channel, type, price}) => channel === 'prices' && type === 'mark' && price === String(PRICE));
    expect(await client.next(({channel, type}) => channel === 'ticker' && type === undefined)).toMatchObject({mark: String(PRICE), openInterest: expect.stringMatching(/^[1-9]/)});
    const told = JSON.stringify(client.messages).toLowerCase();
    for (const {wallet} of [long, short]) expect(told).not.toContain(wallet.slice(2).toLowerCase());
  });

  test('candles of the past come from the read models, by every interval', async () => {
    const [long, short] = [await newTrader(gateway), await newTrader(gateway)];
    await openPosition(url, {long, short});
    await gateway.projector.step();
    for (const interval of ['1m', '5m', '1h', '1d']) {
      const {status, body} = await call(url, 'GET', `/v1/markets/ETH-PERP/candles?interval=${interval}`);
      expect(status).toBe(200);
      const last = (body as unknown as {close: string; volume: string; trades: number}[]).at(-1)!;
      expect(last.close).toBe(String(PRICE));
      expect(BigInt(last.volume)).toBeGreaterThanOrEqual(ETH);
    }
    expect(await call(url, 'GET', '/v1/markets/ETH-PERP/candles?interval=2m')).toMatchObject({status: 400, body: {error: {code: 'INVALID_REQUEST'}}});
    const {body} = await call(url, 'GET', '/v1/markets/ETH-PERP/trades?limit=1');
    const [{tradeId}] = body as unknown as [{tradeId: string}];
    const older = (await call(url, 'GET', `/v1/markets/ETH-PERP/trades?before=${tradeId}`)).body as unknown as {tradeId: string}[];
    expect(older.every((trade) => BigInt(trade.tradeId) < BigInt(tradeId))).toBe(true);
  });
});

describe('own channels', () => {
  test('tell each party its side and nothing of the other', async () => {
    const [long, short] = [await newTrader(gateway), await newTrader(gateway)];
    const client = await connect(long.token);
    for (const channel of ['orders', 'fills', 'positions', 'account', 'adl']) await client.ask({op: 'subscribe', channel});
    await openPosition(url, {long, short});
    await operate(url, 'setMark', {market: 'ETH-PERP', price: String(PRICE + 100n * USDC)});
    expect(await client.next(({channel, type}) => channel === 'fills' && type === 'tradeExecuted')).toMatchObject({role: 'taker', side: 'buy', quantity: String(ETH)});
    expect(await client.next(({channel, type}) => channel === 'positions' && type === 'positionChanged')).toMatchObject({size: String(ETH), entryPrice: String(PRICE)});
    await client.next(({channel, type}) => channel === 'orders' && type === 'orderClosed');
    expect(await client.next(({channel, ranks}) => channel === 'adl' && (ranks as object[] | undefined)?.length === 1))
      .toMatchObject({ranks: [{market: 'ETH-PERP', side: 'long', rank: expect.any(Number), of: expect.any(Number)}]});
    const told = JSON.stringify(client.messages.filter(({op}) => op !== 'auth')).toLowerCase();
    expect(told).not.toContain(short.wallet.slice(2).toLowerCase());
    expect(client.messages.filter(({channel, type}) => channel === 'account' && type === 'tradeExecuted')).toHaveLength(1);
    await operate(url, 'setMark', {market: 'ETH-PERP', price: String(PRICE)});
  });

  test('an account bound after subscribing is heard as well', async () => {
    const trader = await newTrader(gateway);
    const client = await connect(trader.token);
    await client.ask({op: 'subscribe', channel: 'balances'});
    await give(url, 'createSubAccount', {sub: 1}, trader.token);
    await give(url, 'transfer', {to: trader.wallet, toSub: 1, chainId: 31_337, token: '0xA1A1A1A1A1A1a1A1a1a1a1a1A1A1a1A1a1a1A1a1'.toLowerCase(), lots: '5'}, trader.token);
    await client.next(({channel, type, toSub}) => channel === 'balances' && type === 'transferred' && toSub === 1);
  });

  test('need a credential with the scope read, and hear nothing more once it ends', async () => {
    const {token} = await newTrader(gateway);
    const client = await connect();
    expect((await client.ask({op: 'subscribe', channel: 'orders'})).error?.code).toBe('UNAUTHORISED');
    expect((await client.ask({op: 'auth', token: `${token}x`})).error?.code).toBe('UNAUTHORISED');
    const key = (await call(url, 'POST', '/v1/keys', {token, body: {scopes: ['read']}})).body as unknown as {id: string; secret: string};
    const request = {timestamp: String(Date.now()), nonce: 'socket-1', method: 'GET', host: new URL(url).host, path: '/v1/stream', body: ''};
    const auth = {op: 'auth', key: key.id, timestamp: request.timestamp, nonce: request.nonce, signature: signRequest(key.secret, request)};
    expect(await client.ask(auth)).toMatchObject({op: 'auth', scopes: ['read']});
    expect((await client.ask(auth)).error?.code).toBe('REPLAYED');
    expect(await client.ask({op: 'subscribe', channel: 'orders'})).toMatchObject({type: 'subscribed'});
    expect((await client.ask({op: 'placeOrder', ...order()})).error?.code).toBe('SCOPE_MISSING');
    await call(url, 'DELETE', `/v1/keys/${key.id}`, {token});
    expect(await client.closed).toEqual({code: 4_401, reason: 'the credential has ended'});
  });
});

describe('commands', () => {
  test('are given by JSON as over REST, with the same answers and refusals', async () => {
    const {token} = await newTrader(gateway);
    const client = await connect(token);
    const placed = await client.ask({op: 'placeOrder', ...order({price: String(PRICE / 2n)})});
    expect(placed).toMatchObject({op: 'placeOrder', state: 'open', sequence: expect.any(String), journalHead: expect.stringMatching(/^0x[0-9a-f]{64}$/)});
    expect(await client.ask({op: 'cancelOrder', orderId: placed.orderId})).toMatchObject({op: 'cancelOrder', sequence: expect.any(String)});
    expect((await client.ask({op: 'cancelOrder', orderId: placed.orderId})).error?.code).toBe('UNKNOWN_ORDER');
    expect((await client.ask({op: 'placeOrder', ...order({quantity: '-1'})})).error?.code).toBe('INVALID_REQUEST');
    expect((await client.ask({op: 'setMark', market: 'ETH-PERP', price: '1'})).error?.code).toBe('INVALID_REQUEST');
  });

  const openOrders = async ({token}: Trader) => ((await call(url, 'GET', '/v1/account', {token})).body.orders as object[]).length;

  const closedOf = (client: StreamClient) => {
    const orders = client.messages.filter(({channel}) => channel === 'orders');
    const names = new Map(orders.filter(({type}) => type === 'orderAccepted').map(({orderId, clientOrderId}) => [orderId, clientOrderId]));
    return orders.filter(({type}) => type === 'orderClosed').map(({orderId}) => names.get(orderId) || 'one record');
  };

  test.each([
    ['marked', 3, ['one marked', 'one in a batch']], ['connection', 1, ['one marked', 'one plain', 'one in a batch', 'one record']],
    ['all', 0, ['one marked', 'one plain', 'one in a batch', 'one record', 'two marked', 'two plain', 'by rest']],
  ] as const)('orders: %s end with their connection and leave those of another', async (orders, left, gone) => {
    const trader = await newTrader(gateway);
    const [one, two] = [await connect(trader.token), await connect(trader.token)];
    await two.ask({op: 'subscribe', channel: 'orders'});
    await one.ask({op: 'cancelOnDisconnect', orders});
    await two.ask({op: 'cancelOnDisconnect', orders: 'connection'});
    const bid = (clientOrderId: string, changes: object = {}) => order({price: String(PRICE / 2n), clientOrderId, ...changes});
    for (const [name, client] of [['one', one], ['two', two]] as const) {
      expect(await client.ask({op: 'placeOrder', ...bid(`${name} marked`, {cancelOnDisconnect: true})})).toMatchObject({state: 'open'});
      expect(await client.ask({op: 'placeOrder', ...bid(`${name} plain`)})).toMatchObject({state: 'open'});
    }
    await give(url, 'placeOrder', bid('by rest', {cancelOnDisconnect: true}), trader.token);
    await one.ask({op: 'batch', commands: [{op: 'placeOrder', ...bid('one in a batch', {cancelOnDisconnect: true})}]});
    const spot = await gateway.node.read(({state}) => state.markets.get('ETH-USDC')!.index);
    const {acks} = await one.records(recordsOf({head: head(COMMAND.place, 0, spot), words: [Number(PRICE / 20_000n), 1]}));
    expect(acks[0]!.reason).toBe(REASON.none);
    await one.end();
    await until(() => closedOf(two).length === gone.length);
    await settle(two);
    expect(closedOf(two).toSorted()).toEqual([...gone].toSorted());
    expect(await openOrders(trader)).toBe(7 - gone.length);
    await two.end();
    await until(async () => await openOrders(trader) === left);
    await give(url, 'cancelAll', {}, trader.token);
  });

  test('a lease is kept half a minute ahead, so that orders end where the gateway dies', async () => {
    const trader = await newTrader(gateway);
    const client = await connect(trader.token);
    const leases = () => gateway.node.read(({state}) => {
      const account = state.byWallet.get(trader.wallet.toLowerCase() as `0x${string}`)!;
      return [...state.venue.deadMen].filter(([key]) => key % 2 ** 32 === account && key >= 2 ** 32).map(([, at]) => at);
    });
    await client.ask({op: 'cancelOnDisconnect', orders: 'marked'});
    const [at] = await leases();
    expect(at! - Date.now()).toBeGreaterThan(20_000);
    expect(at! - Date.now()).toBeLessThanOrEqual(30_000);
    await until(async () => (await leases())[0]! > at!);
    await client.end();
    await until(async () => (await leases()).length === 0);
  }, 30_000);

  test('orders stay where nothing was asked for', async () => {
    const trader = await newTrader(gateway);
    const client = await connect(trader.token);
    await client.ask({op: 'placeOrder', ...order({price: String(PRICE / 2n)})});
    await client.end();
    await settle(await connect());
    expect(await openOrders(trader)).toBe(1);
  });
});

describe('misuse', () => {
  test.each([
    ['no JSON', 'nonsense'], ['no object', '[1]'], ['null', 'null'], ['an unknown op', '{"op":"hack"}'], ['an unknown field', '{"op":"ping","x":1}'],
    ['an unknown channel', '{"op":"subscribe","channel":"secrets","market":"ETH-PERP"}'], ['a name of the prototype', '{"op":"constructor"}'],
  ])('%s is answered with a typed error', async (_, text) => {
    const client = await connect();
    client.socket.send(text);
    expect((await client.next(({error}) => error !== undefined)).error?.code).toBe('INVALID_REQUEST');
    expect((await settle(client)).op).toBe('pong');
  });

  test.each([
    [{channel: 'book', market: 'DOGE-PERP'}, 'UNKNOWN_MARKET'], [{channel: 'book'}, 'INVALID_REQUEST'], [{channel: 'candles', market: 'ETH-PERP'}, 'INVALID_REQUEST'],
    [{channel: 'trades', market: 'ETH-PERP', interval: '1m'}, 'INVALID_REQUEST'],
  ])('no subscription to %j', async (topic, code) => {
    expect((await (await connect()).ask({op: 'subscribe', ...topic})).error?.code).toBe(code);
  });

  test('too much nonsense ends the connection', async () => {
    const client = await connect();
    for (let count = 0; count < 10; count += 1) client.socket.send('nonsense');
    expect(await client.closed).toEqual({code: 4_400, reason: 'too many malformed frames'});
  });

  test('a frame that is too large ends the connection', async () => {
    const client = await connect();
    client.socket.send('x'.repeat(70_000));
    expect((await client.closed).code).toBe(1_009);
  });

  test('a flood of one client is refused and does not hold up its neighbour', async () => {
    const trader = await newTrader(gateway);
    const [flooder, neighbour] = [await connect(trader.token), await connect((await newTrader(gateway)).token)];
    await neighbour.ask({op: 'subscribe', channel: 'orders'});
    for (let count = 0; count < 5_000; count += 1) flooder.socket.send('{"op":"ping"}');
    const placed = await neighbour.ask({op: 'placeOrder', ...order({price: String(PRICE / 2n)})});
    expect(placed).toMatchObject({state: 'open'});
    await neighbour.next(({channel, type}) => channel === 'orders' && type === 'orderRested');
    expect((await flooder.next(({error}) => error !== undefined)).error?.code).toBe('TOO_MANY_REQUESTS');
    expect((await flooder.closed).code).toBe(4_400);
  });

  test('a socket speaks for one wallet', async () => {
    const [one, two] = [await newTrader(gateway), await newTrader(gateway)];
    const client = await connect(one.token);
    expect((await client.ask({op: 'auth', token: two.token})).error?.code).toBe('UNAUTHORISED');
  });
});
