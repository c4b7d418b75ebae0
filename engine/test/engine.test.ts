/** The engine's process on two real chains and a real PostgreSQL: one epoch's course, kill -9, wrong surroundings. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import os from 'node:os';
import path from 'node:path';
import {fromJson, type SealedEpoch} from '@pobs/protocol';
import {Client} from 'pg';
import {zeroAddress} from 'viem';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {COMMAND, REASON} from '../src/core/venue/codes.ts';
import {head} from '../src/core/venue/records.ts';
import {EDGE_REASON} from '../src/gateway/stream/records.ts';
import {freePort, until} from './support/anvil.ts';
import {account, type Chains, ETHER, L1, L2, mint, push, startChains} from './support/chains.ts';
import {approve, build, fixFirstTerm, settleAndPay} from './support/epoch.ts';
import {call, join} from './support/gateway.ts';
import {command, type Ended, engine, postgres, type Process} from './support/process.ts';
import {recordsOf, StreamClient} from './support/stream.ts';

const USDC = 1_000_000n;
const TOKEN = 'operator-token-of-the-process-test';
const [alice, bob] = [account(4), account(5)];

let chains: Chains;
let folder: string;
let database: Process;
let databaseUrl: string;
let running: Process | undefined;
let flags: string[];
let sealedHead: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-engine-'));
  database = postgres(path.join(folder, 'postgres'), await freePort());
  const [started, ready] = await Promise.all([startChains(), database.ready()]);
  chains = started;
  databaseUrl = ready.url!;
  writeFileSync(path.join(folder, 'network.json'), JSON.stringify(chains.network));
  writeFileSync(path.join(folder, 'token'), TOKEN);
  flags = [
    '--network', path.join(folder, 'network.json'), '--database-url', databaseUrl, '--operator-token-file', path.join(folder, 'token'),
    '--data-dir', path.join(folder, 'engine'), '--poll-interval-ms', '100', '--port', String(await freePort()),
  ];
});

afterAll(async () => {
  await running?.kill('SIGKILL');
  await database?.kill('SIGTERM');
  await chains?.stop();
  rmSync(folder, {recursive: true, force: true});
});

afterEach(async () => {
  await running?.kill('SIGKILL');
  running = undefined;
});

const rpcFlag = () => ['--rpc', `${L1}=${chains.l1.url},${L2}=${chains.l2.url}`];

async function start(...more: string[]): Promise<string> {
  running = engine('run', ...flags, ...rpcFlag(), ...more);
  return (await running.ready()).url!;
}

/** Enough blocks on both chains that everything so far is final. */
async function finalise(): Promise<void> {
  await chains.l1.client.mine({blocks: 3});
  await chains.l2.client.mine({blocks: 3});
}

type Balance = {chainId: number; token: string; total: string; confirming: string};

async function balance(url: string, token: string, chainId: number, asset: string): Promise<Balance> {
  const {body} = await call(url, 'GET', '/v1/account', {token});
  return (body.balances as Balance[]).find((entry) => entry.chainId === chainId && entry.token.toLowerCase() === asset.toLowerCase())!;
}

async function ask<T>(url: string, query: string): Promise<T> {
  const response = await fetch(`${url}/graphql`, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({query})});
  return ((await response.json()) as {data: T}).data;
}

