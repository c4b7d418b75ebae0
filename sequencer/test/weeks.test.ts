/** What takes a week or more, on two real chains: absence to jail, the treasury's reserves both ways, and a depositor's way out by `pobs-exit`. */
import {balancesName, encodeProof, proofFromFiles, VoteKind} from '@pobs/protocol';
import {custodyAbi, erc20Abi, validatorRegistryAbi} from '@pobs/protocol/abi';
import {execFile} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type Address, parseAbi, parseEther, zeroAddress} from 'viem';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {artifact} from '../../contracts/script/artifacts.ts';
import {FolderVault} from '../src/adapters/vault.ts';
import {createSequencer} from '../src/app.ts';
import {command} from './command.ts';
import {Harness} from './harness.ts';

const USDC = 1_000_000n;
/** Standings of IValidatorRegistry. */
const [SEATED, JAILED] = [3, 4];
const DAY = 86_400;
const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);

let harness: Harness;

/** One epoch, approved and settled, in which one of four validators is absent. */
beforeAll(async () => {
  harness = await Harness.start();
  const voting = new AbortController();
  const votes = harness.vote(voting.signal, {kind: VoteKind.Approve, count: 3});
  const sequencer = await createSequencer({...harness.config, dutySeconds: 3_600, voteGraceMs: 1});
  try {
    await sequencer.run({signal: new AbortController().signal, epochs: 1});
  } finally {
    await sequencer.close();
    voting.abort();
    await votes;
  }
}, 180_000);

afterAll(() => harness?.stop());

const flags = () => {
  const {config, dir} = harness;
  return ['--network', path.join(dir, 'network.json'), '--rpc', `${harness.pair.l1ChainId}=${config.l1Url},${harness.pair.l2ChainId}=${config.l2Url}`, '--key-file', config.keyFile, '--log-level', 'silent'];
};

type Pass = {done: {what: string; [field: string]: unknown}[]; failed: {duty: string; reason: string}[]};

