import type {Address} from 'viem';
import {assertPortFree, freePort, type HttpServer} from '../http.ts';
import {startAnvil, type AnvilProcess} from './anvil.ts';
import {compileOwnContracts} from './artifacts.ts';
import {ChainClock} from './chain-clock.ts';
import {deployRollup, type RollupAddresses} from './deploy-rollup.ts';
import {Exclusive} from './exclusive.ts';
import {PairControl} from './pair-control.ts';
import {installPrecompiles} from './precompiles.ts';
import {Relay} from './relay/relay.ts';
import type {Rpc} from './rpc.ts';
import {startShim} from './shim/server.ts';
import {sleep} from './sleep.ts';
import {Snapshots, type PairState} from './snapshots.ts';

export const L1_CHAIN_ID = 31_337;
export const L2_CHAIN_ID = 412_346;

export type PairOptions = {
  /** Ports on 127.0.0.1; a free one each by default. */
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
  relayPollMs?: number;
  /** Least time between two saves; longer when a save takes long. */
  saveIntervalMs?: number;
  log?: (line: string) => void;
};

/** A running pair of chains. Everything product code may use is in `l1Rpc`, `l2Rpc` and the addresses. */
export type Pair = RollupAddresses & {
  l1ChainId: number;
  l2ChainId: number;
  l1Rpc: string;
  l2Rpc: string;
  /** Unlocked accounts with 10,000 ETH on both chains: anvil's public test keys. */
  accounts: Address[];
  /** Simulation only. */
  control: PairControl;
  /** Resolves when a node has ended by itself. */
  failed: Promise<string>;
  /** Saves the chains now. No effect without `stateDir`. */
  save(): Promise<void>;
  /** Saves and stops everything. */
  stop(): Promise<void>;
};

/** Accounts 8 and 9 of the node belong to the simulation. */
const VALIDATOR_ACCOUNT = 8;
const RELAY_ACCOUNT = 9;

/** Starts L1, L2, bridge, relay and L2 RPC, from the saved state if there is one. */
export async function startPair(options: PairOptions = {}): Promise<Pair> {
  const log = options.log ?? (() => undefined);
  compileOwnContracts();
  const snapshots = options.stateDir === undefined ? undefined : new Snapshots(options.stateDir);
  const saved = snapshots?.load();
  const [l1Node, l2Node] = await startNodes(options, {l1: saved?.l1File, l2: saved?.l2File}, log);
  snapshots?.loaded();
  const l1 = l1Node.rpc;
  const l2 = l2Node.rpc;
  const stopNodes = async (): Promise<void> => void (await Promise.all([l1Node.stop(), l2Node.stop()]));
  try {
    const accounts = await l1.send<Address[]>('eth_accounts');
    const relayAddress = accountAt(accounts, RELAY_ACCOUNT);
    await installPrecompiles(l2);
    const rollup =
      saved?.state.rollup ??
      (await deployRollup(l1, {
        deployer: accountAt(accounts, 0),
        relay: relayAddress,
        validator: accountAt(accounts, VALIDATOR_ACCOUNT),
        l2ChainId: L2_CHAIN_ID,
      }));
    const exclusive = new Exclusive();
    const relay = await Relay.open({l1, l2, rollup, relay: relayAddress, exclusive, log}, saved?.state.relay);
    const shim = await startShim({port: options.l2Port ?? 0, l1, l2, book: relay.book});
    const clocks = makeClocks({l1, l2}, options, log);
    const running = {options, snapshots, l1, l2, rollup, relay, exclusive, clocks, shim, log};
    const {stop, save} = await run(running, [l1Node, l2Node]);
    return {
      ...rollup,
      l1ChainId: L1_CHAIN_ID,
      l2ChainId: L2_CHAIN_ID,
      l1Rpc: l1.url,
      l2Rpc: shim.url,
      accounts,
      control: new PairControl({l1, l2, relay, clocks, exclusive, nodePids: [l1Node.pid, l2Node.pid]}),
      failed: Promise.race([
        l1Node.exited.then(() => 'the L1 node ended'),
        l2Node.exited.then(() => 'the L2 node ended'),
      ]),
      save,
      stop: async () => {
        await stop();
        await stopNodes();
      },
    };
  } catch (error) {
    await stopNodes();
    throw error;
  }
}

