import type {IncomingMessage, ServerResponse} from 'node:http';
import {listen, readBody, type HttpServer} from '../../http.ts';
import type {RelayBook} from '../relay/book.ts';
import {RpcError, type Rpc, type RpcRequest, type RpcResponse} from '../rpc.ts';
import {PASS, ShimMethods} from './methods.ts';
import {assertAllowed} from './policy.ts';

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const CORS = {'access-control-allow-origin': '*', 'access-control-allow-headers': '*'};

/** Serves the L2 RPC: the plain node's answers, made into a Nitro node's where they differ. */
export async function startShim(deps: {port: number; l1: Rpc; l2: Rpc; book: RelayBook}): Promise<HttpServer> {
  const methods = new ShimMethods(deps);
  return listen('L2 RPC', deps.port, async (request, response) => answer(deps.l2, methods, request, response));
}

async function answer(l2: Rpc, methods: ShimMethods, request: IncomingMessage, response: ServerResponse) {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, CORS).end();
    return;
  }
  const body = parse((await readBody(request, BODY_BYTES_MAX)).toString());
  const result = Array.isArray(body)
    ? await Promise.all(body.map((call) => answerOne(l2, methods, call)))
    : await answerOne(l2, methods, body);
  response.writeHead(200, {...CORS, 'content-type': 'application/json'}).end(JSON.stringify(result));
}

async function answerOne(l2: Rpc, methods: ShimMethods, call: unknown): Promise<RpcResponse> {
  const request = call as Partial<RpcRequest> | null;
  const id = request?.id ?? null;
  if (typeof request?.method !== 'string') {
    return {jsonrpc: '2.0', id, error: {code: -32600, message: 'invalid request'}};
  }
  try {
    assertAllowed(request.method);
    const params = Array.isArray(request.params) ? request.params : [];
    const result = await methods.handle(request.method, params);
    if (result === PASS) return JSON.parse(await l2.post(JSON.stringify(request))) as RpcResponse;
    return {jsonrpc: '2.0', id, result};
  } catch (error) {
    return {jsonrpc: '2.0', id, error: errorObject(error)};
  }
}

function errorObject(error: unknown): NonNullable<RpcResponse['error']> {
  if (!(error instanceof RpcError)) return {code: -32603, message: String(error)};
  const {code, message, data} = error;
  return data === undefined ? {code, message} : {code, message, data};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
