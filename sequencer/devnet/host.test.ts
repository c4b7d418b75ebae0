import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Readable, Writable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import type {Address, Hex} from 'viem';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {verifyRound} from './beacon.ts';
import {Rpc} from './pair/rpc.ts';
import {temporaryFolder, until} from './testing.ts';

const HOST = join(dirname(fileURLToPath(import.meta.url)), 'host.ts');
const FREE_PORTS = ['l1', 'l2', 'l2-private', 'storage', 'control', 'beacon'].flatMap((name) => [`--${name}-port`, '0']);
const RECEIVER: Address = '0x00000000000000000000000000000000000a0a01';

type Host = ChildProcessByStdio<Writable, Readable, Readable>;
type Ready = {
  ready: true;
  l1Rpc: string;
  l2Rpc: string;
  storageUrl: string;
  controlUrl: string;
  beaconUrl: string;
  beacon: {groupKey: Hex; genesis: number; periodSeconds: number};
  l1ChainId: number;
  l2ChainId: number;
  rollup: Address;
  accounts: Address[];
};

let folder: ReturnType<typeof temporaryFolder>;
const started: Host[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  for (const host of started.splice(0)) {
    host.kill('SIGKILL');
    await exitCode(host);
  }
  folder.remove();
});

test('the host announces a network that answers, and ends when standard input closes', async () => {
  const host = spawnHost();
  const ready = await readyLine(host);

  expect(ready).toMatchObject({ready: true, l1ChainId: 31337, l2ChainId: 412346});
  expect(BigInt(await new Rpc(ready.l1Rpc).send<Hex>('eth_chainId'))).toBe(31337n);
  expect(BigInt(await new Rpc(ready.l2Rpc).send<Hex>('eth_chainId'))).toBe(412346n);
  expect((await fetch(`${ready.storageUrl}/info`)).status).toBe(200);

  host.stdin.end();
  expect(await exitCode(host)).toBe(0);
  await expectSilence(ready);
});

test('kill -9 of the host ends both nodes, and the next start goes on from the saved chains', async () => {
  const host = spawnHost();
  const ready = await readyLine(host);
  await control(ready, '/mine', {chain: 'l2', blocks: 5});
  await control(ready, '/save', {});
  host.kill('SIGKILL');
  await expectSilence(ready);

  const next = spawnHost();
  const again = await readyLine(next);
  expect(again.rollup).toBe(ready.rollup);
  expect(await new Rpc(again.l2Rpc).blockNumber()).toBeGreaterThanOrEqual(5n);
  next.kill('SIGTERM');
  expect(await exitCode(next)).toBe(0);
  expect(existsSync(join(folder.dir, 'host.pid'))).toBe(false);
});

test('Ctrl-C, a signal to the whole process group, loses no block', async () => {
  const host = spawnHost('--l2-block-seconds', '0');
  const ready = await readyLine(host);
  const {head} = await control(ready, '/mine', {chain: 'l2', blocks: 7});
  process.kill(-(host.pid as number), 'SIGINT');
  expect(await exitCode(host)).toBe(0);

  const again = await readyLine(spawnHost('--l2-block-seconds', '0'));
  expect(await new Rpc(again.l2Rpc).blockNumber()).toBe(BigInt(head as number));
});

test('the control endpoint mines, reorganises and sends without a key', async () => {
  const ready = await readyLine(spawnHost('--l1-block-seconds', '0', '--l2-block-seconds', '0'));
  const l1 = new Rpc(ready.l1Rpc);
  const {head} = await control(ready, '/mine', {chain: 'l1', blocks: 4});
  expect(await l1.blockNumber()).toBe(BigInt(head as number));

  const before = (await l1.send<{hash: Hex}>('eth_getBlockByNumber', ['latest', false])).hash;
  expect(await control(ready, '/reorg', {chain: 'l1', depth: 2})).toEqual({common: (head as number) - 2});
  expect((await l1.send<{hash: Hex}>('eth_getBlockByNumber', ['latest', false])).hash).not.toBe(before);

  const from = ready.accounts[4] as Address;
  const sent = await control(ready, '/impersonate-send', {chain: 'l1', from, to: RECEIVER, value: '123'});
  expect(sent).toMatchObject({succeeded: true});
  expect(await l1.balance(RECEIVER)).toBe(123n);
  const fromContract = {chain: 'l1', from: ready.rollup, to: RECEIVER, data: '0x'};
  expect(await control(ready, '/impersonate-send', fromContract)).toMatchObject({succeeded: true});

  await control(ready, '/set-automine', {chain: 'l2', enabled: true});
  const l2 = new Rpc(ready.l2Rpc);
  const hash = await l2.submit(from, RECEIVER, '0x', {value: 1n});
  expect((await l2.waitForReceipt(hash)).status).toBe('0x1');
  expect((await post(ready, '/mine', {chain: 'l3', blocks: 1})).status).toBe(400);
});

