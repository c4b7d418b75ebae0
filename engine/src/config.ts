/** The engine's configuration: flags win over the environment (`--data-dir` ⇔ `POBS_DATA_DIR`), parsed once. */
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {Network} from '@pobs/protocol';
import {isAddress} from 'viem/utils';

/** A user's mistake: one sentence, exit code 2. */
export class ConfigError extends Error {}

/** How deep a block must lie before its deposits are credited: the chain's own finality, or a number of blocks. */
export type Confirmations = 'finalized' | number;

/** What a gateway process needs to know. */
export type GatewayConfig = {
  network: Network;
  /** RPC URL by chain id. */
  rpc: ReadonlyMap<number, string>;
  databaseUrl: string;
  dataDir: string;
  port: number;
  operatorToken: string;
  /** `name=url` pairs, shown to readers of the epoch page. */
  storage: readonly string[];
  /** Origins of the web app: they may call from a browser and ask for sign-in messages; empty: any on this machine. */
  webOrigins: readonly string[];
  /** Of one account on the stream of one gateway; 0 = no limit. */
  recordsPerSecond: number;
  /** What sends login links; without one they become files in the data folder. */
  mail: MailConfig | undefined;
  logLevel: string;
  parentPipe: boolean;
};

export type MailConfig = {url: string; from: string; token: string | undefined};

export type EngineConfig = GatewayConfig & {
  confirmations: Confirmations;
  pollIntervalMs: number;
  /** Gateway processes; they listen on `port` and the ports after it. */
  gateways: number;
  /** Between two ticks of the core's clock, milliseconds. */
  tickIntervalMs: number;
  /** Forget the read models and build them anew from chains and journal. */
  fresh: boolean;
};

export type Flags = Readonly<Record<string, string | boolean | undefined>>;
type Environment = Readonly<Record<string, string | undefined>>;

const PORT_DEFAULT = 18_700;
const POLL_INTERVAL_MS_DEFAULT = 500;
const GATEWAYS_MAX = 16;
const RECORDS_PER_SECOND_DEFAULT = 50_000;
const RECORDS_PER_SECOND_MAX = 10_000_000;
const TICK_INTERVAL_MS_DEFAULT = 500;
/** Funding, expiries and dead-man timers are due by the second. */
const TICK_INTERVAL_MS_MAX = 1_000;
const SNAPSHOT_EVERY_DEFAULT = 1_000_000;
const OPERATOR_TOKEN_LENGTH_MIN = 32;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** @throws {ConfigError} naming the flag and what it wants. */
export function parseConfig(flags: Flags, env: Environment = process.env): EngineConfig {
  const read = reader(flags, env);
  const number = (name: string, fallback: number, most: number): number => parseWhole(`--${name}`, read.optional(name) ?? String(fallback), most);
  return {
    ...parseGatewayConfig(flags, env),
    confirmations: parseConfirmations(read.optional('confirmations') ?? 'finalized'),
    pollIntervalMs: number('poll-interval-ms', POLL_INTERVAL_MS_DEFAULT, 60_000),
    gateways: Math.max(1, number('gateways', 1, GATEWAYS_MAX)),
    tickIntervalMs: Math.max(1, number('tick-interval-ms', TICK_INTERVAL_MS_DEFAULT, TICK_INTERVAL_MS_MAX)),
    fresh: read.flag('fresh'),
  };
}

/** @throws {ConfigError} naming the flag and what it wants. */
export function parseGatewayConfig(flags: Flags, env: Environment = process.env): GatewayConfig {
  const read = reader(flags, env);
  const network = readNetwork(read.required('network', 'the network description, a JSON file'));
  const rpc = parseRpc(read.required('rpc', 'chain=url pairs, for example 31337=http://127.0.0.1:18545'));
  for (const {chainId} of network.rules.custodies) {
    if (!rpc.has(chainId)) throw new ConfigError(`--rpc names no URL for chain ${chainId}: add ${chainId}=http://…`);
  }
  return {
    network,
    rpc,
    databaseUrl: parseDatabaseUrl(read.optional('database-url') ?? env.DATABASE_URL),
    dataDir: read.required('data-dir', 'the folder that keeps the journal'),
    port: parseWhole('--port', read.optional('port') ?? env.POBS_ENGINE_PORT ?? String(PORT_DEFAULT), 65_535),
    operatorToken: readOperatorToken(read.required('operator-token-file', 'a file with the operator token')),
    storage: split(read.optional('storage') ?? ''),
    webOrigins: split(read.optional('web-origin') ?? '').map(parseOrigin),
    recordsPerSecond: parseWhole('--records-per-second', read.optional('records-per-second') ?? String(RECORDS_PER_SECOND_DEFAULT), RECORDS_PER_SECOND_MAX),
    mail: parseMail(read),
    logLevel: parseLogLevel(read.optional('log-level') ?? 'info'),
    parentPipe: read.flag('parent-pipe'),
  };
}

/** Login links open accounts: they leave this machine encrypted or not at all. */
function parseMail(read: Reader): MailConfig | undefined {
  const [url, from, tokenFile] = [read.optional('mail-url'), read.optional('mail-from'), read.optional('mail-token-file')];
  if (url === undefined) {
    if (from !== undefined || tokenFile !== undefined) throw new ConfigError('--mail-url is missing: give the address of the mail service, or none of its flags.');
    return undefined;
  }
  const {protocol, hostname} = new URL(parseUrl('--mail-url', url, ['https:', 'http:']));
  if (protocol === 'http:' && !LOOPBACK.has(hostname)) throw new ConfigError(`--mail-url has "${url}": give an https:// URL; http:// is for this machine only.`);
  if (from === undefined) throw new ConfigError('--mail-from is missing: give the address that login links are sent from.');
  const token = tokenFile === undefined ? undefined : readFile('--mail-token-file', tokenFile).trim();
  if (token === '') throw new ConfigError(`--mail-token-file ${tokenFile} is empty: write the mail service's token into it.`);
  return {url, from, token};
}

