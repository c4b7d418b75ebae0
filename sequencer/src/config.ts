/** Everything that can be set, parsed once: flag before environment (`--x-y` ⇔ `POBS_X_Y`). The only reader of the environment. */
import type {Network} from '@pobs/protocol';
import {parseRpc, rpcOf} from '@pobs/protocol/chain';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {z} from 'zod';
import {SequencerError} from './errors.ts';
import type {TreasuryRule} from './services/duties/ports.ts';
import {readTreasury} from './treasury-file.ts';

/** Flags as the command line gives them, camel case. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export type SequencerConfig = {
  network: Network;
  l1Url: string;
  l2Url: string;
  databaseUrl: string;
  dataDir: string;
  engineUrl: string;
  operatorTokenFile: string;
  /** `ipfs=…,arweave=…` */
  storage: string;
  keyFile: string;
  passwordFile: string | undefined;
  arweaveKeyFile: string | undefined;
  /** Of the mapping server; 0 takes a free one. */
  port: number;
  intervalSeconds: number;
  l1Every: number;
  batchSize: number;
  voteGraceMs: number;
  /** drand's HTTP interface, such as `https://api.drand.sh/<chain hash>`; undefined: others bring the rounds. */
  beaconUrl: string | undefined;
  /** Base units of the reward token paid into each term. */
  rewardsPerTerm: bigint;
  /** Limits by which reserves move between the chains; empty: nobody moves them. */
  treasury: readonly TreasuryRule[];
  dutySeconds: number;
  timeoutMs: number;
  logLevel: string;
};

/** What the commands that only read the chains need. */
export type ChainConfig = Pick<SequencerConfig, 'network' | 'l1Url' | 'l2Url' | 'timeoutMs' | 'logLevel'>;

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const hash = z.string().regex(/^0x[0-9a-fA-F]{64}$/);
const networkShape = z.object({
  name: z.string(),
  l1: z.object({
    chainId: z.int().min(1), registry: address, sets: address, custody: address, inbox: address, startBlock: z.int().min(0), beacon: address.optional(),
    reserve: address.optional(),
  }),
  l2: z.object({
    chainId: z.int().min(1), epochManager: address, sets: address, custody: address, startBlock: z.int().min(0), participation: address.optional(),
    rewards: address.optional(), beacon: address.optional(), reserve: address.optional(),
  }),
  rules: z.object({
    version: z.literal(1), maxAgeSeconds: z.int().min(1),
    custodies: z.array(z.object({chainId: z.int().min(1), custody: address, withdrawEvery: z.int().min(1), tokens: z.array(z.looseObject({token: address}))})),
  }).loose(),
  salt: hash,
  auditor: z.string().startsWith('age1'),
});

/** @throws {SequencerError} `CONFIG_INVALID` in one sentence; {ChainError} `RPC_INVALID` */
export function parseChainConfig(flags: Flags): ChainConfig {
  const network = readNetwork(required(flags, 'network'));
  const rpc = parseRpc(required(flags, 'rpc'));
  return {
    network, l1Url: rpcOf(rpc, network.l1.chainId), l2Url: rpcOf(rpc, network.l2.chainId),
    timeoutMs: wholeNumber(flags, 'timeout', {fallback: 10, min: 1, max: 600}) * 1_000,
    logLevel: text(flags, 'logLevel') ?? 'info',
  };
}

/** @throws {SequencerError} `CONFIG_INVALID` in one sentence; {ChainError} `RPC_INVALID` */
export function parseConfig(flags: Flags): SequencerConfig {
  return {
    ...parseChainConfig(flags),
    databaseUrl: required(flags, 'databaseUrl'),
    dataDir: path.resolve(required(flags, 'dataDir')),
    engineUrl: url(flags, 'engineUrl'),
    operatorTokenFile: required(flags, 'operatorTokenFile'),
    storage: required(flags, 'storage'),
    keyFile: required(flags, 'keyFile'),
    passwordFile: text(flags, 'passwordFile'),
    arweaveKeyFile: text(flags, 'arweaveKeyFile'),
    port: wholeNumber(flags, 'port', {fallback: 18_800, min: 0, max: 65_535}),
    intervalSeconds: wholeNumber(flags, 'intervalSeconds', {fallback: 15, min: 1, max: 86_400}),
    l1Every: wholeNumber(flags, 'l1Every', {fallback: 4, min: 1, max: 1_000_000}),
    batchSize: wholeNumber(flags, 'batchSize', {fallback: 100, min: 1, max: 100}),
    voteGraceMs: wholeNumber(flags, 'voteGraceMs', {fallback: 2_000, min: 0, max: 600_000}),
    dutySeconds: wholeNumber(flags, 'dutySeconds', {fallback: 15, min: 1, max: 86_400}),
    ...parseDuties(flags),
  };
}

/** What the duties need beside the chains. */
export function parseDuties(flags: Flags): Pick<SequencerConfig, 'beaconUrl' | 'rewardsPerTerm' | 'treasury'> {
  const treasuryFile = text(flags, 'treasuryFile');
  return {
    treasury: treasuryFile === undefined ? [] : readTreasury(treasuryFile),
    beaconUrl: text(flags, 'beaconUrl') === undefined ? undefined : url(flags, 'beaconUrl').replace(/\/+$/, ''),
    rewardsPerTerm: amount(flags, 'rewardsPerTerm') ?? 0n,
  };
}

/** Base units. */
export function amount(flags: Flags, name: string): bigint | undefined {
  const value = text(flags, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,38}$/.test(value)) throw invalid(`--${dashed(name)} must be a whole number of base units, not "${value}"`);
  return BigInt(value);
}

/** Where a flag may also come from. The engine's variables of the same meaning have the same names. */
export const environmentName = (name: string): string => `POBS_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** A flag's value: as given, else from the environment (`DATABASE_URL` counts for `--database-url`; ports carry the program's name). */
export function text(flags: Flags, name: string): string | undefined {
  const given = flags[name];
  if (typeof given === 'string') return given;
  const {env} = process;
  if (name === 'port') return env.POBS_SEQUENCER_PORT ?? env.POBS_PORT;
  return env[environmentName(name)] ?? (name === 'databaseUrl' ? env.DATABASE_URL : undefined);
}

export function required(flags: Flags, name: string): string {
  const value = text(flags, name);
  if (value === undefined || value === '') throw invalid(`Give --${dashed(name)} (or set ${environmentName(name)})`);
  return value;
}

export function wholeNumber(flags: Flags, name: string, {fallback, min, max}: {fallback: number; min: number; max: number}): number {
  const value = text(flags, name);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) throw invalid(`--${dashed(name)} must be a whole number from ${min} to ${max}, not "${value}"`);
  return number;
}

function url(flags: Flags, name: string): string {
  const value = required(flags, name);
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) throw invalid(`--${dashed(name)} must be an http URL, not "${value}"`);
  return value;
}

function readNetwork(file: string): Network {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`Cannot read the network file ${file} (${(error as NodeJS.ErrnoException).code})`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw invalid(`The network file ${file} is no JSON`, error);
  }
  const parsed = networkShape.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`The network file ${file} is wrong at ${issue!.path.join('.') || 'its root'}: ${issue!.message}`);
  }
  // The whole object: rules.json is hashed as it stands.
  return value as Network;
}

const dashed = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const invalid = (detail: string, cause?: unknown): SequencerError => new SequencerError({code: 'CONFIG_INVALID', detail}, {cause});