describe('a running engine', () => {
  test('deposits, a kill -9, an epoch from seal to payout', async () => {
    const {l1, l2, network, tokens} = chains;
    const set = await fixFirstTerm(chains);
    await mint(l1, tokens.l1Usdc, alice.address, 1_000n * USDC);
    let url = await start();
    const [aliceToken, bobToken] = [await join(url, alice), await join(url, bob)];
    await push(l1, {from: alice, custody: network.l1.custody, token: tokens.l1Usdc, amount: 100n * USDC});
    await push(l2, {from: bob, custody: network.l2.custody, token: zeroAddress, amount: ETHER});
    await until(async () => (await balance(url, aliceToken, L1, tokens.l1Usdc)).confirming === String(100n * USDC));
    expect((await balance(url, aliceToken, L1, tokens.l1Usdc)).total).toBe('0');
    await finalise();
    await until(async () => (await balance(url, aliceToken, L1, tokens.l1Usdc)).total === String(100n * USDC));
    await until(async () => (await balance(url, bobToken, L2, zeroAddress)).total === '1000000000');
    expect(await balance(url, aliceToken, L1, tokens.l1Usdc)).toMatchObject({confirming: '0'});

    // The journal is the only cursor: nothing is lost, nothing is counted twice, and sessions live on.
    await running!.kill('SIGKILL');
    await finalise();
    url = await start();
    await until(async () => (await call(url, 'GET', '/healthz')).status === 200);
    expect((await balance(url, aliceToken, L1, tokens.l1Usdc)).total).toBe(String(100n * USDC));
    expect((await balance(url, bobToken, L2, zeroAddress)).total).toBe('1000000000');

    await call(url, 'POST', '/v1/withdrawals', {token: aliceToken, body: {chainId: L1, token: tokens.l1Usdc, lots: String(40n * USDC)}});
    const sealed = await seal(url);
    sealedHead = sealed.journalHead;
    const built = await build(chains, set, sealed);
    const certificate = await approve(chains, set, built);
    await call(url, 'POST', '/operator/epochs/1/outcome', {token: TOKEN, body: {outcome: 'approved'}});
    await settleAndPay(l1, built, certificate, network.l1.custody);
    await settleAndPay(l2, built, certificate, network.l2.custody);
    await finalise();
    await until(async () => {
      const {withdrawals} = (await call(url, 'GET', '/v1/account', {token: aliceToken})).body as {withdrawals: {state: string}[]};
      return withdrawals[0]?.state === 'paid';
    });
    await expectEpochPage(url);

    const {code, stderr} = await running!.kill('SIGTERM');
    expect({code, stack: /\n\s+at /.test(stderr)}).toEqual({code: 0, stack: false});
    running = undefined;
  });

  test('journal and read models of the stopped engine', async () => {
    const verified = await engine('journal', 'verify', '--data-dir', path.join(folder, 'engine')).ended;
    expect(verified).toMatchObject({code: 0});
    expect(JSON.parse(verified.stdout)).toMatchObject({ok: true, repairedBytes: 0});
    // Whoever traded shows the place of any command under the head that the epoch carries.
    const proof = path.join(folder, 'proof.json');
    const proven = await command('journal', 'prove', '--data-dir', path.join(folder, 'engine'), '--sequence', '2', '--head', sealedHead);
    writeFileSync(proof, proven.stdout);
    const checked = await command('journal', 'check-proof', proof, '--head', sealedHead);
    expect(checked).toMatchObject({code: 0, stderr: ''});
    expect(JSON.parse(checked.stdout)).toMatchObject({ok: true, sequence: '2', head: sealedHead});
    const other = await command('journal', 'check-proof', proof, '--head', `0x${'1'.repeat(64)}`);
    expect(other).toMatchObject({code: 4, stderr: expect.stringMatching(/^✗ The proof is under journal head/)});
    const rebuilt = await command('rebuild', '--data-dir', path.join(folder, 'engine'), '--database-url', databaseUrl);
    expect(rebuilt).toMatchObject({code: 0});
    expect(Number((JSON.parse(rebuilt.stdout) as {events: string}).events)).toBeGreaterThan(10);
  });

  test('an RPC that goes away shows in health and comes back', async () => {
    const proxy = await flakyProxy(chains.l1.url);
    running = engine('run', ...flags, '--rpc', `${L1}=${proxy.url},${L2}=${chains.l2.url}`);
    const {url} = await running.ready();
    await until(async () => (await call(url!, 'GET', '/healthz')).status === 200);
    proxy.down = true;
    await until(async () => (await call(url!, 'GET', '/healthz')).status === 503);
    const {body} = await call(url!, 'GET', '/healthz');
    expect((body.chains as {chainId: number; state: string}[]).find(({chainId}) => chainId === L1)).toMatchObject({state: 'failing', problem: expect.stringContaining('chain 31337')});
    proxy.down = false;
    await until(async () => (await call(url!, 'GET', '/healthz')).status === 200);
    await proxy.close();
  });

  test('its gateways take its limit of records; it ends with the parent', async () => {
    const url = await start('--parent-pipe', '--records-per-second', '1');
    const client = await StreamClient.open(url);
    await client.ask({op: 'auth', token: await join(url, alice)});
    const frame = recordsOf({head: head(COMMAND.cancelAll, 0, 0), words: [-1]}, {head: head(COMMAND.cancelAll, 0, 0), words: [-1]});
    const reasons = [await client.records(frame), await client.records(frame)].map(({acks}) => acks.map(({reason}) => reason));
    expect(reasons).toEqual([[REASON.none, REASON.none], [EDGE_REASON.tooMany, EDGE_REASON.tooMany]]);
    await client.end();
    running!.child.stdin!.end();
    expect((await running!.ended).code).toBe(0);
  });
});

async function seal(url: string): Promise<SealedEpoch> {
  const {timestamp} = await chains.l2.client.getBlock();
  const response = await fetch(`${url}/operator/epochs/seal`, {
    method: 'POST', headers: {'content-type': 'application/json', authorization: `Bearer ${TOKEN}`}, body: JSON.stringify({epoch: '1', snapshotTime: String(timestamp)}),
  });
  expect(response.status).toBe(200);
  return fromJson(await response.text());
}

