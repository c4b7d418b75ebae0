/** A real pair of chains with the real contracts, real storage and a mapping server for the validator's tests. */
import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {createServer, type Server} from 'node:http';
import {createRequire} from 'node:module';
import {type AddressInfo, createServer as createTcpServer} from 'node:net';
import path from 'node:path';
import {mkdirSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import type {Network} from '@pobs/protocol';
import {validatorSetsAbi, validatorRegistryAbi} from '@pobs/protocol/abi';
import {type Address, createTestClient, type Hex, http, parseAbi, parseEther, publicActions, walletActions, zeroAddress} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {aliasOf, deployNetwork} from '../../contracts/script/deploy.ts';
import {startStorage, type Storage} from '../../sequencer/devnet/index.ts';
import {inProcess, type Ran} from '../../test/support/in-process.ts';
import {main} from '../src/cli/main.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const ROOT = path.resolve(import.meta.dirname, '../..');
const BIN = path.join(ROOT, 'validator/bin/pobs-validator.mjs');
export const account = (index: number) => mnemonicToAccount(MNEMONIC, {addressIndex: index});
const keyOf = (index: number): Hex => `0x${Buffer.from(account(index).getHdKey().privateKey!).toString('hex')}`;
export const [deployer, alice, bob, carol] = [account(0), account(1), account(2), account(3)] as const;
export const tokenAbi = parseAbi(['function transfer(address to, uint256 value) returns (bool)', 'function mint(address to, uint256 amount)']);
export const STAKE = parseEther('100');

const clientOf = (url: string) => createTestClient({mode: 'anvil', transport: http(url), pollingInterval: 20, cacheTime: 0}).extend(publicActions).extend(walletActions);
export type Node = {url: string; chainId: number; client: ReturnType<typeof clientOf>; stop: () => Promise<void>};

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createTcpServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const {port} = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export async function until<T>(what: string, read: () => Promise<T | undefined>, timeoutMs = 120_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const wrapper = path.dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));
  const manifest = createRequire(path.join(wrapper, 'package.json')).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/package.json`);
  return path.join(path.dirname(manifest), 'bin', 'anvil');
}

async function startNode(chainId: number): Promise<Node> {
  const port = await freePort();
  const child = spawn(anvilBinary(), ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId), '--slots-in-an-epoch', '1', '--quiet', '--gas-limit', '1000000000'], {stdio: 'ignore'});
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const client = clientOf(url);
  await until(`anvil ${chainId}`, async () => client.getChainId().then((id) => (id === chainId ? true : undefined), () => undefined));
  return {url, chainId, client, stop: async () => {
    child.kill('SIGKILL');
    await exited;
  }};
}

/** Serves `/mapping/<epoch>` from memory. */
export class MappingFiles {
  readonly files = new Map<string, Uint8Array>();
  readonly #server: Server;
  url = '';

  private constructor() {
    this.#server = createServer((request, response) => {
      const bytes = this.files.get(request.url ?? '');
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
    });
  }

  static async start(): Promise<MappingFiles> {
    const files = new MappingFiles();
    await new Promise<void>((resolve) => files.#server.listen(0, '127.0.0.1', resolve));
    files.url = `http://127.0.0.1:${(files.#server.address() as AddressInfo).port}`;
    return files;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** The program as its users start it. */
export function startCli(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], {cwd: ROOT}, (error, stdout, stderr) => resolve({code: error === null ? 0 : Number(error.code), stdout, stderr}));
  });
}

export const runCli = inProcess(main);

