import {numberToHex, type Address, type Hex} from 'viem';
import type {HttpServer} from '../http.ts';
import {openArchive, type Archive} from './archive/archive.ts';
import {compileOwnContracts} from './artifacts.ts';
import {ChainClock} from './chain-clock.ts';
import {deployGateways, type GatewayAddresses} from './deploy-gateways.ts';
import {deployRollup, type RollupAddresses} from './deploy-rollup.ts';
import {Exclusive} from './exclusive.ts';
import {L1_CHAIN_ID, L2_CHAIN_ID, startNodes, type Nodes} from './nodes.ts';
import {PairControl} from './pair-control.ts';
import {installPrecompiles} from './precompiles.ts';
import {Relay} from './relay/relay.ts';
import type {Rpc, RpcBlock} from './rpc.ts';
import {ShimMethods} from './shim/methods.ts';
import {startRpcServer} from './shim/server.ts';
import {sleep} from './sleep.ts';
import {Snapshots, type LoadedSnapshot, type PairState} from './snapshots.ts';

export type PairOptions = {
  /** Ports on 127.0.0.1; 0 or absent: a free one. */
  l1Port?: number;
  l2Port?: number;
  l2PrivatePort?: number;
  /** Folder for the chains' state; without it they start new and are gone at the end. */
  stateDir?: string;
  /** Seconds between blocks; 0 = no clock. */
  l1BlockSeconds?: number;
  l2BlockSeconds?: number;
  /** Seal a block for each transaction at once, besides the clock. */
  automine?: boolean;
  /** Default 150. */
  relayPollMs?: number;
  /** Least time between two saves, default 5000; longer when a save takes long. */
  saveIntervalMs?: number;
  log?: (line: string) => void;
};

/** A running pair of chains. Everything product code may use is in `l1Rpc`, `l2Rpc` and the addresses. */
export type Pair = RollupAddresses & GatewayAddresses & {
  /** Hash of the L1 block that created the rollup: another one means another network, though addresses are equal. */
  pairId: Hex;
  l1ChainId: number;
  l2ChainId: number;
  l1Rpc: string;
  l2Rpc: string;
  /** Unlocked accounts with 10,000 ETH on both chains: anvil's public test keys. */
  accounts: Address[];
  /** Simulation only. */
  control: PairControl;
  /** Resolves with the reason when a node has ended by itself. */
  failed: Promise<string>;
  /** Saves the chains now. No effect without `stateDir`. */
  save(): Promise<void>;
  /** Saves and stops everything. */
  stop(): Promise<void>;
};

type Log = (line: string) => void;

/** Accounts 8 and 9 of the node belong to the simulation. */
const VALIDATOR_ACCOUNT = 8;
const RELAY_ACCOUNT = 9;

/** Everything that runs besides the nodes. */
type Parts = {
  nodes: Nodes;
  rollup: RollupAddresses;
  gateways: GatewayAddresses;
  relay: Relay;
  archives: {l1: Archive; l2: Archive};
  clocks: {l1: ChainClock; l2: ChainClock};
  /** Deliveries, saves and the control's doings exclude each other. */
  exclusive: Exclusive;
  snapshots: Snapshots | undefined;
  log: Log;
};

/** Starts L1, L2, bridge, relay and the public RPCs, from the saved state if there is one. */
export async function startPair(options: PairOptions = {}): Promise<Pair> {
  const log = options.log ?? (() => undefined);
  compileOwnContracts();
  const snapshots = options.stateDir === undefined ? undefined : new Snapshots(options.stateDir);
  const saved = snapshots?.load();
  const nodes = await startNodes({l2PrivatePort: options.l2PrivatePort, files: saved?.files, log});
  try {
    snapshots?.loaded();
    return await assemble(options, nodes, snapshots, saved, log);
  } catch (error) {
    await nodes.stop();
    throw error;
  }
}

