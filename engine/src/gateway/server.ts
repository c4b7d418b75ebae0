/** REST, WebSocket and GraphQL on one port of this machine. */
import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';
import {getConnInfo} from '@hono/node-server/conninfo';
import {serve} from '@hono/node-server';
import {OpenAPIHono} from '@hono/zod-openapi';
import {PobsError} from '@pobs/protocol';
import {cors} from 'hono/cors';
import {accountRoutes} from './account-routes.ts';
import {errorAnswer} from './api/answers.ts';
import {Credentials} from './auth/credentials.ts';
import {Gate, type GateLimits} from './auth/gate.ts';
import {MailLogin} from './auth/mail-login.ts';
import type {Mailer} from './auth/mailer.ts';
import {Sessions} from './auth/sessions.ts';
import {NonceLog} from './auth/nonce-log.ts';
import {NONCES_MAX, SignedRequests, WINDOW_MS} from './auth/signed-requests.ts';
import {commandRoutes} from './command-routes.ts';
import {errorBody} from './errors.ts';
import {type App, json, onError} from './http.ts';
import {marketRoutes} from './market-routes.ts';
import {Metrics} from './metrics.ts';
import {operatorRoutes} from './operator-routes.ts';
import type {EnginePort, GatewayEngine, HealthPort, MarketReads} from './ports.ts';
import {keyRoutes, sessionRoutes} from './session-routes.ts';
import {MarketData} from './stream/market-data.ts';
import {Stream} from './stream/stream.ts';

const LOOPBACK_ORIGIN = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
const HOST = '127.0.0.1';
const SIGNED_HEADERS = ['x-pobs-key', 'x-pobs-timestamp', 'x-pobs-nonce', 'x-pobs-signature'];

export type GatewayOptions = {
  port: number;
  operatorToken: string;
  sessionSecret: Uint8Array;
  /** What keys and ended sessions are kept in; gateways of one machine share it, as they share the secret. */
  credentialsFile: string;
  /** What nonces of signed requests are spent in, shared in the same way. */
  noncesFolder: string;
  /** Origins of the web app; empty: any on this machine. */
  webOrigins: readonly string[];
  limits?: GateLimits;
  /** Records per second and account on the stream; 0 = no limit. */
  recordsPerSecond: number;
};

export type GatewayDeps = {
  engine: GatewayEngine;
  reads: MarketReads;
  health: HealthPort;
  graphql: (request: Request) => Response | Promise<Response>;
  mailer: Mailer;
  log: {error(fields: object, message: string): void};
  now?: () => number;
};

export class GatewayError extends PobsError<{code: 'PORT_IN_USE'; port: number}> {}

export type Gateway = {url: string; close(): Promise<void>};

/** @throws {GatewayError} when the port is taken. */
export async function startGateway(options: GatewayOptions, deps: GatewayDeps): Promise<Gateway> {
  const {engine, health, reads, log, now = Date.now} = deps;
  const credentials = new Credentials({file: options.credentialsFile, secret: options.sessionSecret}, {now});
  const sessions = new Sessions({secret: options.sessionSecret, domains: signInDomains(options)}, {credentials, now});
  const nonces = new NonceLog({folder: options.noncesFolder, windowMs: WINDOW_MS, most: NONCES_MAX});
  const gate = new Gate({operatorToken: options.operatorToken, limits: options.limits}, {
    sessions, credentials, signed: new SignedRequests({credentials, nonces, now}), now, addressOf: (context) => getConnInfo(context).remote.address ?? 'unknown',
  });
  const marketData = new MarketData({engine, reads, log, now});
  const metrics = new Metrics({engine, health, connections: () => stream.connections});
  const stream = new Stream({recordsPerSecond: options.recordsPerSecond}, {
    engine, gate, hub: marketData.hub, feed: marketData.feed, log, now, onClosing: (code) => metrics.closing(code),
  });
  const linkBase = `${options.webOrigins[0] ?? `http://${HOST}:${options.port}`}/login`;
  const mailLogin = new MailLogin({secret: options.sessionSecret, linkBase}, {credentials, sessions, mailer: deps.mailer, now});
  const app = buildApp({gate, metrics, credentials, mailLogin, now, webOrigins: options.webOrigins}, deps);
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
      marketData.close();
      stream.close();
      server.close(() => {
        credentials.close();
        nonces.close();
        resolve();
      });
      server.closeAllConnections();
    }),
  };
}

const signInDomains = ({webOrigins, port}: GatewayOptions): string[] =>
  (webOrigins.length === 0 ? [] : [...webOrigins.map((origin) => new URL(origin).host), `${HOST}:${port}`, `localhost:${port}`]);

type AppParts = {gate: Gate; metrics: Metrics; credentials: Credentials; mailLogin: MailLogin; now: () => number; webOrigins: readonly string[]};

function buildApp({gate, metrics, credentials, mailLogin, now, webOrigins}: AppParts, {engine, reads, health, graphql, log}: GatewayDeps): App {
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
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], allowHeaders: ['authorization', 'content-type', ...SIGNED_HEADERS],
    exposeHeaders: ['retry-after'], maxAge: 600,
  }));
  sessionRoutes(app, {gate, credentials, mailLogin});
  keyRoutes(app, {gate, credentials});
  commandRoutes(app, {gate, engine, now});
  accountRoutes(app, {gate, engine, reads});
  marketRoutes(app, {gate, engine, reads, now});
  operatorRoutes(app, {gate, engine, health});
  app.get('/healthz', async (context) => {
    const answer = await healthOf(engine, health);
    return json(context, answer, answer.ok ? 200 : 503);
  });
  app.get('/metrics', async (context) => context.text(await metrics.registry.metrics(), 200, {'content-type': metrics.registry.contentType}));
  app.on(['GET', 'POST', 'OPTIONS'], '/graphql', (context) => {
    gate.chargeAddress({context}, 1);
    return graphql(context.req.raw);
  });
  describe(app);
  return app;
}

function describe(app: App): void {
  const {openAPIRegistry: registry} = app;
  registry.register('Error', errorAnswer);
  registry.registerComponent('securitySchemes', 'session', {type: 'http', scheme: 'bearer', description: 'Token of POST /v1/session.'});
  registry.registerComponent('securitySchemes', 'signedRequest', {
    type: 'apiKey', in: 'header', name: 'x-pobs-key', description: `Signed by a session key: with ${SIGNED_HEADERS.slice(1).join(', ')}; see engine/README.md.`,
  });
  registry.registerComponent('securitySchemes', 'operator', {type: 'http', scheme: 'bearer'});
  app.doc31('/openapi.json', {openapi: '3.1.0', info: {title: 'Proof-of-Balance-Sheet engine', version: '1'}});
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
