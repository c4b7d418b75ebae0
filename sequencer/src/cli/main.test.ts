/** Every mistake a user can make is one sentence on stderr, nothing on stdout, and the right exit code. */
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import type {Ran} from '../../../test/support/in-process.ts';
import {command} from '../../test/command.ts';
import {freePort} from '../../test/postgres.ts';

const BIN = path.resolve(import.meta.dirname, '../../bin/pobs-operator.mjs');
const address = (digit: string) => `0x${digit.repeat(40)}`;
const NETWORK = {
  name: 'test', salt: `0x${'0'.repeat(64)}`, auditor: 'age1test',
  l1: {chainId: 31_337, registry: address('1'), sets: address('2'), custody: address('3'), inbox: address('4'), startBlock: 0},
  l2: {chainId: 412_346, epochManager: address('5'), sets: address('6'), custody: address('7'), startBlock: 0},
  rules: {version: 1, l1ChainId: 31_337, registry: address('1'), settlementCurrency: 'USDC', maxAgeSeconds: 600, eraEpochs: 10, custodies: []},
};

let dir: string;
let rpc: Server;
let rpcUrl: string;
/** Where nobody listens. */
let nowhere: string;
const file = (name: string) => path.join(dir, name);

/** An RPC that knows one thing: its chain id, 1. */
beforeAll(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith('POBS_') || name === 'DATABASE_URL') vi.stubEnv(name, undefined);
  dir = mkdtempSync(path.join(tmpdir(), 'pobs-operator-'));
  writeFileSync(file('network.json'), JSON.stringify(NETWORK));
  writeFileSync(file('broken.json'), '{"name":');
  writeFileSync(file('wrong.json'), JSON.stringify({...NETWORK, salt: '0x12'}));
  writeFileSync(file('key'), '11'.repeat(32));
  writeFileSync(file('bad-key'), 'hello');
  writeFileSync(file('keystore'), JSON.stringify(KEYSTORE));
  writeFileSync(file('wrong-password'), 'not it\n');
  writeFileSync(file('token'), 'token');
  rpc = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify({jsonrpc: '2.0', id: 1, result: '0x1'})));
  });
  await new Promise<void>((resolve) => rpc.listen(0, '127.0.0.1', resolve));
  nowhere = `http://127.0.0.1:${await freePort()}`;
  rpcUrl = `http://127.0.0.1:${(rpc.address() as AddressInfo).port}`;
});

afterAll(() => {
  vi.unstubAllEnvs();
  rpc.close();
  rpc.closeAllConnections();
  rmSync(dir, {recursive: true, force: true});
});

const KEYSTORE = {
  crypto: {
    cipher: 'aes-128-ctr', cipherparams: {iv: '00'.repeat(16)}, ciphertext: '11'.repeat(32), kdf: 'scrypt',
    kdfparams: {dklen: 32, n: 1_024, p: 1, r: 8, salt: '22'.repeat(32)}, mac: '33'.repeat(32),
  },
  version: 3,
};

/** The program as a user starts it. */
function program(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [BIN, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
    const out = {stdout: '', stderr: ''};
    child.stdout.on('data', (part: Buffer) => (out.stdout += part.toString()));
    child.stderr.on('data', (part: Buffer) => (out.stderr += part.toString()));
    child.on('close', (code) => resolve({code: code ?? -1, ...out}));
  });
}

const chains = (url = rpcUrl) => ['--network', file('network.json'), '--rpc', `31337=${url},412346=${url}`];
const sender = () => [...chains(nowhere), '--key-file', file('key')];
const run = (...args: string[]) => ['epoch', 'run', ...args];

