/** One `gnd dev` process with one chain's subgraph. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {bridge} from './inside.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const BINARY = path.join(here, '../../node_modules/@graphprotocol/gnd-linux-x64/bin/gnd');
const INSIDE = ['unshare', '--user', '--map-root-user', '--net', process.execPath, path.join(here, 'inside.mjs')];
/** Ports inside a namespace of its own; any would do. */
const PORTS = {http: '8000', admin: '8020', index: '8030', metrics: '8040'};
const INNER = {rpc: 8545, postgres: 5432, ipfs: 5001};

const succeeds = ([program, ...args]) => spawnSync(program, args, {timeout: 10_000}).status === 0;

/** Whether graph-node can be kept off the network here. */
export const canIsolate = () => succeeds([...INSIDE, '--probe']);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** With setpriv the kernel ends graph-node with its parent, even if that is killed. */
const tied = (command) => (succeeds(['setpriv', '--pdeathsig', 'KILL', 'true']) ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command);

// The manifest is named relative to its folder: graph-node splits the argument at commas and colons.
const commandOf = ({network, rpcUrl, ipfs}, ports) => [
  BINARY, 'dev', '--manifests', 'subgraph.yaml:.', '--ipfs', ipfs, '--ethereum-rpc', `${network}:archive:${rpcUrl}`,
  '--http-port', ports.http, '--admin-port', ports.admin, '--index-node-port', ports.index, '--metrics-port', ports.metrics,
];

/** The database URL holds a password: it goes where other users of the machine do not see it. */
const environment = (databaseUrl) => ({...process.env, POSTGRES_URL: databaseUrl, GRAPH_LOG: process.env.GRAPH_LOG ?? 'warn', ETHEREUM_POLLING_INTERVAL: '500'});

/** The handle of a started process. At once, when stopped: on a softer signal graph-node lingers and panics; all it knows is in its database. */
function handle(child, target, cleanUp = () => {}) {
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 128));
  });
  ended.then(cleanUp);
  return {target: {path: '/subgraphs/name/subgraph-0', ...target}, ended, stop: () => child.kill('SIGTERM')};
}

/**
 * Starts the process.
 *
 * @param {{dir: string, network: string, rpcUrl: string, databaseUrl: string, ipfs: string, ports: Record<string, string | undefined>}} options -
 *   `dir` holds the filled manifest; ports that are not given are free ones.
 * @param {boolean} isolate - In a network namespace of its own.
 * @returns {Promise<{target: object, ended: Promise<number>, stop: () => void}>} `target` for `http.request`.
 */
export async function startNode(options, isolate) {
  // A name behind TLS cannot be moved to a local port.
  const urls = [options.rpcUrl, options.databaseUrl, options.ipfs].map((text) => new URL(text));
  if (isolate && urls.every(({protocol}) => protocol !== 'https:')) return startInside(options, urls);
  const port = async (name) => String(options.ports[name] ?? (await freePort()));
  const ports = {http: await port('http'), admin: await port('admin'), index: await port('index'), metrics: await port('metrics')};
  const [program, ...args] = tied(commandOf(options, ports));
  const child = spawn(program, args, {cwd: options.dir, stdio: ['ignore', 2, 2], env: environment(options.databaseUrl)});
  const {stop: _soft, ...rest} = handle(child, {host: '127.0.0.1', port: Number(ports.http)});
  return {...rest, stop: () => child.kill('SIGKILL')};
}

/** A private folder whose sockets' paths fit into the 107 bytes that the system gives them. */
function socketFolder(dir) {
  const beside = path.join(dir, 'sockets');
  if (Buffer.byteLength(path.join(beside, 'postgres')) > 107) return mkdtempSync(path.join(tmpdir(), 'gnd-'));
  mkdirSync(beside, {mode: 0o700});
  return beside;
}

async function startInside(options, urls) {
  const sockets = socketFolder(options.dir);
  const socketOf = (name) => path.join(sockets, name);
  const servers = [];
  const moved = {};
  for (const [i, [name, innerPort]] of Object.entries(INNER).entries()) {
    const url = urls[i];
    servers.push(await bridge({path: socketOf(name)}, {host: url.hostname, port: Number(url.port || (name === 'postgres' ? innerPort : 80))}));
    url.hostname = '127.0.0.1';
    url.port = String(innerPort);
    moved[name] = url.href;
  }
  const command = tied(commandOf({network: options.network, rpcUrl: moved.rpc, ipfs: moved.ipfs}, PORTS));
  const [program, ...args] = [...INSIDE, JSON.stringify({
    command, cwd: options.dir, inward: {[socketOf('http')]: Number(PORTS.http)},
    outward: Object.fromEntries(Object.entries(INNER).map(([name, port]) => [socketOf(name), port])),
  })];
  const child = spawn(program, args, {cwd: options.dir, stdio: ['pipe', 2, 2], env: environment(moved.postgres)});
  child.stdin.on('error', () => {});
  return handle(child, {socketPath: socketOf('http')}, () => {
    for (const server of servers) server.close();
    rmSync(sockets, {recursive: true, force: true});
  });
}
