/** The validator's program against real chains, contracts and storage: honest epochs, lies, and things that are down. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {
  blindingFor, buildCertificate, type Certificate, encryptMapping, type SealedAsset, type SealedEpoch, summaryDigest, type Summary, VoteKind,
} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import {chainClient, loadSet} from '@pobs/protocol/chain';
import {assembleEpoch, buildEpoch, type BuiltEpoch} from '@pobs/protocol/builder';
import {ipfsStore, publishEpoch} from '@pobs/protocol/store';
import {type Address, type Hex, keccak256, parseEther, sha256, stringToBytes, zeroAddress, zeroHash} from 'viem';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {alice, bob, carol, deployer, fixTerm, freePort, fund, pushDeposit, runCli, Running, STAKE, startWorld, until, type World} from './network.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'pobs-validator-'));
let world: World;
const running: Running[] = [];
const recipients: string[] = [];
let lastDigest: Hex = zeroHash;
let lastLog: Hex = zeroHash;
let epoch = 0n;
let snapshotTime = 0n;

const blinding = (wallet: Address) => blindingFor(keccak256(wallet), 0);
const row = (wallet: Address, total: bigint) => ({wallet, blinding: blinding(wallet), total, withdrawable: total, withdrawal: 0n});

beforeAll(async () => {
  world = await startWorld(dir);
  const {l1, l2, network, tokens, stakeToken} = world;
  for (const validator of [1, 2]) {
    const {stdout, code} = await runCli('init', '--non-interactive', '--json', ...world.flags(validator));
    expect(code).toBe(0);
    const {address, recipient} = JSON.parse(stdout) as {address: Address; recipient: string};
    recipients.push(recipient);
    await fund(l1, address, {amount: parseEther('1')});
    await fund(l2, address, {amount: parseEther('1')});
    await fund(l1, address, {token: stakeToken, amount: STAKE});
    const deposited = await runCli('stake', 'deposit', '--amount', STAKE.toString(), '--yes', '--json', ...world.flags(validator));
    expect(deposited).toMatchObject({code: 0});
    expect(JSON.parse(deposited.stdout)).toMatchObject({registered: true, seat: validator - 1, stake: STAKE.toString()});
  }
  await fixTerm(world);
  await fund(l1, alice.address, {token: tokens.l1Usdc, amount: 1_000n});
  await fund(l2, bob.address, {token: tokens.l2Usdc, amount: 2_000n});
  await pushDeposit(l1, {from: alice, custody: network.l1.custody, token: tokens.l1Usdc, amount: 1_000n});
  await pushDeposit(l2, {from: bob, custody: network.l2.custody, token: tokens.l2Usdc, amount: 2_000n});
  await pushDeposit(l2, {from: carol, custody: network.l2.custody, token: zeroAddress, amount: 5_000_000_000n});
}, 180_000);

afterAll(async () => {
  await Promise.all(running.map((validator) => validator.stop()));
  await world?.stop();
  rmSync(dir, {recursive: true, force: true});
});

async function sealed(): Promise<SealedEpoch> {
  const {l1, l2, network, tokens} = world;
  epoch += 1n;
  await Promise.all([l1.client.mine({blocks: 4}), l2.client.mine({blocks: 4})]);
  const at = await Promise.all(([[l1, network.l1], [l2, network.l2]] as const).map(async ([node, {custody}]) => {
    const {number, hash} = await node.client.getBlock({blockTag: 'finalized'});
    return {chainId: node.chainId, custody, blockNumber: number, blockHash: hash, kills: 0};
  }));
  const assetOf = (chainId: number, custody: Address, token: Address, wallet: Address, lots: bigint, lotSize = 1n): SealedAsset =>
    ({chainId, custody, token, lotSize, deposited: lots, authorisedOut: 0n, rows: [row(wallet, lots)]});
  const {timestamp} = await l2.client.getBlock();
  // Two epochs may fall into one second of the chain; their snapshot times must not (V5).
  snapshotTime = timestamp > snapshotTime ? timestamp : snapshotTime + 1n;
  return {
    epoch, snapshotTime, era: 0, journalHead: zeroHash, chains: at, payouts: [], legs: [], viewingKeys: {},
    assets: [
      assetOf(31_337, network.l1.custody, tokens.l1Usdc, alice.address, 1_000n),
      assetOf(412_346, network.l2.custody, zeroAddress, carol.address, 5n, 1_000_000_000n),
      assetOf(412_346, network.l2.custody, tokens.l2Usdc, bob.address, 2_000n),
    ],
  };
}

const inputOf = (books: SealedEpoch) => ({
  sealed: books, setId: 1, parent: lastDigest, previousLogRoot: lastLog, rules: world.network.rules, salt: world.network.salt, auditor: world.network.auditor, logSecret: keccak256('0x10'),
});

/** Publishes and proposes; `change` bends the summary after the books were assembled. */
async function propose(built: BuiltEpoch, {change = {}, mapping = built.mapping}: {change?: Partial<Summary>; mapping?: Uint8Array} = {}): Promise<Hex> {
  const summary = {...built.summary, mappingHash: sha256(mapping), ...change};
  await publishEpoch(ipfsStore(world.storage.url), built.files, built.manifest);
  world.mappings.files.set(`/mapping/${summary.epoch}`, await encryptMapping(mapping, recipients));
  const hash = await world.l2.client.writeContract({
    account: deployer, address: world.network.l2.epochManager, abi: epochManagerAbi, functionName: 'propose', args: [summary, built.lines as never], chain: null,
  });
  await world.l2.client.waitForTransactionReceipt({hash});
  return summaryDigest(summary, world.network.salt);
}

