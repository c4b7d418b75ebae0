import {spawn, type ChildProcess} from 'node:child_process';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {Rpc} from './rpc.ts';
import {sleep} from './sleep.ts';

const require = createRequire(import.meta.url);
const START_TIMEOUT_MS = 60_000;

/**
 * Runs a program and kills it as soon as standard input closes, so that a killed parent leaves no orphan.
 * Prints the program's process id first and ends with its exit code.
 */
const WATCHDOG = 'exec 3<&0; "$@" & pid=$!; echo "$pid"; (cat <&3 >/dev/null; kill -9 "$pid" 2>/dev/null) & wait "$pid"; exit $?';

export type AnvilProcess = {
  rpc: Rpc;
  /** Process id of the node itself. */
  pid: number;
  /** Resolves when the node has ended, for whatever reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
};

/** The platform's own binary: npm's wrapper script would survive as a second process. */
export function anvilBinary(): string {
  const wrapper = dirname(require.resolve('@foundry-rs/anvil/package.json'));
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${arch}`;
  try {
    const manifest = createRequire(join(wrapper, 'package.json')).resolve(`${name}/package.json`);
    return join(dirname(manifest), 'bin', 'anvil');
  } catch {
    throw new Error(`Package ${name} is not installed. Run: npm ci`);
  }
}

/**
 * Starts one chain without a block clock and waits until it answers.
 *
 * `--slots-in-an-epoch 1`: `safe` is the block before `latest`, `finalized` the one before that.
 */
export async function startAnvil(options: {
  name: string;
  port: number;
  args: string[];
  log: (line: string) => void;
}): Promise<AnvilProcess> {
  const {name, port, args, log} = options;
  const common = ['--host', '127.0.0.1', '--port', String(port), '--quiet', '--no-mining', '--order', 'fifo'];
  const limits = ['--gas-limit', '1000000000', '--slots-in-an-epoch', '1'];
  const shellArgs = ['-c', WATCHDOG, 'anvil-watchdog', anvilBinary(), ...common, ...limits, ...args];
  // Its own process group: Ctrl-C in the terminal must reach the host only, which saves before it stops the node.
  const child = spawn('/bin/sh', shellArgs, {stdio: ['pipe', 'pipe', 'pipe'], detached: true});
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => undefined);
  child.once('exit', () => child.stdin.end());
  let stopping = false;
  // The shell reports the kill that ends the node; that is no news.
  const errors = collectErrors(child, (line) => void (stopping || log(`${name}: ${line}`)));
  const pid = await firstLineAsPid(child);

  const stop = async (): Promise<void> => {
    stopping = true;
    child.stdin.end();
    await exited;
  };
  const rpc = new Rpc(`http://127.0.0.1:${port}`);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const answered = await rpc.send('eth_chainId').then(
      () => true,
      () => false,
    );
    // Another program on the port would answer as well: the node itself must still be alive.
    if (child.exitCode !== null || !isAlive(pid)) {
      throw new Error(`${name}: anvil did not start on port ${port}. ${errors().trim()}`);
    }
    if (answered) return {rpc, pid, exited, stop};
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`${name}: anvil did not answer on port ${port} within ${START_TIMEOUT_MS} ms`);
    }
    await sleep(20);
  }
}

function firstLineAsPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout?.once('data', (data: Buffer) => resolve(Number(data.toString().trim())));
  });
}

/** Passes standard error on line by line and keeps its end for an error message. */
function collectErrors(child: ChildProcess, log: (line: string) => void): () => string {
  let tail = '';
  child.stderr?.on('data', (data: Buffer) => {
    const text = data.toString();
    tail = (tail + text).slice(-500);
    for (const line of text.split('\n')) if (line.trim() !== '') log(line);
  });
  return () => tail;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