async function assemble(
  options: PairOptions,
  nodes: Nodes,
  snapshots: Snapshots | undefined,
  saved: LoadedSnapshot | undefined,
  log: Log,
): Promise<Pair> {
  const [l1, l2] = [nodes.l1.rpc, nodes.l2.rpc];
  if (saved !== undefined) await Promise.all([l1, l2].map(goOnFromHead));
  const accounts = await l1.send<Address[]>('eth_accounts');
  const relayAddress = accountAt(accounts, RELAY_ACCOUNT);
  await installPrecompiles(l2);
  const rollup = saved?.state.rollup ?? (await deployRollup(l1, rollupOptions(accounts)));
  // States saved before there was a token bridge get one.
  const gateways = saved?.state.gateways ?? (await deployGateways({l1, l2}, {deployer: accountAt(accounts, VALIDATOR_ACCOUNT), inbox: rollup.inbox}));
  const exclusive = new Exclusive();
  const relay = await Relay.open({l1, l2, rollup, relay: relayAddress, exclusive, log}, saved?.state.relay);
  const archives = {
    l1: await openArchive({rpc: l1, saved: saved?.state.journals.l1, log}),
    l2: await openArchive({rpc: l2, saved: saved?.state.journals.l2, log}),
  };
  const parts = {nodes, rollup, gateways, relay, archives, clocks: makeClocks(nodes, options, log), exclusive, snapshots, log};
  const servers = await startServers(parts, options);
  const {save, stop} = await run(parts, servers, options);
  const recorders = {l1: archives.l1.recorder, l2: archives.l2.recorder};
  const nodePids = [nodes.l1.pid, nodes.l2.pid];
  const creationBlock = numberToHex(BigInt(rollup.creationBlock));
  const {hash: pairId} = await l1.send<RpcBlock>('eth_getBlockByNumber', [creationBlock, false]);
  return {
    ...rollup,
    ...gateways,
    pairId,
    l1ChainId: L1_CHAIN_ID,
    l2ChainId: L2_CHAIN_ID,
    l1Rpc: servers.l1.url,
    l2Rpc: servers.l2.url,
    accounts,
    control: new PairControl({l1, l2, relay, clocks: parts.clocks, recorders, exclusive, nodePids}),
    failed: Promise.race([
      nodes.l1.exited.then(() => 'the L1 node ended'),
      nodes.l2.exited.then(() => 'the L2 node ended'),
    ]),
    save,
    stop,
  };
}

/** A node starts at the machine's time; where the saved chain was ahead of it (`passTime`), it stays ahead. */
async function goOnFromHead(rpc: Rpc): Promise<void> {
  const {timestamp} = await rpc.send<{timestamp: Hex}>('eth_getBlockByNumber', ['latest', false]);
  const ahead = Number(timestamp) - Math.floor(Date.now() / 1_000);
  if (ahead > 0) await rpc.send('evm_increaseTime', [ahead]);
}

function rollupOptions(accounts: readonly Address[]) {
  return {
    deployer: accountAt(accounts, 0),
    relay: accountAt(accounts, RELAY_ACCOUNT),
    validator: accountAt(accounts, VALIDATOR_ACCOUNT),
    l2ChainId: L2_CHAIN_ID,
  };
}

function makeClocks(nodes: Nodes, options: PairOptions, log: Log): Parts['clocks'] {
  const {l1BlockSeconds = 2, l2BlockSeconds = 1, automine = false} = options;
  const onError = (error: unknown): void => log(`block not sealed: ${String(error)}`);
  return {
    l1: new ChainClock(nodes.l1.rpc, {seconds: l1BlockSeconds, automine, onError}),
    l2: new ChainClock(nodes.l2.rpc, {seconds: l2BlockSeconds, automine, onError}),
  };
}

