/** One way to declare an endpoint: its shapes, who may call it, its OpenAPI entry; and one way to refuse. */
import {OpenAPIHono, type z} from '@hono/zod-openapi';
import {toJson} from '@pobs/protocol';
import type {Context} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import type {Address} from 'viem';
import {NodeError} from '../node/errors.ts';
import {errorAnswer} from './api/answers.ts';
import type {Method} from './api/declare.ts';
import type {Gate} from './auth/gate.ts';
import type {Identity, Scope} from './auth/identity.ts';
import {ApiError, ERROR_STATUS, type ErrorCode, errorBody, type ErrorStatus} from './errors.ts';

const BODY_BYTES_MAX = 64 * 1024;
const METHODS_WITH_BODY: readonly string[] = ['post', 'put', 'patch'];

/** An answer that is no JSON, for who accepts it. */
export class Binary {
  constructor(readonly mediaType: string, readonly bytes: Uint8Array<ArrayBuffer>) {}
}

export type Auth = 'public' | 'operator' | Scope;
export type App = OpenAPIHono;

type Shape = z.ZodType;
type Read<T> = T extends Shape ? z.output<T> : undefined;

export type Endpoint<TParams extends Shape | undefined, TQuery extends Shape | undefined, TBody extends Shape | undefined> = {
  method: Method;
  /** With `{name}` for parameters. */
  path: string;
  summary: string;
  auth: Auth;
  params?: TParams;
  query?: TQuery;
  body?: TBody;
  answer: Shape;
  example?: object;
  /** Codes beyond those every endpoint may answer with. */
  refusals?: readonly ErrorCode[];
  bodyBytesMax?: number;
  /** Tokens; 1 unless said. */
  cost?: number;
  handle: (input: Input<TParams, TQuery, TBody>) => unknown;
};

type Input<TParams, TQuery, TBody> = {
  params: Read<TParams>;
  query: Read<TQuery>;
  body: Read<TBody>;
  /** Of the caller; on public and operator endpoints nobody's. */
  wallet: Address;
  identity: Identity;
  accepts: (mediaType: string) => boolean;
  /** Takes tokens beyond the one of the endpoint. @throws {ApiError} */
  charge: (cost: number) => void;
};

export function endpoint<TParams extends Shape | undefined = undefined, TQuery extends Shape | undefined = undefined, TBody extends Shape | undefined = undefined>(
  app: App, gate: Gate, declared: Endpoint<TParams, TQuery, TBody>,
): void {
  document(app, declared);
  const {method, path, bodyBytesMax = BODY_BYTES_MAX} = declared;
  const limit = bodyLimit({maxSize: bodyBytesMax, onError: () => {
    throw new ApiError('BODY_TOO_LARGE', `The body may have at most ${bodyBytesMax} bytes.`);
  }});
  app.on(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'), limit, async (context) => {
    const text = METHODS_WITH_BODY.includes(method) ? await context.req.text() : '';
    const {identity, charge} = gate.authorise(requestOf(context, text), declared.auth, declared.cost ?? 1);
    const input = {
      wallet: identity.wallet, identity, charge,
      accepts: (mediaType: string) => (context.req.header('accept') ?? '').includes(mediaType),
      params: check(declared.params, context.req.param(), 'path'),
      query: check(declared.query, context.req.query(), 'query'),
      body: declared.body ? check(declared.body, parseJson(text), 'body') : undefined,
    } as unknown as Input<TParams, TQuery, TBody>;
    const value = await declared.handle(input);
    return value instanceof Binary ? context.body(value.bytes, 200, {'content-type': value.mediaType}) : json(context, value);
  });
}

/** What the gate looks at. */
function requestOf(context: Context, body: string) {
  const url = new URL(context.req.url);
  return {method: context.req.method, path: `${url.pathname}${url.search}`, header: (name: string) => context.req.header(name), body, context};
}

export function json(context: Context, value: unknown, status: 200 | 503 = 200): Response {
  return context.body(toJson(value), status, {'content-type': 'application/json'});
}

