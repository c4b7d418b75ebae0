import {appendFileSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {ApiError} from '../errors.ts';
import {NonceLog} from './nonce-log.ts';
import {NONCES_MAX, type SignedRequest, SignedRequests, signRequest, WINDOW_MS} from './signed-requests.ts';

const WALLET = `0x${'Aa'.repeat(20)}` as const;
const START = 1_700_000_000_000;

let folder: string;
const logs: NonceLog[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pobs-nonces-'));
});
afterEach(() => {
  for (const log of logs.splice(0)) log.close();
  rmSync(folder, {recursive: true, force: true});
});

/** A gateway; all of a test share a folder, as those of a machine do. */
function open({most = NONCES_MAX} = {}) {
  const clock = {nowMs: START};
  const keys = new Map([['k_known', {id: 'k_known', wallet: WALLET, scopes: ['read', 'trade'] as const, label: '', createdAt: START, expiresAt: START + 60_000}]]);
  const credentials = {keyOf: (id: string) => keys.get(id), secretOf: (id: string) => `secret of ${id}`};
  logs.push(new NonceLog({folder, windowMs: WINDOW_MS, most}));
  const requests = new SignedRequests({credentials, nonces: logs.at(-1)!, now: () => clock.nowMs});
  const sign = (changes: Partial<SignedRequest> = {}): SignedRequest => {
    const request = {
      key: 'k_known', timestamp: String(clock.nowMs), nonce: 'n-1', method: 'POST', host: '127.0.0.1:18700', path: '/v1/orders?x=1', body: '{"a":1}', ...changes,
    };
    return {signature: signRequest(`secret of ${request.key}`, request), ...request};
  };
  const codeOf = (request: SignedRequest): string => {
    try {
      return requests.identityOf(request).credential;
    } catch (error) {
      if (error instanceof ApiError) return error.code;
      throw error;
    }
  };
  return {clock, keys, sign, codeOf, requests};
}

test('a signed request speaks for its key\'s wallet and scopes', () => {
  const {requests, sign} = open();
  expect(requests.identityOf(sign())).toMatchObject({wallet: WALLET, scopes: ['read', 'trade'], credential: 'k_known'});
});

test.each(['method', 'host', 'path', 'body', 'timestamp', 'nonce'] as const)('a changed %s breaks the signature', (field) => {
  const {sign, codeOf} = open();
  const signed = sign();
  expect(codeOf({...signed, [field]: field === 'timestamp' ? String(Number(signed.timestamp) + 1) : `${String(signed[field])}2`})).toBe('SIGNATURE_INVALID');
});

test('a replay is refused as long as the original counts, and then for its age', () => {
  const {clock, sign, codeOf} = open();
  const signed = sign();
  expect(codeOf(signed)).toBe('k_known');
  for (const after of [0, 1, WINDOW_MS]) {
    clock.nowMs = START + after;
    expect(codeOf(signed)).toBe('REPLAYED');
  }
  clock.nowMs = START + WINDOW_MS + 1;
  expect(codeOf(signed)).toBe('OUTSIDE_WINDOW');
});

test('a request signed ahead of this clock is no replay hole', () => {
  const {clock, sign, codeOf} = open();
  const ahead = sign({timestamp: String(START + WINDOW_MS)});
  expect(codeOf(ahead)).toBe('k_known');
  clock.nowMs = START + 2 * WINDOW_MS;
  expect(codeOf(ahead)).toBe('REPLAYED');
  expect(codeOf(sign({timestamp: String(clock.nowMs + WINDOW_MS + 1), nonce: 'n-2'}))).toBe('OUTSIDE_WINDOW');
});

test('what one gateway has seen, no other takes, nor the same one after a restart; whichever comes first', () => {
  const [one, two] = [open(), open()];
  const [first, second] = [one.sign(), one.sign({nonce: 'n-2'})];
  expect([one.codeOf(first), two.codeOf(first), two.codeOf(second), one.codeOf(second)]).toEqual(['k_known', 'REPLAYED', 'k_known', 'REPLAYED']);
  expect(open().codeOf(first)).toBe('REPLAYED');
});

test('too many at a time are told to come again, and files of the past go', () => {
  const {clock, sign, codeOf} = open({most: 3});
  for (const nonce of ['a', 'b', 'c']) expect(codeOf(sign({nonce}))).toBe('k_known');
  expect(codeOf(sign({nonce: 'd'}))).toBe('ENGINE_BUSY');
  clock.nowMs += WINDOW_MS;
  for (let step = 1; step <= 8; step += 1) {
    clock.nowMs += WINDOW_MS;
    expect(codeOf(sign({nonce: 'd', timestamp: String(clock.nowMs)}))).toBe('k_known');
  }
  expect(readdirSync(folder).length).toBeLessThanOrEqual(5);
});

test('a line cut off by a crash spends nothing, and the next one stands by itself', () => {
  const {sign, codeOf} = open();
  expect(codeOf(sign())).toBe('k_known');
  appendFileSync(path.join(folder, readdirSync(folder)[0]!), 'k_known.n-');
  const after = open();
  expect([after.codeOf(sign({nonce: 'n-2'})), after.codeOf(sign({nonce: 'n-3'})), codeOf(sign({nonce: 'n-2'})), codeOf(sign())]).toEqual(['k_known', 'k_known', 'REPLAYED', 'REPLAYED']);
});

test('an unknown key, a revoked key and a wrong secret read the same', () => {
  const {keys, sign, codeOf} = open();
  expect(codeOf(sign({key: 'k_other'}))).toBe('SIGNATURE_INVALID');
  expect(codeOf({...sign(), signature: 'x'})).toBe('SIGNATURE_INVALID');
  keys.delete('k_known');
  expect(codeOf(sign())).toBe('SIGNATURE_INVALID');
});

test.each([['timestamp', ''], ['timestamp', '1e12'], ['timestamp', '-1'], ['nonce', ''], ['nonce', 'a b'], ['nonce', 'x'.repeat(65)]])('a %s of "%s" is none', (field, value) => {
  const {sign, codeOf} = open();
  expect(codeOf(sign({[field]: value}))).toBe('SIGNATURE_INVALID');
});
