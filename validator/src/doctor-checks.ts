/** The checks of `doctor`, wired to the real adapters; like `app.ts` it only constructs. */
import {statfs} from 'node:fs/promises';
import {cidFromDigest} from '@pobs/protocol';
import {type ChainClient, chainClient} from '@pobs/protocol/chain';
import {type ContentStore, StoreError} from '@pobs/protocol/store';
import type {Address, Hex, LocalAccount} from 'viem';
import {EpochManagerLog} from './adapters/epochs.ts';
import {KeyFolder} from './adapters/keys.ts';
import {MappingServer} from './adapters/mapping.ts';
import {Registry} from './adapters/registry.ts';
import {rpc} from './adapters/rpc.ts';
import {openGas, openSigner, type PasswordSource} from './app.ts';
import type {Config} from './config.ts';
import {clockFinding, diskFinding, type Finding, gasFinding} from './core/health.ts';
import type {Proposal} from './core/proposals.ts';
import {Exit} from './errors.ts';
import {SigningJournal} from './journal/signing-journal.ts';
import type {Check} from './services/doctor.ts';
import {VERSION} from './version.ts';

/** Gas of `castVote` with its pairing, rounded up. */
const VOTE_GAS = 400_000n;

type Found = Omit<Finding, 'name'>;
const ok = (detail: string): Found => ({state: 'ok', detail});
const warning = (detail: string): Found => ({state: 'warning', detail});
const failed = (exit: Exit, detail: string): Found => ({state: 'failed', exit, detail});

/** What earlier checks opened for later ones; a check that needs it names the one that opens it. */
class Opened {
  l1!: ChainClient;
  l2!: ChainClient;
  key!: Hex;
  gas!: LocalAccount;
  encryptionKey: Hex | undefined;
  newest: Proposal | undefined;
}

export function doctorChecks(config: Config, password: PasswordSource): Check[] {
  const opened = new Opened();
  return [
    {name: 'version', run: async () => ok(`pobs-validator ${VERSION}, Node ${process.versions.node}`)},
    {name: 'disk', run: async () => diskFinding(await freeSpace(config.dataDir))},
    {name: 'journal', run: async () => journalFinding(config.dataDir)},
    ...keyChecks(config, {password, opened}), ...chainChecks(config, opened),
    ...config.stores.map((store) => storageCheck(store, opened)),
    ...(config.stores.length === 0 ? [{name: 'storage', run: async () => failed(Exit.usage, 'no storage is configured: give --storage ipfs=…,arweave=…')}] : []),
    mappingCheck(config, opened), ...memberChecks(config, opened),
  ];
}

function keyChecks(config: Config, {password, opened}: {password: PasswordSource; opened: Opened}): Check[] {
  return [
    {name: 'voting key', run: async () => {
      const signer = await openSigner(config, password);
      opened.key = signer.key;
      return ok(`${config.externalSignerUrl === undefined ? 'the keystore opens' : 'the remote signer holds it'}: ${signer.key.slice(0, 18)}…`);
    }},
    {name: 'gas key', run: async () => {
      opened.gas = await openGas(config, password);
      return ok(opened.gas.address);
    }},
    {name: 'encryption key', run: async () => {
      opened.encryptionKey = await new KeyFolder(config.dataDir).encryptionKey();
      return ok('opens mapping files');
    }},
  ];
}

function chainChecks({network, l1Url, l2Url, timeoutMs}: Config, opened: Opened): Check[] {
  const contract = async (client: ChainClient, what: string, address: Address): Promise<Found> => {
    const code = await rpc(client, 'eth_getCode', () => client.getCode({address}));
    const {id} = client.chain;
    return code === undefined ? failed(Exit.usage, `chain ${id} has no ${what} at ${address}: the network file does not belong to it`) : ok(`chain ${id}, ${what} at ${address}`);
  };
  return [
    {name: 'L1 RPC', run: async () => {
      opened.l1 = await chainClient({chainId: network.l1.chainId, url: l1Url, timeoutMs});
      return contract(opened.l1, 'validator registry', network.l1.registry);
    }},
    {name: 'L2 RPC', run: async () => {
      opened.l2 = await chainClient({chainId: network.l2.chainId, url: l2Url, timeoutMs});
      return contract(opened.l2, 'EpochManager', network.l2.epochManager);
    }},
    {name: 'clock', needs: ['L2 RPC'], run: async () => {
      const {timestamp} = await rpc(opened.l2, 'eth_getBlockByNumber', () => opened.l2.getBlock());
      return clockFinding({nowSeconds: BigInt(Math.floor(Date.now() / 1_000)), headSeconds: timestamp, staleSeconds: BigInt(network.rules.maxAgeSeconds) / 2n});
    }},
    {name: 'epochs', needs: ['L2 RPC'], run: async () => {
      const log = new EpochManagerLog({client: opened.l2, address: network.l2.epochManager, startBlock: BigInt(network.l2.startBlock)});
      opened.newest = [...(await log.proposals()).values()].reduce<Proposal | undefined>((max, each) => (max === undefined || each.epoch > max.epoch ? each : max), undefined);
      return opened.newest === undefined ? warning('none was proposed yet') : ok(`the newest is ${opened.newest.epoch}, ${opened.newest.status}`);
    }},
  ];
}

