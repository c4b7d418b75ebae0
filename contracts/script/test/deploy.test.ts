/** Rehearsal on two local chains: deploy behind timelocks, break off and go on, read back, notice what changed. */
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createWalletClient, encodeFunctionData, getAddress, type Hex, http, keccak256, parseEther, toHex, zeroAddress} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {artifact} from '../artifacts.ts';
import {Chain} from '../chain.ts';
import {execute, obstacles} from '../execute.ts';
import {planSystem, type SystemPlan} from '../plan.ts';
import {readBack} from '../read-back.ts';
import {RecordFile} from '../record.ts';
import {deployNetwork} from '../deploy.ts';
import {DEFAULTS, EVMNET, problemsOf, type Settings} from '../settings.ts';
import {type Anvil, startAnvil} from './anvil.ts';

/** Anvil's first account. */
const KEY: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const DEPLOYER = privateKeyToAccount(KEY).address;
const [PROPOSER, GUARDIAN, POSTER, INBOX, TOKEN] = [1n, 2n, 3n, 4n, 5n].map((n) => getAddress(toHex(n * 0x1_0000_0001n, {size: 20}))) as [Hex, Hex, Hex, Hex, Hex];
const [L1, L2] = [31_337, 31_338];

const settings = (label: string): Settings => ({
  ...DEFAULTS, label, deployer: DEPLOYER, admin: {delaySeconds: 16 * 86_400, proposers: [PROPOSER], executors: [PROPOSER]},
  guardian: GUARDIAN, poster: POSTER, inbox: INBOX, bridge: INBOX, stakeToken: TOKEN, beacon: EVMNET,
  rewards: {token: TOKEN, tickets: 8, auditRows: 4, commitSeconds: 600, seedDelaySeconds: 60, claimSeconds: 86_400},
  treasury: {operator: POSTER, l1Router: INBOX, l2Router: INBOX}, minimumStake: parseEther('10'), weightCap: parseEther('1000'), minimumBond: parseEther('100'),
  chains: [
    {role: 'l1', chainId: L1, isArbitrum: false, withdrawEvery: 4, assets: [{token: zeroAddress, symbol: 'ETH', decimals: 18, lotSize: 1_000_000_000n}]},
    {role: 'l2', chainId: L2, isArbitrum: false, withdrawEvery: 1, assets: [{token: zeroAddress, symbol: 'ETH', decimals: 18, lotSize: 1_000_000_000n}]},
  ],
});

let nodes: [Anvil, Anvil];
let chains: [Chain, Chain];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pobs-deploy-'));
  // One chain without the CREATE2 deployer, so that deploying it is rehearsed as well.
  nodes = await Promise.all([startAnvil(L1, '--disable-default-create2-deployer'), startAnvil(L2)]);
  chains = nodes.map(({url}) => new Chain(url)) as [Chain, Chain];
});

afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.stop()));
  rmSync(folder, {recursive: true, force: true});
});

const deployAll = async (system: SystemPlan, records: string) => {
  for (const [i, plan] of system.chains.entries()) {
    await execute({chain: chains[i]!, key: KEY, plan, label: system.settings.label, file: new RecordFile(records, plan.chainId)});
  }
};
const wrongFacts = async (i: 0 | 1, system: SystemPlan, records: string) => {
  const plan = system.chains[i]!;
  const {startBlock} = new RecordFile(records, plan.chainId).read()!;
  return (await readBack(chains[i], plan, BigInt(startBlock))).filter(({ok}) => !ok);
};

