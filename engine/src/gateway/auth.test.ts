/** Who may do what: keys with scopes, signed requests, login by mail, limits. */
import {readdirSync, readFileSync} from 'node:fs';
import {request} from 'node:http';
import path from 'node:path';
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Answer, call, signIn, signInMessage, startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {L1_USDC} from '../../test/support/rules.ts';
import {newTrader, order, PRICE} from '../../test/support/trading.ts';
import {signRequest} from './auth/signed-requests.ts';

let gateway: TestGateway;
let url: string;
let nonces = 0;

beforeAll(async () => {
  gateway = await startTestGateway({limits: {byCredential: {perSecond: 0.5, burst: 30}, byAccount: {perSecond: 1, burst: 200}, byAddress: {perSecond: 1e4, burst: 1e4}}});
  url = gateway.url;
});
afterAll(() => gateway?.close());

type Key = {id: string; secret: string};

async function mint(token: string, body: object): Promise<Key> {
  const answer = await call(url, 'POST', '/v1/keys', {token, body});
  expect(answer.status).toBe(200);
  return answer.body as unknown as Key;
}

function signedHeaders({id, secret}: Key, method: string, route: string, body: string): Record<string, string> {
  nonces += 1;
  const request = {timestamp: String(Date.now()), nonce: `n${nonces}`, method, host: new URL(url).host, path: route, body};
  return {'x-pobs-key': id, 'x-pobs-timestamp': request.timestamp, 'x-pobs-nonce': request.nonce, 'x-pobs-signature': signRequest(secret, request)};
}

async function send(method: string, route: string, headers: Record<string, string>, body = ''): Promise<Answer & {retryAfter: string | null}> {
  const response = await fetch(`${url}${route}`, {method, headers: {...headers, ...(body !== '' && {'content-type': 'application/json'})}, ...(body !== '' && {body})});
  return {status: response.status, body: (await response.json()) as Answer['body'], retryAfter: response.headers.get('retry-after')};
}

const signed = (key: Key, method: string, route: string, body = '') => send(method, route, signedHeaders(key, method, route, body), body);

describe('session keys', () => {
  test('do what their scopes say and nothing else', async () => {
    const {token} = await newTrader(gateway);
    const reader = await mint(token, {scopes: ['read'], label: 'reader'});
    const trader = await mint(token, {scopes: ['read', 'trade']});
    const placed = JSON.stringify(order({price: String(PRICE / 2n)}));
    const withdrawal = JSON.stringify({chainId: 31_337, token: L1_USDC, lots: '1'});
    expect((await signed(reader, 'GET', '/v1/account')).status).toBe(200);
    expect(await signed(reader, 'POST', '/v1/orders', placed)).toMatchObject({status: 403, body: {error: {code: 'SCOPE_MISSING', details: {scope: 'trade'}}}});
    expect((await signed(trader, 'POST', '/v1/orders', placed)).status).toBe(200);
    expect(await signed(trader, 'POST', '/v1/withdrawals', withdrawal)).toMatchObject({status: 403, body: {error: {details: {scope: 'withdraw'}}}});
    expect((await signed(await mint(token, {scopes: ['withdraw']}), 'POST', '/v1/withdrawals', withdrawal)).status).toBe(200);
    // A key mints no keys: what leaks ends at its expiry.
    expect(await signed(trader, 'POST', '/v1/keys', JSON.stringify({scopes: ['withdraw']}))).toMatchObject({status: 403, body: {error: {details: {scope: 'own'}}}});
  });

  test('are listed and revoked by their wallet only', async () => {
    const [mine, theirs] = [await newTrader(gateway), await newTrader(gateway)];
    const key = await mint(mine.token, {scopes: ['read'], label: 'one', lifetimeSeconds: 60});
    const {body} = await call(url, 'GET', '/v1/keys', {token: mine.token});
    expect(body).toEqual([{id: key.id, scopes: ['read'], label: 'one', createdAt: expect.any(String), expiresAt: expect.any(String)}]);
    expect(await call(url, 'DELETE', `/v1/keys/${key.id}`, {token: theirs.token})).toMatchObject({status: 404, body: {error: {code: 'UNKNOWN_KEY'}}});
    expect((await call(url, 'DELETE', `/v1/keys/${key.id}`, {token: mine.token})).status).toBe(200);
    expect(await signed(key, 'GET', '/v1/account')).toMatchObject({status: 401, body: {error: {code: 'SIGNATURE_INVALID'}}});
  });

  test('a replayed request is refused, another body under the same signature too', async () => {
    const {token} = await newTrader(gateway);
    const key = await mint(token, {scopes: ['trade']});
    const body = JSON.stringify(order({price: String(PRICE / 2n)}));
    const headers = signedHeaders(key, 'POST', '/v1/orders', body);
    expect(await send('POST', '/v1/orders', headers, body.replace('buy', 'sell'))).toMatchObject({body: {error: {code: 'SIGNATURE_INVALID'}}});
    expect((await send('POST', '/v1/orders', headers, body)).status).toBe(200);
    expect(await send('POST', '/v1/orders', headers, body)).toMatchObject({status: 401, body: {error: {code: 'REPLAYED'}}});
  });

  test('a captured request is worth nothing at another gateway, whatever host it names there', async () => {
    const {token} = await newTrader(gateway);
    const key = await mint(token, {scopes: ['trade']});
    const other = await gateway.another();
    /** The request as it was signed, its host included, sent to one gateway. */
    const deliver = (to: string, headers: Record<string, string>, body: string): Promise<Answer> => new Promise((resolve, reject) => {
      const sent = request(`${to}/v1/orders`, {method: 'POST', headers: {...headers, host: new URL(url).host, 'content-type': 'application/json'}}, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve({status: response.statusCode!, body: JSON.parse(text) as Answer['body']}));
      });
      sent.on('error', reject).end(body);
    });
    for (const [first, second] of [[url, other.url], [other.url, url]] as const) {
      const body = JSON.stringify(order({price: String(PRICE / 2n)}));
      const headers = signedHeaders(key, 'POST', '/v1/orders', body);
      expect((await deliver(first, headers, body)).status).toBe(200);
      expect(await deliver(second, headers, body)).toMatchObject({status: 401, body: {error: {code: 'REPLAYED'}}});
    }
    await other.close();
  });

  test.each([{scopes: []}, {scopes: ['own']}, {scopes: ['read'], lifetimeSeconds: 1}, {scopes: ['read'], lifetimeSeconds: 1e9}, {scopes: ['read'], label: '\n'}, {scopes: ['read'], x: 1}])(
    'no key like %j', async (body) => {
      const {token} = await newTrader(gateway);
      expect(await call(url, 'POST', '/v1/keys', {token, body})).toMatchObject({status: 400, body: {error: {code: 'INVALID_REQUEST'}}});
    });
});

