/** `pobs-exit` before it reaches any chain: what it says, and what it never shows. The way out itself: `sequencer/test/weeks.test.ts`. */
import {execFile} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {exitOf} from '../src/cli/failure.ts';
import {Exit} from '../src/errors.ts';
import {openSession, rowOf} from '../src/exit/session.ts';

const BIN = path.resolve(import.meta.dirname, '../bin/pobs-exit.mjs');
const KEY = '59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
/** Its password does not matter: nobody gives one. */
const V3 = JSON.stringify({version: 3, crypto: {
  cipher: 'aes-128-ctr', ciphertext: '00'.repeat(32), cipherparams: {iv: '00'.repeat(16)}, mac: '00'.repeat(32), kdf: 'scrypt', kdfparams: {salt: '00', dklen: 32},
}});
const dir = mkdtempSync(path.join(tmpdir(), 'pobs-exit-'));
afterAll(() => rmSync(dir, {recursive: true, force: true}));

const file = (name: string, text: string, mode = 0o600): string => {
  const target = path.join(dir, name);
  writeFileSync(target, text);
  chmodSync(target, mode);
  return target;
};

const at = (digit: string) => `0x${digit.repeat(40)}`;
const network = file('network.json', JSON.stringify({
  name: 'test', salt: `0x${'1'.repeat(64)}`, auditor: 'age1',
  l1: {chainId: 1, registry: at('1'), sets: at('2'), custody: at('3'), inbox: at('4'), startBlock: 0},
  l2: {chainId: 2, epochManager: at('5'), sets: at('6'), custody: at('7'), startBlock: 0},
  rules: {version: 1, l1ChainId: 1, registry: at('1'), settlementCurrency: 'USDC', maxAgeSeconds: 60, eraEpochs: 10, custodies: [{chainId: 1, custody: at('3'), withdrawEvery: 1, tokens: []}]},
}));

/** As commander hands flags over; nothing listens on port 1. */
const PLACES = {network, rpc: '1=http://127.0.0.1:1,2=http://127.0.0.1:1', storage: 'ipfs=http://127.0.0.1:1', json: true, nonInteractive: true} as const;

const run = (...args: string[]) => new Promise<{code: number; stdout: string; stderr: string}>((resolve) => {
  execFile(process.execPath, [BIN, ...args], (error, stdout, stderr) => resolve({code: error === null ? 0 : Number(error.code), stdout, stderr}));
});

test('its help names the order of the doors, and a mistyped flag its neighbour', async () => {
  const [help, typo] = await Promise.all([run('--help'), run('escape', '--chain', 'L2', '--token', 'USDC', '--dry-rn')]);
  expect(help).toMatchObject({code: 0, stdout: expect.stringMatching(/Order: status; force-withdraw .*\n.*freeze, then escape/) as string});
  expect(typo).toMatchObject({code: 2, stderr: expect.stringContaining('Did you mean --dry-run') as string});
});

test.each([
  ['no key', () => ({}), Exit.usage, /--key-file is missing/],
  ['a key file that is not there', () => ({keyFile: path.join(dir, 'nowhere')}), Exit.usage, /Cannot read .*nowhere \(ENOENT\): check the path/],
  ['a key that others may read', () => ({keyFile: file('open.key', KEY, 0o644)}), Exit.key, /others may read it: run chmod 600/],
  ['a file that is no key', () => ({keyFile: file('no.key', `${KEY}00`)}), Exit.key, /holds neither 32 bytes of hex nor a JSON keystore/],
  ['a keystore without a password', () => ({keyFile: file('store.json', V3)}), Exit.key, /A password is needed/],
  ['an account secret of another length', () => ({keyFile: file('good.key', KEY), secretFile: file('secret', '0x12')}), Exit.key, /0x and 64 hex digits/],
  ['a proof that is none', () => ({proofFile: file('proof.json', '{}')}), Exit.usage, /proof\.json/],
] as const)('%s is told in one sentence, without anything of the key', async (_, flags, exit, reason) => {
  const error = await openSession({...PLACES, ...flags()}).then(() => undefined, (thrown: Error) => thrown);
  expect([exitOf(error), error?.message]).toEqual([exit, expect.stringMatching(reason)]);
  expect(error!.message).not.toMatch(new RegExp(`\n|${KEY.slice(0, 16)}`));
});

test('a chain that does not answer is told, not taken for an empty account', async () => {
  const session = await openSession({...PLACES, keyFile: file('good.key', KEY)});
  expect(session.account?.address).toBe('0x70997970C51812dc3A010C7d01b50e0d17dc79C8');
  await expect(rowOf(session, {chain: 'L2', token: 'USDC'})).rejects.toThrow(/does not answer/);
  await expect(rowOf(session, {chain: 'L9', token: 'USDC'})).rejects.toThrow(/--chain must be L1 or 1, L2 or 2/);
});
