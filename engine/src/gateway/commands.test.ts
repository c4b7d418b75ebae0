/** Every command over REST: accepted with its place in the journal, and refused with a typed reason. */
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Answer, call, OPERATOR_TOKEN, signIn, startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {ETH, L1_USDC, USDC} from '../../test/support/rules.ts';
import {COMMANDS, give, newTrader, openPosition, operate, order, PRICE, type Trader} from '../../test/support/trading.ts';

let gateway: TestGateway;
let url: string;

beforeAll(async () => {
  gateway = await startTestGateway({limits: {byCredential: NO_LIMIT, byAccount: NO_LIMIT, byAddress: NO_LIMIT}});
  url = gateway.url;
  await operate(url, 'setMark', {market: 'ETH-PERP', price: String(PRICE)});
});
afterAll(() => gateway?.close());

const NO_LIMIT = {perSecond: 1e6, burst: 1e6};
const NOBODY = `0x${'99'.repeat(20)}`;
const trader = (): Promise<Trader> => newTrader(gateway);
const one = async (op: string, args: Record<string, unknown>): Promise<Answer> => give(url, op, args, (await trader()).token);
const idIn = ({body}: Answer, name: string): string => String(body[name]);

async function pair(): Promise<{long: Trader; short: Trader}> {
  const parties = {long: await trader(), short: await trader()};
  await openPosition(url, parties);
  return parties;
}

async function offered(): Promise<{long: Trader; to: Trader; offerId: string}> {
  const {long} = await pair();
  const to = await trader();
  const offer = await give(url, 'offerNovation', {to: to.wallet, market: 'ETH-PERP', size: String(ETH)}, long.token);
  return {long, to, offerId: idIn(offer, 'offerId')};
}

const stop = {by: 'mark', direction: 'fall', price: String(PRICE / 2n), side: 'sell', quantity: String(ETH)};
const parent = {market: 'ETH-PERP', side: 'buy', quantity: String(ETH), strategy: 'twap', slices: 4, intervalMs: 1_000};
const withdrawal = {chainId: 31_337, token: L1_USDC, lots: String(USDC)};
const listing = {
  kind: 'perpetual', base: 'BTC', baseDecimals: 8, quote: 'USDC', tick: '1000000', lot: '10000', ladderTicks: 2 ** 17, terms: {fees: [{makerPpm: 100, takerPpm: 500}], margins: [{upTo: '1000000000000', initialPpm: 100_000, maintenancePpm: 50_000}], penaltyPpm: 10_000, marketBandPpm: 200_000},
};
let listed = 0;
const list = async (): Promise<string> => {
  listed += 1;
  const market = `BTC-PERP-${listed}`;
  await operate(url, 'createMarket', {market, ...listing});
  return market;
};

type Case = {accepted: () => Promise<Answer>; refused: () => Promise<Answer>; code: string};