export type FollowerConfig = {
  /** The engine's folder. */
  dataDir: string;
  /** Absent: no projections. */
  databaseUrl: string | undefined;
  snapshotEvery: number;
  logLevel: string;
  parentPipe: boolean;
};

/** @throws {ConfigError} naming the flag and what it wants. */
export function parseFollowerConfig(flags: Flags, env: Environment = process.env): FollowerConfig {
  const read = reader(flags, env);
  const of = read.required('of', 'the data folder of a running engine');
  const dataDir = of.endsWith('.sock') ? path.dirname(of) : of;
  if (!existsSync(dataDir)) throw new ConfigError(`--of ${of} does not exist: name the folder an engine runs with.`);
  const url = read.optional('database-url') ?? env.DATABASE_URL;
  return {
    dataDir, databaseUrl: url === undefined ? undefined : parseDatabaseUrl(url),
    snapshotEvery: Math.max(1, parseWhole('--snapshot-every', read.optional('snapshot-every') ?? String(SNAPSHOT_EVERY_DEFAULT), Number.MAX_SAFE_INTEGER)),
    logLevel: parseLogLevel(read.optional('log-level') ?? 'info'), parentPipe: read.flag('parent-pipe'),
  };
}

/** The few settings of `journal verify` and `rebuild`. */
export function parseDataDir(flags: Flags, env: Environment = process.env): string {
  const dataDir = reader(flags, env).required('data-dir', 'the folder that keeps the journal');
  if (!existsSync(dataDir)) throw new ConfigError(`--data-dir ${dataDir} does not exist: name the folder the engine writes its journal to.`);
  return dataDir;
}

export function parseDatabase(flags: Flags, env: Environment = process.env): string {
  return parseDatabaseUrl(reader(flags, env).optional('database-url') ?? env.DATABASE_URL);
}

type Reader = ReturnType<typeof reader>;

function reader(flags: Flags, env: Environment) {
  const optional = (name: string): string | undefined => {
    const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const value = flags[camel] ?? env[`POBS_${name.toUpperCase().replaceAll('-', '_')}`];
    return value === undefined || value === '' ? undefined : String(value);
  };
  return {
    optional,
    required(name: string, what: string): string {
      const value = optional(name);
      if (value === undefined) throw new ConfigError(`--${name} is missing: give ${what}.`);
      return value;
    },
    flag: (name: string): boolean => ['true', '1'].includes(optional(name) ?? ''),
  };
}

const split = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

function readFile(flag: string, file: string): string {
  if (!existsSync(file)) throw new ConfigError(`${flag} ${file} does not exist: check the path.`);
  return readFileSync(file, 'utf8');
}

function readNetwork(file: string): Network {
  let network: Network;
  try {
    network = JSON.parse(readFile('--network', file)) as Network;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`--network ${file} is no JSON: give the file the deployment wrote.`);
  }
  const addresses = [network?.l1?.custody, network?.l1?.registry, network?.l1?.sets, network?.l2?.custody, network?.l2?.epochManager, network?.l2?.sets];
  if (!addresses.every((address) => typeof address === 'string' && isAddress(address, {strict: false})) || !Array.isArray(network.rules?.custodies)) {
    throw new ConfigError(`--network ${file} describes no network: give the file the deployment wrote.`);
  }
  return network;
}

function parseUrl(flag: string, text: string, protocols: readonly string[]): string {
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
    throw new ConfigError(`${flag} has "${text}", which is no ${protocols.map((protocol) => `${protocol}//`).join(' or ')} URL.`);
  }
  return text;
}

function parseRpc(text: string): Map<number, string> {
  return new Map(split(text).map((pair) => {
    const [chainId = '', ...rest] = pair.split('=');
    if (!/^[1-9]\d*$/.test(chainId) || rest.length === 0) {
      throw new ConfigError(`--rpc has "${pair}": write chain=url, for example 31337=http://127.0.0.1:18545.`);
    }
    return [Number(chainId), parseUrl('--rpc', rest.join('='), ['http:', 'https:'])] as const;
  }));
}

function parseDatabaseUrl(text: string | undefined): string {
  if (text === undefined) throw new ConfigError('--database-url is missing: give postgresql://user:password@host:port/database, or set DATABASE_URL.');
  if (!URL.canParse(text) || !['postgresql:', 'postgres:'].includes(new URL(text).protocol)) {
    throw new ConfigError('--database-url is no postgresql:// URL: give postgresql://user:password@host:port/database.');
  }
  return text;
}

function parseOrigin(text: string): string {
  return new URL(parseUrl('--web-origin', text, ['http:', 'https:'])).origin;
}

function parseWhole(flag: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max) throw new ConfigError(`${flag} has "${text}": give a whole number up to ${max}.`);
  return value;
}

function parseConfirmations(text: string): Confirmations {
  return text === 'finalized' ? text : parseWhole('--confirmations', text, 1_000_000);
}

function parseLogLevel(text: string): string {
  if (!LOG_LEVELS.includes(text)) throw new ConfigError(`--log-level has "${text}": give one of ${LOG_LEVELS.join(', ')}.`);
  return text;
}

function readOperatorToken(file: string): string {
  const token = readFile('--operator-token-file', file).trim();
  if (token.length < OPERATOR_TOKEN_LENGTH_MIN) {
    throw new ConfigError(`--operator-token-file ${file} holds fewer than ${OPERATOR_TOKEN_LENGTH_MIN} characters: write a random token into it.`);
  }
  return token;
}
