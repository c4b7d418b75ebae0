/** `/healthz`, `/metrics` and the reports of judged epochs, on loopback only. */
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {ValidatorError} from '../errors.ts';

export type HealthAnswers = {
  health(): {ok: boolean; [field: string]: unknown};
  metrics(): Promise<string>;
  report(epoch: string): object | undefined;
};

export async function startHealthServer(port: number, answers: HealthAnswers): Promise<{port: number; close(): Promise<void>}> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) => response.writeHead(status, {'content-type': type}).end(body);
    const url = request.url ?? '/';
    const report = /^\/reports\/(\d+)$/.exec(url);
    if (request.method !== 'GET') return void send(405, 'text/plain', 'GET only\n');
    if (url === '/healthz') {
      const health = answers.health();
      return void send(health.ok ? 200 : 503, 'application/json', JSON.stringify(health));
    }
    if (url === '/metrics') {
      return void answers.metrics().then((text) => send(200, 'text/plain; version=0.0.4', text), () => send(500, 'text/plain', 'metrics failed\n'));
    }
    const found = report === null ? undefined : answers.report(report[1]!);
    return void (found === undefined ? send(404, 'text/plain', 'not found\n') : send(200, 'application/json', JSON.stringify(found)));
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ValidatorError({code: 'PORT_UNUSABLE', port, detail: error.code ?? error.message}, {cause: error})));
    server.listen(port, '127.0.0.1', resolve);
  });
}
