/** Builds the sequencer: the only place that constructs. */
import {mappingRecipient} from '@pobs/protocol';
import {buildEpoch} from '@pobs/protocol/builder';
import {type ChainClient, chainClient, walletFor} from '@pobs/protocol/chain';
import {all, type ArweaveWallet, parseStores} from '@pobs/protocol/store';
import type pg from 'pg';
import {pino} from 'pino';
import type {LocalAccount} from 'viem';
import {type ArbitrumBridge, arbitrumBridge} from './adapters/arbitrum/bridge.ts';
import {ViemCustodyChain} from './adapters/custody-chain.ts';
import {HttpEngine} from './adapters/engine.ts';
import {ViemEpochChain} from './adapters/epoch-chain.ts';
import {type RunningServer, serve} from './adapters/http-server.ts';
import {arweaveWallet, logSecret, mappingIdentity, readKey, readSecret} from './adapters/keys.ts';
import {Metrics} from './adapters/metrics.ts';
import {Outbox} from './adapters/outbox.ts';
import {ViemTermChain} from './adapters/term-chain.ts';
import {FolderVault} from './adapters/vault.ts';
import type {ChainConfig, SequencerConfig} from './config.ts';
import type {EpochState, Stage} from './core/stages.ts';
import {connect, takeRunLock} from './db/connect.ts';
import {PgEpochRepository} from './db/epoch-repository.ts';
import {migrate} from './db/migrate.ts';
import {SequencerError} from './errors.ts';
import {dutiesOf} from './duties.ts';
import {BuildService} from './services/build-service.ts';
import {Distributor} from './services/distributor.ts';
import {DutyRunner} from './services/duties/duty-runner.ts';
import {EpochPipeline} from './services/epoch-pipeline.ts';
import {MappingKeeper} from './services/mapping-keeper.ts';
import {pause} from './services/pause.ts';
import type {EpochBuilder, EpochRepository, Logger, StageReport, TransactionLog} from './services/ports.ts';
import {Proposer} from './services/proposer.ts';
import {Publisher} from './services/publisher.ts';
import {SealService} from './services/seal-service.ts';
import {Settler} from './services/settler.ts';
import {TermKeeper} from './services/term-keeper.ts';
import {VoteCollector} from './services/vote-collector.ts';

export {type Flags, parseConfig, type SequencerConfig} from './config.ts';
export {type EpochState, type Outcome, type Stage, STAGES} from './core/stages.ts';
export {SequencerError, type SequencerErrorData} from './errors.ts';
export type {EpochBuilder, StageReport} from './services/ports.ts';

/** Acts of one duty in a row. */
const DUTY_STEPS_MAX = 16;

/** Ports that a caller may replace. */
export type Overrides = {
  /** Default: `buildEpoch` with its joint test. */
  builder?: EpochBuilder;
  report?: (stage: StageReport) => void;
  logger?: Logger;
  /** Wraps what keeps epochs and transactions, for example to watch it. */
  persistence?: (real: Persistence) => Persistence;
};

export type Persistence = EpochRepository & TransactionLog;

export type RunOptions = {
  signal: AbortSignal;
  /** Ends after so many; without it never. */
  epochs?: number | undefined;
  /** Leaves each epoch at this stage. */
  until?: Stage | undefined;
};

export type Sequencer = {
  /** Of the mapping server. */
  port: number;
  /** The unfinished epoch or the next one, as far as `until`; undefined when the signal aborts first. */
  runEpoch(signal: AbortSignal, until?: Stage): Promise<EpochState | undefined>;
  /** Epoch after epoch, one every interval. @throws {SequencerError} when the database is lost or an epoch cannot go on. */
  run(options: RunOptions): Promise<void>;
  close(): Promise<void>;
};

export const createLogger = (level: string): Logger => pino({level, base: {service: 'sequencer'}}, pino.destination({dest: 2, sync: true}));

/**
 * Connects everything and opens the mapping server.
 *
 * @throws {PobsError} in one sentence for whatever cannot be reached or read; what was opened is closed again.
 */
