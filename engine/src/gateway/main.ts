/**
 * `pobs-gateway`: one process that serves REST, WebSocket and GraphQL for an engine of this machine. Started by the engine it ends with it,
 * because its standard input is a pipe the engine holds; started by somebody else it waits for the engine's return.
 */
import path from 'node:path';
import {rulesHash} from '@pobs/protocol';
import {pino} from 'pino';
import {programOf} from '../cli/program.ts';
import {reportFailure} from '../cli/report.ts';
import {bigintsAsText} from '../cli/log.ts';
import {EXIT_INTERRUPTED, stopSignal} from '../cli/stop-signal.ts';
import {type Flags, type GatewayConfig, parseGatewayConfig} from '../config.ts';
import {type Database, openDatabase} from '../db/database.ts';
import {graphqlHandler} from '../graphql/handler.ts';
import {socketPath} from '../link/socket-path.ts';
import {folderMailer, httpMailer} from './auth/mailer.ts';
import {ReconnectingEngine} from './engine-link.ts';
import {type Gateway, startGateway} from './server.ts';
import {sessionSecret} from './session-secret.ts';

const program = programOf('pobs-gateway', 'A gateway of a running pobs-engine.')
  .option('--port <number>', 'port on 127.0.0.1 (18700)')
  .option('--network <file>', 'description of the network, JSON')
  .option('--rpc <pairs>', 'chain=url,… shown to readers')
  .option('--database-url <url>', 'postgresql://… of the read models (or DATABASE_URL)')
  .option('--data-dir <folder>', 'folder of the engine')
  .option('--operator-token-file <file>', 'file with the token of the operator endpoints')
  .option('--storage <pairs>', 'name=url,… where snapshots can be read, shown to readers')
  .option('--web-origin <urls>', 'origins of the web app; by default any on this machine')
  .option('--records-per-second <number>', 'records of one account on the stream (50000); 0 = no limit')
  .option('--mail-url <url>', 'mail service that sends login links, by POST; without one they become files in the data folder')
  .option('--mail-from <address>', 'sender of login links')
  .option('--mail-token-file <file>', 'file with the bearer token of the mail service')
  .option('--log-level <level>', 'trace, debug, info, warn, error or silent')
  .option('--parent-pipe', 'end when standard input closes');

/** Resolves with the exit code. */
async function run(flags: Flags): Promise<number> {
  const config = parseGatewayConfig(flags);
  const log = pino({level: config.logLevel, serializers: {error: pino.stdSerializers.err}, formatters: {log: bigintsAsText}}, pino.destination(2));
  const stopped = stopSignal(config.parentPipe);
  const database = await openDatabase(config.databaseUrl);
  // An engine that is not there yet is waited for: who asks to stop meanwhile need not wait with it.
  const engine = await Promise.race([ReconnectingEngine.open({path: socketPath(config.dataDir)}, {log}), stopped.then(() => undefined)]);
  if (!engine) return EXIT_INTERRUPTED;
  const gateway = await serve(config, {engine, database, log});
  process.stdout.write(`${JSON.stringify({ready: true, url: gateway.url})}\n`);
  await stopped;
  await gateway.close();
  engine.close();
  await database.close();
  return 0;
}

function serve(config: GatewayConfig, {engine, database, log}: {engine: ReconnectingEngine; database: Database; log: {error(fields: object, message: string): void}}): Promise<Gateway> {
  const {network, storage, rpc, port, operatorToken, webOrigins, recordsPerSecond, dataDir, mail} = config;
  const reads = {
    trades: database.projections.trades.bind(database.projections), candles: database.projections.candles.bind(database.projections),
    receivedFrom: database.chains.receivedFrom.bind(database.chains),
  };
  const health = {chains: () => engine.health().chains, database: () => database.ping(), projections: () => engine.health().projections};
  const graphql = graphqlHandler({reads: database.epochs, network: {network, rulesHash: rulesHash(network.rules), storage, rpc}, custodies: () => engine.chains(), log});
  return startGateway({
    port, operatorToken, webOrigins, recordsPerSecond, sessionSecret: sessionSecret(dataDir), credentialsFile: path.join(dataDir, 'credentials.jsonl'), noncesFolder: path.join(dataDir, 'nonces'),
  }, {
    engine, reads, health, graphql, mailer: mail ? httpMailer(mail) : folderMailer(path.join(dataDir, 'mail')), log,
  });
}

try {
  process.exit(await run(program.parse().opts()));
} catch (error) {
  process.exit(await reportFailure(error));
}
