/** The lasting local network of `npm start`. */
import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, rmSync, unlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {LocalNetwork, ROOT, VALIDATORS} from './local-network.ts';
import {fixedPorts} from './ports.ts';
import {keyOf} from './accounts.ts';

const STATE_DIR = path.join(ROOT, '.pobs');
const LOCK = path.join(ROOT, '.pobs.lock');

/** Exit code. */
export async function runForever({fresh}: {fresh: boolean}): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const holder = lockHolder();
  if (holder !== undefined) {
    process.stderr.write(`✗ The network already runs here (process ${holder}): stop it first.\n`);
    return 2;
  }
  const {ports, refusals} = await fixedPorts(process.env);
  if (refusals.length > 0) {
    for (const {message} of refusals) process.stderr.write(`✗ ${message}\n`);
    return 2;
  }
  if (fresh) rmSync(STATE_DIR, {recursive: true, force: true});
  // It has said in one sentence what is wrong.
  const {status} = spawnSync(process.execPath, ['scripts/prepare.mjs', 'web', 'subgraph'], {cwd: ROOT, stdio: 'inherit'});
  if (status !== 0) return status ?? 130;
  writeFileSync(LOCK, String(process.pid));

  const started = performance.now();
  const network = new LocalNetwork({
    stateDir: STATE_DIR, ports, l1BlockSeconds: 2, l2BlockSeconds: 1, withdrawEvery: {l1: 4, l2: 1}, maxAgeSeconds: 600, termSeconds: 86_400, rewardSeconds: 15, say,
  });
  let stopping = false;
  const interrupted = new Promise<number>((resolve) => {
    // Ctrl-C reaches the children too: their end is then no failure.
    const on = (signal: NodeJS.Signals, code: number) => process.once(signal, () => {
      stopping = true;
      resolve(code);
    });
    on('SIGINT', 130);
    on('SIGTERM', 0);
  });
  try {
    const code = await Promise.race([interrupted, up(network).then(() => {
      say(`Ready in ${((performance.now() - started) / 1_000).toFixed(1)} s.\n\n${table(network)}\n`);
      return Promise.race([interrupted, firstFailure(network, () => stopping)]);
    })]);
    say('Stopping …');
    return code;
  } finally {
    await network.stopAll();
    unlinkSync(LOCK);
  }
}

/** The process that holds this folder's network, unless it is gone. */
function lockHolder(): number | undefined {
  if (!existsSync(LOCK)) return undefined;
  const pid = Number(readFileSync(LOCK, 'utf8'));
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.ts') ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function up(network: LocalNetwork): Promise<void> {
  await Promise.all([network.startPair(), network.startDatabase()]);
  await network.deploy();
  await network.registerValidators();
  await network.startEngine();
  await Promise.all([
    network.startGraph(),
    network.startWeb(),
    ...Array.from({length: VALIDATORS}, (_, i) => network.startValidator(i + 1)),
  ]);
  const sequencer = await network.startSequencer('--interval-seconds', '15', '--l1-every', '4');
  sequencer.onLine((line) => {
    const text = epochLine(line);
    if (text) network.options.say(text);
  });
}

/** One line per finished epoch. */
function epochLine(line: Record<string, unknown>): string | undefined {
  if (line.stage !== 'final') return undefined;
  return `epoch ${String(line.epoch)} · ${String(line.outcome ?? 'approved')} · ${(Number(line.totalMs ?? line.ms) / 1_000).toFixed(1)} s`;
}

function firstFailure(network: LocalNetwork, stopping: () => boolean): Promise<number> {
  return Promise.race([...network.services].map(async ([name, service]) => {
    const code = await service.exited;
    if (service.stopping || stopping()) return new Promise<number>(() => {});
    process.stderr.write(`✗ ${name} stopped with exit code ${code}: ${service.lastErrors()}\n`);
    return 3;
  }));
}

function table(network: LocalNetwork): string {
  const {ports} = network.options;
  const at = (port: number, rest = '') => `http://127.0.0.1:${port}${rest}`;
  const rows: [string, string, string][] = [
    ['web app', at(ports.web), 'coverage, epochs, validators, trade, verify, portfolio, exit'],
    ['GraphQL', at(ports.engine, '/graphql'), '{ epochs(first: 3) { edges { node { number status } } } }'],
    ['REST, WebSocket', at(ports.engine), 'OpenAPI at /openapi.json, stream at /v1/stream'],
    ...(network.services.has('graph-node') ? [['subgraphs', at(ports.graph), '/subgraphs/name/pobs-l1 and pobs-l2'] as [string, string, string]] : []),
    ['L1 RPC (31337)', network.pair.l1Rpc, `custody ${network.network.l1.custody}`],
    ['L2 RPC (412346)', network.pair.l2Rpc, `custody ${network.network.l2.custody}`],
    ['beacon', network.pair.beaconUrl, 'drand\'s interface and scheme, simulated by one local key'],
    ['time', `${network.pair.controlUrl}/pass-time`, 'POST {"seconds": 86400}: both chains, simulated; terms last a day, draws follow half an hour later'],
    ['storage gateway', network.pair.storageUrl, 'Arweave and IPFS, simulated locally'],
    ['mapping files', network.mappingUrl, '/mapping/<epoch>, encrypted to the validators'],
    ['a funded key', keyOf('alice'), 'development key: import it into a wallet'],
    ['recompute an epoch', 'npx pobs-validator verify 1', `--network .pobs/network.json --rpc ${network.rpcFlag} …`],
    ['state, logs', '.pobs/, .pobs/logs/', 'npm start -- --fresh forgets them'],
  ];
  const width = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([name, where, what]) => `${name.padEnd(width[0]!)}  ${where.padEnd(width[1]!)}  ${what}`).join('\n');
}
