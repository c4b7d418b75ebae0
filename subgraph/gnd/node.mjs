/** One `gnd dev` process with one chain's subgraph. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const BINARY = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../node_modules/@graphprotocol/gnd-linux-x64/bin/gnd');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** With setpriv the kernel ends graph-node with us, even if we are killed. */
const tied = () => spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;

/**
 * Starts the process. It serves its one subgraph at `url` once it is ready.
 *
 * @param {{dir: string, network: string, rpcUrl: string, databaseUrl: string, ipfs: string, ports: Record<string, string | undefined>}} options -
 *   `dir` holds the filled manifest; ports that are not given are free ones.
 */
export async function startNode({dir, network, rpcUrl, databaseUrl, ipfs, ports}) {
  const port = async (name) => String(ports[name] ?? (await freePort()));
  const httpPort = await port('http');
  const gnd = [BINARY, 'dev', '--manifests', 'subgraph.yaml:.', '--postgres-url', databaseUrl, '--ipfs', ipfs,
    '--ethereum-rpc', `${network}:archive:${rpcUrl}`, '--http-port', httpPort, '--admin-port', await port('admin'),
    '--index-node-port', await port('index'), '--metrics-port', await port('metrics')];
  const [program, ...args] = tied() ? ['setpriv', '--pdeathsig', 'KILL', ...gnd] : gnd;
  // The manifest is named relative to its folder: graph-node splits the argument at commas and colons.
  const child = spawn(program, args, {
    cwd: dir,
    stdio: ['ignore', 2, 2],
    env: {...process.env, GRAPH_LOG: process.env.GRAPH_LOG ?? 'warn', ETHEREUM_POLLING_INTERVAL: '500'},
  });
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 128));
  });
  return {
    url: `http://127.0.0.1:${httpPort}/subgraphs/name/subgraph-0`,
    ended,
    /** At once: on a softer signal graph-node lingers and panics; all it knows is in its database. */
    stop: () => child.kill('SIGKILL'),
  };
}

/** True once the subgraph answers queries. */
export async function answers(url) {
  try {
    const response = await fetch(url, {
      method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({query: '{ meta: _meta { block { number } } }'}),
      signal: AbortSignal.timeout(2_000),
    });
    return (await response.json()).data?.meta !== undefined;
  } catch {
    return false;
  }
}
