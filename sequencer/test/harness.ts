/** Two real chains with all contracts, PostgreSQL, storage, four voting keys and a small engine, for the pipeline's tests. */
import {encryptionKeyOf, type Member, membersTree, type Network, publicKeyOf, signPossession, signVote, voteDigest, VoteKind} from '@pobs/protocol';
import {custodyAbi, epochManagerAbi, erc20Abi, validatorRegistryAbi} from '@pobs/protocol/abi';
import {loadSet, chainClient} from '@pobs/protocol/chain';
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type Address, createWalletClient, type Hex, http, parseAbi, publicActions, type PublicClient, toHex} from 'viem';
import {mnemonicToAccount, type PrivateKeyAccount, privateKeyToAccount} from 'viem/accounts';
import {deployNetwork} from '../../contracts/script/deploy.ts';
import {joinTokens, type Pair, startPair} from '../devnet/index.ts';
import {startStorage, type Storage} from '../devnet/storage/start-storage.ts';
import {type SequencerConfig} from '../src/config.ts';
import {BooksEngine} from './books.ts';
import {startDatabase, type TestDatabase} from './postgres.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const tokenAbi = parseAbi(['function mint(address to, uint256 amount)', 'function transfer(address to, uint256 amount) returns (bool)', 'function approve(address spender, uint256 amount) returns (bool)']);
const STAKE = 100n * 10n ** 18n;
const TOKEN = 'a'.repeat(64);

const keyOf = (index: number): Hex => toHex(mnemonicToAccount(MNEMONIC, {addressIndex: index}).getHdKey().privateKey!);
const client = (rpc: string, key: Hex) => createWalletClient({account: privateKeyToAccount(key), transport: http(rpc), pollingInterval: 50}).extend(publicActions);

export type TestValidator = {account: PrivateKeyAccount; key: Hex; secret: Hex; index: number; identity: string};

export class Harness {
  readonly dir: string;
  readonly pair: Pair;
  readonly network: Network;
  /** On L2. */
  readonly usdc: Address;
  readonly l1Usdc: Address;
  readonly depositor: Address;
  readonly engine: BooksEngine;
  readonly validators: TestValidator[];
  readonly config: SequencerConfig;
  readonly #storage: Storage;
  readonly #database: TestDatabase;