describe('a deployment behind timelocks', () => {
  const system = planSystem(settings('rehearsal'));

  test('does what its plan says, and everything reads back', async () => {
    await deployAll(system, folder);
    expect(await wrongFacts(0, system, folder)).toEqual([]);
    expect(await wrongFacts(1, system, folder)).toEqual([]);
    expect(new RecordFile(folder, L1).read()).toMatchObject({complete: true, label: 'rehearsal', deployer: DEPLOYER, contracts: system.chains[0]!.contracts});
  });

  test('repeated, it sends nothing', async () => {
    const nonce = () => chains[0].client.getTransactionCount({address: DEPLOYER});
    const before = await nonce();
    await deployAll(system, folder);
    expect(await nonce()).toBe(before);
  });

  test('leaves the deployer without a say', async () => {
    const {address} = system.chains[0]!.contracts.Custody!;
    const data = encodeFunctionData({abi: artifact('Custody').abi, functionName: 'setRulesHash', args: [keccak256('0x01')]});
    await expect(chains[0].client.call({account: DEPLOYER, to: address, data})).rejects.toThrow();
  });

  test('a role given to somebody else, a changed setting and a changed implementation are noticed', async () => {
    const {client} = chains[0];
    const {Custody, TimelockController, ValidatorSets} = system.chains[0]!.contracts;
    const timelock = TimelockController!.address;
    await client.request({method: 'anvil_impersonateAccount', params: [timelock]} as never);
    await client.request({method: 'anvil_setBalance', params: [timelock, toHex(parseEther('1'))]} as never);
    const snapshot = await client.request({method: 'evm_snapshot'} as never);
    const wallet = createWalletClient({account: timelock, transport: http(nodes[0].url)});
    const send = async (to: Hex, name: string, functionName: string, args: readonly unknown[]) => {
      const hash = await wallet.sendTransaction({chain: null, to, data: encodeFunctionData({abi: artifact(name).abi, functionName, args: args as unknown[]})});
      expect((await client.waitForTransactionReceipt({hash})).status).toBe('success');
    };
    await send(Custody!.address, 'Custody', 'grantRole', [keccak256(toHex('GUARDIAN')), POSTER]);
    expect((await wrongFacts(0, system, folder)).map(({what}) => what)).toEqual([`Custody ${Custody!.address} GUARDIAN_ROLE`]);

    await send(ValidatorSets!.address, 'ValidatorSets', 'grantRole', [keccak256(toHex('UNHEARD_OF')), POSTER]);
    await send(ValidatorSets!.address, 'ValidatorSets', 'upgradeToAndCall', [system.chains[0]!.contracts.ProxySeed!.address, '0x']);
    const wrong = (await wrongFacts(0, system, folder)).map(({what}) => what);
    expect(wrong).toContain(`ValidatorSets ${ValidatorSets!.address} implementation`);
    expect(wrong).toContain(`ValidatorSets ${ValidatorSets!.address} role ${keccak256(toHex('UNHEARD_OF'))}`);
    await client.request({method: 'evm_revert', params: [snapshot]} as never);
  });
});

