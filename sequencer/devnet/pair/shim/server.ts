import type {IncomingMessage, ServerResponse} from 'node:http';
import {listen, readBody, type HttpServer} from '../../http.ts';
import {PASS} from '../pass.ts';
import {RpcError, type Rpc, type RpcRequest, type RpcResponse} from '../rpc.ts';
import {assertAllowed} from './policy.ts';

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const CORS = {'access-control-allow-origin': '*', 'access-control-allow-headers': '*'};

/** Answers a method itself, or leaves it to the next handler and at last to the node by `PASS`. */
export type MethodHandler = (method: string, params: unknown[]) => Promise<unknown>;

type RpcServerDeps = {name: string; port: number; node: Rpc; handlers: readonly MethodHandler[]};

/** Serves a chain's public RPC in front of its node. */
export async function startRpcServer(deps: RpcServerDeps): Promise<HttpServer> {
  return listen(deps.name, deps.port, (request, response) => answer(deps, request, response));
}

async function answer(deps: RpcServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, CORS).end();
    return;
  }
  const body = parse((await readBody(request, BODY_BYTES_MAX)).toString());
  const result = Array.isArray(body)
    ? await Promise.all(body.map((call) => answerOne(deps, call)))
    : await answerOne(deps, body);
  response.writeHead(200, {...CORS, 'content-type': 'application/json'}).end(JSON.stringify(result));
}

async function answerOne({node, handlers}: RpcServerDeps, call: unknown): Promise<RpcResponse> {
  const request = call as Partial<RpcRequest> | null;
  const id = request?.id ?? null;
  if (typeof request?.method !== 'string') {
    return {jsonrpc: '2.0', id, error: {code: -32600, message: 'invalid request'}};
  }
  try {
    assertAllowed(request.method);
    const params = Array.isArray(request.params) ? request.params : [];
    for (const handler of handlers) {
      const result = await handler(request.method, params);
      if (result !== PASS) return {jsonrpc: '2.0', id, result};
    }
    return JSON.parse(await node.post(JSON.stringify(request))) as RpcResponse;
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