export async function createSequencer(config: SequencerConfig, overrides: Overrides = {}): Promise<Sequencer> {
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const each of undo.splice(0).toReversed()) await each();
  };
  try {
    const lost = new AbortController();
    const {pool, repository: real} = await openDatabase(config, {undo, onLost: (error) => lost.abort(error)});
    const repository = overrides.persistence?.(real) ?? real;
    const vault = new FolderVault(config.dataDir);
    const metrics = new Metrics();
    const services = await wire(config, {repository, vault, logger, builder: overrides.builder ?? buildEpoch});
    await checkChain(services.epochChain, repository);
    const pipeline = new EpochPipeline(
      {l1Every: config.l1Every, l1WithdrawEvery: withdrawEvery(config), retryDelayMs: 1_000},
      {
        ...services, chain: services.epochChain, repository, vault, logger,
        report: (stage) => {
          metrics.onStage(stage);
          overrides.report?.(stage);
        },
        onRetry: (effect) => metrics.onRetry(effect),
      },
    );
    const duties = new DutyRunner({intervalMs: config.dutySeconds * 1_000, stepsMax: DUTY_STEPS_MAX}, {
      duties: services.duties, logger, onDone: (duty) => metrics.onDuty(duty),
    });
    const server: RunningServer = await serve(config.port, {
      mapping: (epoch) => services.mappings.serve(epoch), logger, health: () => health(pool, repository),
      metrics: async () => ({type: metrics.registry.contentType, text: await metrics.registry.metrics()}),
    });
    undo.push(() => server.close());
    const runEpoch = async (signal: AbortSignal, until?: Stage) => {
      const state = await pipeline.runEpoch(AbortSignal.any([signal, lost.signal]), until);
      if (lost.signal.aborted) throw lost.signal.reason;
      return state;
    };
    return {port: server.port, runEpoch, run: (options) => beside(duties, options.signal, (signal) => runLoop(config.intervalSeconds * 1_000, runEpoch, {...options, signal})), close};
  } catch (error) {
    await close();
    throw error;
  }
}

/** Duties are looked after while epochs run, and come to a stop between two acts before anything is closed. */
async function beside(duties: DutyRunner, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const failed = new AbortController();
  const looking = duties.run(AbortSignal.any([signal, end.signal])).catch((error: unknown) => failed.abort(error));
  try {
    await work(AbortSignal.any([signal, failed.signal]));
  } finally {
    end.abort();
    await looking;
  }
  if (failed.signal.aborted) throw failed.signal.reason;
}

async function runLoop(intervalMs: number, runEpoch: Sequencer['runEpoch'], {signal, epochs = Infinity, until}: RunOptions): Promise<void> {
  for (let ended = 0; ended < epochs && !signal.aborted; ended += 1) {
    const started = performance.now();
    const state = await runEpoch(signal, until);
    // An epoch that is left at a stage is taken up by the next run, not by the next turn.
    if (state && state.stage !== 'final') return;
    if (ended + 1 < epochs) await pause(Math.max(0, intervalMs - (performance.now() - started)), signal);
  }
}

type Database = {pool: pg.Pool; repository: PgEpochRepository};

async function openDatabase(
  {databaseUrl, network}: SequencerConfig, {undo, onLost}: {undo: (() => Promise<unknown>)[]; onLost: (error: SequencerError) => void},
): Promise<Database> {
  const pool = await connect(databaseUrl);
  undo.push(() => pool.end());
  undo.push(await takeRunLock(pool, onLost));
  const client = await pool.connect();
  try {
    await migrate(client);
  } finally {
    client.release();
  }
  const repository = new PgEpochRepository(pool);
  await repository.claimNetwork(network.salt);
  return {pool, repository};
}

/** Clients of both chains; each is asked for its chain id. @throws {ChainError} */
export async function openChains({network, l1Url, l2Url, timeoutMs}: ChainConfig): Promise<{l1: ChainClient; l2: ChainClient}> {
  const [l1, l2] = await Promise.all([
    chainClient({chainId: network.l1.chainId, url: l1Url, timeoutMs}),
    chainClient({chainId: network.l2.chainId, url: l2Url, timeoutMs}),
  ]);
  return {l1, l2};
}

/** Both custodies and the terms, for an account that sends. */
export function chainAdapters(
  config: ChainConfig,
  {l1, l2, account, key, log}: {l1: ChainClient; l2: ChainClient; account: LocalAccount; key: `0x${string}`; log: TransactionLog},
) {
  const {network} = config;
  const outbox = new Outbox(log);
  const bridge: () => Promise<ArbitrumBridge> = arbitrumBridge(config);
  return {
    bridge,
    epochChain: new ViemEpochChain({client: l2, account, outbox, network}),
    l1: new ViemCustodyChain('l1', {client: l1, account, outbox, network}),
    l2: new ViemCustodyChain('l2', {client: l2, account, outbox, network}),
    termChain: new ViemTermChain({client: l1, l2, account, key, outbox, network, tickets: async () => (await bridge()).tickets}),
  };
}