/** A store answers when it serves the newest manifest; that it lacks it is worth a look, since another may have it. */
function storageCheck(store: ContentStore, opened: Opened): Check {
  return {name: store.name.split(' ')[0]!, needs: ['epochs'], run: async () => {
    const cid = cidFromDigest(opened.newest?.summary.snapshotCid ?? `0x${'00'.repeat(32)}`);
    try {
      await store.get(cid);
      return ok(`${store.name} serves the newest manifest`);
    } catch (error) {
      if (!(error instanceof StoreError) || error.data.code !== 'STORE_NOT_FOUND') throw error;
      return opened.newest === undefined ? ok(`${store.name} answers`) : warning(`${store.name} does not have the newest manifest: another store must`);
    }
  }};
}

function mappingCheck({mappingUrl, timeoutMs, dataDir}: Config, opened: Opened): Check {
  return {name: 'mapping', needs: ['encryption key', 'epochs'], run: async () => {
    if (mappingUrl === undefined) return failed(Exit.usage, 'no --mapping-url is set: nothing can be approved without mappings');
    if (opened.newest === undefined) return warning('there is no epoch to ask for yet');
    const {epoch} = opened.newest;
    const bytes = await new MappingServer({url: mappingUrl, identity: () => new KeyFolder(dataDir).openIdentity(), timeoutMs}).get(epoch);
    return bytes === undefined ? warning(`the mapping of epoch ${epoch} is not wrapped to this key: it is, once a term counts this validator`) : ok(`the mapping of epoch ${epoch} opens`);
  }};
}

function memberChecks({network}: Config, opened: Opened): Check[] {
  return [
    {name: 'seat', needs: ['L1 RPC', 'voting key', 'gas key'], run: async () => {
      const registry = new Registry({client: opened.l1, address: network.l1.registry, startBlock: BigInt(network.l1.startBlock)});
      return seatFinding(registry, opened);
    }},
    {name: 'gas', needs: ['L2 RPC', 'gas key'], run: async () => {
      const {l2, gas: {address}} = opened;
      const [balance, price] = await rpc(l2, 'eth_getBalance', () => Promise.all([l2.getBalance({address}), l2.getGasPrice()]));
      return gasFinding({name: 'gas', address, balance, price, voteGas: VOTE_GAS});
    }},
  ];
}

async function seatFinding(registry: Registry, {key, gas: {address}, encryptionKey}: Opened): Promise<Found> {
  const latest = await registry.latestSetId();
  if (latest === 0) return warning('no term is fixed yet');
  const {members, encryptionKeys} = await registry.load(latest);
  const mine = members.find((member) => member.key.toLowerCase() === key.toLowerCase());
  if (mine === undefined) return failed(Exit.funds, `this key has no seat in set ${latest}: run pobs-validator stake deposit, or wait for the next term`);
  if (mine.validator.toLowerCase() !== address.toLowerCase()) return warning(`seat ${mine.index} of set ${latest} belongs to ${mine.validator}, this gas key is ${address}`);
  const registered = encryptionKeys.get(mine.validator);
  if (encryptionKey !== undefined && registered?.toLowerCase() !== encryptionKey.toLowerCase()) return failed(Exit.key, 'mappings are wrapped to another encryption key than this folder\'s: restore encryption.key from a backup');
  return ok(`seat ${mine.index} of set ${latest}, weight ${mine.weight}`);
}

async function freeSpace(dataDir: string): Promise<{folder: string; freeBytes: number}> {
  try {
    const {bavail, bsize} = await statfs(dataDir);
    return {folder: dataDir, freeBytes: bavail * bsize};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const {bavail, bsize} = await statfs('.');
    return {folder: process.cwd(), freeBytes: bavail * bsize};
  }
}

function journalFinding(dataDir: string): Found {
  const {votes, holder} = SigningJournal.inspect(dataDir);
  return ok(`${votes} votes${holder === undefined ? '' : `, in use by process ${holder}`}`);
}