const CASES: Record<string, Case> = {
  bindAccount: {
    async accepted() {
      return give(url, 'bindAccount', {secret: `0x${'42'.repeat(32)}`}, await signIn(url, privateKeyToAccount(generatePrivateKey())));
    },
    refused: () => one('bindAccount', {secret: `0x${'43'.repeat(32)}`}), code: 'WRONG_SEQUENCE',
  },
  createSubAccount: {accepted: () => one('createSubAccount', {sub: 1}), refused: () => one('createSubAccount', {sub: 7}), code: 'WRONG_SEQUENCE'},
  placeOrder: {
    accepted: () => one('placeOrder', order({postOnly: true, selfTrade: 'cancelBoth', displayQuantity: String(ETH / 10n), price: String(PRICE / 2n), cancelOnDisconnect: true})),
    refused: () => one('placeOrder', order({quantity: String(100n * ETH)})), code: 'INSUFFICIENT_FUNDS',
  },
  amendOrder: {
    async accepted() {
      const {token} = await trader();
      const placed = await give(url, 'placeOrder', order({price: String(PRICE / 2n)}), token);
      return give(url, 'amendOrder', {orderId: idIn(placed, 'orderId'), price: String(PRICE / 4n), quantity: String(ETH)}, token);
    },
    refused: () => one('amendOrder', {orderId: '7', price: String(PRICE), quantity: String(ETH)}), code: 'UNKNOWN_ORDER',
  },
  cancelOrder: {
    async accepted() {
      const {token} = await trader();
      const placed = await give(url, 'placeOrder', order({price: String(PRICE / 2n)}), token);
      return give(url, 'cancelOrder', {orderId: idIn(placed, 'orderId')}, token);
    },
    refused: () => one('cancelOrder', {orderId: '7'}), code: 'UNKNOWN_ORDER',
  },
  cancelAll: {accepted: () => one('cancelAll', {market: 'ETH-USDC'}), refused: () => one('cancelAll', {market: 'DOGE-USDC'}), code: 'UNKNOWN_MARKET'},
  batch: {
    accepted: () => one('batch', {commands: [{op: 'placeOrder', ...order({price: String(PRICE / 2n)})}, {op: 'cancelAll'}]}),
    refused: () => one('batch', {commands: []}), code: 'INVALID_REQUEST',
  },
  placeTrigger: {
    accepted: () => one('placeTrigger', {market: 'ETH-PERP', conditions: [stop, {...stop, direction: 'rise', price: String(PRICE * 2n)}]}),
    refused: () => one('placeTrigger', {market: 'ETH-PERP', conditions: [{...stop, price: String(PRICE * 2n)}]}), code: 'INVALID_PRICE',
  },
  cancelTrigger: {
    async accepted() {
      const {token} = await trader();
      const {body} = await give(url, 'placeTrigger', {market: 'ETH-PERP', conditions: [stop]}, token);
      return give(url, 'cancelTrigger', {triggerId: (body.triggerIds as string[])[0]}, token);
    },
    refused: () => one('cancelTrigger', {triggerId: '123456'}), code: 'UNKNOWN_ORDER',
  },
  placeParent: {accepted: () => one('placeParent', parent), refused: () => one('placeParent', {...parent, quantity: '7'}), code: 'INVALID_QUANTITY'},
  cancelParent: {
    async accepted() {
      const {token} = await trader();
      return give(url, 'cancelParent', {parentId: idIn(await give(url, 'placeParent', parent, token), 'parentId')}, token);
    },
    refused: () => one('cancelParent', {parentId: '123456'}), code: 'UNKNOWN_ORDER',
  },
  setMarginMode: {
    accepted: () => one('setMarginMode', {market: 'ETH-PERP', mode: 'isolated'}),
    refused: () => one('setMarginMode', {market: 'ETH-USDC', mode: 'isolated'}), code: 'UNKNOWN_MARKET',
  },
  moveCollateral: {
    async accepted() {
      const parties = {long: await trader(), short: await trader()};
      await give(url, 'setMarginMode', {market: 'ETH-PERP', mode: 'isolated'}, parties.long.token);
      await openPosition(url, parties);
      return give(url, 'moveCollateral', {market: 'ETH-PERP', lots: String(1_000n * USDC)}, parties.long.token);
    },
    refused: () => one('moveCollateral', {market: 'ETH-PERP', lots: String(-USDC)}), code: 'INVALID_ORDER',
  },
  setAutoRoll: {
    accepted: () => one('setAutoRoll', {market: 'ETH-PERP', takeLots: String(USDC), lossLots: '0'}),
    refused: () => one('setAutoRoll', {market: 'DOGE-PERP', takeLots: '1', lossLots: '0'}), code: 'UNKNOWN_MARKET',
  },
  offerNovation: {
    async accepted() {
      const {long} = await pair();
      return give(url, 'offerNovation', {to: (await trader()).wallet, market: 'ETH-PERP', size: String(ETH)}, long.token);
    },
    refused: () => one('offerNovation', {to: NOBODY, market: 'ETH-PERP', size: String(ETH)}), code: 'UNKNOWN_ACCOUNT',
  },
  acceptNovation: {
    async accepted() {
      const {to, offerId} = await offered();
      return give(url, 'acceptNovation', {offerId}, to.token);
    },
    refused: () => one('acceptNovation', {offerId: '123456'}), code: 'UNKNOWN_ORDER',
  },
  withdrawNovation: {
    async accepted() {
      const {long, offerId} = await offered();
      return give(url, 'withdrawNovation', {offerId}, long.token);
    },
    refused: () => one('withdrawNovation', {offerId: '123456'}), code: 'UNKNOWN_ORDER',
  },
  armDeadMan: {accepted: () => one('armDeadMan', {afterMs: 60_000}), refused: () => one('armDeadMan', {at: '1'}), code: 'INVALID_ORDER'},
  requestWithdrawal: {
    accepted: () => one('requestWithdrawal', withdrawal), refused: () => one('requestWithdrawal', {...withdrawal, token: NOBODY}), code: 'UNKNOWN_ASSET',
  },
  cancelWithdrawal: {
    async accepted() {
      const {token} = await trader();
      await give(url, 'requestWithdrawal', withdrawal, token);
      return give(url, 'cancelWithdrawal', {chainId: 31_337, token: L1_USDC}, token);
    },
    refused: () => one('cancelWithdrawal', {chainId: 31_337, token: L1_USDC}), code: 'NOTHING_TO_CANCEL',
  },
  transfer: {
    async accepted() {
      return one('transfer', {to: (await trader()).wallet, ...withdrawal});
    },
    async refused() {
      return one('transfer', {to: (await trader()).wallet, ...withdrawal, lots: String(1_000_000n * USDC)});
    },
    code: 'INSUFFICIENT_FUNDS',
  },
  setMark: {
    accepted: () => operate(url, 'setMark', {market: 'ETH-PERP', price: String(PRICE)}),
    refused: () => operate(url, 'setMark', {market: 'DOGE-PERP', price: '1'}), code: 'UNKNOWN_MARKET',
  },
  setSourcePrice: {
    accepted: () => operate(url, 'setSourcePrice', {market: 'ETH-PERP', source: 0, price: String(PRICE)}),
    refused: () => operate(url, 'setSourcePrice', {market: 'ETH-PERP', source: 255, price: String(PRICE)}), code: 'INVALID_ORDER',
  },
  setMarketStatus: {
    accepted: async () => operate(url, 'setMarketStatus', {market: await list(), status: 'halted'}),
    refused: () => operate(url, 'setMarketStatus', {market: 'DOGE-PERP', status: 'open'}), code: 'UNKNOWN_MARKET',
  },
  setCalendar: {
    accepted: async () => operate(url, 'setCalendar', {market: await list(), sessions: [{start: 0, feePpm: 1, fundingClampPpm: 1, bandPpm: 1, marginPpm: 2_000_000}]}),
    refused: () => operate(url, 'setCalendar', {market: 'DOGE-PERP', sessions: []}), code: 'UNKNOWN_MARKET',
  },
  setFeeTier: {
    accepted: async () => operate(url, 'setFeeTier', {wallet: (await trader()).wallet, tier: 0}),
    refused: () => operate(url, 'setFeeTier', {wallet: NOBODY, tier: 0}), code: 'UNKNOWN_ACCOUNT',
  },
  setProgramme: {
    accepted: async () => operate(url, 'setProgramme', {market: 'ETH-PERP', wallet: (await trader()).wallet, programme: 'longHedger', feePpm: 500_000}),
    refused: () => operate(url, 'setProgramme', {market: 'ETH-PERP', wallet: NOBODY, programme: 'longHedger', feePpm: 500_000}), code: 'UNKNOWN_ACCOUNT',
  },
  setSampleSeed: {
    accepted: () => operate(url, 'setSampleSeed', {seed: `0x${'5a'.repeat(16)}`}), refused: () => operate(url, 'setSampleSeed', {seed: '0x5a'}), code: 'INVALID_REQUEST',
  },
  tick: {accepted: () => operate(url, 'tick', {}), refused: () => operate(url, 'tick', {at: '1'}), code: 'INVALID_REQUEST'},
  createMarket: {
    accepted: () => operate(url, 'createMarket', {market: 'BTC-PERP', ...listing}),
    refused: () => operate(url, 'createMarket', {market: 'ETH-PERP', ...listing}), code: 'INVALID_MARKET',
  },
  changeMarket: {
    accepted: async () => operate(url, 'changeMarket', {market: await list(), terms: {fees: [{makerPpm: 0, takerPpm: 300}]}}),
    refused: () => operate(url, 'changeMarket', {market: 'DOGE-PERP', terms: {}}), code: 'UNKNOWN_MARKET',
  },
  delistMarket: {
    accepted: async () => operate(url, 'delistMarket', {market: await list()}),
    refused: () => operate(url, 'delistMarket', {market: 'DOGE-PERP'}), code: 'UNKNOWN_MARKET',
  },
};