const votesOf = (wanted: bigint) => world.l2.client.getContractEvents({
  address: world.network.l2.epochManager, abi: epochManagerAbi, eventName: 'VoteCast', args: {epoch: wanted}, fromBlock: 0n, strict: true,
});

/** Waits for both validators' votes and carries them as a certificate. */
async function decide(digest: Hex): Promise<{kind: number; rule: number}[]> {
  const votes = await until(`votes on epoch ${epoch}`, async () => {
    const cast = await votesOf(epoch);
    return cast.length === 2 ? cast.map(({args}) => args) : undefined;
  });
  const {network, l1} = world;
  const {header, members} = await loadSet({l1: await chainClient({chainId: 31_337, url: l1.url}), registry: network.l1.registry, setId: 1, fromBlock: 0n});
  const certificate: Certificate = buildCertificate({header, members}, votes.map(({index, kind, rule, signature}) => ({index, kind: kind as VoteKind, rule, signature})));
  const hash = await world.l2.client.writeContract({
    account: deployer, address: network.l2.epochManager, abi: epochManagerAbi, functionName: 'certify', args: [epoch, certificate as never], chain: null,
  });
  await world.l2.client.waitForTransactionReceipt({hash});
  if (votes[0]!.kind === VoteKind.Approve) lastDigest = digest;
  return votes.map(({kind, rule}) => ({kind, rule}));
}

async function start(validator: number): Promise<Running> {
  const process = new Running([...world.flags(validator), '--health-port', String(await freePort())]);
  running.push(process);
  await process.line((line) => line.ready === true, `validator ${validator}`);
  return process;
}