const MISTAKES: [string, () => string[], number, RegExp][] = [
  ['an unknown flag', () => run('--intervall-seconds', '3'), 2, /unknown option '--intervall-seconds'[\s\S]*Did you mean --interval-seconds/],
  ['an unknown command', () => ['epoch', 'rnu'], 2, /unknown command 'rnu'/],
  ['no network', () => run(), 2, /^✗ Give --network \(or set POBS_NETWORK\)\.\n$/],
  ['a network file that is not there', () => run('--network', file('none.json')), 2, /^✗ Cannot read the network file .*none\.json \(ENOENT\)\.\n$/],
  ['a network file that is no JSON', () => run('--network', file('broken.json')), 2, /is no JSON\.\n$/],
  ['a network file with a wrong field', () => run('--network', file('wrong.json')), 2, /is wrong at salt/],
  ['an RPC setting without a chain', () => run('--network', file('network.json'), '--rpc', '31337=http://127.0.0.1:1'), 2, /it has no URL for chain 412346/],
  ['an RPC setting that is no URL', () => run('--network', file('network.json'), '--rpc', 'localhost'), 2, /is not of the form <chain id>=http/],
  ['a wrong number', () => run(...chains(), '--database-url', 'postgresql://x', '--data-dir', dir, '--engine-url', 'http://127.0.0.1:1', '--operator-token-file', file('token'), '--storage', 'ipfs=http://127.0.0.1:1', '--key-file', file('key'), '--interval-seconds', '0'), 2, /--interval-seconds must be a whole number from 1 to 86400, not "0"/],
  ['a stage that does not exist', () => run(...chains(), '--stop-after', 'lunch'), 2, /--stop-after must be one of settled, opened/],
  ['a database that does not answer', () => ['epoch', 'status', '--database-url', 'postgresql://nobody@127.0.0.1:1/pobs'], 3, /^✗ PostgreSQL cannot be used \(connect ECONNREFUSED/],
  ['an RPC that does not answer', () => ['term', 'status', ...chains(nowhere)], 3, /^✗ The RPC at http:\/\/127\.0\.0\.1:\d+\/? does not answer \(ECONNREFUSED\)/],
  ['an RPC of another chain', () => ['term', 'status', ...chains()], 2, /serves chain 1, not (31337|412346): give the URL of chain/],
  ['a key file that is not there', () => ['term', 'fix', '--yes', ...chains(nowhere), '--key-file', file('none')], 6, /^✗ Cannot read the key file .*none \(ENOENT\)\.\n$/],
  ['a key file without a key', () => ['term', 'fix', '--yes', ...chains(nowhere), '--key-file', file('bad-key')], 6, /holds neither 32 bytes of hex nor a JSON keystore/],
  ['a keystore without its password', () => ['term', 'fix', '--yes', ...chains(nowhere), '--key-file', file('keystore')], 6, /is a keystore: give --password-file/],
  ['a wrong password', () => ['term', 'fix', '--yes', ...chains(nowhere), '--key-file', file('keystore'), '--password-file', file('wrong-password')], 6, /^✗ The key file .* cannot be used: the password does not open it\.\n$/],
  ['an act that was not confirmed', () => ['term', 'fix', ...sender()], 2, /This would fix the next term: add --yes to do it/],
  ['storage that does not answer', () => ['snapshot', 'upload', '--out', file('snapshot'), '--storage', `ipfs=${nowhere}`], 3, /Storage ipfs http:\/\/127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)/],
  ['a storage setting that is none', () => ['snapshot', 'upload', '--out', file('snapshot'), '--storage', 'ftp=http://127.0.0.1:1'], 2, /"ftp" is no storage kind/],
  ['files that are not what the manifest says', () => ['snapshot', 'check', '--out', file('tampered')], 4, /File log\.bin of the manifest cannot be used: its sha256 is/],
];

beforeAll(async () => {
  const {encodeManifest} = await import('@pobs/protocol');
  const {mkdirSync} = await import('node:fs');
  for (const [folder, content] of [['snapshot', 'log'], ['tampered', 'lug']] as const) {
    mkdirSync(path.join(file(folder), 'files'), {recursive: true});
    writeFileSync(path.join(file(folder), 'manifest.json'), await encodeManifest(1n, new Map([['log.bin', new TextEncoder().encode('log')]])));
    writeFileSync(path.join(file(folder), 'files/log.bin'), content);
  }
});

test.each(MISTAKES)('%s', async (_, args, code, sentence) => {
  const result = await command(...args());
  expect(result.stderr).toMatch(sentence);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result.stdout).toBe('');
  expect(result.code).toBe(code);
});

test('files that are what the manifest says, as JSON', async () => {
  const {code, stdout} = await command('snapshot', 'check', '--out', file('snapshot'), '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({v: 1, files: [{name: 'log.bin', size: 3}]});
});

test('the program itself ends with the code and the sentence', async () => {
  expect(await program('epoch', 'status', '--databse-url', 'x')).toEqual({code: 2, stdout: '', stderr: "✗ unknown option '--databse-url'\n(Did you mean --database-url?)\n"});
  expect(await program('epoch', 'status')).toEqual({code: 2, stdout: '', stderr: '✗ Give --database-url (or set POBS_DATABASE_URL).\n'});
});

test('every command explains itself', async () => {
  const {code, stdout} = await command('epoch', 'run', '--help');
  expect(code).toBe(0);
  expect(stdout).toContain('--interval-seconds');
});