test('time passes on both chains at once, the beacon follows it, and a restart goes on from there', async () => {
  const host = spawnHost();
  const ready = await readyLine(host);
  const {genesis, periodSeconds, groupKey} = ready.beacon;
  const next = Math.floor((Date.now() / 1_000 - genesis) / periodSeconds) + 20_000;
  expect((await fetch(`${ready.beaconUrl}/public/${next}`)).status).toBe(425);

  const {time} = await control(ready, '/pass-time', {seconds: 86_400});
  expect(Number(time)).toBeGreaterThan(Date.now() / 1_000 + 86_000);
  for (const url of [ready.l1Rpc, ready.l2Rpc]) expect(await timeOf(url)).toBeGreaterThan(Date.now() / 1_000 + 86_000);
  const round = (await (await fetch(`${ready.beaconUrl}/public/${next}`)).json()) as {round: number; signature: string};
  expect(round.round).toBe(next);
  expect(verifyRound(groupKey, BigInt(next), `0x${round.signature}`)).toBe(true);
  expect((await fetch(`${ready.beaconUrl}/public/0`)).status).toBe(404);

  host.kill('SIGTERM');
  expect(await exitCode(host)).toBe(0);
  const again = await readyLine(spawnHost());
  const {head} = await control(again, '/mine', {chain: 'l2', blocks: 1});
  expect(await new Rpc(again.l2Rpc).blockNumber()).toBeGreaterThanOrEqual(BigInt(head as number));
  expect(await timeOf(again.l2Rpc)).toBeGreaterThanOrEqual(Number(time));
});

test('a folder or a port in use is one sentence and exit code 1', async () => {
  const ready = await readyLine(spawnHost());
  const sameFolder = spawnHost();
  expect(await errorOf(sameFolder)).toMatch(/^Folder .* is in use by process \d+\./m);
  expect(await exitCode(sameFolder)).toBe(1);

  const port = new URL(ready.l1Rpc).port;
  const samePort = spawnHost('--l1-port', port, '--state-dir', join(folder.dir, 'other'));
  expect(await errorOf(samePort)).toContain(`L1 RPC: port ${port} is in use.`);
  expect(await exitCode(samePort)).toBe(1);
});

test('a wrong option is one sentence and exit code 2', async () => {
  const host = spawnHost('--l1-block-seconds', 'often');
  expect(await errorOf(host)).toBe('--l1-block-seconds must be a number from 0 to 3600, not "often".\n');
  expect(await exitCode(host)).toBe(2);
});

function spawnHost(...options: string[]): Host {
  const args = ['--import', 'tsx', HOST, ...FREE_PORTS, '--state-dir', folder.dir, ...options];
  // A process group of its own, as a shell gives to each command.
  const host = spawn(process.execPath, args, {stdio: ['pipe', 'pipe', 'pipe'], detached: true});
  started.push(host);
  return host;
}

async function readyLine(host: Host): Promise<Ready> {
  let output = '';
  let errors = '';
  host.stdout.on('data', (data: Buffer) => (output += data.toString()));
  host.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const line = await until('ready line', async () => {
    if (host.exitCode !== null) throw new Error(`the host ended: ${errors}`);
    return output.includes('\n') && output.slice(0, output.indexOf('\n'));
  });
  return JSON.parse(line) as Ready;
}

function exitCode(host: Host): Promise<number | null> {
  if (host.exitCode !== null || host.signalCode !== null) return Promise.resolve(host.exitCode);
  return new Promise((resolve) => host.once('exit', resolve));
}

async function errorOf(host: Host): Promise<string> {
  let text = '';
  for await (const data of host.stderr) text += String(data);
  return text;
}

/** Neither node answers any more. */
async function expectSilence({l1Rpc, l2Rpc}: Ready): Promise<void> {
  for (const url of [l1Rpc, l2Rpc]) {
    await until('silence', () =>
      new Rpc(url).send('eth_chainId').then(
        () => false,
        () => true,
      ),
    );
  }
}

const timeOf = async (url: string): Promise<number> =>
  Number((await new Rpc(url).send<{timestamp: Hex}>('eth_getBlockByNumber', ['latest', false])).timestamp);

function post({controlUrl}: Ready, path: string, body: object): Promise<Response> {
  return fetch(controlUrl + path, {method: 'POST', body: JSON.stringify(body)});
}

async function control(ready: Ready, path: string, body: object): Promise<Record<string, unknown>> {
  const response = await post(ready, path, body);
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