/** One pass of `pobs-operator duties`. */
async function duties(...args: string[]): Promise<Pass> {
  const {code, stdout, stderr} = await command('duties', ...flags(), '--data-dir', harness.config.dataDir, '--yes', '--json', ...args);
  if (code !== 0) throw new Error(`duties ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Pass;
}

/** Passes until one has done `what`, as the running sequencer makes them. */
async function dutiesUntil(what: string, ...args: string[]): Promise<Pass['done'][number]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const {done, failed} = await duties(...args);
    if (failed.length > 0) throw new Error(JSON.stringify(failed));
    const found = done.find((each) => each.what === what);
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
  }
}

async function until<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const validator = (address: Address) => harness.l1.readContract({address: harness.network.l1.registry, abi: validatorRegistryAbi, functionName: 'validatorOf', args: [address]});
const header = (setId: number) => harness.l1.readContract({address: harness.network.l1.registry, abi: validatorRegistryAbi, functionName: 'header', args: [setId]});

type Ran = {code: number; stdout: string; stderr: string};

/** `pobs-exit`, for the depositor, by an inclusion proof that names it. */
function exit(name: string, ...args: string[]): Promise<Ran> {
  const {dir, config, network, depositorKeyFile} = harness;
  const places = ['--network', path.join(dir, 'network.json'), '--rpc', `${network.l1.chainId}=${config.l1Url},${network.l2.chainId}=${config.l2Url}`, '--storage', config.storage];
  const bin = path.resolve(import.meta.dirname, '../../validator/bin/pobs-exit.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, name, ...places, '--key-file', depositorKeyFile, '--proof-file', path.join(dir, 'proof.json'), '--json', ...args], (error, stdout, stderr) =>
      resolve({code: error === null ? 0 : Number(error.code), stdout, stderr}));
  });
}

const custody = () => ({address: harness.network.l2.custody, abi: custodyAbi}) as const;
const ROW = ['--chain', 'L2', '--token', 'USDC'] as const;
/** The whole row of the active epoch: what was deposited, less the withdrawal sealed in it. */
const OWED = 1_000_000n - 10n;

describe('a depositor whom nobody serves', () => {
  beforeAll(async () => {
    const {summary, lines, files} = (await new FolderVault(harness.config.dataDir).load(1n))!;
    const chainId = harness.network.l2.chainId;
    const token = harness.usdc;
    const owner = {wallet: harness.depositor, blinding: `0x${'11'.repeat(32)}`} as const;
    const made = proofFromFiles({network: {salt: harness.network.salt}, summary, lines, chainId, token, balancesBytes: files.get(balancesName(chainId, token))!, owner});
    if (!made.ok) throw new Error(made.reason);
    writeFileSync(path.join(harness.dir, 'proof.json'), encodeProof(made.proof));
  });

  test('sees its row, tries without sending, and asks the custody itself', async () => {
    const status = JSON.parse((await exit('status')).stdout) as {rows: object[]};
    expect(status.rows).toMatchObject([{symbol: 'USDC', lots: {total: String(OWED + 10n), withdrawal: '10'}, can: ['forceWithdraw', 'forceExit']}]);
    const forced = () => harness.l2.readContract({...custody(), functionName: 'forcedRequest', args: [harness.usdc, harness.depositor]});
    const tried = await exit('force-withdraw', ...ROW, '--dry-run');
    expect(JSON.parse(tried.stdout)).toMatchObject({call: 'forceWithdraw', dryRun: true, lots: String(OWED)});
    expect((await forced())[1]).toBe(false);
    expect(await exit('force-withdraw', ...ROW, '--yes')).toMatchObject({code: 0});
    expect((await forced())[1]).toBe(true);
  });

  test('is told in one sentence what cannot be done yet', async () => {
    for (const [name, args, reason] of [
      ['freeze', ROW, /may be answered until 20\d\d-/], ['escape', ROW, /is not frozen/],
    ] as const) {
      const {code, stderr} = await exit(name, ...args, '--yes');
      expect([name, code, stderr.trim().split('\n').length]).toEqual([name, 4, 1]);
      expect(stderr).toMatch(reason);
    }
  });
});

describe('absence', () => {
  test('who misses a term is jailed on L1, sits in no later set, and comes back by unjail', async () => {
    const {network, validators} = harness;
    const [, , , absent] = validators;
    const {activeUntil} = await header(1);
    await passTo(activeUntil + BigInt(2 * network.rules.maxAgeSeconds) + 200n);
    expect(await dutiesUntil('reported absences')).toMatchObject({setId: 1, validators: [absent!.account.address]});
    expect((await validator(absent!.account.address)).status).toBe(SEATED);

    const executed = await dutiesUntil('executed on L1: a report of absences');
    expect(executed.position).toBe('0');
    expect((await validator(absent!.account.address)).status).toBe(JAILED);
    for (const {account} of validators.slice(0, 3)) expect((await validator(account.address)).status).toBe(SEATED);
    // Executed once, it is pending no more.
    expect((await duties()).done).toEqual([]);

    expect((await command('term', 'fix', ...flags(), '--yes')).code).toBe(0);
    expect(await header(2)).toMatchObject({setId: 2, count: 3});

    await unjail(absent!);
    expect((await validator(absent!.account.address)).status).toBe(SEATED);
    await passTo((await header(2)).activeUntil - BigInt(DAY / 2));
    expect((await command('term', 'fix', ...flags(), '--yes')).code).toBe(0);
    expect(await header(3)).toMatchObject({setId: 3, count: 4});
  });
});

async function unjail({account}: {account: {address: Address}}): Promise<void> {
  const call = {address: harness.network.l1.registry, abi: validatorRegistryAbi, functionName: 'unjail', args: [account.address], chain: null} as const;
  const hash = await harness.l1.writeContract({...call, account: account as never});
  await harness.l1.waitForTransactionReceipt({hash});
}

/** Moves both chains to a time. */
async function passTo(time: bigint): Promise<void> {
  const {timestamp} = await harness.l1.getBlock();
  if (timestamp < time) await harness.pair.control.passTime(Number(time - timestamp));
}

test('a week later the depositor freezes the custody and takes its whole row, the engine off', async () => {
  harness.engine.close();
  const before = await harness.balance();
  expect(await exit('freeze', ...ROW, '--yes')).toMatchObject({code: 0});
  expect(await harness.l2.readContract({...custody(), functionName: 'frozen'})).toBe(true);
  expect(await exit('escape', ...ROW, '--yes')).toMatchObject({code: 0});
  expect((await harness.balance()) - before).toBe(OWED);
});

describe('the treasury', () => {
  const reserve = (side: 'l1' | 'l2') => harness.network[side].reserve!;
  const usdcOf = (side: 'l1' | 'l2') => harness[side].readContract({
    address: side === 'l1' ? harness.l1Usdc : harness.usdc, abi: erc20Abi, functionName: 'balanceOf', args: [reserve(side)],
  });

  /** Limits as an operator writes them. */
  function treasuryFile(limits: {l1: [bigint, bigint]; l2: [bigint, bigint]; token?: 'eth'}): string[] {
    const ends = Object.fromEntries((['l1', 'l2'] as const).map((side) => [side, {floor: String(limits[side][0]), target: String(limits[side][1])}]));
    const tokens = limits.token === 'eth' ? {symbol: 'ETH', l1Token: zeroAddress, l2Token: zeroAddress} : {symbol: 'USDC', l1Token: harness.l1Usdc, l2Token: harness.usdc};
    const file = path.join(harness.dir, 'treasury.json');
    writeFileSync(file, JSON.stringify([{...tokens, ...ends, transferMin: '1', transferMax: parseEther('1000').toString()}]));
    return ['--treasury-file', file];
  }

  test('tokens fill the end on L2 through the gateways, and come back through the outbox', async () => {
    const minted = await harness.minter.writeContract({address: harness.l1Usdc, abi: mintAbi, functionName: 'mint', args: [reserve('l1'), 1_000n * USDC], chain: null});
    await harness.minter.waitForTransactionReceipt({hash: minted});

    const toL2 = treasuryFile({l1: [0n, 400n * USDC], l2: [500n * USDC, 550n * USDC]});
    expect(await dutiesUntil('sent reserves to L2', ...toL2)).toMatchObject({symbol: 'USDC', amount: String(550n * USDC)});
    expect(await usdcOf('l1')).toBe(450n * USDC);
    await until('the tokens on L2', async () => ((await usdcOf('l2')) === 550n * USDC ? true : undefined));
    // Within its limits nothing moves.
    expect((await duties(...toL2)).done).toEqual([]);

    const toL1 = treasuryFile({l1: [800n * USDC, 900n * USDC], l2: [0n, 100n * USDC]});
    expect(await dutiesUntil('sent reserves to L1', ...toL1)).toMatchObject({symbol: 'USDC', amount: String(450n * USDC)});
    expect(await usdcOf('l2')).toBe(100n * USDC);
    await dutiesUntil('executed on L1: reserves of the treasury');
    expect(await usdcOf('l1')).toBe(900n * USDC);
  });

  test('ether goes both ways as well', async () => {
    const paid = await harness.minter.sendTransaction({to: reserve('l1'), value: parseEther('10'), chain: null});
    await harness.minter.waitForTransactionReceipt({hash: paid});
    const etherOf = (side: 'l1' | 'l2') => harness[side].getBalance({address: reserve(side)});
    const before = await etherOf('l2');
    const toL2 = treasuryFile({token: 'eth', l1: [0n, parseEther('6')], l2: [parseEther('2'), parseEther('3')]});
    const sent = BigInt((await dutiesUntil('sent reserves to L2', ...toL2)).amount as string);
    expect(sent).toBe(parseEther('3') - before);
    expect(await etherOf('l1')).toBe(parseEther('10') - sent);
    await until('the ether on L2', async () => ((await etherOf('l2')) >= parseEther('3') ? true : undefined));
    const toL1 = treasuryFile({token: 'eth', l1: [parseEther('8'), parseEther('8')], l2: [0n, parseEther('1')]});
    await dutiesUntil('sent reserves to L1', ...toL1);
    await dutiesUntil('executed on L1: reserves of the treasury');
    expect(await etherOf('l1')).toBe(parseEther('8'));
  });

  test('a token that the gateways would turn into another than the custody lists is not sent', async () => {
    // As with Circle's native USDC on Arbitrum One: the gateways bring another token there.
    const {abi, bytecode} = artifact('TestToken');
    const created = await harness.minterOnL2.deployContract({abi, bytecode, args: ['Native USD Coin', 'USDC', 6], chain: null});
    const {contractAddress: native} = await harness.minterOnL2.waitForTransactionReceipt({hash: created});
    const [rule] = JSON.parse(readFileSync(treasuryFile({l1: [0n, 0n], l2: [800n * USDC, 900n * USDC]})[1]!, 'utf8')) as [Record<string, unknown>];
    const file = path.join(harness.dir, 'wrong.json');
    writeFileSync(file, JSON.stringify([{...rule, l2Token: native}]));
    const {done, failed} = await duties('--treasury-file', file);
    expect(done).toEqual([]);
    expect(failed).toMatchObject([{duty: 'treasury', reason: expect.stringContaining('correct the treasury file') as string}]);
    expect(await usdcOf('l1')).toBe(900n * USDC);
  });

  test.each([
    ['no list', '{}', 'wrong at'], ['a floor above its target', undefined, 'the floor is above the target'],
  ])('limits that make no sense are refused: %s', async (_, text, reason) => {
    const file = text === undefined ? treasuryFile({l1: [5n, 4n], l2: [0n, 0n]})[1]! : path.join(harness.dir, 'limits.json');
    if (text !== undefined) writeFileSync(file, text);
    const {code, stderr} = await command('duties', ...flags(), '--data-dir', harness.config.dataDir, '--yes', '--treasury-file', file);
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});