describe('pobs-validator', () => {
  test('both validators approve an honest epoch', async () => {
    await Promise.all([start(1), start(2)]);
    const built = await buildEpoch(inputOf(await sealed()));
    if (!built.ok) throw new Error(JSON.stringify(built.violations));
    const digest = await propose(built);
    expect(await decide(digest)).toEqual([{kind: VoteKind.Approve, rule: 0}, {kind: VoteKind.Approve, rule: 0}]);
    lastLog = built.logHead;
    const {port} = running[0]!.lines[0] as {port: number};
    const health = await until('health of epoch 1', async () => {
      const answer = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as {ok: boolean; lastEpoch: string; lastVoted: string};
      return answer.lastEpoch === '1' ? answer : undefined;
    });
    expect(health).toMatchObject({ok: true, lastVoted: '1', waiting: []});
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('pobs_validator_votes_total{kind="APPROVE",rule="V0"} 1');
  }, 120_000);

  const lies: [string, number, (books: SealedEpoch) => Promise<Hex>][] = [
    ['an omitted account', 8, async (books) => propose(await assembleEpoch(inputOf({...books, assets: books.assets.map((asset, i) => (i === 0 ? {...asset, rows: []} : asset))})))],
    ['a snapshot CID that nothing has', 1, async (books) => propose(await assembleEpoch(inputOf(books)), {change: {snapshotCid: keccak256('0x99')}})],
    ['a wrong parent', 5, async (books) => propose(await assembleEpoch(inputOf(books)), {change: {parent: keccak256('0x77')}})],
    ['a lying mapping', 6, async (books) => {
      const built = await assembleEpoch(inputOf(books));
      const text = new TextDecoder().decode(built.mapping).replace(alice.address.toLowerCase(), deployer.address.toLowerCase());
      return propose(built, {mapping: stringToBytes(text)});
    }],
  ];
  test.each(lies)('both reject %s by V%i', async (_, rule, lie) => {
    const digest = await lie(await sealed());
    expect(await decide(digest)).toEqual([{kind: VoteKind.Reject, rule}, {kind: VoteKind.Reject, rule}]);
    for (const validator of running) {
      const verdict = await validator.line((line) => line.event === 'verdict' && line.epoch === epoch.toString(), 'the verdict');
      expect((verdict.violations as {rule: number}[]).map((violation) => violation.rule)).toEqual([rule]);
    }
  }, 120_000);

  test('a killed validator resumes and never votes twice', async () => {
    const first = running.shift()!;
    await first.stop('SIGKILL');
    await start(1);
    const books = await sealed();
    const built = await buildEpoch(inputOf(books));
    if (!built.ok) throw new Error(JSON.stringify(built.violations));
    expect(await decide(await propose(built))).toEqual([{kind: VoteKind.Approve, rule: 0}, {kind: VoteKind.Approve, rule: 0}]);
    const journal = readFileSync(path.join(dir, 'validator-1/signing.journal'), 'utf8').trim().split('\n');
    expect(journal).toHaveLength(Number(epoch));
    const second = await runCli('run', ...world.flags(1), '--health-port', String(await freePort()));
    expect(second.code).toBe(5);
    expect(second.stderr).toMatch(/^Another validator \(process \d+\) uses .*: stop it first/);
  }, 120_000);

  test('verify needs neither mapping server nor storage once cached', async () => {
    await world.mappings.stop();
    await world.storage.stop();
    const verified = await runCli('verify', '1', '--json', ...world.flags(1));
    expect(verified).toMatchObject({code: 0});
    expect(JSON.parse(verified.stdout)).toMatchObject({epoch: '1', ok: true, violations: []});
    const rejected = await runCli('verify', '2', ...world.flags(1));
    expect(rejected).toMatchObject({code: 4});
    expect(rejected.stdout).toContain('✗ V8');
  }, 60_000);

  test('what is down or wrong is one sentence and the right exit code', async () => {
    await runCli('init', ...world.flags(9));
    const flags = world.flags(9);
    const withFlag = (name: string, value: string) => flags.map((flag, i) => (flags[i - 1] === name ? value : flag));
    const wrongPassword = path.join(dir, 'wrong-password');
    writeFileSync(wrongPassword, 'wrong\n');
    const cases: [string[], number, RegExp][] = [
      [['verify', '1', ...flags], 3, /^Storage ipfs .* does not answer/],
      [['verify', '99', ...flags], 2, /^Epoch 99 was never proposed/],
      [['verify', '1', ...withFlag('--rpc', '31337=http://127.0.0.1:9,412346=http://127.0.0.1:9')], 3, /^The RPC at http:\/\/127.0.0.1:9\/? does not answer/],
      [['verify', '1', ...withFlag('--rpc', `31337=${world.l2.url},412346=${world.l2.url}`)], 2, /serves chain 412346, not 31337/],
      [['run', ...withFlag('--password-file', wrongPassword)], 6, /^The password does not open/],
      [['run', ...withFlag('--data-dir', path.join(dir, 'nothing'))], 6, /^There is no key at/],
      [['stake', 'deposit', '--amount', STAKE.toString(), '--yes', ...flags], 8, /holds 0 of the 100000000000000000000 stake tokens needed/],
      [['stake', 'deposit', '--amount', STAKE.toString(), ...flags], 2, /needs --yes/],
      [['run', '--netwrk', 'x'], 2, /Did you mean --network/],
    ];
    for (const [args, code, sentence] of cases) {
      const ran = await runCli(...args);
      expect([args.slice(0, 3).join(' '), ran.code, ran.stderr]).toEqual([args.slice(0, 3).join(' '), code, expect.stringMatching(sentence)]);
      expect(ran.stderr).not.toContain('    at ');
    }
  }, 120_000);
});

