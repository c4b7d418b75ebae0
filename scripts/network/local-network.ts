/**
 * The whole system on one machine: two chains, contracts, PostgreSQL, storage, engine, sequencer, four validators,
 * graph-node and the web app, each a process of its own. Start order waits on readiness.
 */
import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {promisify} from 'node:util';
import type {Network} from '@pobs/protocol';
import {type Address, createPublicClient, createWalletClient, type Hex, http, parseAbi, parseEther, publicActions} from 'viem';
import {deployNetwork} from '../../contracts/script/deploy.ts';
import {joinTokens} from '../../sequencer/devnet/join-tokens.ts';
import {actor, keyOf} from './accounts.ts';
import type {Ports} from './ports.ts';
import {Service, ServiceError, type ServiceOptions} from './service.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const VALIDATORS = 4;
const STAKE_WEI = parseEther('100');
const GAS_WEI = parseEther('10');
/** USDC base units the operator holds to pay prizes from, and pays into each term. */
const OPERATOR_REWARDS = 1_000_000_000_000n;
export const REWARDS_PER_TERM = 320_000_000n;
const GRAPH_NODE = path.join(ROOT, 'node_modules/@graphprotocol/gnd-linux-x64/bin/gnd');
const run = promisify(execFile);

const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);

export type LocalNetworkOptions = {
  stateDir: string;
  ports: Ports;
  l1BlockSeconds: number;
  l2BlockSeconds: number;
  withdrawEvery: {l1: number; l2: number};
  maxAgeSeconds: number;
  termSeconds: number;
  /** Between a validator's looks at audit roots and prizes. */
  rewardSeconds: number;
  /** One line per thing that happens. */
  say: (line: string) => void;
};

type Pair = {
  l1Rpc: string; l2Rpc: string; storageUrl: string; controlUrl: string; inbox: Address; bridge: Address; rollup: Address;
  /** Simulated token bridge. */
  l1Router: Address; l1Gateway: Address; l2Router: Address;
  /** Simulated, of drand's scheme: what it is constructed with, and where it serves rounds. */
  beacon: {groupKey: Hex; genesis: number; periodSeconds: number}; beaconUrl: string;
};
type Deployed = {network: Network; stakeToken: Address; tokens: {l1Usdc: Address; l2Usdc: Address}};

export class LocalNetwork {
  readonly options: LocalNetworkOptions;
  readonly services = new Map<string, Service>();
  /** Validators hold the auditor key, and so judge the log's records too. */
  validatorsAudit = false;
  #ending = false;
  pair!: Pair;
  deployed!: Deployed;
  databaseUrl!: string;
  graphDatabaseUrl!: string;

  constructor(options: LocalNetworkOptions) {
    this.options = options;
    mkdirSync(options.stateDir, {recursive: true});
  }

  get network(): Network {
    return this.deployed.network;
  }

  get engineUrl(): string {
    return `http://127.0.0.1:${this.options.ports.engine}`;
  }

  get mappingUrl(): string {
    return `http://127.0.0.1:${this.options.ports.sequencer}`;
  }

  get rpcFlag(): string {
    return `31337=${this.pair.l1Rpc},412346=${this.pair.l2Rpc}`;
  }

  get storageFlag(): string {
    return `ipfs=${this.pair.storageUrl},arweave=${this.pair.storageUrl}`;
  }

  subgraphUrl(chain: 'l1' | 'l2'): string {
    return `http://127.0.0.1:${this.options.ports.graph}/subgraphs/name/pobs-${chain}`;
  }

  dir(...parts: string[]): string {
    return path.join(this.options.stateDir, ...parts);
  }

  get networkFile(): string {
    return this.dir('network.json');
  }

