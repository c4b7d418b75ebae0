import {expect, test} from 'vitest';
import {ApiError} from '../errors.ts';
import {type SignedRequest, SignedRequests, signRequest, WINDOW_MS} from './signed-requests.ts';

const WALLET = `0x${'Aa'.repeat(20)}` as const;
const START = 1_700_000_000_000;

function open() {
  const clock = {nowMs: START};
  const keys = new Map([['k_known', {id: 'k_known', wallet: WALLET, scopes: ['read', 'trade'] as const, label: '', createdAt: START, expiresAt: START + 60_000}]]);
  const credentials = {keyOf: (id: string) => keys.get(id), secretOf: (id: string) => `secret of ${id}`};
  const requests = new SignedRequests({credentials, now: () => clock.nowMs});
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

test('what was signed before the start is refused: a restart forgets no nonce that counts', () => {
  const {sign, codeOf} = open();
  expect(codeOf(sign({timestamp: String(START - 1)}))).toBe('OUTSIDE_WINDOW');
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
