/** A real PostgreSQL for tests: `DATABASE_URL`, or the one that npm carries, as a process of its own. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createServer} from 'node:net';
import path from 'node:path';
import {createInterface} from 'node:readline';

const SCRIPT = path.resolve(import.meta.dirname, '../../scripts/network/postgres.ts');

export type TestDatabase = {url: string; stop(): Promise<void>};

export async function startDatabase(dir: string): Promise<TestDatabase> {
  const external = process.env.DATABASE_URL;
  if (external) return {url: external, stop: () => Promise.resolve()};
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, '--data-dir', dir, '--port', String(await freePort())], {stdio: ['pipe', 'pipe', 'pipe']});
  const errors: string[] = [];
  createInterface({input: child.stderr}).on('line', (line) => errors.push(line));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({input: child.stdout}).on('line', (line) => line.startsWith('{') && resolve((JSON.parse(line) as {url: string}).url));
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${errors.slice(-3).join(' | ')}`)));
  });
  return {url, stop: () => stopped(child)};
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as {port: number};
  await new Promise((resolve) => server.close(resolve));
  return port;
}