describe('a deployment that is killed', () => {
  test('goes on where it stopped, and ends as planned', async () => {
    const system = planSystem(settings('killed'));
    const plan = system.chains[1]!;
    const records = path.join(folder, 'killed');
    const file = path.join(folder, 'killed.mts');
    // Killed by itself right after the second phase began to be sent: transactions under way, nothing confirmed.
    writeFileSync(file, `
      const {Chain} = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../chain.ts'))});
      const {execute} = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../execute.ts'))});
      const {planSystem} = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../plan.ts'))});
      const {RecordFile} = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../record.ts'))});
      const revive = (_, value) => (value?.bigint === undefined ? value : BigInt(value.bigint));
      const plan = planSystem(JSON.parse(process.env.SETTINGS, revive)).chains[1];
      class Dying extends RecordFile {
        write(record) {
          super.write(record);
          const phaseTwo = plan.steps.filter(({phase}) => phase === 1);
          if (phaseTwo.some(({id}) => record.steps[id] !== undefined)) process.kill(process.pid, 'SIGKILL');
        }
      }
      await execute({chain: new Chain(process.env.RPC), key: process.env.KEY, plan, label: 'killed', file: new Dying(${JSON.stringify(records)}, plan.chainId)});
    `);
    const text = JSON.stringify(settings('killed'), (_, value: unknown) => (typeof value === 'bigint' ? {bigint: value.toString()} : value));
    const signal = await new Promise((resolve) => {
      spawn(process.execPath, ['--import', 'tsx', file], {cwd: path.resolve(import.meta.dirname, '../../..'), env: {...process.env, RPC: nodes[1].url, KEY, SETTINGS: text}, stdio: 'inherit'})
        .on('exit', (_, by) => resolve(by));
    });
    expect(signal).toBe('SIGKILL');
    const record = new RecordFile(records, L2).read()!;
    expect(record.complete).toBe(false);
    expect(Object.keys(record.steps).length).toBeLessThan(plan.steps.length);

    await execute({chain: chains[1], key: KEY, plan, label: 'killed', file: new RecordFile(records, L2)});
    expect(await wrongFacts(1, system, records)).toEqual([]);
  });

  test('refuses to go on with another plan', async () => {
    const other = planSystem({...settings('killed'), disputeSeconds: 301}).chains[1]!;
    await expect(execute({chain: chains[1], key: KEY, plan: other, label: 'killed', file: new RecordFile(path.join(folder, 'killed'), L2)})).rejects.toThrow('records another plan');
  });
});

test('a further chain joins later: its mirror starts from a fixed set, the others are left alone', async () => {
  const FURTHER = 31_339;
  const node = await startAnvil(FURTHER);
  const chain = new Chain(node.url);
  const base = settings('rehearsal');
  const firstSet = {setId: 3, membersRoot: keccak256('0x02'), aggregateKey: `0x${'01'.repeat(96)}` as const, totalWeight: 100n, count: 4, activeFrom: 1_700_000_000n, activeUntil: 4_000_000_000n};
  const asset = base.chains[0]!.assets[0]!;
  expect(() => planSystem({...base, chains: [...base.chains, {role: 'further', chainId: FURTHER, isArbitrum: false, withdrawEvery: 1, assets: [asset]}]})).toThrow('needs firstSet');
  const system = planSystem({...base, chains: [...base.chains, {role: 'further', chainId: FURTHER, isArbitrum: false, withdrawEvery: 1, assets: [asset], firstSet}]});
  const plan = system.chains.find(({chainId}) => chainId === FURTHER)!;
  // Addresses of the first two chains do not depend on the third; the rules do, and wait for their timelocks.
  expect(system.chains[0]!.contracts).toEqual(planSystem(base).chains[0]!.contracts);
  await execute({chain, key: KEY, plan, label: base.label, file: new RecordFile(folder, FURTHER)});
  expect((await readBack(chain, plan, BigInt(new RecordFile(folder, FURTHER).read()!.startBlock))).filter(({ok}) => !ok)).toEqual([]);
  expect(await chain.client.readContract({abi: artifact('MirrorSets').abi, address: plan.contracts.MirrorSets!.address, functionName: 'latestSetId'})).toBe(3);
  await node.stop();
});

test('a local network with test tokens deploys twice on the same chains', async () => {
  const options = {
    l1: {rpc: nodes[0].url, inbox: INBOX}, l2: {rpc: nodes[1].url}, deployerKey: KEY, guardian: GUARDIAN, admin: PROPOSER, poster: POSTER,
    disputeWindow: 0n, maxAgeSeconds: 3_600, eraEpochs: 100, termSeconds: 86_400, withdrawEvery: {l1: 4, l2: 1}, beacon: EVMNET,
  };
  const [first, second] = [await deployNetwork(options), await deployNetwork(options)];
  expect(first.network.l1.registry).not.toBe(second.network.l1.registry);
  expect(first.network.rules.custodies.map(({chainId}) => chainId)).toEqual([L1, L2]);
  expect(Object.keys(first.contracts[L2]!)).toEqual(expect.arrayContaining(['EpochManager', 'Participation', 'RewardPool', 'DrandBeacon', 'Custody']));
  for (const [i, chain] of chains.entries()) {
    const {custody} = [first.network.l1, first.network.l2][i]!;
    expect(await chain.client.readContract({abi: artifact('Custody').abi, address: custody, functionName: 'hasRole', args: [`0x${'00'.repeat(32)}`, DEPLOYER]})).toBe(false);
    expect(await chain.client.readContract({abi: artifact('Custody').abi, address: custody, functionName: 'hasRole', args: [`0x${'00'.repeat(32)}`, PROPOSER]})).toBe(true);
  }
});

