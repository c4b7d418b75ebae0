/**
 * The handlers alone, on a real graph-node: two chains whose contracts emit every event on demand, among them what an
 * honest run never shows (dissent, certificates by absence, deferred payouts, emptied seats).
 *
 *   node --import tsx subgraph/test/standalone.ts       one JSON line {check, ok, detail?} per check
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createServer as createTcpServer} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {checkSubgraph} from './check-subgraph.ts';
import type {NetworkChain} from './chain-logs.ts';
import {type Emitter, emitter} from './emitter.ts';
import {SOURCES} from '../manifest.mjs';
import {play} from './story.ts';

const root = path.resolve(import.meta.dirname, '../..');
const arch = process.arch === 'x64' ? 'amd64' : process.arch;
/** By path: npm 10 leaves out the link of a name that two packages claim. */
const ANVIL = path.join(root, `node_modules/@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`);
const ANVIL_ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const READY_TIMEOUT_MS = 120_000;

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as {port: number};
  server.close();
  await once(server, 'close');
  return port;
}

const children: ChildProcess[] = [];

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, {cwd: root, stdio: ['pipe', 'pipe', 'inherit']});
  children.push(child);
  return child;
}

/** The first line of stdout that `accept` takes. */
function lineOf<T>(child: ChildProcess, accept: (line: string) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('a program was not ready in time')), READY_TIMEOUT_MS);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`a program ended with exit code ${code}`));
    });
    createInterface({input: child.stdout!}).on('line', (line) => {
      const value = accept(line);
      if (value === undefined) return;
      clearTimeout(late);
      resolve(value);
    });
  });
}

const ready = (line: string) => {
  const parsed = line.startsWith('{') ? (JSON.parse(line) as {ready?: boolean} & Record<string, unknown>) : undefined;
  return parsed?.ready === true ? parsed : undefined;
};

async function anvil(chainId: number): Promise<string> {
  const port = await freePort();
  const child = start(ANVIL, ['--port', String(port), '--chain-id', String(chainId)]);
  await lineOf(child, (line) => (line.includes('Listening on') ? true : undefined));
  return `http://127.0.0.1:${port}`;
}

/** One emitter per contract of the chain. */
async function deployAll(name: 'l1' | 'l2', chainId: number, chain: Emitter): Promise<NetworkChain> {
  const contracts: Record<string, unknown> = {chainId, startBlock: 1};
  for (const field of Object.keys(SOURCES[name])) contracts[field] = await chain.deploy();
  return contracts as NetworkChain;
}

async function main(folder: string): Promise<void> {
  // graph-node wants an IPFS that answers at start; it never reads from it here.
  const ipfs = createServer((_, response) => response.writeHead(412).end()).listen(0, '127.0.0.1');
  await once(ipfs, 'listening');
  const [l1Rpc, l2Rpc, pgPort] = [await anvil(31337), await anvil(412346), await freePort()];
  const database = await lineOf(start(process.execPath, ['--import', 'tsx', 'scripts/network/postgres.ts', '--data-dir', path.join(folder, 'postgres'), '--port', String(pgPort)]), ready);
  const [l1, l2] = [emitter(l1Rpc, ANVIL_ACCOUNT), emitter(l2Rpc, ANVIL_ACCOUNT)];
  const network = {l1: await deployAll('l1', 31337, l1), l2: await deployAll('l2', 412346, l2)};
  const networkFile = path.join(folder, 'network.json');
  writeFileSync(networkFile, JSON.stringify(network));
  await play('l1', l1, network.l1);
  await play('l2', l2, network.l2);

  const ports = Object.fromEntries(await Promise.all(['http', 'admin', 'index', 'metrics'].map(async (name) => [`--${name}-port`, String(await freePort())] as const)));
  const graph = await lineOf(start(process.execPath, ['subgraph/run-gnd.mjs', '--network', networkFile, '--rpc', `31337=${l1Rpc},412346=${l2Rpc}`,
    '--database-url', database.graphUrl as string, '--ipfs', `http://127.0.0.1:${(ipfs.address() as {port: number}).port}`, '--work-dir', path.join(folder, 'graph'), ...Object.entries(ports).flat()]), ready);
  const checks = await checkSubgraph({network, rpc: {l1: l1Rpc, l2: l2Rpc}, subgraphs: graph.subgraphs as {l1: string; l2: string}, state: false});
  for (const check of checks) process.stdout.write(`${JSON.stringify(check)}\n`);
  if (checks.some(({ok}) => !ok)) process.exitCode = 1;
  ipfs.close();
}

if (!existsSync(path.join(root, 'node_modules/@graphprotocol/gnd-linux-x64/bin/gnd'))) {
  process.stderr.write(`Skipped: npm carries no graph-node for ${process.platform}-${process.arch}.\n`);
  process.exit(0);
}
const folder = mkdtempSync(path.join(tmpdir(), 'pobs subgraph '));
try {
  execFileSync(process.execPath, [path.join(root, 'subgraph/prepare.mjs'), '--build'], {stdio: ['ignore', 'ignore', 'inherit']});
  await main(folder);
} finally {
  for (const child of children.toReversed()) {
    child.removeAllListeners('exit');
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  rmSync(folder, {recursive: true, force: true});
}