async function expectEpochPage(url: string): Promise<void> {
  type Coverage = {epoch: number; assets: {chainId: number; symbol: string; liabilities: string; reserves: string; authorisedOut: string}[]};
  await until(async () => (await ask<{coverage: Coverage | null}>(url, '{ coverage { epoch } }')).coverage !== null);
  const {coverage, epoch, validators, payouts} = await ask<{coverage: Coverage; epoch: object; validators: object[]; payouts: object[]}>(url, `{
    coverage { epoch assets { chainId symbol liabilities reserves authorisedOut } }
    epoch(number: 1) { status votes { kind weight } certificates { kind } settlements { chainId activatedAt } stages { name } transactions { name chainId } lines { chainId assets { symbol count } } }
    validators { index weight } payouts(wallet: "${alice.address}") { lots cumulative deferred } }`);
  const usdcOnL1 = coverage.assets.find(({chainId, symbol}) => chainId === L1 && symbol === 'USDC')!;
  expect(usdcOnL1).toMatchObject({liabilities: String(100n * USDC), reserves: String(100n * USDC), authorisedOut: String(40n * USDC)});
  expect(epoch).toMatchObject({status: 'APPROVED', votes: [{kind: 'APPROVE', weight: String(100n * ETHER)}], certificates: [{kind: 'APPROVE'}]});
  expect((epoch as {settlements: {chainId: number; activatedAt: string | null}[]}).settlements.map(({chainId}) => chainId).sort()).toEqual([L1, L2]);
  expect((epoch as {stages: {name: string}[]}).stages.map(({name}) => name)).toEqual(expect.arrayContaining(['proposed', 'voted', 'approved', 'settled on L1', 'settled on L2', 'paid on L1']));
  expect(validators).toEqual([{index: 0, weight: String(100n * ETHER)}]);
  expect(payouts).toEqual([{lots: String(40n * USDC), cumulative: String(40n * USDC), deferred: false}]);
}

/** Passes requests on, or refuses them. */
async function flakyProxy(target: string) {
  const state = {down: false, url: '', close: async () => {}};
  const server = createServer((request, response) => {
    if (state.down) {
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      void fetch(target, {method: 'POST', headers: {'content-type': 'application/json'}, body: Buffer.concat(chunks)})
        .then(async (answer) => response.writeHead(answer.status, {'content-type': 'application/json'}).end(await answer.text()))
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as {port: number}).port}`;
  state.close = () => new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  return state;
}

describe('wrong surroundings: one sentence, the right exit code, no stack', () => {
  const refused = async (code: number, sentence: RegExp, ...args: string[]): Promise<void> => expectRefusal(await engine(...args).ended, code, sentence);
  /** What is wrong shows before anything is started. */
  const refusedAtOnce = async (code: number, sentence: RegExp, ...args: string[]): Promise<void> => expectRefusal(await command(...args), code, sentence);
  function expectRefusal(ended: Ended, code: number, sentence: RegExp): void {
    expect({code: ended.code, stderr: ended.stderr}).toEqual({code, stderr: expect.stringMatching(sentence)});
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    expect(ended.stderr.split('\n').filter((line) => line.startsWith('✗'))).toHaveLength(1);
  }
  test('a database of another chain, healed by --fresh', async () => {
    const client = new Client({connectionString: databaseUrl});
    await client.connect();
    await client.query('UPDATE chain_cursors SET genesis_hash = $1 WHERE chain_id = $2', [`0x${'ab'.repeat(32)}`, L1]);
    await client.end();
    await refused(2, /database belongs to another chain 31337 .*--fresh/, 'run', ...flags, ...rpcFlag());
    const url = await start('--fresh');
    await until(async () => (await ask<{epochs: {edges: object[]}}>(url, '{ epochs { edges { cursor } } }')).epochs.edges.length === 1);
  });

  const elsewhere = () => ['--data-dir', path.join(folder, 'other')];

  test('an unknown flag', () => refusedAtOnce(2, /unknown option '--prot'/, 'run', '--prot', '1'));
  test('no network file', () => refusedAtOnce(2, /--network .*does not exist/, 'run', ...flags, ...rpcFlag(), '--network', path.join(folder, 'nothing.json')));
  test('no RPC for a chain', () => refusedAtOnce(2, /no URL for chain 412346/, 'run', ...flags, '--rpc', `${L1}=${chains.l1.url}`));
  test('an RPC of another chain', () => refused(2, /chain 31337 serves chain 412346/, 'run', ...flags, ...elsewhere(), '--rpc', `${L1}=${chains.l2.url},${L2}=${chains.l2.url}`));
  test('no database', () => refused(3, /database does not answer/, 'run', ...flags, ...elsewhere(), ...rpcFlag(), '--database-url', 'postgresql://pobs:x@127.0.0.1:1/pobs'));
  test('a port in use', async () => refused(2, /Port \d+ is in use/, 'run', ...flags, ...elsewhere(), ...rpcFlag(), '--port', String(chains.l1.port)));
  test('a weak operator token', async () => {
    writeFileSync(path.join(folder, 'weak'), 'short');
    await refusedAtOnce(2, /fewer than 32 characters/, 'run', ...flags, ...rpcFlag(), '--operator-token-file', path.join(folder, 'weak'));
  });
  test('no journal', () => refusedAtOnce(2, /does not exist/, 'journal', 'verify', '--data-dir', path.join(folder, 'nowhere')));
});