  async start(name: string, options: Omit<ServiceOptions, 'name' | 'logDir'>): Promise<Record<string, unknown>> {
    const started = performance.now();
    if (this.#ending) throw new ServiceError(`${name} is not started: the network is ending`);
    const service = new Service({name, logDir: this.dir('logs'), cwd: ROOT, ...options});
    // Known from its first moment, so that whoever ends the network ends it too.
    this.services.set(name, service);
    const ready = await service.ready();
    this.options.say(`✓ ${name} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
    return ready;
  }

  /** One of our own programs, through its command line. */
  startOwn(name: string, script: string, args: readonly string[], env: Record<string, string> = {}): Promise<Record<string, unknown>> {
    return this.start(name, {command: process.execPath, args: ['--import', 'tsx', script, ...args], env});
  }

  async startPair(): Promise<void> {
    const {ports, l1BlockSeconds, l2BlockSeconds} = this.options;
    const ready = await this.startOwn('chains', 'sequencer/devnet/host.ts', [
      '--l1-port', String(ports.l1), '--l2-port', String(ports.l2), '--l2-private-port', String(ports['l2-private']),
      '--storage-port', String(ports.storage), '--control-port', String(ports.control), '--beacon-port', String(ports.beacon), '--state-dir', this.dir('chains'),
      '--l1-block-seconds', String(l1BlockSeconds), '--l2-block-seconds', String(l2BlockSeconds),
    ]);
    this.pair = {...(ready as Omit<Pair, 'controlUrl'>), controlUrl: `http://127.0.0.1:${ports.control}`};
  }

  async startDatabase(): Promise<void> {
    const external = process.env.DATABASE_URL;
    if (external) {
      this.databaseUrl = external;
      this.graphDatabaseUrl = external;
      return;
    }
    const ready = await this.startOwn('postgres', 'scripts/network/postgres.ts', ['--data-dir', this.dir('postgres'), '--port', String(this.options.ports.postgres)]);
    this.databaseUrl = ready.url as string;
    this.graphDatabaseUrl = ready.graphUrl as string;
  }

  /** Deploys once; afterwards checks that the contracts are on these chains. @throws {ServiceError} when they are not. */
  async deploy(): Promise<void> {
    const file = this.dir('deployed.json');
    if (existsSync(file)) {
      this.deployed = JSON.parse(readFileSync(file, 'utf8')) as Deployed;
      const client = createPublicClient({transport: http(this.pair.l1Rpc)});
      const code = await client.getCode({address: this.network.l1.registry});
      if (!code) throw new ServiceError('The chains are not the ones of this state folder (no registry where it was deployed): run with --fresh to start over.');
      return;
    }
    const {withdrawEvery, maxAgeSeconds, termSeconds} = this.options;
    const {stakeToken, network, tokens, auditorIdentity} = await deployNetwork({
      l1: {rpc: this.pair.l1Rpc, inbox: this.pair.inbox},
      l2: {rpc: this.pair.l2Rpc},
      deployerKey: keyOf('deployer'),
      admin: actor('deployer').address,
      guardian: actor('guardian').address,
      poster: actor('poster').address,
      disputeWindow: 0n,
      maxAgeSeconds,
      eraEpochs: 5_760,
      termSeconds,
      withdrawEvery,
      bootstrapValidators: VALIDATORS,
      beacon: this.pair.beacon,
      bridge: this.pair.bridge,
      treasury: {operator: actor('poster').address, l1Router: this.pair.l1Router, l2Router: this.pair.l2Router},
      // A ticket's chance is weight by cap: here every ticket of an honest validator is paid.
      weightCap: STAKE_WEI,
    });
    if (auditorIdentity !== undefined) this.secret('auditor', () => auditorIdentity);
    this.deployed = {network, stakeToken, tokens};
    await joinTokens(this.pair, {account: actor('deployer'), l1Token: tokens.l1Usdc, l2Token: tokens.l2Usdc});
    await this.#mint({rpc: this.pair.l2Rpc, token: tokens.l2Usdc, to: actor('poster').address, amount: OPERATOR_REWARDS});
    writeFileSync(this.networkFile, JSON.stringify(network, null, 2));
    writeFileSync(`${file}.tmp`, JSON.stringify(this.deployed, null, 2));
    renameSync(`${file}.tmp`, file);
    this.options.say('✓ contracts deployed on both chains');
  }

  /** Secrets of the local operator, made once, mode 0600. */
  secret(name: string, make: () => string): string {
    const file = this.dir('keys', name);
    mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
    if (!existsSync(file)) writeFileSync(file, make(), {mode: 0o600});
    return file;
  }

  operatorTokenFile(): string {
    return this.secret('operator-token', () => randomBytes(32).toString('hex'));
  }

  operatorToken(): string {
    return readFileSync(this.operatorTokenFile(), 'utf8').trim();
  }

  validatorDir(index: number): string {
    return this.dir('validators', String(index));
  }

  validatorFlags(index: number): string[] {
    return [
      '--network', this.networkFile, '--rpc', this.rpcFlag, '--storage', this.storageFlag, '--mapping-url', this.mappingUrl,
      '--data-dir', this.validatorDir(index), '--password-file', this.secret(`validator-${index}-password`, () => randomBytes(18).toString('hex')),
    ];
  }

  /** The auditor's identity, made at deployment. */
  auditorFlags(): string[] {
    return ['--auditor-key-file', this.dir('keys', 'auditor')];
  }

  async validatorCli(index: number, ...args: string[]): Promise<string> {
    const {stdout} = await run(process.execPath, ['validator/bin/pobs-validator.mjs', ...args, ...this.validatorFlags(index)], {cwd: ROOT, maxBuffer: 64 * 1024 ** 2});
    return stdout;
  }

  /** Keys, stake and registration of every validator, through its own command line. */
  async registerValidators(): Promise<void> {
    if (existsSync(this.dir('validators', 'registered'))) return;
    const indices = Array.from({length: VALIDATORS}, (_, i) => i + 1);
    const made = await Promise.all(indices.map((index) => this.validatorCli(index, 'init', '--non-interactive', '--json')));
    // One after another: they share the deployer's nonces.
    for (const output of made) await this.#fundValidator((JSON.parse(output) as {address: Address}).address);
    await Promise.all(indices.map((index) => this.validatorCli(index, 'stake', 'deposit', '--amount', STAKE_WEI.toString(), '--yes')));
    writeFileSync(this.dir('validators', 'registered'), '');
    this.options.say(`✓ ${VALIDATORS} validators registered with stake`);
  }

  async #fundValidator(address: Address): Promise<void> {
    const account = actor('deployer');
    for (const rpc of [this.pair.l1Rpc, this.pair.l2Rpc]) {
      const wallet = createWalletClient({account, transport: http(rpc)}).extend(publicActions);
      const hash = await wallet.sendTransaction({to: address, value: GAS_WEI, chain: null});
      await wallet.waitForTransactionReceipt({hash, pollingInterval: 100});
    }
    await this.#mint({rpc: this.pair.l1Rpc, token: this.deployed.stakeToken, to: address, amount: STAKE_WEI});
  }

  /** Test tokens: anybody may make them. */
  async #mint({rpc, token, to, amount}: {rpc: string; token: Address; to: Address; amount: bigint}): Promise<void> {
    const wallet = createWalletClient({account: actor('deployer'), transport: http(rpc)}).extend(publicActions);
    const hash = await wallet.writeContract({address: token, abi: mintAbi, functionName: 'mint', args: [to, amount], chain: null});
    await wallet.waitForTransactionReceipt({hash, pollingInterval: 100});
  }

