/** `next start` of the built app on a free port, for tests of the web alone. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import path from 'node:path';

const web = path.resolve(import.meta.dirname, '..');
const READY_TIMEOUT_MS = 30_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as {port: number};
  server.close();
  await once(server, 'close');
  return port;
}

/** @throws When the app does not answer within 30 s. */
export async function startWeb(env: Readonly<Record<string, string>>): Promise<{url: string; stop: () => Promise<void>}> {
  const port = await freePort();
  const child = spawn(process.execPath, [path.resolve(web, '../node_modules/next/dist/bin/next'), 'start', web, '-H', '127.0.0.1', '-p', String(port)], {
    env: {...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env},
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(url, child);
  return {
    url,
    stop: async () => {
      const gone = once(child, 'exit');
      if (child.kill('SIGTERM')) await gone;
    },
  };
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await fetch(`${url}/icon.svg`, {signal: AbortSignal.timeout(2_000)});
      return;
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`next start ended with exit code ${child.exitCode}`, {cause: error});
      if (Date.now() > deadline) throw new Error('next start did not answer in 30 s', {cause: error});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
