/** Builds a validator from its settings: the only place that constructs adapters and services. */
import {existsSync} from 'node:fs';
import {initKeccak} from '@pobs/protocol';
import {chainClient, type ChainClient} from '@pobs/protocol/chain';
import {custodyKey} from '@pobs/protocol/rules';
import pino, {type Logger} from 'pino';
import type {LocalAccount} from 'viem';
import {AuditFile} from './adapters/audit-file.ts';
import {DiskCache} from './adapters/cache.ts';
import {ChainCustody} from './adapters/custody.ts';
import {Decisions} from './adapters/decisions.ts';
import {EpochManagerLog} from './adapters/epochs.ts';
import {KeyFolder, readIdentity} from './adapters/keys.ts';
import {MappingServer} from './adapters/mapping.ts';
import {Registry} from './adapters/registry.ts';
import {RemoteSigner} from './adapters/remote-signer.ts';
import {Rewards} from './adapters/rewards.ts';
import {Storage} from './adapters/storage.ts';
import {VoteCaster} from './adapters/votes.ts';
import type {Config, KeyConfig} from './config.ts';
import {SigningJournal} from './journal/signing-journal.ts';
import {AuditKeeper} from './services/audit-keeper.ts';
import {EvidenceGatherer} from './services/evidence.ts';
import {HandVote} from './services/hand-vote.ts';
import {Judge} from './services/judge.ts';
import type {Clock, EpochsPort, SignPort} from './services/ports.ts';
import {PublishedEpochs} from './services/published-epoch.ts';
import {RewardClaimer} from './services/reward-claimer.ts';
import {Verifier, type VerifierOptions} from './services/verifier.ts';
import {localSigner, Voter} from './services/voter.ts';
import {Watcher, type WatcherEvents} from './services/watcher.ts';

const clock: Clock = {nowMs: () => Date.now()};

export type Chains = {l1: ChainClient; l2: ChainClient};

/** Clients of both chains, their ids checked. @throws {ChainError} */
export async function connect({network, l1Url, l2Url, timeoutMs}: Config): Promise<Chains> {
  const [l1, l2] = await Promise.all([
    chainClient({chainId: network.l1.chainId, url: l1Url, timeoutMs}), chainClient({chainId: network.l2.chainId, url: l2Url, timeoutMs}),
  ]);
  return {l1, l2};
}

export type Auditor = {epochs: EpochsPort; evidence: EvidenceGatherer; judge: Judge; registry: Registry; decisions: Decisions; published: PublishedEpochs};

/** Everything that judging needs: RPC, storage, mapping; no voting key, no database, no engine. */
export async function buildAuditor(config: Config, {l1, l2}: Chains, {graceMs = config.storageGraceMs, onLie}: {graceMs?: number; onLie?: (sentence: string) => void} = {}): Promise<Auditor> {
  await initKeccak();
  const {network, dataDir, stores, mappingUrl, timeoutMs, confirmations, auditorKeyFile} = config;
  const custodies = new Map([[l1, network.l1] as const, [l2, network.l2] as const].map(([client, {chainId, custody, startBlock}]) => [
    custodyKey(chainId, custody), new ChainCustody({client, custody, startBlock: BigInt(startBlock), confirmations}),
  ]));
  const epochs = new EpochManagerLog({client: l2, address: network.l2.epochManager, startBlock: BigInt(network.l2.startBlock)});
  const registry = new Registry({client: l1, address: network.l1.registry, startBlock: BigInt(network.l1.startBlock)});
  // The identity is opened when a mapping is fetched: whoever has them cached, or judges without, needs no key.
  const mapping = mappingUrl === undefined ? undefined : new MappingServer({url: mappingUrl, identity: () => new KeyFolder(dataDir).openIdentity(), timeoutMs});
  const published = new PublishedEpochs({graceMs}, {storage: new Storage(stores, onLie), mapping, cache: new DiskCache(dataDir), clock});
  const evidence = new EvidenceGatherer({network}, {epochs, custodies, sets: registry, published});
  return {epochs, evidence, judge: new Judge({evidence, auditorKey: auditorKeyFile === undefined ? undefined : () => readIdentity(auditorKeyFile)}), registry, published, decisions: new Decisions({client: l2, manager: network.l2.epochManager})};
}

