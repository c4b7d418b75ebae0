import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {createSiweMessage} from 'viem/siwe';
import {expect, test} from 'vitest';
import {Sessions} from './sessions.ts';

const account = privateKeyToAccount(generatePrivateKey());
const MINUTE_MS = 60_000;

function open(options: {domains?: string[]; secret?: number} = {}) {
  const clock = {nowMs: Date.now()};
  const ended = new Set<string>();
  const sessions = new Sessions({secret: new Uint8Array(32).fill(options.secret ?? 1), domains: options.domains ?? []}, {
    credentials: {hasEnded: ({id}) => ended.has(id)}, now: () => clock.nowMs,
  });
  const sign = async (domain: string) => {
    const message = createSiweMessage({address: account.address, chainId: 1, domain, nonce: sessions.nonce(), uri: `http://${domain}`, version: '1'});
    return {message, signature: await account.signMessage({message})};
  };
  return {clock, ended, sessions, sign};
}

test('a token ends after twelve hours and is worthless under another key', async () => {
  const {clock, sessions, sign} = open();
  const result = await sessions.signIn(await sign('127.0.0.1:18700'));
  if (!result.ok) throw new Error(result.reason);
  expect(sessions.identityOf(result.token)).toMatchObject({wallet: account.address, scopes: ['read', 'trade', 'withdraw', 'own']});
  expect(open({secret: 2}).sessions.identityOf(result.token)).toBeUndefined();
  clock.nowMs += 12 * 60 * MINUTE_MS;
  expect(sessions.identityOf(result.token)).toBeUndefined();
});

test('an ended session speaks for nobody', () => {
  const {ended, sessions} = open();
  const {token} = sessions.issue(account.address, ['read']);
  ended.add(sessions.identityOf(token)!.credential);
  expect(sessions.identityOf(token)).toBeUndefined();
});

test('a nonce ends after five minutes', async () => {
  const {clock, sessions, sign} = open();
  const signed = await sign('localhost');
  clock.nowMs += 5 * MINUTE_MS;
  expect(await sessions.signIn(signed)).toMatchObject({ok: false, reason: expect.stringContaining('nonce')});
});

test('with named domains only those may ask for a signature', async () => {
  const {sessions, sign} = open({domains: ['exchange.example']});
  expect(await sessions.signIn(await sign('exchange.example'))).toMatchObject({ok: true, wallet: account.address});
  expect(await sessions.signIn(await sign('127.0.0.1:18000'))).toMatchObject({ok: false, reason: expect.stringContaining('domain')});
});