async function wire(config: SequencerConfig, {repository, vault, logger, builder}: {
  repository: Persistence; vault: FolderVault; logger: Logger; builder: EpochBuilder;
}) {
  const {network} = config;
  const key = await readKey(config.keyFile, config.passwordFile);
  const account = walletFor(key);
  const token = (await readSecret(config.operatorTokenFile, 'operator token')).trim();
  const clients = await openChains(config);
  const {epochChain, l1, l2, termChain, bridge} = chainAdapters(config, {...clients, account, key, log: repository});
  const engine = new HttpEngine({url: config.engineUrl, token});
  const store = all(parseStores(config.storage, {...(usesArweave(config.storage) && {wallet: await walletOf(config)}), timeoutMs: config.timeoutMs}));
  const terms = new TermKeeper({terms: termChain, sets: termChain, logger});
  const identity = await mappingIdentity(config.dataDir);
  const {maxAgeSeconds} = network.rules;
  const pollIntervalMs = 250;
  const votes = new VoteCollector(
    {salt: network.salt, maxAgeSeconds, pollIntervalMs, graceMs: config.voteGraceMs},
    {chain: epochChain, custodies: [l1, l2], sets: termChain, logger},
  );
  return {
    epochChain, l1, l2, engine, terms, votes,
    seals: new SealService({engine, chain: epochChain, repository, terms, logger}),
    mappings: new MappingKeeper({identity}, {vault, terms: termChain, sets: termChain, custodies: [l1, l2], logger}),
    builds: new BuildService({network, logSecret: await logSecret(config.dataDir), mappingRecipient: await mappingRecipient(identity)}, {builder, chain: epochChain, custodies: [l1, l2], terms, vault, logger}),
    publisher: new Publisher({store, vault, logger}),
    proposer: new Proposer({chain: epochChain, vault}),
    settler: new Settler({maxAgeSeconds}, {vault, votes, logger}),
    duties: await dutiesOf(config, {clients, account, key, log: repository, sets: termChain, bridge, logger}),
    distributor: new Distributor({batchSize: config.batchSize, pollIntervalMs}, {logger}),
  };
}

const usesArweave = (storage: string): boolean => /(^|,)\s*arweave=/.test(storage);

/** A configured wallet is read at once, so that a wrong path is told now; making one may take a while and is not waited for. */
async function walletOf({dataDir, arweaveKeyFile}: SequencerConfig): Promise<ArweaveWallet> {
  const wallet = arweaveWallet(dataDir, arweaveKeyFile);
  if (arweaveKeyFile !== undefined) return wallet;
  wallet.catch(() => {});
  return () => wallet;
}

/** The newest epoch that was proposed from this database must be on this chain. @throws {SequencerError} `DATABASE_FOREIGN` */
async function checkChain(chain: ViemEpochChain, repository: Persistence): Promise<void> {
  const newest = (await repository.findLatest(2)).find(({stage, digest}) => digest !== undefined && !['opened', 'sealed', 'built', 'published'].includes(stage));
  if (!newest) return;
  const proposal = await chain.proposal(newest.epoch);
  if (proposal?.digest !== newest.digest) {
    throw new SequencerError({code: 'DATABASE_FOREIGN', detail: `epoch ${newest.epoch} is ${newest.digest} here and ${proposal?.digest ?? 'not proposed'} on chain`});
  }
}

function withdrawEvery({network}: SequencerConfig): number {
  const rules = network.rules.custodies.find(({chainId, custody}) => chainId === network.l1.chainId && custody.toLowerCase() === network.l1.custody.toLowerCase());
  return rules?.withdrawEvery ?? 1;
}

async function health(pool: pg.Pool, repository: Persistence): Promise<{ok: boolean} & Record<string, unknown>> {
  try {
    await pool.query('SELECT 1');
    const [newest] = await repository.findLatest(1);
    return {ok: true, ...(newest && {epoch: newest.epoch, stage: newest.stage, outcome: newest.outcome})};
  } catch (error) {
    return {ok: false, reason: error instanceof Error ? error.message : String(error)};
  }
}
