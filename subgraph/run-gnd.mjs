/**
 * Runs the subgraphs of both chains on graph-node (`gnd dev`) until SIGTERM, SIGINT, or the parent's end.
 *
 *   node subgraph/run-gnd.mjs --network network.json --rpc 31337=http://…,412346=http://… --database-url postgresql://u:pw@h:p/db
 *     --ipfs http://… [--work-dir <dir>] [--http-port 18810] [--admin-port 18811] [--index-port 18812] [--metrics-port 18814]
 *
 * `gnd dev` takes the RPC of one chain only, so that each chain has a process and a database (`<db>_l1`, `<db>_l2`) of its
 * own behind one front: `/subgraphs/name/pobs-l1` and `/subgraphs/name/pobs-l2` on 127.0.0.1. graph-node itself would bind
 * all interfaces; where the system allows it runs in a network namespace of its own, and the other ports are not used.
 *
 * Prints one line `{"ready":true,"subgraphs":{"l1":url,"l2":url}}` once both answer; logs go to stderr.
 * Exit codes: 0 stopped, 1 a bug, 2 usage, 3 a dependency is down. Where npm carries no graph-node for this platform
 * it prints `{"ready":true,"skipped":…}` and ends with 0.
 */
import {existsSync, fstatSync, mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {assertReachable, databaseOf} from './gnd/database.mjs';
import {answers, startFront} from './gnd/front.mjs';
import {BINARY, canIsolate, startNode} from './gnd/node.mjs';
import {Refusal} from './gnd/refusal.mjs';
import {build, fill} from './prepare.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

const OPTIONS = {
  network: {type: 'string'}, rpc: {type: 'string'}, 'database-url': {type: 'string'}, ipfs: {type: 'string'},
  'work-dir': {type: 'string', default: path.join(here, 'build/run')},
  'http-port': {type: 'string', default: '18810'}, 'admin-port': {type: 'string', default: '18811'},
  'index-port': {type: 'string', default: '18812'}, 'metrics-port': {type: 'string', default: '18814'},
  // graph-node opens no WebSocket port any more; accepted so that one list of ports serves all programs.
  'ws-port': {type: 'string'}, 'parent-pipe': {type: 'boolean'},
};

function readOptions() {
  let values;
  try {
    ({values} = parseArgs({options: OPTIONS}));
  } catch (error) {
    throw new Refusal(2, `${error.message.split('.')[0]}.`);
  }
  for (const name of ['network', 'rpc', 'database-url', 'ipfs']) {
    if (values[name] === undefined) throw new Refusal(2, `--${name} is missing.`);
  }
  return values;
}

function readNetwork(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Refusal(2, `The network file ${file} cannot be read: ${error.message}`);
  }
}

function rpcOf(text, chainId) {
  const entry = text.split(',').find((part) => part.startsWith(`${chainId}=`));
  if (entry === undefined) throw new Refusal(2, `--rpc names no URL for chain ${chainId}.`);
  return entry.slice(entry.indexOf('=') + 1);
}

/** Resolves true once every subgraph answers, false when `stopped` says so. @throws {Refusal} After two minutes. */
async function untilServing(urls, stopped) {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!stopped()) {
    if ((await Promise.all(urls.map(answers))).every(Boolean)) return true;
    if (Date.now() > deadline) throw new Refusal(3, `graph-node served no subgraph within ${READY_TIMEOUT_MS / 1_000} s; its log stands above.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

async function main() {
  if (!existsSync(BINARY)) {
    process.stdout.write(`${JSON.stringify({ready: true, skipped: `npm carries no graph-node for ${process.platform}-${process.arch}; subgraphs are skipped`})}\n`);
    return 0;
  }
  const options = readOptions();
  const network = readNetwork(options.network);
  await assertReachable(options['database-url']);
  await build();
  const workDir = path.resolve(options['work-dir']);
  mkdirSync(workDir, {recursive: true});
  const subgraphs = fill(network, workDir);
  const nodes = [];
  let stopping = false;
  const stop = () => {
    stopping = true;
    for (const node of nodes) node.stop();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.on('end', stop).on('close', stop).resume();
  process.on('exit', () => nodes.forEach((node) => node.stop()));

  const isolate = canIsolate();
  if (!isolate) process.stderr.write('graph-node listens on all interfaces: no network namespace can be made here to keep it apart.\n');
  for (const {chain, dir, network: name, chainId} of subgraphs) {
    const given = {admin: options['admin-port'], index: options['index-port'], metrics: options['metrics-port']};
    nodes.push(await startNode({
      dir, network: name, rpcUrl: rpcOf(options.rpc, chainId), databaseUrl: await databaseOf(options['database-url'], chain),
      ipfs: options.ipfs, ports: nodes.length === 0 ? given : {},
    }, isolate));
  }
  const front = await startFront(Number(options['http-port']), Object.fromEntries(subgraphs.map(({chain}, i) => [`/subgraphs/name/pobs-${chain}`, nodes[i].target])));
  const urls = Object.fromEntries(subgraphs.map(({chain}) => [chain, `http://127.0.0.1:${options['http-port']}/subgraphs/name/pobs-${chain}`]));
  const first = Promise.race(nodes.map(({ended}) => ended));
  let gone = false;
  first.then(() => (gone = true), () => {});
  if (await untilServing(Object.values(urls), () => stopping || gone)) {
    process.stdout.write(`${JSON.stringify({ready: true, subgraphs: urls})}\n`);
  }
  const code = await first;
  if (!stopping) throw new Refusal(3, `graph-node ended with exit code ${code}; its log stands above.`);
  await Promise.all(nodes.map(({ended}) => ended));
  front.close();
  return 0;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`✗ ${error.message}\n`);
  process.exit(error instanceof Refusal ? error.code : 1);
}
