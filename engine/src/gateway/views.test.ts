/** What is read rather than commanded: funding, risk, ranks, programmes, and the whole of an account; answers keep the shapes they are published with. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type Answer, call, OPERATOR_TOKEN, startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {ETH, L1_USDC, USDC} from '../../test/support/rules.ts';
import {give, newTrader, openPosition, operate, order, PRICE, type Trader} from '../../test/support/trading.ts';
import {answers} from './api/answers.ts';

const MARKET = 'ETH-PERP';
let gateway: TestGateway;
let url: string;
let long: Trader;
let short: Trader;

beforeAll(async () => {
  gateway = await startTestGateway();
  url = gateway.url;
  await operate(url, 'setMark', {market: MARKET, price: String(PRICE)});
  [long, short] = [await newTrader(gateway), await newTrader(gateway)];
  await openPosition(url, {long, short});
});
afterAll(() => gateway?.close());

const read = async (path: string, token?: string): Promise<Answer['body']> => {
  const {status, body} = await call(url, 'GET', path, {...(token !== undefined && {token})});
  expect({status, path}).toEqual({status: 200, path});
  return body;
};

test('funding: rates, the index and the next payment', async () => {
  expect(answers.funding.strict().parse(await read(`/v1/markets/${MARKET}/funding`))).toMatchObject({market: MARKET, lastPpb: '0', predictedPpb: null, samples: 0, index: null});
  expect(await operate(url, 'setSourcePrice', {market: MARKET, source: 0, price: String(PRICE)})).toMatchObject({status: 200});
  const at = Date.now();
  expect(await operate(url, 'tick', {})).toMatchObject({status: 200});
  const after = answers.funding.strict().parse(await read(`/v1/markets/${MARKET}/funding`));
  expect(after.index).toBe(String(PRICE));
  expect(Number(after.nextAt)).toBeGreaterThan(at);
  expect(Number(after.nextAt)).toBeLessThanOrEqual(at + 2 * 3_600_000);
});

test('risk: open interest, the Liquidation Fund, symmetric liquidation, the session', async () => {
  const calm = answers.risk.strict().parse(await read(`/v1/markets/${MARKET}/risk`));
  expect(calm).toMatchObject({
    market: MARKET, mark: String(PRICE), openInterest: String(ETH), openInterestValue: String(PRICE), session: null, fund: {position: '0', openInterestValue: String(PRICE)},
  });
  const session = {start: 0, feePpm: 1_000_000, fundingClampPpm: 1_000_000, bandPpm: 100_000, marginPpm: 2_000_000};
  await operate(url, 'setCalendar', {market: MARKET, sessions: [session]});
  await operate(url, 'tick', {});
  expect(answers.risk.strict().parse(await read(`/v1/markets/${MARKET}/risk`)).session).toEqual({index: 0, of: 1, ...session});
  await operate(url, 'setCalendar', {market: MARKET, sessions: []});
});

test.each(['funding', 'risk'])('%s is that of a perpetual', async (view) => {
  for (const market of ['ETH-USDC', 'DOGE-PERP']) {
    expect(await call(url, 'GET', `/v1/markets/${market}/${view}`)).toMatchObject({status: 404, body: {error: {code: 'UNKNOWN_MARKET', details: {market}}}});
  }
});

test('an account shows margin and rank of its positions, and what it has standing', async () => {
  const {token, wallet} = long;
  await give(url, 'createSubAccount', {sub: 1}, token);
  await give(url, 'transfer', {to: wallet, toSub: 1, chainId: 31_337, token: L1_USDC, lots: String(1_000n * USDC)}, token);
  await give(url, 'placeTrigger', {market: MARKET, conditions: [{by: 'mark', direction: 'fall', price: String(PRICE / 2n), side: 'sell', quantity: String(ETH)}]}, token);
  await give(url, 'placeParent', {market: MARKET, side: 'buy', quantity: String(ETH), strategy: 'twap', slices: 4, intervalMs: 60_000}, token);
  await give(url, 'offerNovation', {to: short.wallet, market: MARKET, size: String(ETH)}, token);
  await operate(url, 'setProgramme', {market: MARKET, wallet, programme: 'maker', feePpm: 500_000, spreadPpm: 10_000, minimum: String(ETH), timePpm: 900_000});
  const account = answers.account.strict().parse(await read('/v1/account', token));
  expect(account).toMatchObject({
    positions: [{market: MARKET, size: String(ETH), mode: 'cross', adl: {side: 'long', rank: 1, of: 1, lights: 5}}],
    triggers: [{market: MARKET, by: 'mark', direction: 'fall'}], parents: [{market: MARKET, strategy: 'twap', slices: 4}],
    offers: [{market: MARKET, from: wallet, to: short.wallet, size: String(ETH)}], programmes: [{market: MARKET, programme: 'maker', minimum: String(ETH), timePpm: 900_000}],
  });
  const [position] = account.positions;
  expect(BigInt(position!.initialMargin)).toBeGreaterThan(BigInt(position!.maintenanceMargin));
  expect(await read('/v1/account?sub=1', token)).toMatchObject({sub: 1, positions: [], triggers: [], programmes: []});
});

test('a sub-account has a rank and a liquidation price of its own', async () => {
  await give(url, 'placeOrder', order({market: MARKET, side: 'sell'}), short.token);
  expect(await give(url, 'placeOrder', {...order({market: MARKET, timeInForce: 'IOC'}), sub: 1}, long.token)).toMatchObject({body: {state: 'filled'}});
  const positionOf = async (sub: number) => answers.account.parse(await read(`/v1/account?sub=${sub}`, long.token)).positions[0]!;
  const [main, risky] = [await positionOf(0), await positionOf(1)];
  const places = [main.adl!, risky.adl!];
  // A thousand dollars stand behind one ether: at about half its price they are gone.
  expect(main.liquidationPrice).toBeUndefined();
  expect(BigInt(risky.liquidationPrice!)).toBeGreaterThan(PRICE / 2n);
  expect(BigInt(risky.liquidationPrice!)).toBeLessThan((PRICE * 6n) / 10n);
  expect(places.map(({side, of}) => [side, of])).toEqual([['long', 2], ['long', 2]]);
  expect(places.map(({rank}) => rank)).toEqual([2, 1]);
});

test('the operator sees programmes and queues of a market, nobody else does', async () => {
  expect(answers.programmes.parse(await read(`/operator/markets/${MARKET}/programmes`, OPERATOR_TOKEN))).toMatchObject([{wallet: long.wallet, sub: 0, programme: 'maker'}]);
  const ranks = answers.ranks.parse(await read(`/operator/markets/${MARKET}/ranks`, OPERATOR_TOKEN));
  expect(ranks.map(({wallet, sub, side, rank}) => [wallet, sub, side, rank])).toEqual([
    [long.wallet, 1, 'long', 1], [long.wallet, 0, 'long', 2], [short.wallet, 0, 'short', 1],
  ]);
  expect(await call(url, 'GET', '/operator/markets/DOGE-PERP/ranks', {token: OPERATOR_TOKEN})).toMatchObject({status: 404, body: {error: {code: 'UNKNOWN_MARKET'}}});
  expect((await call(url, 'GET', `/operator/markets/${MARKET}/ranks`, {token: long.token})).status).toBe(401);
});

test('OpenAPI describes them', async () => {
  const {paths} = await read('/openapi.json') as {paths?: Record<string, {get?: {responses: Record<string, unknown>}}>};
  for (const path of ['/v1/markets/{market}/funding', '/v1/markets/{market}/risk', '/operator/markets/{market}/programmes', '/operator/markets/{market}/ranks']) {
    expect(Object.keys(paths![path]!.get!.responses)).toEqual(expect.arrayContaining(['200', '404']));
  }
});
