/** Settings of one command: flags over `POBS_*` variables over defaults, parsed once. The only reader of the environment. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {Network} from '@pobs/protocol';
import {parseRpc, rpcOf} from '@pobs/protocol/chain';
import {type ContentStore, parseStores} from '@pobs/protocol/store';
import {z} from 'zod';
import {ValidatorError} from './errors.ts';

/** Flags as commander hands them over; every `--x-y` may come from `POBS_X_Y`. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export type Config = {
  network: Network;
  l1Url: string;
  l2Url: string;
  stores: readonly ContentStore[];
  mappingUrl: string | undefined;
  dataDir: string;
  keystore: string | undefined;
  gasKeyFile: string;
  passwordFile: string | undefined;
  /** HTTP signer that holds the voting key; undefined: the keystore does. */
  externalSignerUrl: string | undefined;
  /** Compressed public key to vote with, where the remote signer holds several. */
  key: string | undefined;
  /** Holds the auditor's identity; undefined: what the log's records say is left to others. */
  auditorKeyFile: string | undefined;
  healthPort: number;
  /** A line's block counts when final: by the chain's own tag, or `n` blocks deep. */
  confirmations: 'finalized' | number;
  /** How long bytes that no store has may be on their way before that is V1. */
  storageGraceMs: number;
  timeoutMs: number;
  pollIntervalMs: number;
  vote: 'auto' | 'confirm' | 'never';
  /** Claim prizes while running. */
  claim: 'auto' | 'never';
  rewardIntervalMs: number;
  /** Refuse to start when the chain shows votes of this key that the journal does not know. */
  doppelganger: boolean;
  logLevel: string;
};

/** What commands about keys need: no network. */
export type KeyConfig = Pick<Config, 'dataDir' | 'passwordFile' | 'keystore' | 'gasKeyFile' | 'externalSignerUrl' | 'key' | 'timeoutMs'>;

const hex = (bytes: number) => z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `not 0x and ${2 * bytes} hex digits`);
const chainFields = {chainId: z.int().min(1), sets: hex(20), custody: hex(20), startBlock: z.int().min(0)};
const digits = z.string().regex(/^\d+$/, 'not a whole number');

const networkShape = z.object({
  name: z.string(),
  l1: z.object({...chainFields, registry: hex(20), inbox: hex(20), court: hex(20).optional(), beacon: hex(20).optional()}),
  l2: z.object({...chainFields, epochManager: hex(20), participation: hex(20).optional(), rewards: hex(20).optional(), beacon: hex(20).optional()}),
  salt: hex(32),
  auditor: z.string(),
  rules: z.strictObject({
    version: z.literal(1), l1ChainId: z.int().min(1), registry: hex(20), settlementCurrency: z.string(),
    maxAgeSeconds: z.int().min(1), eraEpochs: z.int().min(1),
    custodies: z.array(z.strictObject({
      chainId: z.int().min(1), custody: hex(20), withdrawEvery: z.int().min(1),
      tokens: z.array(z.strictObject({
        token: hex(20), symbol: z.string(), currency: z.string(), decimals: z.int().min(0), lotSize: digits,
        withdrawalFeeLots: digits, withdrawalMinimumLots: digits,
      })),
    })).min(1),
  }),
});

const DEFAULTS: Record<string, string> = {
  'data-dir': '.pobs-validator', 'health-port': '18901', confirmations: 'finalized', 'storage-grace-seconds': '10',
  timeout: '10', 'poll-interval-ms': '500', vote: 'auto', claim: 'auto', 'reward-interval-seconds': '15', 'log-level': 'info',
};