  async startEngine(): Promise<void> {
    await this.start('engine', {command: process.execPath, args: [
      'engine/bin/pobs-engine.mjs', 'run', '--network', this.networkFile, '--rpc', this.rpcFlag, '--database-url', this.databaseUrl,
      '--data-dir', this.dir('engine'), '--port', String(this.options.ports.engine), '--operator-token-file', this.operatorTokenFile(),
      '--storage', this.storageFlag, '--parent-pipe',
    ]});
  }

  operatorFlags(): string[] {
    return [
      '--network', this.networkFile, '--rpc', this.rpcFlag, '--database-url', this.databaseUrl, '--data-dir', this.dir('sequencer'),
      '--engine-url', this.engineUrl, '--operator-token-file', this.operatorTokenFile(), '--storage', this.storageFlag,
      '--key-file', this.secret('poster.key', () => keyOf('poster')), '--port', String(this.options.ports.sequencer),
      '--beacon-url', this.pair.beaconUrl, '--rewards-per-term', REWARDS_PER_TERM.toString(),
    ];
  }

  /** A short run of the operator's command line. */
  async operatorCli(...args: string[]): Promise<string> {
    const {stdout} = await run(process.execPath, ['sequencer/bin/pobs-operator.mjs', ...args, ...this.operatorFlags()], {cwd: ROOT, maxBuffer: 64 * 1024 ** 2});
    return stdout;
  }