/** A running `pobs-validator run` and the JSON lines it prints. */
export class Running {
  readonly lines: Record<string, unknown>[] = [];
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  stderr = '';

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [BIN, 'run', ...args], {cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe']});
    this.exited = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    createInterface({input: this.#child.stdout!}).on('line', (line) => this.lines.push(JSON.parse(line) as Record<string, unknown>));
  }

  line(match: (line: Record<string, unknown>) => boolean, what: string): Promise<Record<string, unknown>> {
    return until(what, async () => {
      if (this.#child.exitCode !== null) throw new Error(`${what}: the validator ended with ${this.#child.exitCode}: ${this.stderr.slice(-800)}`);
      return this.lines.find(match);
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }
}

export type World = {
  l1: Node; l2: Node; network: Network; networkFile: string; stakeToken: Address; tokens: {l1Usdc: Address; l2Usdc: Address};
  storage: Storage; mappings: MappingFiles; dir: string; flags: (validator: number) => string[]; stop: () => Promise<void>;
};

export async function startWorld(dir: string): Promise<World> {
  const [l1, l2, storage, mappings] = await Promise.all([startNode(31_337), startNode(412_346), startStorage({dir: path.join(dir, 'storage')}), MappingFiles.start()]);
  const {network, stakeToken, tokens} = await deployNetwork({
    l1: {rpc: l1.url, inbox: '0x000000000000000000000000000000000000dEaD'}, l2: {rpc: l2.url}, deployerKey: keyOf(0), guardian: deployer.address,
    admin: deployer.address, poster: deployer.address, disputeWindow: 0n, maxAgeSeconds: 3_600, eraEpochs: 100, termSeconds: 86_400, withdrawEvery: {l1: 1, l2: 1},
  });
  const networkFile = path.join(dir, 'network.json');
  mkdirSync(dir, {recursive: true});
  writeFileSync(networkFile, JSON.stringify(network));
  const passwordFile = path.join(dir, 'password');
  writeFileSync(passwordFile, 'correct horse\n', {mode: 0o600});
  const flags = (validator: number) => [
    '--network', networkFile, '--rpc', `31337=${l1.url},412346=${l2.url}`, '--storage', `ipfs=${storage.url}`, '--mapping-url', mappings.url,
    '--data-dir', path.join(dir, `validator-${validator}`), '--password-file', passwordFile, '--storage-grace-seconds', '1',
  ];
  return {l1, l2, network, networkFile, stakeToken, tokens, storage, mappings, dir, flags, stop: async () => {
    await Promise.all([l1.stop(), l2.stop(), storage.stop(), mappings.stop()]);
  }};
}

export async function pushDeposit({client}: Node, {from, custody, token, amount}: {from: ReturnType<typeof account>; custody: Address; token: Address; amount: bigint}): Promise<void> {
  const hash = token === zeroAddress
    ? await client.sendTransaction({account: from, to: custody, value: amount, chain: null})
    : await client.writeContract({account: from, address: token, abi: tokenAbi, functionName: 'transfer', args: [custody, amount], chain: null});
  await client.waitForTransactionReceipt({hash});
}

export async function fund({client}: Node, to: Address, {token, amount}: {token?: Address; amount: bigint}): Promise<void> {
  const hash = token === undefined
    ? await client.sendTransaction({account: deployer, to, value: amount, chain: null})
    : await client.writeContract({account: deployer, address: token, abi: tokenAbi, functionName: 'mint', args: [to, amount], chain: null});
  await client.waitForTransactionReceipt({hash});
}

/** Fixes the next term on L1 and hands it to L2 as the bridge would. */
export async function fixTerm({l1, l2, network}: World): Promise<void> {
  const hash = await l1.client.writeContract({account: deployer, address: network.l1.registry, abi: validatorRegistryAbi, functionName: 'fixTerm', chain: null});
  await l1.client.waitForTransactionReceipt({hash});
  const setId = await l1.client.readContract({address: network.l1.registry, abi: validatorRegistryAbi, functionName: 'latestSetId'});
  const header = await l1.client.readContract({address: network.l1.registry, abi: validatorRegistryAbi, functionName: 'header', args: [setId]});
  const alias = aliasOf(network.l1.registry);
  await l2.client.impersonateAccount({address: alias});
  await l2.client.setBalance({address: alias, value: parseEther('1')});
  const accepted = await l2.client.writeContract({account: alias, address: network.l2.sets, abi: validatorSetsAbi, functionName: 'accept', args: [header], chain: null});
  await l2.client.waitForTransactionReceipt({hash: accepted});
}
