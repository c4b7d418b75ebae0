/** What people do by hand: verify as a stranger, vote, join late, move keys and histories, stake, ask the doctor. */
import {copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import bls from '@chainsafe/bls-keystore';
import {encodeProof, type InclusionProof, proofFromFiles, publicKeyOf, signVote, VoteKind} from '@pobs/protocol';
import type {BuiltEpoch} from '@pobs/protocol/builder';
import type {Hex} from 'viem';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {bob, fixTerm, freePort, fund, runCli, Running, STAKE, startCli, startWorld, until, type World} from './network.ts';
import type {Ran} from '../../test/support/in-process.ts';
import {blinding, depositors, Operator, register} from './operator.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'pobs-commands-'));
let world: World;
let operator: Operator;
let first: {digest: Hex; built: BuiltEpoch};
const running: Running[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  world = await startWorld(dir);
  operator = new Operator(world);
  for (const validator of [1, 2]) operator.recipients.push((await register(world, validator)).recipient);
  await fixTerm(world);
  await depositors(world);
  first = await operator.honest();
});

afterAll(async () => {
  await Promise.all(running.map((validator) => validator.stop()));
  servers.forEach((server) => server.closeAllConnections());
  servers.forEach((server) => server.close());
  await world?.stop();
  rmSync(dir, {recursive: true, force: true});
});