  /** The sequencer; `args` are flags of `epoch run`. */
  async startSequencer(...args: string[]): Promise<Service> {
    await this.start('sequencer', {command: process.execPath, args: ['sequencer/bin/pobs-operator.mjs', 'epoch', 'run', ...this.operatorFlags(), ...args, '--parent-pipe']});
    return this.services.get('sequencer')!;
  }

  async startValidator(index: number): Promise<void> {
    await this.start(`validator-${index}`, {command: process.execPath, args: [
      'validator/bin/pobs-validator.mjs', 'run', ...this.validatorFlags(index), ...(this.validatorsAudit ? this.auditorFlags() : []), '--health-port',
      String(this.options.ports[`validator-${index}` as keyof Ports]), '--reward-interval-seconds', String(this.options.rewardSeconds), '--parent-pipe',
    ]});
  }

  /** graph-node with the subgraphs of both chains; says so where npm carries no binary for this platform. */
  async startGraph(): Promise<boolean> {
    if (!existsSync(GRAPH_NODE)) {
      this.options.say('– graph-node: npm carries no binary for this platform; subgraphs are skipped');
      return false;
    }
    const {ports} = this.options;
    await this.start('graph-node', {command: process.execPath, args: [
      'subgraph/run-gnd.mjs', '--network', this.networkFile, '--rpc', this.rpcFlag, '--database-url', this.graphDatabaseUrl,
      '--ipfs', this.pair.storageUrl, '--http-port', String(ports.graph), '--admin-port', String(ports['graph-admin']),
      '--index-port', String(ports['graph-index']), '--ws-port', String(ports['graph-ws']), '--metrics-port', String(ports['graph-metrics']),
      '--work-dir', this.dir('graph'),
    ], readyTimeoutMs: 180_000});
    return true;
  }

  async startWeb(): Promise<void> {
    const url = `http://127.0.0.1:${this.options.ports.web}`;
    await this.start('web', {
      command: process.execPath,
      args: [path.join(ROOT, 'scripts/network/guard.mjs'), process.execPath, path.join(ROOT, 'node_modules/next/dist/bin/next'), 'start', path.join(ROOT, 'web'), '-H', '127.0.0.1', '-p', String(this.options.ports.web)],
      env: {
        NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', POBS_GRAPHQL_URL: `${this.engineUrl}/graphql`, POBS_ENGINE_URL: this.engineUrl,
        POBS_NETWORK: this.networkFile, POBS_RPC: this.rpcFlag, POBS_STORAGE: this.storageFlag, POBS_SUBGRAPH_L1_URL: this.subgraphUrl('l1'), POBS_SUBGRAPH_L2_URL: this.subgraphUrl('l2'),
      },
      probe: async () => (await fetch(`${url}/verify`, {signal: AbortSignal.timeout(2_000)})).ok,
    });
  }

  async stop(name: string): Promise<void> {
    await this.services.get(name)?.stop();
    this.services.delete(name);
  }

  /** Ends everything, dependants first. */
  async stopAll(): Promise<void> {
    this.#ending = true;
    const names = [...this.services.keys()].toReversed();
    const isBase = (name: string) => name === 'postgres' || name === 'chains';
    await Promise.all(names.filter((name) => !isBase(name)).map((name) => this.stop(name)));
    await Promise.all(names.filter(isBase).map((name) => this.stop(name)));
  }
}