test('every command has a case here', () => {
  expect(Object.keys(CASES).toSorted()).toEqual([...COMMANDS.keys()].toSorted());
});

describe.each(Object.entries(CASES))('%s', (_, {accepted, refused, code}) => {
  test('is acknowledged with its sequence and journal hash', async () => {
    const {status, body} = await accepted();
    expect({status, body}).toMatchObject({status: 200, body: {sequence: expect.stringMatching(/^[1-9]\d*$/), journalHead: expect.stringMatching(/^0x[0-9a-f]{64}$/)}});
  });

  test('is refused with a typed reason, and takes no sequence', async () => {
    const sequence = async () => (await call(url, 'GET', '/operator/state', {token: OPERATOR_TOKEN})).body.sequence;
    const {body, status} = await refused();
    expect({status, code: body.error?.code}).toMatchObject({code, status: expect.toSatisfy((value: number) => value >= 400 && value < 500)});
    const before = await sequence();
    expect(await sequence()).toBe(before);
  });
});

test('a batch tells what became of each item', async () => {
  const {token} = await trader();
  const {body} = await give(url, 'batch', {commands: [
    {op: 'placeOrder', ...order({price: String(PRICE / 2n)})}, {op: 'cancelOrder', orderId: '7'}, {op: 'placeOrder', ...order({quantity: String(100n * ETH)})},
  ]}, token);
  expect(body.items).toEqual([{ok: true, orderId: expect.any(String), state: 'open', filled: '0'}, {ok: false, code: 'UNKNOWN_ORDER'}, {ok: false, code: 'INSUFFICIENT_FUNDS'}]);
});

