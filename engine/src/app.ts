/** Builds the engine: journal and core, one follower per chain, the link, the processes of gateways and follower. The only place that constructs. */
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {EngineConfig} from './config.ts';
import type {Command} from './core/commands.ts';
import {chainViews} from './core/queries.ts';
import {type Database, openDatabase} from './db/database.ts';
import {ChainReader} from './indexer/chain-reader.ts';
import {contractsOf} from './indexer/contracts.ts';
import {Creditor} from './indexer/creditor.ts';
import {ChainFollower, ChainMismatchError} from './indexer/follower.ts';
import {HeadIndexer} from './indexer/head-indexer.ts';
import type {CorePort, Log} from './indexer/ports.ts';
import {LinkServer} from './link/server.ts';
import {socketPath} from './link/socket-path.ts';
import type {EngineHealth} from './link/types.ts';
import {Child} from './node/children.ts';
import {startClock} from './node/clock.ts';
import {EngineNode} from './node/engine-node.ts';

const STOP_TIMEOUT_MS = 3_000;
/** It may lag, the engine may not: it runs on what time is left. */
const FOLLOWER_NICENESS = 19;
const NOT_FOLLOWED: EngineHealth['projections'] = {sequence: 0n, problem: 'the follower is gone'};

export const journalDirectory = (dataDir: string): string => path.join(dataDir, 'journal');
export const snapshotDirectory = (dataDir: string): string => path.join(dataDir, 'snapshots');

export type Engine = {
  url: string;
  /** Never resolves; rejects when a chain turns out to be another one. */
  failed: Promise<never>;
  stop(): Promise<void>;
};

/**
 * @param gatewayArgs - Flags the gateways share with the engine.
 * @throws {DatabaseError | MigrationError | JournalError | NodeError | ChainMismatchError | ChildError}
 */
export async function startEngine(config: EngineConfig, {log, gatewayArgs}: {log: Log; gatewayArgs: readonly string[]}): Promise<Engine> {
  mkdirSync(config.dataDir, {recursive: true, mode: 0o700});
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const database = await openDatabase(config.databaseUrl);
    closers.push(() => database.close());
    if (database.applied.length > 0) log.info({migrations: database.applied}, 'Applied database migrations');
    if (config.fresh) await database.forget();
    const {dataDir} = config;
    const node = await EngineNode.open({directory: journalDirectory(dataDir), snapshots: snapshotDirectory(dataDir), rules: config.network.rules});
    closers.push(() => node.close());
    if (node.repairedBytes > 0) log.warn({bytes: node.repairedBytes}, 'Cut an unfinished write from the end of the journal');
    const followers = buildFollowers(config, {node, database, log});
    await Promise.all(followers.map(connectOnce));
    let projections: EngineHealth['projections'] = {sequence: 0n};
    const link = new LinkServer({path: socketPath(dataDir)}, {
      node, log, refusal: (command) => refusalOf(command, followers),
      health: () => ({chains: followers.map((follower) => follower.status()), projections}),
      onStatus: (status) => (projections = status?.projections ?? NOT_FOLLOWED),
    });
    await link.listen();
    closers.push(() => link.close());
    const stopClock = startClock(node, {intervalMs: config.tickIntervalMs});
    closers.push(async () => stopClock());
    const url = await startGateways(config, {args: gatewayArgs, closers, log});
    startFollower(config, {closers, log});
    return run({url, followers, closeAll});
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function run({url, followers, closeAll}: {
  url: string; followers: readonly ChainFollower[]; closeAll: () => Promise<void>;
}): Engine {
  const stopping = new AbortController();
  const loops = followers.map((follower) => follower.run(stopping.signal));
  const failed = new Promise<never>((_, reject) => {
    for (const loop of loops) loop.catch(reject);
  });
  failed.catch(() => {});
  return {
    url,
    failed,
    async stop() {
      stopping.abort();
      // A call to an RPC that hangs must not hold the stop.
      await Promise.race([Promise.allSettled(loops), sleep(STOP_TIMEOUT_MS, undefined, {ref: false})]);
      await closeAll();
    },
  };
}

/** Snapshots and projections are made beside the engine, in a process that gives way to it. */
function startFollower({dataDir, databaseUrl, logLevel}: EngineConfig, {closers, log}: {closers: (() => Promise<void>)[]; log: Log}): void {
  const args = [ENGINE, 'follow', '--of', dataDir, '--database-url', databaseUrl, '--log-level', logLevel, '--parent-pipe'];
  const child = new Child({name: 'follower', args, niceness: FOLLOWER_NICENESS}, {log});
  closers.push(() => child.stop());
  child.keep();
}

function buildFollowers({network, rpc, confirmations, pollIntervalMs}: EngineConfig, {node, database, log}: {node: EngineNode; database: Database; log: Log}): ChainFollower[] {
  const core: CorePort = {
    async height(chainId) {
      const chain = (await node.read(chainViews)).find((view) => view.chainId === chainId);
      return chain && chain.blockNumber > 0n ? {blockNumber: chain.blockNumber, blockHash: chain.blockHash} : undefined;
    },
    advance: (command) => node.submit(command),
  };
  return contractsOf(network).map((contracts) => {
    const reader = new ChainReader({url: rpc.get(contracts.chainId)!, contracts});
    const store = database.chains;
    return new ChainFollower({pollIntervalMs}, {
      reader, store, core, log,
      creditor: new Creditor({confirmations}, {reader, core}),
      indexer: new HeadIndexer({reader, store}),
    });
  });
}

/** Finds a wrong chain before anything is served; an RPC that does not answer yet is left to the follower's loop. */
async function connectOnce(follower: ChainFollower): Promise<void> {
  await follower.connect().catch((error: unknown) => {
    if (error instanceof ChainMismatchError) throw error;
  });
}

const ENGINE = path.resolve(import.meta.dirname, '../bin/pobs-engine.mjs');
const GATEWAY = path.resolve(import.meta.dirname, '../bin/pobs-gateway.mjs');

/** Starts the gateways one by one, so that a port in use is told once. Returns the first one's URL. */
async function startGateways({gateways, port}: EngineConfig, {args, closers, log}: {args: readonly string[]; closers: (() => Promise<void>)[]; log: Log}): Promise<string> {
  const urls: string[] = [];
  for (let index = 0; index < gateways; index += 1) {
    const own = ['--port', String(port === 0 ? 0 : port + index), '--parent-pipe'];
    const child = new Child({name: gateways === 1 ? 'gateway' : `gateway ${index + 1}`, args: [GATEWAY, ...args, ...own]}, {log});
    closers.push(() => child.stop());
    urls.push((await child.start()).url!);
  }
  return urls[0]!;
}

/** No epoch may be sealed over a chain that lost blocks it had called final. */
function refusalOf({type}: Command, followers: readonly ChainFollower[]): string | undefined {
  const lost = type === 'seal' ? followers.map((follower) => follower.status()).find(({state}) => state === 'reorganised') : undefined;
  return lost && (lost.problem ?? `chain ${lost.chainId} was reorganised`);
}
