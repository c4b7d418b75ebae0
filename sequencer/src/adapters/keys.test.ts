import {createCipheriv, scryptSync} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {keccak256} from 'viem';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {logSecret, readKey} from './keys.ts';

const KEY = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';

/** Test vector of the Web3 Secret Storage definition. */
const PBKDF2 = {
  crypto: {
    cipher: 'aes-128-ctr', cipherparams: {iv: '6087dab2f9fdbbfaddc31a909735c1e6'},
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46', kdf: 'pbkdf2',
    kdfparams: {c: 262_144, dklen: 32, prf: 'hmac-sha256', salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd'},
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  version: 3,
};

function scryptKeystore(password: string) {
  const salt = Buffer.alloc(32, 7);
  const iv = Buffer.alloc(16, 9);
  const derived = scryptSync(password, salt, 32, {N: 1_024, r: 8, p: 1});
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(KEY.slice(2), 'hex')), cipher.final()]);
  return {
    Crypto: {
      cipher: 'aes-128-ctr', cipherparams: {iv: iv.toString('hex')}, ciphertext: ciphertext.toString('hex'), kdf: 'scrypt',
      kdfparams: {dklen: 32, n: 1_024, r: 8, p: 1, salt: salt.toString('hex')}, mac: keccak256(Buffer.concat([derived.subarray(16), ciphertext])).slice(2),
    },
    version: 3,
  };
}

let dir: string;
const file = (name: string, content?: unknown): string => {
  const where = path.join(dir, name);
  if (content !== undefined) writeFileSync(where, typeof content === 'string' ? content : JSON.stringify(content));
  return where;
};

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pobs-keys-'));
});
afterAll(() => rmSync(dir, {recursive: true, force: true}));

describe('a key file', () => {
  test.each([['hex', KEY], ['hex without prefix', `${KEY.slice(2)}\n`]])('of %s', async (name, content) => {
    expect(await readKey(file(name, content), undefined)).toBe(KEY);
  });

  test('of a pbkdf2 keystore', async () => {
    expect(await readKey(file('pbkdf2', PBKDF2), file('pbkdf2-password', 'testpassword\n'))).toBe(KEY);
  });

  test('of a scrypt keystore, as older programs write it', async () => {
    expect(await readKey(file('scrypt', scryptKeystore('sesame')), file('scrypt-password', 'sesame'))).toBe(KEY);
  });

  test('with another password is refused', async () => {
    await expect(readKey(file('other', scryptKeystore('sesame')), file('other-password', 'Sesame'))).rejects.toThrow(/the password does not open it\.$/);
  });

  test('that would take the machine down is refused', async () => {
    const keystore = scryptKeystore('x');
    keystore.Crypto.kdfparams.n = 2 ** 30;
    await expect(readKey(file('huge', keystore), file('huge-password', 'x'))).rejects.toThrow(/bytes of memory/);
  });
});

test('the log secret is made once, for its owner only', async () => {
  const secret = await logSecret(path.join(dir, 'data'));
  expect(secret).toMatch(/^0x[0-9a-f]{64}$/);
  expect(await logSecret(path.join(dir, 'data'))).toBe(secret);
  expect(statSync(path.join(dir, 'data/log-secret')).mode & 0o077).toBe(0);
  writeFileSync(path.join(dir, 'data/log-secret'), readFileSync(path.join(dir, 'data/log-secret'), 'utf8').slice(0, 20));
  await expect(logSecret(path.join(dir, 'data'))).rejects.toThrow(/is damaged/);
});