test('an atomic batch is done whole or not at all', async () => {
  const {token} = await trader();
  const commands = [{op: 'placeOrder', ...order({price: String(PRICE / 2n)})}, {op: 'cancelOrder', orderId: '7'}];
  expect(await give(url, 'batch', {atomic: true, commands}, token)).toMatchObject({status: 422, body: {error: {code: 'BATCH_REFUSED', details: {index: 1, item: 'UNKNOWN_ORDER'}}}});
  expect((await call(url, 'GET', '/v1/account', {token})).body.orders).toEqual([]);
});

test('an order repeated under its client id is answered as the first time, another one refused', async () => {
  const {token} = await trader();
  const placed = order({price: String(PRICE / 2n)});
  const first = await give(url, 'placeOrder', placed, token);
  const again = await give(url, 'placeOrder', placed, token);
  expect(again.body).toMatchObject({orderId: first.body.orderId, state: 'open', filled: '0'});
  expect(await give(url, 'placeOrder', {...placed, quantity: String(ETH / 2n)}, token)).toMatchObject({status: 409, body: {error: {code: 'DUPLICATE_CLIENT_ORDER_ID'}}});
});

test('a sub-account trades with money of its own, and shows by its number', async () => {
  const {token, wallet} = await trader();
  await give(url, 'createSubAccount', {sub: 1}, token);
  expect(await give(url, 'placeOrder', {...order({price: String(PRICE / 2n)}), sub: 1}, token)).toMatchObject({body: {error: {code: 'INSUFFICIENT_FUNDS'}}});
  expect((await give(url, 'transfer', {to: wallet, toSub: 1, ...withdrawal, lots: String(5_000n * USDC)}, token)).status).toBe(200);
  expect((await give(url, 'placeOrder', {...order({price: String(PRICE / 2n)}), sub: 1}, token)).status).toBe(200);
  const orders = async (query: string) => ((await call(url, 'GET', `/v1/account${query}`, {token})).body.orders as object[]).length;
  expect([await orders('?sub=1'), await orders('')]).toEqual([1, 0]);
});

describe('the edge refuses', () => {
  const bad: [string, Record<string, unknown>][] = [
    ['an unknown field', {colour: 'red'}], ['a quantity of zero', {quantity: '0'}], ['a negative price', {price: '-5'}], ['a number beyond 63 bits', {quantity: '9223372036854775808'}],
    ['a fraction', {price: 1.5}], ['not a number', {price: 'NaN'}], ['a number in another notation', {quantity: '1e9'}], ['a client id with control characters', {clientOrderId: 'a\nb'}],
    ['a client id that is too long', {clientOrderId: 'x'.repeat(65)}], ['GTD without its moment', {timeInForce: 'GTD'}], ['a moment without GTD', {expiresAt: '9999999999999'}],
    ['post-only that cannot rest', {timeInForce: 'IOC', postOnly: true}], ['an iceberg that shows more than it has', {displayQuantity: String(2n * ETH)}],
    ['a market order with a price', {type: 'market'}], ['a limit order without one', {price: undefined}], ['a side nobody knows', {side: 'long'}], ['sub-account 65', {sub: 65}],
    ['a market name with a slash', {market: '../operator'}],
  ];
  test.each(bad)('%s', async (_, changes) => {
    const {status, body} = await one('placeOrder', {...order(), ...changes});
    expect({status, code: body.error?.code}).toEqual({status: 400, code: 'INVALID_REQUEST'});
  });
});
