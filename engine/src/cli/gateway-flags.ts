/** Flags of `run` that its gateways take too; what came by the environment they read themselves. */
import type {Flags} from '../config.ts';

const SHARED = {
  network: 'network', rpc: 'rpc', databaseUrl: 'database-url', dataDir: 'data-dir', operatorTokenFile: 'operator-token-file', storage: 'storage',
  webOrigin: 'web-origin', recordsPerSecond: 'records-per-second', mailUrl: 'mail-url', mailFrom: 'mail-from', mailTokenFile: 'mail-token-file', logLevel: 'log-level',
} as const;

export const gatewayFlags = (flags: Flags): string[] =>
  Object.entries(SHARED).flatMap(([key, flag]) => (flags[key] === undefined ? [] : [`--${flag}`, String(flags[key])]));