describe('the command line', () => {
  const run = (...args: string[]) => new Promise<{code: number | null; out: string; err: string}>((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', path.resolve(import.meta.dirname, '../main.ts'), ...args], {cwd: path.resolve(import.meta.dirname, '../../..')});
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => resolve({code, out, err}));
  });
  const example = path.resolve(import.meta.dirname, '../../deployments/settings.example.json');

  test('plans the example without a chain or a key: addresses, roles, delays', async () => {
    const {code, out} = await run('plan', '--settings', example);
    expect(code).toBe(0);
    expect(out).toContain('Chain 11155111');
    expect(out).toMatch(/TimelockController +0x/);
    expect(out).toContain('delay 16 days');
    expect(out).toContain('Custody.GUARDIAN_ROLE: 0x3333333333333333333333333333333333333333');
  });

  test('says in one sentence what is wrong, with exit code 2', async () => {
    const broken = path.join(folder, 'broken.json');
    writeFileSync(broken, '{"label": "x", "typo": 1}');
    const [help, noNode, otherNode, typo] = await Promise.all([
      run('--help'), run('deploy', '--settings', example), run('deploy', '--settings', example, '--rpc', `11155111=${nodes[0].url}`), run('plan', '--settings', broken),
    ]);
    expect(help).toMatchObject({code: 0, out: expect.stringContaining('read-back') as string});
    expect(noNode).toMatchObject({code: 2, err: expect.stringContaining('--rpc ID=URL') as string});
    expect(otherNode).toMatchObject({code: 2, err: expect.stringContaining('The node is of chain 31337') as string});
    expect(typo).toMatchObject({code: 2, err: expect.stringContaining('there is no setting "typo"') as string});
  });
});

describe('what stands in the way', () => {
  test('a chain without precompiles, of another id or kind', async () => {
    const facts = await chains[0].facts();
    expect(obstacles(facts, {chainId: L1, isArbitrum: false})).toEqual([]);
    expect(obstacles({...facts, hasBls: false}, {chainId: L1, isArbitrum: false})).toEqual([expect.stringContaining('EIP-2537')]);
    expect(obstacles(facts, {chainId: 1, isArbitrum: true})).toHaveLength(2);
  });

  test('a chain that has never heard of EIP-2537', async () => {
    const old = await startAnvil(1_001, '--hardfork', 'cancun');
    expect((await new Chain(old.url).facts()).hasBls).toBe(false);
    await old.stop();
  });

  test('settings that would weaken a promise', () => {
    const good = settings('x');
    expect(problemsOf(good)).toEqual([]);
    expect(problemsOf({...good, admin: {delaySeconds: 86_400, proposers: [], executors: []}})).toHaveLength(3);
    expect(problemsOf({...good, disputeSeconds: 0})).toHaveLength(1);
    expect(problemsOf({...good, stakeToken: 'test'})).toHaveLength(1);
    expect(problemsOf({...good, admin: DEPLOYER})).toHaveLength(1);
    expect(problemsOf({...good, chains: good.chains.slice(1)})).toHaveLength(1);
  });

  test('no address of one chain or label is one of another', () => {
    const all = ['x', 'y'].flatMap((label) => planSystem(settings(label)).chains.flatMap(({contracts}) => Object.values(contracts).map(({address}) => address)));
    expect(new Set(all).size).toBe(all.length);
  });
});
