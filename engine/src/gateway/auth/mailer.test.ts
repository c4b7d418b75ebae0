/** Login links on their way through a mail service, over HTTP. */
import {createServer, type IncomingHttpHeaders, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {call, startTestGateway, type TestGateway} from '../../../test/support/gateway.ts';
import {httpMailer} from './mailer.ts';

type Post = {path: string; method: string; headers: IncomingHttpHeaders; body: Record<string, string>};

const MAIL = {to: 'trader@example.org', subject: 'Your login link', text: 'Open it.\n“Once.”'};
let service: Server;
let url: string;
let posts: Post[];
/** What the service answers with; 0 = nothing. */
let status: number;

beforeAll(async () => {
  service = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    posts.push({path: request.url!, method: request.method!, headers: request.headers, body: text === '' ? {} : JSON.parse(text) as Post['body']});
    if (status > 0) response.writeHead(status, status === 307 ? {location: '/elsewhere'} : {}).end('{"id":"1"}');
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/send`;
});
beforeEach(() => {
  posts = [];
  status = 202;
});
afterAll(() => new Promise<void>((resolve) => {
  service.close(() => resolve());
  service.closeAllConnections();
}));

test('a mail is posted as JSON, with the token where there is one', async () => {
  await httpMailer({url, from: 'login@exchange.example', token: 'secret'}).send(MAIL);
  await httpMailer({url, from: 'login@exchange.example', token: undefined}).send(MAIL);
  expect(posts.map(({path, method, body}) => ({path, method, body}))).toEqual(
    Array.from({length: 2}, () => ({path: '/send', method: 'POST', body: {from: 'login@exchange.example', ...MAIL}})),
  );
  expect(posts.map(({headers}) => [headers['content-type'], headers.authorization])).toEqual([['application/json', 'Bearer secret'], ['application/json', undefined]]);
});

test('a service that refuses, redirects, does not answer or is not there has not taken the mail', async () => {
  const mailer = httpMailer({url, from: 'login@exchange.example', token: 'secret'});
  for (status of [400, 500]) await expect(mailer.send(MAIL)).rejects.toThrow(`the mail service answered ${status}`);
  status = 307;
  await expect(mailer.send(MAIL)).rejects.toThrow('the mail service answered 307');
  expect(posts.map(({path}) => path)).toEqual(['/send', '/send', '/send']);
  status = 0;
  await expect(httpMailer({url, from: 'login@exchange.example', token: 'secret', timeoutMs: 200}).send(MAIL)).rejects.toMatchObject({name: 'TimeoutError'});
  await expect(httpMailer({url: 'http://127.0.0.1:9/', from: 'a@b.example', token: undefined}).send(MAIL)).rejects.toThrow();
});

test('a login link arrives, opens its page once, and a service that is down is told', async () => {
  const gateway: TestGateway = await startTestGateway({mailer: httpMailer({url, from: 'login@exchange.example', token: 'secret'})});
  try {
    const ask = () => call(gateway.url, 'POST', '/v1/login/mail', {body: {mail: MAIL.to}});
    expect(await ask()).toMatchObject({status: 200, body: {ok: true}});
    expect(posts).toMatchObject([{headers: {authorization: 'Bearer secret'}, body: {from: 'login@exchange.example', to: MAIL.to}}]);
    const token = /\?token=(\S+)/.exec(posts[0]!.body.text!)![1];
    const spend = () => call(gateway.url, 'POST', '/v1/login/mail/token', {body: {token}});
    expect(await spend()).toMatchObject({status: 200, body: {wallet: null, mailToken: expect.any(String)}});
    expect(await spend()).toMatchObject({status: 401, body: {error: {code: 'SIGN_IN_FAILED'}}});
    status = 503;
    expect(await ask()).toMatchObject({status: 503, body: {error: {code: 'MAIL_DOWN', message: 'The mail cannot be sent now: the mail service answered 503.'}}});
  } finally {
    await gateway.close();
  }
});
