/** Builds a validator from its settings: the only place that constructs adapters and services. */
import {initKeccak} from '@pobs/protocol';
import {chainClient, type ChainClient} from '@pobs/protocol/chain';
import {custodyKey} from '@pobs/protocol/rules';
import pino, {type Logger} from 'pino';
import type {LocalAccount} from 'viem';
import {DiskCache} from './adapters/cache.ts';
import {ChainCustody} from './adapters/custody.ts';
import {EpochManagerLog} from './adapters/epochs.ts';
import {KeyFolder, readPassword} from './adapters/keys.ts';
import {MappingServer} from './adapters/mapping.ts';
import {Registry} from './adapters/registry.ts';
import {Storage} from './adapters/storage.ts';
import {VoteCaster} from './adapters/votes.ts';
import type {Config} from './config.ts';
import {SigningJournal} from './journal/signing-journal.ts';
import {EvidenceGatherer} from './services/evidence.ts';
import {Judge} from './services/judge.ts';
import type {Clock, EpochsPort} from './services/ports.ts';
import {PublishedEpochs} from './services/published-epoch.ts';
import {signerOf, Voter} from './services/voter.ts';
import {Watcher, type WatcherEvents} from './services/watcher.ts';

export const VERSION = '0.1.0';

const clock: Clock = {nowMs: () => Date.now()};

export type Chains = {l1: ChainClient; l2: ChainClient};

/** Clients of both chains, their ids checked. @throws {ChainError} */
export async function connect({network, l1Url, l2Url, timeoutMs}: Config): Promise<Chains> {
  const [l1, l2] = await Promise.all([
    chainClient({chainId: network.l1.chainId, url: l1Url, timeoutMs}), chainClient({chainId: network.l2.chainId, url: l2Url, timeoutMs}),
  ]);
  return {l1, l2};
}

export type Auditor = {epochs: EpochsPort; evidence: EvidenceGatherer; judge: Judge; registry: Registry};

/** Everything that judging needs: RPC, storage, mapping; no voting key, no database, no engine. */
export async function buildAuditor(config: Config, {l1, l2}: Chains, {graceMs = config.storageGraceMs} = {}): Promise<Auditor> {
  await initKeccak();
  const {network, dataDir, stores, mappingUrl, timeoutMs, confirmations} = config;
  const custodies = new Map([[l1, network.l1] as const, [l2, network.l2] as const].map(([client, {chainId, custody, startBlock}]) => [
    custodyKey(chainId, custody), new ChainCustody({client, custody, startBlock: BigInt(startBlock), confirmations}),
  ]));
  const epochs = new EpochManagerLog({client: l2, address: network.l2.epochManager, startBlock: BigInt(network.l2.startBlock)});
  const registry = new Registry({client: l1, address: network.l1.registry, startBlock: BigInt(network.l1.startBlock)});
  const mapping = mappingUrl === undefined ? undefined : new MappingServer({url: mappingUrl, identity: new KeyFolder(dataDir).openIdentity(), timeoutMs});
  const published = new PublishedEpochs({graceMs}, {storage: new Storage(stores), mapping, cache: new DiskCache(dataDir), clock});
  const evidence = new EvidenceGatherer({network}, {epochs, custodies, sets: registry, published});
  return {epochs, evidence, judge: new Judge({evidence}), registry};
}

export type Signer = {key: `0x${string}`; sign: ReturnType<typeof signerOf>; gas: LocalAccount};

/** Voting and gas key of the data folder. @throws {ValidatorError} */
export async function openSigner({dataDir, keystore, passwordFile, gasKeyFile}: Pick<Config, 'dataDir' | 'keystore' | 'passwordFile' | 'gasKeyFile'>): Promise<Signer> {
  const keys = new KeyFolder(dataDir);
  const {secret, key} = await keys.openVoting(keys.find(keystore), readPassword(passwordFile));
  return {key, sign: signerOf(secret), gas: await openGas({dataDir, passwordFile, gasKeyFile})};
}

export const openGas = ({dataDir, passwordFile, gasKeyFile}: Pick<Config, 'dataDir' | 'passwordFile' | 'gasKeyFile'>): Promise<LocalAccount> =>
  new KeyFolder(dataDir).openGas(gasKeyFile, () => readPassword(passwordFile));

export type Validator = {watcher: Watcher; close(): void};

/** A voting validator; the signing journal is locked until `close`. */
export function buildValidator(
  {config, chains, auditor, signer, log, events}: {config: Config; chains: Chains; auditor: Auditor; signer: Signer; log: Logger; events: WatcherEvents},
): Validator {
  const {network, dataDir, pollIntervalMs, vote} = config;
  const journal = SigningJournal.open(dataDir);
  const cast = new VoteCaster({client: chains.l2, manager: network.l2.epochManager, startBlock: BigInt(network.l2.startBlock), account: signer.gas});
  const voter = new Voter({salt: network.salt, key: signer.key}, {sign: signer.sign, journal, sets: auditor.registry, cast, clock});
  const watcher = new Watcher({pollIntervalMs, maxAgeSeconds: network.rules.maxAgeSeconds, vote}, {...auditor, voter, journal, cast, log, events});
  return {watcher, close: () => journal.close()};
}

/** Logs go to stderr; stdout is for results. */
export const createLogger = ({logLevel}: Pick<Config, 'logLevel'>): Logger => pino({level: logLevel, base: {program: 'pobs-validator'}}, pino.destination({dest: 2, sync: true}));
