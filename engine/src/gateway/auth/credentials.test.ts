/** Keys and what ends them, over one file that several gateways share. */
import {appendFileSync, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {Credentials} from './credentials.ts';

const WALLET = `0x${'Aa'.repeat(20)}` as const;
const OTHER = `0x${'Bb'.repeat(20)}` as const;
const secret = new Uint8Array(32).fill(3);
const key = {wallet: WALLET, scopes: ['read'] as const, label: 'one', lifetimeMs: 60_000};

let folder: string;
let file: string;
let clock: {nowMs: number};
const open = () => new Credentials({file, secret}, {now: () => clock.nowMs});

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-credentials-'));
  file = path.join(folder, 'credentials.jsonl');
  clock = {nowMs: 1_000_000};
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

function minted(credentials: Credentials) {
  const result = credentials.mint(key);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

test('what one gateway mints and revokes, the others know at once, and after a restart', () => {
  const [one, two] = [open(), open()];
  const {key: {id}, secret: told} = minted(one);
  expect(two.keyOf(id)).toMatchObject({wallet: WALLET, scopes: ['read'], label: 'one'});
  expect(two.secretOf(id)).toBe(told);
  expect(two.revoke(OTHER, id)).toBe(false);
  expect(two.revoke(WALLET, id)).toBe(true);
  expect(one.keyOf(id)).toBeUndefined();
  expect(open().keyOf(id)).toBeUndefined();
});

test('a key ends at its time', () => {
  const credentials = open();
  const {key: {id}} = minted(credentials);
  clock.nowMs += 59_999;
  expect(credentials.keyOf(id)).toBeDefined();
  clock.nowMs += 1;
  expect(credentials.keyOf(id)).toBeUndefined();
  expect(credentials.keysOf(WALLET)).toEqual([]);
});

test('a wallet has at most 32 keys at a time; expired ones make room', () => {
  const credentials = open();
  for (let count = 0; count < 32; count += 1) minted(credentials);
  expect(credentials.mint(key)).toEqual({ok: false, reason: 'TOO_MANY_KEYS'});
  expect(credentials.mint({...key, wallet: OTHER}).ok).toBe(true);
  clock.nowMs += 60_000;
  expect(credentials.mint(key).ok).toBe(true);
});

test.each([0, -1, 1.5, Number.NaN, 400 * 86_400_000])('a lifetime of %s ms is none', (lifetimeMs) => {
  expect(open().mint({...key, lifetimeMs})).toEqual({ok: false, reason: 'LIFETIME'});
});

test('the file is its owner\'s, and holds neither secrets nor mail addresses', () => {
  const credentials = open();
  const {secret: told} = minted(credentials);
  credentials.bindMail('Alice@Example.org', WALLET);
  expect(credentials.walletOfMail('alice@example.org')).toBe(WALLET);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8').toLowerCase();
  expect(text).not.toContain('alice');
  expect(text).not.toContain(told.toLowerCase());
});

test('a line that a crash cut off takes none with it', () => {
  const {key: {id}} = minted(open());
  appendFileSync(file, '{"type":"keyRevoked","id":"k_');
  const credentials = open();
  expect(credentials.keyOf(id)).toBeDefined();
  expect(credentials.revoke(WALLET, id)).toBe(true);
  expect(open().keyOf(id)).toBeUndefined();
});

test('ending all sessions ends those issued before, not those after', () => {
  const credentials = open();
  const session = {id: 's_1', wallet: WALLET, issuedAt: clock.nowMs};
  credentials.endSessions(WALLET);
  expect(credentials.hasEnded(session)).toBe(true);
  expect(credentials.hasEnded({...session, issuedAt: clock.nowMs + 1})).toBe(false);
  expect(credentials.hasEnded({...session, wallet: OTHER})).toBe(false);
});
