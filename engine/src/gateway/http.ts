/** One way to declare an endpoint: its shapes, who may call it, its OpenAPI entry; and one way to refuse. */
import {OpenAPIHono, type z} from '@hono/zod-openapi';
import {toJson} from '@pobs/protocol';
import type {Context} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import type {Address} from 'viem';
import {NodeError} from '../node/errors.ts';
import {ApiError, errorBody} from './errors.ts';
import type {RateLimiter} from './rate-limit.ts';
import {equal, type Sessions} from './sessions.ts';
import {errorAnswer} from './shapes.ts';

const BODY_BYTES_MAX = 64 * 1024;
const encoder = new TextEncoder();

/** An answer that is no JSON, for who accepts it. */
export class Binary {
  constructor(readonly mediaType: string, readonly bytes: Uint8Array<ArrayBuffer>) {}
}

export type Auth = 'public' | 'session' | 'operator';

export type Gate = {
  sessions: Sessions;
  operatorToken: string;
  /** By session wallet or client address; operators are not limited. */
  limits: {bySession: RateLimiter; byAddress: RateLimiter};
  addressOf: (context: Context) => string;
};

export type App = OpenAPIHono;

type Shape = z.ZodType;
type Read<T> = T extends Shape ? z.output<T> : undefined;

export type Endpoint<TParams extends Shape | undefined, TQuery extends Shape | undefined, TBody extends Shape | undefined> = {
  method: 'get' | 'post' | 'delete';
  /** With `{name}` for parameters. */
  path: string;
  summary: string;
  auth: Auth;
  params?: TParams;
  query?: TQuery;
  body?: TBody;
  answer: Shape;
  handle: (input: {params: Read<TParams>; query: Read<TQuery>; body: Read<TBody>; wallet: Address; accepts: (mediaType: string) => boolean}) => unknown;
};

/** Adds an endpoint. `wallet` is the session's; on public and operator endpoints it must not be used. */
export function endpoint<TParams extends Shape | undefined = undefined, TQuery extends Shape | undefined = undefined, TBody extends Shape | undefined = undefined>(
  app: App, gate: Gate, declared: Endpoint<TParams, TQuery, TBody>,
): void {
  document(app, declared);
  const route = declared.path.replace(/\{(\w+)\}/g, ':$1');
  app.on(declared.method.toUpperCase(), route, bodyLimit({maxSize: BODY_BYTES_MAX, onError: () => {
    throw new ApiError(413, 'BODY_TOO_LARGE', `The body may have at most ${BODY_BYTES_MAX} bytes.`);
  }}), async (context) => {
    const wallet = authorise(context, gate, declared.auth);
    const input = {
      wallet,
      accepts: (mediaType: string) => (context.req.header('accept') ?? '').includes(mediaType),
      params: check(declared.params, context.req.param(), 'path'),
      query: check(declared.query, context.req.query(), 'query'),
      body: declared.body ? check(declared.body, await readJson(context), 'body') : undefined,
    } as Parameters<typeof declared.handle>[0];
    const value = await declared.handle(input);
    return value instanceof Binary ? context.body(value.bytes, 200, {'content-type': value.mediaType}) : json(context, value);
  });
}

export function json(context: Context, value: unknown, status: 200 | 503 = 200): Response {
  return context.body(toJson(value), status, {'content-type': 'application/json'});
}

/** Every failure in the documented form; only bugs are 500, and they tell nothing. */
export function onError(log: {error(fields: object, message: string): void}) {
  return (error: Error, context: Context): Response => {
    if (error instanceof ApiError) return context.json(errorBody(error.code, error.message), error.status);
    if (error instanceof NodeError) return context.json(errorBody(error.data.code, error.message), 503);
    log.error({error, path: context.req.path}, 'Request failed');
    return context.json(errorBody('INTERNAL', 'The engine failed to answer; the request may be repeated.'), 500);
  };
}

const NOBODY: Address = '0x0000000000000000000000000000000000000000';

function authorise(context: Context, gate: Gate, auth: Auth): Address {
  const token = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
  if (auth === 'operator') {
    if (token === undefined || !isOperator(token, gate.operatorToken)) throw new ApiError(401, 'UNAUTHORISED', 'The operator token is missing or wrong.');
    return NOBODY;
  }
  const wallet = auth === 'session' && token !== undefined ? gate.sessions.walletOf(token) : undefined;
  const allowed = wallet ? gate.limits.bySession.take(wallet) : gate.limits.byAddress.take(gate.addressOf(context));
  if (!allowed) throw new ApiError(429, 'TOO_MANY_REQUESTS', 'Too many requests: slow down.');
  if (auth === 'session' && wallet === undefined) throw new ApiError(401, 'UNAUTHORISED', 'Sign in first: the session token is missing, wrong or expired.');
  return wallet ?? NOBODY;
}

export const isOperator = (token: string, operatorToken: string): boolean => equal(encoder.encode(token), encoder.encode(operatorToken));

async function readJson(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, 'INVALID_REQUEST', 'The body is no JSON.');
  }
}

function check<T extends Shape | undefined>(shape: T, value: unknown, where: string): Read<T> {
  if (shape === undefined) return undefined as Read<T>;
  const result = shape.safeParse(value);
  if (result.success) return result.data as Read<T>;
  const issue = result.error.issues[0]!;
  throw new ApiError(400, 'INVALID_REQUEST', `${[where, ...issue.path].join('.')}: ${issue.message}.`);
}

function document(app: App, {method, path, summary, auth, params, query, body, answer}: Endpoint<Shape | undefined, Shape | undefined, Shape | undefined>): void {
  const content = (schema: Shape) => ({'application/json': {schema}});
  app.openAPIRegistry.registerPath({
    method, path, summary,
    ...(auth !== 'public' && {security: [{[auth]: []}]}),
    request: {
      ...(params && {params: params as never}),
      ...(query && {query: query as never}),
      ...(body && {body: {content: content(body), required: true}}),
    },
    responses: {
      200: {description: 'Done', content: content(answer)},
      default: {description: 'Refused', content: content(errorAnswer)},
    },
  });
}