/** No key, no password, no mapping server: RPC and storage alone. */
const strangerFlags = (folder = 'stranger', storage = `ipfs=${world.storage.url}`) => [
  '--network', world.networkFile, '--rpc', `31337=${world.l1.url},412346=${world.l2.url}`, '--storage', storage, '--data-dir', path.join(dir, folder),
];
const withFlag = (flags: readonly string[], name: string, value: string) => flags.map((flag, i) => (flags[i - 1] === name ? value : flag));
function json({stdout, stderr}: Ran): Record<string, unknown> {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function serve(answer: (path: string, body: string) => {status: number; body: string | Uint8Array}): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const {status, body: text} = answer(request.url ?? '/', body);
      response.writeHead(status).end(text);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function proofOfBob({built: {lines, summary, files}}: {built: BuiltEpoch}): InclusionProof {
  const token = world.tokens.l2Usdc;
  const made = proofFromFiles({
    network: {salt: world.network.salt}, summary, lines, chainId: 412_346, token, balancesBytes: files.get(`balances/412346-${token.toLowerCase()}.csv`)!,
    owner: {wallet: bob.address, blinding: blinding(bob.address)},
  });
  if (!made.ok) throw new Error(made.reason);
  return made.proof;
}

type Failing = [string[], number, RegExp];

async function expectFailure([args, code, sentence]: Failing): Promise<void> {
  // `run` listens to the signals of its process.
  const ran = await (args[0] === 'run' ? startCli : runCli)(...args);
  expect([args.slice(0, 3).join(' '), ran.code, ran.stderr]).toEqual([args.slice(0, 3).join(' '), code, expect.stringMatching(sentence)]);
  expect(ran.stderr).not.toContain('    at ');
}

async function expectFailures(cases: Failing[]): Promise<void> {
  for (const each of cases) await expectFailure(each);
}

describe('a vote by hand', () => {
  test('is shown, cast once, and never cast otherwise', async () => {
    expect(json(await runCli('vote', '1', '--json', ...world.flags(1)))).toMatchObject({status: 'proposed', journal: 'none', onChain: 'none'});
    await Promise.all([1, 2].map(async (validator) => {
      const cast = await runCli('vote', '1', 'approve', '--yes', '--json', '--reason', 'by hand', ...world.flags(validator));
      expect(cast).toMatchObject({code: 0});
      expect(json(cast)).toMatchObject({vote: 'approve', rule: 0, reason: 'by hand'});
    }));
    await operator.decide(first.digest, 2);
    expect(json(await runCli('vote', '1', '--json', ...world.flags(1)))).toMatchObject({status: 'approved', onChain: 'approve'});
    await expectFailures([
      [['vote', '1', 'reject', '--rule', '3', '--yes', ...world.flags(1)], 5, /^Refused to sign: epoch 1 already has this validator's vote APPROVE/],
      [['vote', '1', 'reject', '--yes', ...world.flags(1)], 2, /breaks no rule that this validator can judge; name one with --rule/],
      [['vote', '1', 'maybe', ...world.flags(1)], 2, /Allowed choices are approve, reject/],
    ]);
  });
});

describe('a stranger without any key', () => {
  test('verifies an epoch, its votes and certificate, and is told what stays open', async () => {
    const ran = await runCli('verify', '1', '--json', ...strangerFlags());
    expect(ran).toMatchObject({code: 0});
    expect(json(ran)).toMatchObject({
      epoch: '1', ok: true, complete: false, violations: [],
      decision: {status: 'approved', provenBy: 'certificate', votes: [{kind: VoteKind.Approve}, {kind: VoteKind.Approve}], problems: []},
    });
    const checks = json(ran).checks as {rule: number; ok: boolean | null; open?: string}[];
    expect(checks.filter(({ok}) => ok === null).map(({rule}) => rule)).toEqual([6, 10, 11]);
    expect(checks.filter(({open}) => open !== undefined).map(({rule}) => rule)).toEqual([4, 7, 9]);
    const text = await runCli('verify', '1', ...strangerFlags());
    expect(text.stdout).toContain('Not judged: V4 (one row per wallet), V6, V7 (which wallet each withdrawal is of), V9 (a record per changed row), V10, V11. These need the mapping file');
    // With its key the same command judges everything, and less when asked to.
    expect(json(await runCli('verify', '1', '--json', ...world.flags(1)))).toMatchObject({ok: true, complete: true});
    expect(json(await runCli('verify', '1', '--json', '--public', ...world.flags(1)))).toMatchObject({ok: true, complete: false});
  });

  test('checks an inclusion proof against the chain', async () => {
    const proof = proofOfBob(first);
    const file = (name: string, content: string) => {
      writeFileSync(path.join(dir, name), content);
      return path.join(dir, name);
    };
    const good = file('proof.json', encodeProof(proof));
    const ran = await runCli('verify', good, '--json', ...strangerFlags());
    expect(ran).toMatchObject({code: 0});
    expect(json(ran)).toMatchObject({ok: true, inclusion: {ok: true}, decision: {status: 'approved'}});
    expect(json(await runCli('verify', '1', '--proof', good, '--json', ...strangerFlags()))).toMatchObject({epoch: '1', ok: true, inclusion: {ok: true}});
    const bent = await runCli('verify', file('bent.json', encodeProof({...proof, leaf: {...proof.leaf, total: proof.leaf.total + 1n}})), ...strangerFlags());
    expect(bent).toMatchObject({code: 4});
    expect(bent.stdout).toContain('The proof does not hold.');
    await expectFailures([
      [['verify', file('no.json', '{"v":1}'), ...strangerFlags()], 2, /is no inclusion proof of this network/],
      [['verify', file('foreign.json', encodeProof({...proof, network: {salt: `0x${'11'.repeat(32)}`}})), ...strangerFlags()], 2, /it is of another network/],
      [['verify', 'nowhere.json', ...strangerFlags()], 2, /neither an epoch number nor a file/],
    ]);
  });

  test('sees a lie that needs no mapping; a validator refuses to approve it by hand', async () => {
    const books = await operator.sealed();
    const digest = await operator.propose(await operator.assembled({...books, assets: books.assets.map((asset, i) => (i === 0 ? {...asset, rows: []} : asset))}));
    const ran = await runCli('verify', '2', '--json', ...strangerFlags());
    expect(ran).toMatchObject({code: 4});
    expect(json(ran)).toMatchObject({ok: false, violations: [{rule: 8}], decision: {status: 'proposed', problems: []}});
    expect(json(ran).decision).not.toHaveProperty('provenBy');
    expect(await runCli('vote', '2', 'approve', '--yes', ...world.flags(1))).toMatchObject({code: 4, stderr: expect.stringMatching(/^Refused to approve: epoch 2 breaks V8/)});
    await Promise.all([1, 2].map(async (validator) => expect(json(await runCli('vote', '2', 'reject', '--yes', '--json', ...world.flags(validator)))).toMatchObject({rule: 8})));
    expect(await operator.decide(digest, 2)).toEqual([{kind: VoteKind.Reject, rule: 8}, {kind: VoteKind.Reject, rule: 8}]);
    const range = await runCli('verify', '--from', '1', '--to', '2', '--json', ...strangerFlags());
    expect(range.code).toBe(4);
    expect(range.stdout.trim().split('\n').map((line) => (JSON.parse(line) as {ok: boolean; decision: {status: string}}))).toMatchObject([
      {ok: true, decision: {status: 'approved'}}, {ok: false, decision: {status: 'rejected', provenBy: 'certificate'}},
    ]);
  });

  test('is told of a gateway whose bytes do not match their hash', async () => {
    const liar = await serve(() => ({status: 200, body: 'other bytes'}));
    const alone = await runCli('verify', '1', '--json', ...strangerFlags('deceived', `ipfs=${liar}`));
    expect(alone).toMatchObject({code: 4, stderr: expect.stringMatching(/^Storage ipfs .* returned bytes that do not hash to .*: use another gateway\./)});
    // One honest gateway is enough.
    expect(await runCli('verify', '1', '--json', ...strangerFlags('warned', `ipfs=${liar},ipfs=${world.storage.url}`))).toMatchObject({code: 0, stderr: expect.stringContaining('use another gateway')});
  });
});

describe('a validator that joins later', () => {
  let third: Awaited<ReturnType<typeof register>>;

  test('has no vote before its term, and votes on no epoch that it cannot judge whole', async () => {
    third = await register(world, 3);
    const process = new Running([...world.flags(3), '--health-port', String(await freePort())]);
    running.push(process);
    await process.line((line) => line.event === 'verdict' && line.epoch === '2' && line.complete === false, 'the verdict on epoch 2');
    await nextTerm();
    operator.recipients.push(third.recipient);
    // A newcomer's row: from here on mappings differ from those of before.
    await operator.addHolder(50n);
    const {digest} = await operator.honest();
    // Epoch 1 is since J, and its mapping was wrapped to the validators of then.
    const open = await process.line((line) => line.event === 'verdict' && line.epoch === '3', 'the verdict on epoch 3');
    expect(open).toMatchObject({ok: true, complete: false, unreadable: ['1']});
    const {port} = process.lines[0] as {port: number};
    const waiting = await until('the reason', async () => {
      const health = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as {waiting: {epoch: string; reason: string}[]};
      return health.waiting.find(({epoch}) => epoch === '3');
    });
    expect(waiting.reason).toBe('Not judged: V11. The mapping of epoch 1 is not wrapped to this validator\'s key: the operator must wrap it again.');
    await operator.wrap(1n);
    await process.line((line) => line.event === 'vote' && line.epoch === '3' && line.kind === VoteKind.Approve, 'its approval');
    await process.stop();
    await Promise.all([1, 2].map(async (validator) => expect(await runCli('vote', '3', 'approve', '--yes', ...world.flags(validator))).toMatchObject({code: 0})));
    expect(await operator.decide(digest, 3)).toEqual(Array.from({length: 3}, () => ({kind: VoteKind.Approve, rule: 0})));
  });

  async function nextTerm(): Promise<void> {
    const {l1, l2} = world;
    await Promise.all([l1, l2].map(({client}) => client.increaseTime({seconds: 86_400})));
    await Promise.all([l1, l2].map(({client}) => client.mine({blocks: 1})));
    await fixTerm(world);
    operator.setId = 2;
  }
});

describe('a key that is held elsewhere', () => {
  test('signs over HTTP, after the local journal, and is verified', async () => {
    const {digest} = await operator.honest();
    const folder = path.join(dir, 'validator-2/keystores');
    const store = bls.Keystore.parse(readFileSync(path.join(folder, readdirSync(folder)[0]!), 'utf8'));
    const secret = new Uint8Array(await store.decrypt('correct horse'));
    const asked: {type: string; signingRoot: Hex; message: object}[] = [];
    let wrong = true;
    const url = await serve((at, body) => {
      if (at === '/api/v1/pofbs/publicKeys') return {status: 200, body: JSON.stringify([`0x${store.pubkey}`])};
      asked.push(JSON.parse(body) as (typeof asked)[number]);
      const {signingRoot} = asked.at(-1)!;
      return {status: at === `/api/v1/pofbs/sign/0x${store.pubkey}` ? 200 : 404, body: JSON.stringify({signature: signVote(secret, wrong ? digest : signingRoot)})};
    });
    const flags = [...world.flags(2), '--external-signer-url', url];
    const refused = await runCli('vote', '4', 'approve', '--yes', ...flags);
    expect(refused).toMatchObject({code: 6, stderr: expect.stringMatching(/^The remote signer at .* did not sign \(its signature does not verify\)/)});
    wrong = false;
    expect(json(await runCli('vote', '4', 'approve', '--yes', '--json', ...flags))).toMatchObject({vote: 'approve'});
    expect(asked.at(-1)).toMatchObject({type: 'VOTE', message: {kind: VoteKind.Approve, epoch: '4', setId: 2, summary: digest, rule: 0}});
    expect(publicKeyOf(secret)).toMatch(/^0x/);
    const count = asked.length;
    await expectFailures([
      [['vote', '4', 'reject', '--rule', '1', '--yes', ...flags], 5, /^Refused to sign: epoch 4 already has/],
      [['vote', '4', 'approve', '--yes', ...withFlag(flags, '--external-signer-url', 'http://127.0.0.1:9')], 6, /did not sign \(it does not answer\)/],
      [['vote', '4', 'approve', '--yes', ...flags, '--key', `0x${'ab'.repeat(48)}`], 6, /it does not hold 0xabab/],
    ]);
    expect(asked).toHaveLength(count);
  });
});

describe('a signing history', () => {
  test('moves with its key and is respected there', async () => {
    const file = path.join(dir, 'history.json');
    expect(json(await runCli('protection', 'export', '--file', file, '--json', ...world.flags(1)))).toMatchObject({votes: 3});
    const moved = path.join(dir, 'moved');
    mkdirSync(path.join(moved, 'keystores'), {recursive: true, mode: 0o700});
    const from = path.join(dir, 'validator-1');
    for (const name of ['gas.key', 'encryption.key', ...readdirSync(path.join(from, 'keystores')).map((each) => `keystores/${each}`)]) copyFileSync(path.join(from, name), path.join(moved, name));
    const flags = withFlag(world.flags(1), '--data-dir', moved);
    // Without its history the new folder would not know of its own votes: the chain does.
    expect(await startCli('run', ...flags, '--doppelganger', '--health-port', String(await freePort()))).toMatchObject({code: 5, stderr: expect.stringMatching(/^The chain shows a vote of this key on epoch 3/)});
    expect(json(await runCli('protection', 'import', '--file', file, '--json', ...flags))).toMatchObject({added: 4, votes: 3, signedUpTo: '3'});
    expect(await runCli('vote', '3', 'reject', '--rule', '3', '--yes', ...flags)).toMatchObject({code: 5, stderr: expect.stringMatching(/^Refused to sign: epoch 3 already has/)});
    // Votes on what was decided long ago count for nothing, whatever the history says.
    expect(await runCli('vote', '2', 'reject', '--rule', '3', '--yes', ...flags)).toMatchObject({code: 7, stderr: expect.stringMatching(/^Epoch 2 is older than MAX_AGE/)});
    const foreign = path.join(dir, 'foreign-network.json');
    writeFileSync(foreign, JSON.stringify({...world.network, salt: `0x${'22'.repeat(32)}`}));
    await expectFailures([
      [['protection', 'import', '--file', file, ...withFlag(flags, '--network', foreign)], 2, /is the signing history of another registry: nothing was imported/],
      [['protection', 'import', '--file', file, ...world.flags(2)], 2, /is the signing history of another voting key/],
      [['protection', 'import', '--file', world.networkFile, ...flags], 2, /is no signing history of format pofbs-signing-journal 1/],
      [['protection', 'export', '--file', file, ...world.flags(1)], 2, /Cannot write .*EEXIST/],
    ]);
  });
});

describe('the doctor', () => {
  test('finds a validator healthy, and says what to do where it is not', async () => {
    const healthy = await runCli('doctor', '--json', ...world.flags(1));
    expect(json(healthy)).toMatchObject({checks: expect.arrayContaining([expect.objectContaining({name: 'seat', state: 'ok'}), expect.objectContaining({name: 'mapping', state: 'ok'})])});
    const states = Object.fromEntries((json(healthy).checks as {name: string; state: string}[]).map(({name, state}) => [name, state]));
    // The chains' clocks were moved ahead by a day above.
    expect(states).toMatchObject({version: 'ok', journal: 'ok', 'voting key': 'ok', 'gas key': 'ok', 'encryption key': 'ok', 'L1 RPC': 'ok', 'L2 RPC': 'ok', ipfs: 'ok', gas: 'ok', clock: 'failed'});
    expect(healthy.code).toBe(3);
    const sick = await runCli('doctor', ...withFlag(withFlag(world.flags(1), '--rpc', `31337=${world.l1.url},412346=http://127.0.0.1:9`), '--storage', 'ipfs=http://127.0.0.1:9'));
    expect(sick.code).toBe(3);
    expect(sick.stdout).toMatch(/✗ L2 RPC +The RPC at http:\/\/127.0.0.1:9\/? does not answer/);
    expect(sick.stdout).toMatch(/○ epochs +not checked: see L2 RPC/);
    const crossed = await runCli('doctor', ...withFlag(world.flags(1), '--rpc', `31337=${world.l2.url},412346=${world.l2.url}`));
    expect(crossed).toMatchObject({code: 2, stdout: expect.stringContaining('serves chain 412346, not 31337')});
  });
});

describe('stake', () => {
  test('is added to, exited and withdrawn; what it cannot do is said before anything is sent', async () => {
    const flags = world.flags(3);
    expect(json(await runCli('stake', 'top-up', '--amount', '5', '--yes', '--json', ...flags))).toMatchObject({stake: (STAKE + 5n).toString()});
    await runCli('init', '--non-interactive', ...world.flags(8));
    await expectFailures([
      [['stake', 'withdraw', '--yes', ...flags], 2, /has no stake to withdraw: run pobs-validator stake exit first/],
      [['stake', 'top-up', '--amount', (10n * STAKE).toString(), '--yes', ...flags], 8, /stake tokens needed/],
      [['stake', 'top-up', '--amount', '5', '--yes', ...world.flags(8)], 8, /holds no seat: run pobs-validator stake deposit first/],
      [['stake', 'exit', '--yes', ...world.flags(8)], 8, /holds no seat/],
    ]);
    const {unbonding} = json(await runCli('stake', 'exit', '--yes', '--json', ...flags)) as {unbonding: {amount: string; withdrawableAt: string}};
    expect(unbonding.amount).toBe((STAKE + 5n).toString());
    await expectFailures([[['stake', 'withdraw', '--yes', ...flags], 3, /^The stake is unbonding until \d{4}-/]]);
    await world.l1.client.setNextBlockTimestamp({timestamp: BigInt(unbonding.withdrawableAt)});
    await world.l1.client.mine({blocks: 1});
    const withdrawn = json(await runCli('stake', 'withdraw', '--yes', '--json', ...flags));
    expect(withdrawn).toMatchObject({registered: false, stake: '0'});
    expect(withdrawn).not.toHaveProperty('unbonding');
  });

  test('and votes need gas, keys, a password and a free port, each in one sentence', async () => {
    const poor = json(await runCli('init', '--non-interactive', '--json', ...world.flags(7))) as {address: Hex};
    await fund(world.l1, poor.address, {token: world.stakeToken, amount: STAKE});
    const taken = new URL(await serve(() => ({status: 200, body: ''}))).port;
    const noPassword = world.flags(1).filter((flag, i, flags) => flag !== '--password-file' && flags[i - 1] !== '--password-file');
    await expectFailures([
      [['stake', 'deposit', '--amount', STAKE.toString(), '--yes', ...world.flags(7)], 8, /cannot pay the gas on chain 31337: send it some ether/],
      [['vote', '4', 'approve', '--yes', ...world.flags(7)], 8, /^This key has no seat in validator set 2/],
      [['run', ...world.flags(1), '--health-port', taken], 2, new RegExp(`^Cannot listen on port ${taken} \\(EADDRINUSE\\): choose another with --health-port`)],
      [['vote', '4', ...world.flags(1), '--keystore', path.join(dir, 'none.json')], 6, /^There is no key at .*none\.json/],
      [['vote', '4', ...world.flags(1), '--gas-key-file', path.join(dir, 'none.key')], 6, /^There is no key at .*none\.key/],
      [['vote', '4', ...noPassword], 6, /^A password is needed: give a file with --password-file, or run in a terminal/],
      [['run', ...world.flags(1), '--vote', 'confirm'], 2, /--vote confirm needs a terminal/],
      [['verify', '1', ...strangerFlags('empty', 'ipfs=http://127.0.0.1:9')], 3, /^Storage ipfs .* does not answer/],
      [['verify', '1', ...strangerFlags().slice(2)], 2, /--network is missing/],
    ]);
  });
});

describe('keys', () => {
  test('are listed, shown, exported, imported and deleted', async () => {
    const flags = ['--data-dir', path.join(dir, 'keys'), '--password-file', path.join(dir, 'password')];
    expect(await runCli('init', '--non-interactive', ...flags)).toMatchObject({code: 0});
    const [listed] = (json(await runCli('key', 'list', '--json', ...flags)) as {keys: {publicKey: string; path: string}[]}).keys;
    const shown = json(await runCli('key', 'show', '--json', ...flags));
    expect(shown).toMatchObject({publicKey: `0x${listed!.publicKey}`, keystore: listed!.path, recipient: expect.stringMatching(/^age1/)});
    expect(JSON.stringify(shown)).not.toContain('SECRET');
    const out = path.join(dir, 'exported.json');
    expect(await runCli('key', 'export', '--out', out, ...flags)).toMatchObject({code: 0});
    await expectFailures([
      [['key', 'delete', ...flags], 2, /^Deleting the keystore .* needs --yes/],
      [['key', 'delete', '--yes', ...flags, '--keystore', out], 2, /is not a keystore of/],
    ]);
    expect(await runCli('key', 'delete', '--yes', ...flags)).toMatchObject({code: 0});
    expect(json(await runCli('key', 'list', '--json', ...flags))).toEqual({keys: []});
    expect(json(await runCli('key', 'import', '--json', ...flags, '--keystore', out))).toMatchObject({publicKey: listed!.publicKey});
  });
});
