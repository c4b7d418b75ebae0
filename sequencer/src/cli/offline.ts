/** What commands share that need no database: chains, an account, and a transaction log that lasts as long as they do. */
import {type ChainClient, walletFor} from '@pobs/protocol/chain';
import {generatePrivateKey} from 'viem/accounts';
import type {Hex, LocalAccount} from 'viem';
import {readKey} from '../adapters/keys.ts';
import {chainAdapters, openChains} from '../app.ts';
import {type ChainConfig, type Flags, invalid, parseChainConfig, required, text} from '../config.ts';
import type {CustodyChain, TransactionLog} from '../services/ports.ts';

/** A one-shot command that dies leaves its transaction to the chain; running it again looks there first. */
export const noLog: TransactionLog = {
  findSent: () => Promise.resolve(undefined),
  addSent: () => Promise.resolve(),
  closeSent: () => Promise.resolve(),
};

export type Offline = ReturnType<typeof chainAdapters> & {config: ChainConfig; account: LocalAccount; key: Hex; clients: {l1: ChainClient; l2: ChainClient}};

/** @throws {ChainError}, {SequencerError} in one sentence. */
export async function connectChains(flags: Flags, {sends}: {sends: boolean}): Promise<Offline> {
  const config = parseChainConfig(flags);
  const key: Hex = sends ? await readKey(required(flags, 'keyFile'), text(flags, 'passwordFile')) : generatePrivateKey();
  const account = walletFor(key);
  const clients = await openChains(config);
  return {config, account, key, clients, ...chainAdapters(config, {...clients, account, key, log: noLog})};
}

/** The custody that `--chain` names. */
export function custodyOf(flags: Flags, {l1, l2}: {l1: CustodyChain; l2: CustodyChain}): CustodyChain {
  const given = required(flags, 'chain');
  const found = [l1, l2].find(({chainId}) => String(chainId) === given);
  if (!found) throw invalid(`--chain must be ${l1.chainId} or ${l2.chainId}, not "${given}"`);
  return found;
}

/** Refuses what changes the world unless it was confirmed. */
export function confirmed(flags: Flags, what: string): void {
  if (flags.yes !== true) throw invalid(`This would ${what}: add --yes to do it`);
}

export function epochOf(flags: Flags): bigint {
  const given = required(flags, 'epoch');
  if (!/^[1-9]\d{0,18}$/.test(given)) throw invalid(`--epoch must be a whole number from 1, not "${given}"`);
  return BigInt(given);
}