async function startServers(parts: Parts, options: PairOptions): Promise<{l1: HttpServer; l2: HttpServer}> {
  const {nodes, archives, relay} = parts;
  const [l1, l2] = [nodes.l1.rpc, nodes.l2.rpc];
  const shim = new ShimMethods({l1, l2, book: relay.book});
  const oldL1: Archive['reader'] = archives.l1.reader;
  const oldL2: Archive['reader'] = archives.l2.reader;
  const l1Server = await startRpcServer({
    name: 'L1 RPC',
    port: options.l1Port ?? 0,
    node: l1,
    handlers: [(method, params) => oldL1.handle(method, params)],
  });
  try {
    const l2Server = await startRpcServer({
      name: 'L2 RPC',
      port: options.l2Port ?? 0,
      node: l2,
      handlers: [(method, params) => shim.handle(method, params), (method, params) => oldL2.handle(method, params)],
    });
    return {l1: l1Server, l2: l2Server};
  } catch (error) {
    await l1Server.close();
    throw error;
  }
}

async function run(
  parts: Parts,
  servers: {l1: HttpServer; l2: HttpServer},
  options: PairOptions,
): Promise<{stop(): Promise<void>; save(): Promise<void>}> {
  const {nodes, relay, archives, clocks, exclusive, log} = parts;
  const abort = new AbortController();
  const save = (): Promise<void> => exclusive.run(() => saveStanding(parts));
  await save();
  await Promise.all([clocks.l1.start(), clocks.l2.start()]);
  const loops = Promise.all([
    relay.run(abort.signal, {pollMs: options.relayPollMs ?? 150}),
    archives.l1.recorder.run(abort.signal),
    archives.l2.recorder.run(abort.signal),
    saveRegularly(save, options.saveIntervalMs ?? 5000, abort.signal, log),
  ]);
  let nodesAlive = true;
  for (const {exited} of [nodes.l1, nodes.l2]) {
    void exited.then(() => {
      nodesAlive = false;
      abort.abort();
    });
  }
  const stop = async (): Promise<void> => {
    abort.abort();
    await loops;
    await Promise.all([servers.l1.close(), servers.l2.close()]);
    if (nodesAlive) {
      // Nothing may be sealed after the last save.
      await Promise.all([clocks.l1.stop(), clocks.l2.stop()]);
      await save().catch((error: unknown) => log(`state not saved: ${String(error)}`));
    }
    await nodes.stop();
  };
  return {stop, save};
}

/** No block may fall between the two dumps, else one chain would know what the other has lost. */
async function saveStanding({snapshots, nodes, rollup, gateways, relay, archives, clocks}: Parts): Promise<void> {
  if (snapshots === undefined) return;
  await Promise.all([clocks.l1.pause(), clocks.l2.pause()]);
  try {
    await Promise.all([archives.l1.recorder.step(), archives.l2.recorder.step()]);
    const state: PairState = {
      version: 1,
      l1ChainId: L1_CHAIN_ID,
      l2ChainId: L2_CHAIN_ID,
      rollup,
      gateways,
      relay: relay.book.save(),
      journals: {l1: archives.l1.journal.save(), l2: archives.l2.journal.save()},
    };
    await snapshots.save({l1: nodes.l1.rpc, l2: nodes.l2.rpc}, state);
  } finally {
    await Promise.all([clocks.l1.resume(), clocks.l2.resume()]);
  }
}

async function saveRegularly(save: () => Promise<void>, intervalMs: number, signal: AbortSignal, log: Log) {
  let tookMs = 0;
  while (!signal.aborted) {
    // A state that grows must not keep the chains standing: at most 1/20 of the time.
    await sleep(Math.max(intervalMs, 20 * tookMs), signal);
    if (signal.aborted) return;
    const startedAt = Date.now();
    await save().catch((error: unknown) => log(`state not saved: ${String(error)}`));
    tookMs = Date.now() - startedAt;
  }
}

function accountAt(accounts: readonly Address[], index: number): Address {
  const account = accounts[index];
  if (account === undefined) throw new Error(`the L1 node has no account ${index}`);
  return account;
}
