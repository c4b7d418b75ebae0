/** A chain of its own on a free port. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import path from 'node:path';

export type Anvil = {url: string; chainId: number; stop: () => Promise<void>};

function binary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const wrapper = path.dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));
  const manifest = createRequire(path.join(wrapper, 'package.json')).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/package.json`);
  return path.join(path.dirname(manifest), 'bin', 'anvil');
}

/** Port 0: the system chooses, the node says which. */
export function startAnvil(chainId: number, ...flags: string[]): Promise<Anvil> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(binary(), ['--host', '127.0.0.1', '--port', '0', '--chain-id', String(chainId), '--gas-limit', '1000000000', ...flags], {stdio: ['ignore', 'pipe', 'inherit']});
    const exited = new Promise<void>((done) => child.once('exit', () => done()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code}`)));
    createInterface({input: child.stdout!}).on('line', (line) => {
      const address = /^Listening on (\S+)/.exec(line)?.[1];
      if (address === undefined) return;
      resolve({url: `http://${address}`, chainId, stop: async () => {
        child.kill('SIGKILL');
        await exited;
      }});
    });
  });
}
