import {createHmac} from 'node:crypto';
import {concat, keccak256, slice, stringToHex} from 'viem';
import {expect, test} from 'vitest';
import {EncodingError, hexToBytes} from './bytes.ts';
import {accountId, accountSecretMessage, accountSecretOf, blindingFor, eraOf, isSystemWallet, ZERO_BLINDING} from './ids.ts';
import {SYSTEM_WALLETS} from './types.ts';

const wallet = '0xAbCdEf0123456789aBcDeF0123456789ABCDEF01';
const blinding = `0x${'5a'.repeat(32)}` as const;

test('an id commits to wallet and blinding, whatever the case of the letters', () => {
  const expected = slice(keccak256(concat([stringToHex('PofBS-id'), wallet, blinding])), 0, 24);
  expect(accountId(wallet, blinding)).toBe(expected);
  expect(accountId(wallet.toLowerCase() as typeof wallet, blinding)).toBe(expected);
});

test('a blinding is the HMAC of the era', () => {
  const secret = `0x${'07'.repeat(32)}` as const;
  const era = Buffer.alloc(8);
  era.writeBigUInt64BE(258n);
  expect(blindingFor(secret, 258)).toBe(`0x${createHmac('sha256', Buffer.alloc(32, 7)).update(era).digest('hex')}`);
});

test('an account secret is the hash of a signature that names the network', () => {
  expect(accountSecretMessage('main')).not.toBe(accountSecretMessage('local'));
  expect(accountSecretOf(`0x${'5b'.repeat(65)}`)).toBe(keccak256(`0x${'5b'.repeat(65)}`));
});

test('an era starts at each multiple', () => {
  expect([0n, 1n, 3n, 4n, 7n, 8n].map((epoch) => eraOf(epoch, 4))).toEqual([0, 0, 0, 1, 1, 2]);
});

test('system wallets are four, by any spelling', () => {
  expect(Object.values(SYSTEM_WALLETS).every(isSystemWallet)).toBe(true);
  expect(isSystemWallet(wallet)).toBe(false);
  expect(hexToBytes(ZERO_BLINDING)).toEqual(new Uint8Array(32));
});

test.each(['0x12', '0xzz', 'abc', `0x${'00'.repeat(19)}`])('%s is no wallet', (text) => {
  expect(() => accountId(text as `0x${string}`, blinding)).toThrow(EncodingError);
});
