/** The sequencer's own small server: encrypted mapping files, health and metrics. Binds 127.0.0.1. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {SequencerError} from '../errors.ts';
import type {Logger} from '../services/ports.ts';

export type HttpServerDeps = {
  /** The encrypted mapping file of an epoch, for today's validators; undefined when there is none. */
  mapping: (epoch: bigint) => Promise<Uint8Array | undefined>;
  health: () => Promise<{ok: boolean} & Record<string, unknown>>;
  metrics: () => Promise<{type: string; text: string}>;
  logger: Logger;
};

export type RunningServer = {port: number; close(): Promise<void>};

/** @throws {SequencerError} `PORT_IN_USE` */
export async function serve(port: number, deps: HttpServerDeps): Promise<RunningServer> {
  const server = createServer((request, response) => {
    answer(request, response, deps).catch((error: unknown) => {
      deps.logger.error({error}, 'Request failed');
      if (!response.headersSent) json(response, 500, {error: {code: 'INTERNAL', message: 'The request failed.'}});
      else response.destroy();
    });
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

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? new SequencerError({code: 'PORT_IN_USE', port}, {cause: error}) : error));
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, {mapping: mappingOf, health, metrics}: HttpServerDeps): Promise<void> {
  const {pathname} = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(response, 405, {error: {code: 'METHOD_NOT_ALLOWED', message: 'Use GET.'}});
  const mapping = /^\/mapping\/([1-9]\d{0,18})$/.exec(pathname);
  if (mapping) {
    const bytes = await mappingOf(BigInt(mapping[1]!));
    if (!bytes) return json(response, 404, {error: {code: 'UNKNOWN_EPOCH', message: `There is no mapping file of epoch ${mapping[1]}.`}});
    response.writeHead(200, {'content-type': 'application/octet-stream', 'content-length': bytes.length, 'cache-control': 'no-cache'});
    response.end(bytes);
    return;
  }
  if (pathname === '/healthz') {
    const state = await health();
    return json(response, state.ok ? 200 : 503, state);
  }
  if (pathname === '/metrics') {
    const {type, text} = await metrics();
    response.writeHead(200, {'content-type': type}).end(text);
    return;
  }
  json(response, 404, {error: {code: 'NOT_FOUND', message: 'There are /mapping/{epoch}, /healthz and /metrics.'}});
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)));
}