export async function buildVerifier(config: Config, chains: Chains, {scope, onLie}: {scope: VerifierOptions['scope']; onLie: (sentence: string) => void}): Promise<Verifier> {
  const {epochs, judge, registry, decisions} = await buildAuditor(config, chains, {graceMs: 0, onLie});
  const keys = new KeyFolder(config.dataDir);
  const encryptionKey = existsSync(keys.identityFile) ? await keys.encryptionKey() : undefined;
  return new Verifier({salt: config.network.salt, scope, encryptionKey}, {epochs, judge, sets: registry, decisions});
}

/** Asked when a secret has to be opened, and not before. */
export type PasswordSource = () => Promise<string>;

export type Signer = SignPort & {gas: LocalAccount};

/** Voting key of the data folder or of the remote signer, and the gas key. @throws {ValidatorError} */
export async function openSigner(config: KeyConfig, password: PasswordSource): Promise<Signer> {
  const {externalSignerUrl, key: publicKey, timeoutMs} = config;
  const signer = externalSignerUrl === undefined ? await openLocal(config, password) : await RemoteSigner.open({url: externalSignerUrl, timeoutMs}, publicKey);
  const gas = await openGas(config, password);
  return {key: signer.key, sign: (request) => signer.sign(request), gas};
}

async function openLocal({dataDir, keystore}: KeyConfig, password: PasswordSource): Promise<SignPort> {
  const keys = new KeyFolder(dataDir);
  const {secret, key} = await keys.openVoting(keys.find(keystore), await password());
  return localSigner(secret, key);
}

export const openGas = ({dataDir, gasKeyFile}: Pick<KeyConfig, 'dataDir' | 'gasKeyFile'>, password: PasswordSource): Promise<LocalAccount> =>
  new KeyFolder(dataDir).openGas(gasKeyFile, password);

export type Voting = {voter: Voter; journal: SigningJournal; cast: VoteCaster; close(): void};

/** What casting votes needs; the signing journal is locked until `close`. @throws {ValidatorError} `LOCKED`, `JOURNAL_DAMAGED` */
export function buildVoting({config, chains, auditor, signer}: {config: Config; chains: Chains; auditor: Auditor; signer: Signer}): Voting {
  const {network, dataDir} = config;
  const journal = SigningJournal.open(dataDir);
  const cast = new VoteCaster({client: chains.l2, manager: network.l2.epochManager, startBlock: BigInt(network.l2.startBlock), account: signer.gas});
  const voter = new Voter({salt: network.salt}, {signer, journal, sets: auditor.registry, cast, clock});
  return {voter, journal, cast, close: () => journal.close()};
}

export type RewardParts = {rewards: Rewards; audits: AuditKeeper; claimer: RewardClaimer};

/** Undefined where the network has no reward pool. */
export function buildRewards({config, chains, auditor, gas, log}: {config: Config; chains: Chains; auditor: Auditor; gas: LocalAccount; log: Logger}): RewardParts | undefined {
  const {network: {l2}, dataDir} = config;
  if (l2.rewards === undefined) return undefined;
  const rewards = new Rewards({pool: l2.rewards, sets: l2.sets, manager: l2.epochManager, startBlock: BigInt(l2.startBlock)}, {client: chains.l2, account: gas});
  const {epochs, published, registry: sets} = auditor;
  const validator = gas.address;
  const audits = new AuditKeeper({validator, secret: new KeyFolder(dataDir).auditSecret()}, {epochs, published, sets, rewards, audits: new AuditFile(dataDir), log});
  return {rewards, audits, claimer: new RewardClaimer({validator}, {epochs, sets, rewards, audits, log})};
}

export const buildHandVote = ({network}: Config, {auditor, voting}: {auditor: Auditor; voting: Voting}): HandVote =>
  new HandVote({maxAgeSeconds: network.rules.maxAgeSeconds}, {...auditor, voter: voting.voter});

export type WatcherInputs = {
  config: Config; auditor: Auditor; voting: Voting; log: Logger; events: WatcherEvents; confirm: (what: string) => Promise<boolean>;
};

export function buildWatcher({config: {network, pollIntervalMs, vote}, auditor, voting: {voter, journal, cast}, log, events, confirm}: WatcherInputs): Watcher {
  return new Watcher({pollIntervalMs, maxAgeSeconds: network.rules.maxAgeSeconds, vote}, {...auditor, voter, journal, cast, log, events, clock, confirm});
}

/** Logs go to stderr; stdout is for results. */
export const createLogger = ({logLevel}: Pick<Config, 'logLevel'>): Logger => pino({level: logLevel, base: {program: 'pobs-validator'}}, pino.destination({dest: 2, sync: true}));
