import type {IncomingMessage, ServerResponse} from 'node:http';
import {HttpError, readBody} from '../http.ts';

/** Largest accepted body: a CAR of one published file. */
const BODY_BYTES_MAX = 1024 * 1024 * 1024;

const CORS_HEADERS = ['origin', 'headers', 'methods'];

export type RouteContext = {
  request: IncomingMessage;
  response: ServerResponse;
  /** Groups of the route's pattern. */
  params: string[];
  query: URLSearchParams;
  body(): Promise<Buffer>;
};
export type Route = {method: string; pattern: RegExp; handle(context: RouteContext): Promise<void>};

export async function route(routes: readonly Route[], request: IncomingMessage, response: ServerResponse) {
  // A page in a browser may verify what it reads here.
  for (const name of CORS_HEADERS) response.setHeader(`access-control-allow-${name}`, '*');
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end();
    return;
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  // arweave-js joins its base path and the endpoint with two slashes.
  const path = decodeURIComponent(url.pathname.replace(/^\/+/, '/'));
  for (const {method, pattern, handle} of routes) {
    const match = request.method === method ? pattern.exec(path) : null;
    if (match === null) continue;
    const params = match.slice(1).map((group) => group ?? '');
    const body = (): Promise<Buffer> => readBody(request, BODY_BYTES_MAX);
    return handle({request, response, params, query: url.searchParams, body});
  }
  throw new HttpError(404, 'Not Found.');
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(value));
}

export function sendText(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, {'content-type': 'text/plain'}).end(text);
}

export function sendBytes(response: ServerResponse, bytes: Uint8Array, contentType: string): void {
  response.writeHead(200, {'content-type': contentType, 'content-length': bytes.length}).end(bytes);
}

/** @throws HttpError 400 when the body is no JSON object. */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the one error below.
  }
  throw new HttpError(400, 'Expected a JSON object.');
}
