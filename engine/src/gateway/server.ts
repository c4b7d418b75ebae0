/** REST, WebSocket and GraphQL on one port of this machine. */
import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';
import {getConnInfo} from '@hono/node-server/conninfo';
import {serve} from '@hono/node-server';
import {OpenAPIHono} from '@hono/zod-openapi';
import {PobsError} from '@pobs/protocol';
import {cors} from 'hono/cors';
import {accountRoutes, orderRoutes, sessionRoutes, withdrawalRoutes} from './account-routes.ts';
import {ApiError, errorBody} from './errors.ts';
import {type App, type Gate, json, onError} from './http.ts';
import {marketRoutes} from './market-routes.ts';
import {Metrics} from './metrics.ts';
import {operatorRoutes} from './operator-routes.ts';
import type {EnginePort, HealthPort, MarketReads} from './ports.ts';
import {RateLimiter} from './rate-limit.ts';
import {Sessions} from './sessions.ts';
import {Stream} from './stream.ts';

const LIMITS = {bySession: {perSecond: 200, burst: 400}, byAddress: {perSecond: 200, burst: 1_000}};
const LOOPBACK_ORIGIN = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
const HOST = '127.0.0.1';

export type GatewayOptions = {
  port: number;
  operatorToken: string;
  sessionSecret: Uint8Array;
  /** Origins of the web app; empty: any on this machine. */
  webOrigins: readonly string[];
};

export type GatewayDeps = {
  engine: EnginePort;
  reads: MarketReads;
  health: HealthPort;
  graphql: (request: Request) => Response | Promise<Response>;
  log: {error(fields: object, message: string): void};
  now?: () => number;
};

export class GatewayError extends PobsError<{code: 'PORT_IN_USE'; port: number}> {}

export type Gateway = {url: string; close(): Promise<void>};

/** @throws {GatewayError} when the port is taken. */
export async function startGateway(options: GatewayOptions, deps: GatewayDeps): Promise<Gateway> {
  const {engine, health, now = Date.now} = deps;
  const domains = options.webOrigins.length === 0 ? [] : [...options.webOrigins.map((origin) => new URL(origin).host), `${HOST}:${options.port}`, `localhost:${options.port}`];
  const sessions = new Sessions({secret: options.sessionSecret, domains}, {now});
  const gate: Gate = {
    sessions,
    operatorToken: options.operatorToken,
    limits: {bySession: new RateLimiter(LIMITS.bySession, {now}), byAddress: new RateLimiter(LIMITS.byAddress, {now})},
    addressOf: (context) => getConnInfo(context).remote.address ?? 'unknown',
  };
  const stream = new Stream({engine, sessions});
  const metrics = new Metrics({engine, health, connections: () => stream.connections});
  const app = buildApp({gate, metrics, webOrigins: options.webOrigins}, deps);
  const server = await listen(app, options.port);
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (new URL(message.url ?? '/', 'http://engine').pathname === '/v1/stream') stream.upgrade(message, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : options.port;
  return {
    url: `http://${HOST}:${port}`,
    close: () => new Promise((resolve) => {
      stream.close();
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function buildApp({gate, metrics, webOrigins}: {gate: Gate; metrics: Metrics; webOrigins: readonly string[]}, {engine, reads, health, graphql, log}: GatewayDeps): App {
  const app = new OpenAPIHono();
  app.onError(onError(log));
  app.notFound((context) => context.json(errorBody('NOT_FOUND', `There is nothing at ${context.req.method} ${context.req.path}; see /openapi.json.`), 404));
  app.use(async (context, next) => {
    const started = performance.now();
    await next();
    metrics.answered(context.res.status, (performance.now() - started) / 1_000);
  });
  app.use(cors({
    origin: (origin) => (webOrigins.length === 0 ? LOOPBACK_ORIGIN.test(origin) : webOrigins.includes(origin)) ? origin : null,
    allowMethods: ['GET', 'POST', 'DELETE'], allowHeaders: ['authorization', 'content-type'], maxAge: 600,
  }));
  sessionRoutes(app, {gate, engine, reads});
  accountRoutes(app, {gate, engine, reads});
  orderRoutes(app, {gate, engine, reads});
  withdrawalRoutes(app, {gate, engine, reads});
  marketRoutes(app, {gate, engine, reads});
  operatorRoutes(app, {gate, engine, health});
  app.get('/healthz', async (context) => {
    const answer = await healthOf(engine, health);
    return json(context, answer, answer.ok ? 200 : 503);
  });
  app.get('/metrics', async (context) => context.text(await metrics.registry.metrics(), 200, {'content-type': metrics.registry.contentType}));
  app.on(['GET', 'POST', 'OPTIONS'], '/graphql', (context) => {
    if (!gate.limits.byAddress.take(gate.addressOf(context))) throw new ApiError(429, 'TOO_MANY_REQUESTS', 'Too many requests: slow down.');
    return graphql(context.req.raw);
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {type: 'http', scheme: 'bearer'});
  app.openAPIRegistry.registerComponent('securitySchemes', 'operator', {type: 'http', scheme: 'bearer'});
  app.doc31('/openapi.json', {openapi: '3.1.0', info: {title: 'Proof-of-Balance-Sheet engine', version: '1'}});
  return app;
}

async function healthOf(engine: EnginePort, health: HealthPort) {
  const chains = health.chains();
  const [database, state] = await Promise.all([
    health.database(),
    engine.chains().then(() => undefined, (error: unknown) => (error instanceof Error ? error.message : String(error))),
  ]);
  const projections = health.projections();
  const ok = database && state === undefined && projections.problem === undefined && chains.every((chain) => chain.state === 'following');
  return {
    ok,
    engine: state === undefined ? {ok: true} : {ok: false, problem: state},
    database: {ok: database},
    projections: {ok: projections.problem === undefined, ...projections},
    chains: chains.map(({chainId, state: following, head, creditedBlock, problem}) => ({
      chainId, state: following, headBlock: head?.number ?? null, creditedBlock: creditedBlock ?? null, problem: problem ?? null,
    })),
  };
}

function listen(app: App, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({fetch: app.fetch, port, hostname: HOST}, () => resolve(server)) as Server;
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new GatewayError({code: 'PORT_IN_USE', port}, false, {cause: error}) : error);
    });
  });
}
