import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type HttpServer = {url: string; port: number; close(): Promise<void>};
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An error with the HTTP status that tells the client what was wrong. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/**
 * Serves on 127.0.0.1. Port 0 takes a free one.
 *
 * @throws Error with one sentence when the port is in use.
 */
export async function listen(name: string, port: number, handler: HttpHandler): Promise<HttpServer> {
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => {
      const status = error instanceof HttpError ? error.status : 500;
      const message = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) response.writeHead(status, {'content-type': 'text/plain'});
      response.end(message);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new Error(`${name}: port ${port} is in use. Stop the other program or choose another port.`) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const {port: bound} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @throws HttpError 413 above `bytesMax`. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > bytesMax) throw new HttpError(413, `body larger than ${bytesMax} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = await listen('probe', 0, async () => undefined);
  await server.close();
  return server.port;
}

/** @throws Error with one sentence when the port is in use; `listen` reports the same for its own. */
export async function assertPortFree(name: string, port: number): Promise<void> {
  const probe = await listen(name, port, async () => undefined);
  await probe.close();
}