  private constructor(parts: {
    dir: string; pair: Pair; network: Network; usdc: Address; l1Usdc: Address; depositor: Address; engine: BooksEngine; validators: TestValidator[];
    config: SequencerConfig; storage: Storage; database: TestDatabase;
  }) {
    ({dir: this.dir, pair: this.pair, network: this.network, usdc: this.usdc, l1Usdc: this.l1Usdc, depositor: this.depositor, engine: this.engine,
      validators: this.validators, config: this.config, storage: this.#storage, database: this.#database} = parts);
  }

  static async start({withdrawalLots = 10n, depositedLots = 1_000_000n, maxAgeSeconds = 600}: {withdrawalLots?: bigint; depositedLots?: bigint; maxAgeSeconds?: number} = {}): Promise<Harness> {
    const dir = mkdtempSync(path.join(tmpdir(), 'pobs-sequencer-'));
    const [pair, storage, database] = await Promise.all([
      startPair({l1BlockSeconds: 1, l2BlockSeconds: 1, automine: true, relayPollMs: 50}), startStorage({dir: path.join(dir, 'storage')}), startDatabase(path.join(dir, 'postgres')),
    ]);
    const {network, stakeToken, tokens} = await deployNetwork({
      l1: {rpc: pair.l1Rpc, inbox: pair.inbox}, l2: {rpc: pair.l2Rpc}, deployerKey: keyOf(0), admin: privateKeyToAccount(keyOf(0)).address,
      guardian: privateKeyToAccount(keyOf(2)).address, poster: privateKeyToAccount(keyOf(1)).address, disputeWindow: 0n, maxAgeSeconds,
      eraEpochs: 5_760, termSeconds: 7 * 86_400, withdrawEvery: {l1: 4, l2: 1}, bridge: pair.bridge,
      treasury: {operator: privateKeyToAccount(keyOf(1)).address, l1Router: pair.l1Router, l2Router: pair.l2Router},
    });
    await joinTokens(pair, {account: privateKeyToAccount(keyOf(0)), l1Token: tokens.l1Usdc, l2Token: tokens.l2Usdc});
    const validators = await register(pair, network, stakeToken);
    const depositor = privateKeyToAccount(keyOf(7)).address;
    await push(pair, {token: tokens.l2Usdc, custody: network.l2.custody, amount: depositedLots, from: keyOf(7)});
    const engine = new BooksEngine({
      network, token: TOKEN, depositor: {wallet: depositor, token: tokens.l2Usdc, depositedLots, withdrawalLots},
      chains: {l1: client(pair.l1Rpc, keyOf(7)) as unknown as PublicClient, l2: client(pair.l2Rpc, keyOf(7)) as unknown as PublicClient},
    });
    const config = configFor({dir, pair, network, storageUrl: storage.url, databaseUrl: database.url, engineUrl: await engine.listen()});
    return new Harness({dir, pair, network, usdc: tokens.l2Usdc, l1Usdc: tokens.l1Usdc, depositor, engine, validators, config, storage, database});
  }

  get guardianKeyFile(): string {
    const file = path.join(this.dir, 'guardian.key');
    writeFileSync(file, keyOf(2));
    return file;
  }

  /** Key of the wallet whose row every epoch has. */
  get depositorKeyFile(): string {
    const file = path.join(this.dir, 'depositor.key');
    writeFileSync(file, keyOf(7), {mode: 0o600});
    return file;
  }

  async stop(): Promise<void> {
    this.engine.close();
    await Promise.all([this.pair.stop(), this.#storage.stop(), this.#database.stop()]);
    rmSync(this.dir, {recursive: true, force: true});
  }

  get l2() {
    return client(this.pair.l2Rpc, keyOf(6));
  }

  /** Holds ether on L1 and may mint test tokens there. */
  get minter() {
    return client(this.pair.l1Rpc, keyOf(0));
  }

  get minterOnL2() {
    return client(this.pair.l2Rpc, keyOf(0));
  }

  get l1() {
    return client(this.pair.l1Rpc, keyOf(6));
  }

  balance(): Promise<bigint> {
    return this.l2.readContract({address: this.usdc, abi: erc20Abi, functionName: 'balanceOf', args: [this.depositor]});
  }

  /** Votes on every proposal as it comes, until the signal aborts. */
  async vote(signal: AbortSignal, {kind = VoteKind.Approve, rule = 0, count = 4}: {kind?: VoteKind; rule?: number; count?: number} = {}): Promise<void> {
    const done = new Set<bigint>();
    while (!signal.aborted) {
      const epoch = await this.l2.readContract({address: this.network.l2.epochManager, abi: epochManagerAbi, functionName: 'lastEpoch'});
      if (epoch > 0n && !done.has(epoch)) {
        await this.castVotes(epoch, {kind, rule, count});
        done.add(epoch);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async castVotes(epoch: bigint, {kind, rule, count}: {kind: VoteKind; rule: number; count: number}): Promise<void> {
    const {l2, network} = this;
    const manager = {address: network.l2.epochManager, abi: epochManagerAbi} as const;
    const [digest, setId] = await Promise.all([
      l2.readContract({...manager, functionName: 'digestOf', args: [epoch]}), l2.readContract({...manager, functionName: 'setIdOf', args: [epoch]}),
    ]);
    const l1 = await chainClient({chainId: network.l1.chainId, url: this.pair.l1Rpc});
    const {members} = await loadSet({l1, registry: network.l1.registry, setId, fromBlock: BigInt(network.l1.startBlock)});
    const tree = membersTree(members);
    for (const {index, secret} of this.validators.slice(0, count)) {
      const member = members.find((each: Member) => each.index === index)!;
      const signature = signVote(secret, voteDigest({kind, epoch, setId, summary: digest, rule}, network.salt));
      const hash = await l2.writeContract({...manager, functionName: 'castVote', args: [epoch, kind, rule, member, tree.prove(index), signature], chain: null});
      await l2.waitForTransactionReceipt({hash});
    }
  }

  /** Events of one name that a custody ever emitted. */
  async custodyEvents(chain: 'l1' | 'l2', eventName: 'Settled' | 'Paid') {
    return this[chain].getContractEvents({address: this.network[chain].custody, abi: custodyAbi, eventName, fromBlock: 0n, strict: true});
  }
}

async function register(pair: Pair, network: Network, stakeToken: Address): Promise<TestValidator[]> {
  const minter = client(pair.l1Rpc, keyOf(0));
  const send = async (wallet: ReturnType<typeof client>, call: Parameters<ReturnType<typeof client>['writeContract']>[0]) => {
    const hash = await wallet.writeContract(call);
    await wallet.waitForTransactionReceipt({hash});
  };
  const validators: TestValidator[] = [];
  for (const index of [0, 1, 2, 3]) {
    const wallet = client(pair.l1Rpc, keyOf(3 + index));
    const secret: Hex = `0x${(index + 1).toString(16).padStart(64, '0')}`;
    const key = publicKeyOf(secret);
    const identity = await generateX25519Identity();
    const {account} = wallet;
    const possession = signPossession(secret, {validator: account.address, coldKey: account.address, key}, network.salt);
    await send(minter, {address: stakeToken, abi: tokenAbi, functionName: 'mint', args: [account.address, STAKE], chain: null, account: minter.account});
    await send(wallet, {address: stakeToken, abi: tokenAbi, functionName: 'approve', args: [network.l1.registry, STAKE], chain: null, account});
    await send(wallet, {
      address: network.l1.registry, abi: validatorRegistryAbi, functionName: 'register', chain: null, account,
      args: [key, possession, encryptionKeyOf(await identityToRecipient(identity)), STAKE],
    });
    validators.push({account, key, secret, index, identity});
  }
  return validators;
}

async function push(pair: Pair, {token, custody, amount, from}: {token: Address; custody: Address; amount: bigint; from: Hex}): Promise<void> {
  const minter = client(pair.l2Rpc, keyOf(0));
  const depositor = client(pair.l2Rpc, from);
  await minter.waitForTransactionReceipt({hash: await minter.writeContract({address: token, abi: tokenAbi, functionName: 'mint', args: [depositor.account.address, amount], chain: null})});
  await depositor.waitForTransactionReceipt({hash: await depositor.writeContract({address: token, abi: tokenAbi, functionName: 'transfer', args: [custody, amount], chain: null})});
}

function configFor({dir, pair, network, storageUrl, databaseUrl, engineUrl}: {
  dir: string; pair: Pair; network: Network; storageUrl: string; databaseUrl: string; engineUrl: string;
}): SequencerConfig {
  const keyFile = path.join(dir, 'poster.key');
  const operatorTokenFile = path.join(dir, 'operator-token');
  writeFileSync(keyFile, keyOf(1));
  writeFileSync(operatorTokenFile, TOKEN);
  writeFileSync(path.join(dir, 'network.json'), JSON.stringify(network));
  return {
    network, l1Url: pair.l1Rpc, l2Url: pair.l2Rpc, databaseUrl, dataDir: path.join(dir, 'data'), engineUrl, operatorTokenFile,
    storage: `ipfs=${storageUrl},arweave=${storageUrl}`, keyFile, passwordFile: undefined, arweaveKeyFile: undefined, port: 0,
    intervalSeconds: 1, l1Every: 2, batchSize: 100, voteGraceMs: 1_500, beaconUrl: undefined, rewardsPerTerm: 0n, treasury: [], dutySeconds: 1, timeoutMs: 10_000, logLevel: process.env.POBS_TEST_LOG ?? 'silent',
  };
}