/** Every failure in the documented form; only bugs are 500, and they tell nothing. */
export function onError(log: {error(fields: object, message: string): void}) {
  return (error: Error, context: Context): Response => {
    const {status, body, retryAfterMs} = refusalOf(error) ?? bug(log, error, context.req.path);
    const headers = {'content-type': 'application/json', ...(retryAfterMs !== undefined && {'retry-after': String(Math.ceil(retryAfterMs / 1_000))})};
    return context.body(toJson(body), status, headers);
  };
}

/** An expected refusal in the documented form; `undefined` for a bug. */
export function refusalOf(error: unknown): {status: ErrorStatus; body: ReturnType<typeof errorBody>; retryAfterMs?: number} | undefined {
  if (error instanceof ApiError) {
    const {retryAfterMs} = (error.details ?? {}) as {retryAfterMs?: number};
    return {status: error.status, body: errorBody(error.code, error.message, error.details), ...(retryAfterMs !== undefined && {retryAfterMs})};
  }
  if (error instanceof NodeError) return {status: 503, body: errorBody(error.data.code, error.message), retryAfterMs: 1_000};
  return undefined;
}

export function bug(log: {error(fields: object, message: string): void}, error: unknown, where: string): {status: 500; body: ReturnType<typeof errorBody>; retryAfterMs?: number} {
  log.error({error, path: where}, 'Request failed');
  return {status: 500, body: errorBody('INTERNAL', 'The engine failed to answer; the request may be repeated.')};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw new ApiError('INVALID_REQUEST', 'The body is no JSON.');
  }
}

/** The value in its shape. @throws {ApiError} naming the first field that does not fit. */
export function check<T extends Shape | undefined>(shape: T, value: unknown, where: string): Read<T> {
  if (shape === undefined) return undefined as Read<T>;
  const result = shape.safeParse(value);
  if (result.success) return result.data as Read<T>;
  const issue = result.error.issues[0]!;
  throw new ApiError('INVALID_REQUEST', `${[where, ...issue.path].join('.')}: ${issue.message}.`);
}

const EVERYWHERE: readonly ErrorCode[] = ['INVALID_REQUEST', 'TOO_MANY_REQUESTS', 'ENGINE_BUSY', 'ENGINE_STOPPED', 'ENGINE_AWAY'];
const SIGNED_IN: readonly ErrorCode[] = ['UNAUTHORISED', 'SIGNATURE_INVALID', 'OUTSIDE_WINDOW', 'REPLAYED', 'SCOPE_MISSING'];

function document(app: App, declared: Endpoint<Shape | undefined, Shape | undefined, Shape | undefined>): void {
  const {method, path, summary, auth, params, query, body, answer, example, refusals = []} = declared;
  const content = (schema: Shape, of?: object) => ({'application/json': {schema, ...(of && {example: of})}});
  app.openAPIRegistry.registerPath({
    method, path, summary,
    ...(auth !== 'public' && {security: auth === 'operator' ? [{operator: []}] : [{session: []}, {signedRequest: []}], description: auth === 'operator' ? 'For the operator.' : `Scope: ${auth}.`}),
    request: {
      ...(params && {params: params as never}),
      ...(query && {query: query as never}),
      ...(body && {body: {content: content(body, example), required: true}}),
    },
    responses: {200: {description: 'Done', content: content(answer)}, ...errorAnswers([...EVERYWHERE, ...(auth === 'public' ? [] : SIGNED_IN), ...refusals])},
  });
}

/** One answer per status, naming its codes. */
function errorAnswers(codes: readonly ErrorCode[]): Record<string, {description: string; content: object}> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) byStatus.set(ERROR_STATUS[code], [...byStatus.get(ERROR_STATUS[code]) ?? [], code]);
  return Object.fromEntries([...byStatus].sort(([a], [b]) => a - b)
    .map(([status, own]) => [String(status), {description: own.join(', '), content: {'application/json': {schema: errorAnswer}}}]));
}
