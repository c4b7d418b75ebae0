/** A real chain of its own for a test: anvil on a free port, mining when told to. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createRequire} from 'node:module';
import {createServer} from 'node:net';
import path from 'node:path';
import {createTestClient, http, publicActions, walletActions} from 'viem';

const START_TIMEOUT_MS = 120_000;
const require = createRequire(import.meta.url);

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}

/** The platform's own binary: npm's wrapper would leave it behind when killed. */
function binary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const wrapper = path.dirname(require.resolve('@foundry-rs/anvil/package.json'));
  const manifest = createRequire(path.join(wrapper, 'package.json')).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/package.json`);
  return path.join(path.dirname(manifest), 'bin', 'anvil');
}

export const clientOf = (url: string) =>
  createTestClient({mode: 'anvil', transport: http(url), pollingInterval: 20, cacheTime: 0}).extend(publicActions).extend(walletActions);

export type Anvil = {url: string; port: number; client: ReturnType<typeof clientOf>; stop: () => Promise<void>};

/** `finalized` is the block two before the head. */
export async function startAnvil({chainId, port}: {chainId: number; port?: number}): Promise<Anvil> {
  const at = port ?? await freePort();
  const child: ChildProcess = spawn(binary(), [
    '--host', '127.0.0.1', '--port', String(at), '--chain-id', String(chainId), '--slots-in-an-epoch', '1', '--quiet', '--gas-limit', '1000000000',
  ], {stdio: 'ignore'});
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${at}`;
  const client = clientOf(url);
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`anvil ended with exit code ${child.exitCode}`);
    return client.getChainId().then((id) => id === chainId, () => false);
  }, START_TIMEOUT_MS);
  return {url, port: at, client, stop: async () => {
    child.kill('SIGKILL');
    await exited;
  }};
}

/** Polls until true. @throws after the deadline. */
export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 120_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`not reached within ${timeoutMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