describe('sessions', () => {
  test('end when their owner signs out, one or all', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const [one, two] = [await signIn(url, account), await signIn(url, account)];
    expect((await call(url, 'DELETE', '/v1/session', {token: one})).status).toBe(200);
    const status = async (token: string) => (await call(url, 'GET', '/v1/session', {token})).status;
    expect([await status(one), await status(two)]).toEqual([401, 200]);
    expect((await call(url, 'DELETE', '/v1/sessions', {token: two})).status).toBe(200);
    expect(await status(two)).toBe(401);
  });
});

describe('login by mail', () => {
  async function linkFor(mail: string): Promise<string> {
    expect(await call(url, 'POST', '/v1/login/mail', {body: {mail}})).toMatchObject({status: 200, body: {ok: true}});
    const folder = path.join(gateway.folder, 'mail');
    const newest = readFileSync(path.join(folder, readdirSync(folder).toSorted().at(-1)!), 'utf8');
    expect(newest).toContain(`To: ${mail}`);
    return /\?token=(\S+)/.exec(newest)![1]!;
  }
  const spend = (token: string) => call(url, 'POST', '/v1/login/mail/token', {body: {token}});

  test('binds an address at the next sign-in, and then reads and trades but never withdraws', async () => {
    const trader = await newTrader(gateway);
    const first = await spend(await linkFor('trader@example.org'));
    expect(first.body).toMatchObject({wallet: null, mailToken: expect.any(String)});
    expect((await call(url, 'POST', '/v1/session', {body: {...await signInMessage(url, trader.account), mailToken: first.body.mailToken}})).status).toBe(200);
    const link = await linkFor('Trader@example.org');
    const {body} = await spend(link);
    expect(body).toMatchObject({wallet: trader.wallet, token: expect.any(String)});
    const token = String(body.token);
    expect((await call(url, 'POST', '/v1/orders', {token, body: order({price: String(PRICE / 2n)})})).status).toBe(200);
    expect(await call(url, 'POST', '/v1/withdrawals', {token, body: {chainId: 31_337, token: L1_USDC, lots: '1'}})).toMatchObject({status: 403});
    expect(await call(url, 'POST', '/v1/keys', {token, body: {scopes: ['withdraw']}})).toMatchObject({status: 403});
    expect(await spend(link)).toMatchObject({status: 401, body: {error: {code: 'SIGN_IN_FAILED'}}});
    expect((await call(url, 'POST', '/v1/login/mail/unbind', {token: trader.token, body: {mail: 'trader@example.org'}})).status).toBe(200);
    expect((await spend(await linkFor('trader@example.org'))).body).toMatchObject({wallet: null});
  });

  test('a token of another kind or a changed one signs nobody in', async () => {
    const link = await linkFor('someone@example.org');
    const {body} = await spend(link);
    const trader = await newTrader(gateway);
    for (const wrong of [String(body.mailToken), trader.token, `${link.slice(0, -2)}AA`, 'x.y']) {
      expect(await spend(wrong)).toMatchObject({status: 401, body: {error: {code: 'SIGN_IN_FAILED'}}});
    }
    expect(await call(url, 'POST', '/v1/session', {body: {...await signInMessage(url, trader.account), mailToken: link}})).toMatchObject({status: 401});
  });

  test('one address gets few links', async () => {
    for (let count = 0; count < 3; count += 1) await linkFor('often@example.org');
    expect(await call(url, 'POST', '/v1/login/mail', {body: {mail: 'often@example.org'}})).toMatchObject({status: 429, body: {error: {code: 'TOO_MANY_REQUESTS'}}});
    expect(await call(url, 'POST', '/v1/login/mail', {body: {mail: 'no address'}})).toMatchObject({status: 400});
  });
});

test('too many requests of one credential are told when to come again; others go on', async () => {
  const [busy, calm] = [await newTrader(gateway), await newTrader(gateway)];
  const key = await mint(busy.token, {scopes: ['read']});
  let refused: (Answer & {retryAfter: string | null}) | undefined;
  for (let count = 0; count < 60 && !refused; count += 1) {
    const answer = await signed(key, 'GET', '/v1/session');
    if (answer.status !== 200) refused = answer;
  }
  expect(refused).toMatchObject({status: 429, body: {error: {code: 'TOO_MANY_REQUESTS', details: {retryAfterMs: expect.any(Number)}}}});
  expect(Number(refused!.retryAfter)).toBeGreaterThanOrEqual(1);
  expect((await call(url, 'GET', '/v1/session', {token: calm.token})).status).toBe(200);
});