async function startNodes(
  options: PairOptions,
  stateFiles: {l1: string | undefined; l2: string | undefined},
  log: (line: string) => void,
): Promise<[AnvilProcess, AnvilProcess]> {
  // 0 asks for a free port, as in all our servers; anvil wants to know it before.
  const l1Port = options.l1Port || (await freePort());
  const l2Port = options.l2PrivatePort || (await freePort());
  await assertPortFree('L1 RPC', l1Port);
  await assertPortFree('L2 node', l2Port);
  const load = (file: string | undefined): string[] => (file === undefined ? [] : ['--load-state', file]);
  const l1Args = ['--chain-id', String(L1_CHAIN_ID), ...load(stateFiles.l1)];
  const l2Fees = ['--base-fee', '100000000', '--disable-min-priority-fee'];
  const l2Args = ['--chain-id', String(L2_CHAIN_ID), ...l2Fees, ...load(stateFiles.l2)];
  const started = await Promise.allSettled([
    startAnvil({name: 'L1', port: l1Port, args: l1Args, log}),
    startAnvil({name: 'L2', port: l2Port, args: l2Args, log}),
  ]);
  const [l1, l2] = started;
  if (l1.status === 'fulfilled' && l2.status === 'fulfilled') return [l1.value, l2.value];
  for (const result of started) if (result.status === 'fulfilled') await result.value.stop();
  throw started.find((result) => result.status === 'rejected')?.reason;
}

function makeClocks(chains: {l1: Rpc; l2: Rpc}, options: PairOptions, log: (line: string) => void) {
  const {l1BlockSeconds = 2, l2BlockSeconds = 1, automine = false} = options;
  const onError = (error: unknown): void => log(`block not sealed: ${String(error)}`);
  return {
    l1: new ChainClock(chains.l1, {seconds: l1BlockSeconds, automine, onError}),
    l2: new ChainClock(chains.l2, {seconds: l2BlockSeconds, automine, onError}),
  };
}

type Running = {
  options: PairOptions;
  snapshots: Snapshots | undefined;
  l1: Rpc;
  l2: Rpc;
  rollup: RollupAddresses;
  relay: Relay;
  exclusive: Exclusive;
  clocks: {l1: ChainClock; l2: ChainClock};
  shim: HttpServer;
  log: (line: string) => void;
};

async function run(running: Running, nodes: AnvilProcess[]): Promise<{stop(): Promise<void>; save(): Promise<void>}> {
  const {options, relay, exclusive, clocks, shim, log} = running;
  const abort = new AbortController();
  const save = (): Promise<void> => exclusive.run(() => saveStanding(running));
  await save();
  await Promise.all([clocks.l1.start(), clocks.l2.start()]);
  const loops = Promise.all([
    relay.run(abort.signal, {pollMs: options.relayPollMs ?? 50}),
    saveRegularly(save, options.saveIntervalMs ?? 5000, abort.signal, log),
  ]);
  for (const node of nodes) void node.exited.then(() => abort.abort());
  const stop = async (): Promise<void> => {
    const nodesAlive = !abort.signal.aborted;
    abort.abort();
    await loops;
    await shim.close();
    if (!nodesAlive) return;
    // Nothing may be sealed after the last save.
    await Promise.all([clocks.l1.stop(), clocks.l2.stop()]);
    await save();
  };
  return {stop, save};
}

/** No block may fall between the two dumps, else one chain would know what the other has lost. */
async function saveStanding({snapshots, l1, l2, rollup, relay, clocks}: Running): Promise<void> {
  if (snapshots === undefined) return;
  await Promise.all([clocks.l1.pause(), clocks.l2.pause()]);
  try {
    const state: PairState = {
      version: 1,
      l1ChainId: L1_CHAIN_ID,
      l2ChainId: L2_CHAIN_ID,
      rollup,
      relay: relay.book.save(),
    };
    await snapshots.save({l1, l2}, state);
  } finally {
    await Promise.all([clocks.l1.resume(), clocks.l2.resume()]);
  }
}

async function saveRegularly(
  save: () => Promise<void>,
  intervalMs: number,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
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