export function readConfig(flags: Flags): Config {
  const get = (name: string): string | undefined => settingOf(flags, name);
  const required = (name: string): string => {
    const value = get(name);
    if (value === undefined || value === '') throw invalid(`--${name} is missing`);
    return value;
  };
  const network = readNetwork(required('network'));
  const rpc = parseRpc(required('rpc'));
  return {
    ...readKeyConfig(flags),
    network, l1Url: rpcOf(rpc, network.l1.chainId), l2Url: rpcOf(rpc, network.l2.chainId),
    stores: parseStores(get('storage') ?? ''),
    mappingUrl: get('mapping-url')?.replace(/\/+$/, ''),
    auditorKeyFile: settingOf(flags, 'auditor-key-file'),
    healthPort: wholeNumber('health-port', required('health-port'), 65_535),
    confirmations: required('confirmations') === 'finalized' ? 'finalized' : wholeNumber('confirmations', required('confirmations'), 100_000),
    storageGraceMs: wholeNumber('storage-grace-seconds', required('storage-grace-seconds'), 86_400) * 1_000,
    pollIntervalMs: Math.max(50, wholeNumber('poll-interval-ms', required('poll-interval-ms'), 60_000)),
    claim: oneOf('claim', required('claim'), ['auto', 'never']),
    rewardIntervalMs: wholeNumber('reward-interval-seconds', required('reward-interval-seconds'), 86_400) * 1_000,
    vote: oneOf('vote', required('vote'), ['auto', 'confirm', 'never']),
    doppelganger: flags.doppelganger === true || /^(1|true|yes)$/i.test(get('doppelganger') ?? ''),
    logLevel: oneOf('log-level', required('log-level'), ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  };
}

/** The folder and its keys alone: key commands need no network. */
export function readKeyConfig(flags: Flags): KeyConfig {
  const dataDir = path.resolve(settingOf(flags, 'data-dir')!);
  return {
    dataDir, passwordFile: settingOf(flags, 'password-file'), keystore: settingOf(flags, 'keystore'),
    gasKeyFile: settingOf(flags, 'gas-key-file') ?? path.join(dataDir, 'gas.key'),
    externalSignerUrl: url('external-signer-url', settingOf(flags, 'external-signer-url')), key: settingOf(flags, 'key'),
    timeoutMs: wholeNumber('timeout', settingOf(flags, 'timeout')!, 3_600) * 1_000,
  };
}

/** What a depositor's exit needs: chains, storage, and who asks. */
export type ExitConfig = Pick<Config, 'network' | 'l1Url' | 'l2Url' | 'stores' | 'passwordFile' | 'timeoutMs'> & {
  /** Wallet that sends; its row is meant unless a proof or `wallet` says otherwise. */
  keyFile: string | undefined;
  /** Inclusion proof that names its owner: opens that wallet's rows of its era. */
  proofFile: string | undefined;
  /** Account secret, where it was not made of the wallet's signature. */
  secretFile: string | undefined;
};

export function readExitConfig(flags: Flags): ExitConfig {
  const {network, l1Url, l2Url, stores, passwordFile, timeoutMs} = readConfig(flags);
  if (stores.length === 0) throw invalid('--storage is missing: rows are read from the published files');
  return {
    network, l1Url, l2Url, stores, passwordFile, timeoutMs,
    keyFile: settingOf(flags, 'key-file'), proofFile: settingOf(flags, 'proof-file'), secretFile: settingOf(flags, 'secret-file'),
  };
}

function url(name: string, text: string | undefined): string | undefined {
  if (text !== undefined && !(/^https?:\/\//.test(text) && URL.canParse(text))) throw invalid(`--${name} must be of the form http://…, not "${text}"`);
  return text?.replace(/\/+$/, '');
}

function settingOf(flags: Flags, name: string): string | undefined {
  const flag = flags[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
  if (typeof flag === 'string') return flag;
  return process.env[`POBS_${name.toUpperCase().replaceAll('-', '_')}`] ?? DEFAULTS[name];
}

function readNetwork(file: string): Network {
  const parsed = networkShape.safeParse(parseJson(file, readText(file)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${file} is no network file, ${issue!.path.join('.') || 'its content'}: ${issue!.message}`);
  }
  return parsed.data as unknown as Network;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ValidatorError({code: 'CONFIG_INVALID', detail: `${file} is no JSON`}, {cause: error});
  }
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ValidatorError({code: 'FILE_UNREADABLE', path: file, detail: (error as NodeJS.ErrnoException).code ?? 'unknown'}, {cause: error});
  }
}

const invalid = (detail: string) => new ValidatorError({code: 'CONFIG_INVALID', detail});

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max) throw invalid(`--${name} must be a whole number up to ${max}, not "${text}"`);
  return value;
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw invalid(`--${name} must be one of ${allowed.join(', ')}, not "${text}"`);
  return found;
}
