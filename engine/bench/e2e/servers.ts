/**
 * The processes of `npm start` that an order passes: PostgreSQL, the engine and the gateway it starts, with the same programs and flags.
 * Only the chains are not run: the engine keeps asking for them, and deposits are credited over its link.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {connectEngine} from '../../src/link/client.ts';
import {socketPath} from '../../src/link/socket-path.ts';
import type {EngineLink} from '../../src/link/types.ts';
import {network} from '../trading-network.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const PAUSES = new URL('pauses.mjs', import.meta.url).href;

/** What a process did in one second at worst: milliseconds its event loop stood still, of its garbage collector, of a commit. */
export type Pause = {at: number; name: string; loop: number; collector: number; commit?: number; commits?: number};

export type Servers = {
  url: string;
  folder: string;
  link: EngineLink;
  /** Process ids by name. */
  roots: Readonly<Record<string, number>>;
  stop(): Promise<void>;
};

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Where a program's own messages go: PostgreSQL tells of every start and stop. */
type Errors = 'inherit' | 'ignore';

/** Starts a program that says `{"ready":true,…}` and ends when its standard input does. */
function start(args: readonly string[], errors: Errors, env = process.env): Promise<{child: ChildProcess; ready: Record<string, string>}> {
  const child = spawn(process.execPath, args, {cwd: root, stdio: ['pipe', 'pipe', errors], env});
  child.stdin!.on('error', () => {});
  return new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`${args.join(' ')} ended with exit code ${code} before it was ready`)));
    createInterface({input: child.stdout!}).on('line', (line) => {
      if (line.startsWith('{"ready":true')) resolve({child, ready: JSON.parse(line) as Record<string, string>});
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.stdin!.end();
  await closed;
}

export async function startServers(): Promise<Servers> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-bench-'));
  const dataDir = path.join(folder, 'engine');
  mkdirSync(dataDir);
  const files = {network: path.join(folder, 'network.json'), token: path.join(folder, 'operator-token')};
  writeFileSync(files.network, JSON.stringify(network));
  writeFileSync(files.token, 'operator-token-of-the-bench-network', {mode: 0o600});
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await end(child);
    rmSync(folder, {recursive: true, force: true});
  };
  try {
    const postgres = await start(['--import', 'tsx', 'scripts/network/postgres.ts', '--data-dir', path.join(folder, 'postgres'), '--port', String(await freePort())], 'ignore');
    children.push(postgres.child);
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const engine = await start([
      'engine/bin/pobs-engine.mjs', 'run', '--network', files.network, '--rpc', network.rules.custodies.map(({chainId}) => `${chainId}=${nowhere}`).join(','),
      '--database-url', postgres.ready.url!, '--data-dir', dataDir, '--port', '0', '--operator-token-file', files.token, '--log-level', 'error', '--parent-pipe',
    ], 'inherit', {...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${PAUSES}`, POBS_BENCH_PAUSES: folder});
    children.push(engine.child);
    const link = await connectEngine({path: socketPath(dataDir)});
    const roots = {engine: engine.child.pid!, postgres: postgres.child.pid!};
    return {url: engine.ready.url!, folder, link, roots, stop: async () => {
      link.close();
      await stop();
    }};
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Seconds since a moment (of `Date.now`). */
export function pausesSince({folder}: Pick<Servers, 'folder'>, moment: number): Pause[] {
  const lines = readFileSync(path.join(folder, 'pauses'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Pause).filter(({at}) => at >= moment);
}
