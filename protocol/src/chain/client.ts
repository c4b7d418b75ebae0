import {type Chain, createPublicClient, defineChain, type Hex, type HttpTransport, http, isHex, type PrivateKeyAccount, type PublicClient} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {ChainError, chainError} from './errors.ts';

export type ChainClient = PublicClient<HttpTransport, Chain>;

/** Reads are repeated twice when the RPC does not answer; a signed transaction may be sent again without harm. */
const RETRIES = 2;
const RETRY_DELAY_MS = 200;

/**
 * A client of one chain; asks the RPC for its chain id first.
 *
 * @param timeoutMs - Per request.
 * @throws {ChainError} `CHAIN_UNREACHABLE`, `CHAIN_WRONG_ID`
 */
export async function chainClient({chainId, url, timeoutMs = 10_000, pollingIntervalMs = 200}: {
  chainId: number; url: string; timeoutMs?: number; pollingIntervalMs?: number;
}): Promise<ChainClient> {
  const client = createPublicClient({
    chain: defineChain({id: chainId, name: `chain ${chainId}`, nativeCurrency: {name: 'Ether', symbol: 'ETH', decimals: 18}, rpcUrls: {default: {http: [url]}}}),
    transport: http(url, {timeout: timeoutMs, retryCount: RETRIES, retryDelay: RETRY_DELAY_MS}),
    pollingInterval: pollingIntervalMs,
    cacheTime: 0,
  });
  const actual = await typed(client, 'eth_chainId', () => client.getChainId());
  if (actual !== chainId) throw new ChainError({code: 'CHAIN_WRONG_ID', url, expected: chainId, actual});
  return client;
}

/** Runs a call and throws its failure as {@link ChainError}. */
export async function typed<T>(client: ChainClient, functionName: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName});
  }
}

/** @throws {ChainError} `KEY_INVALID` */
export function walletFor(key: Hex): PrivateKeyAccount {
  if (!isHex(key) || key.length !== 66) throw new ChainError({code: 'KEY_INVALID'});
  try {
    return privateKeyToAccount(key);
  } catch (error) {
    throw new ChainError({code: 'KEY_INVALID'}, {cause: error});
  }
}

/**
 * `31337=http://…,412346=http://…` as URLs by chain id.
 *
 * @throws {ChainError} `RPC_INVALID`
 */
export function parseRpc(flag: string): ReadonlyMap<number, string> {
  const urls = new Map<number, string>();
  for (const part of flag.split(',').filter((text) => text.trim() !== '')) {
    const at = part.indexOf('=');
    const chainId = Number(part.slice(0, at));
    const url = part.slice(at + 1).trim();
    if (at < 1 || !Number.isSafeInteger(chainId) || chainId < 1 || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new ChainError({code: 'RPC_INVALID', detail: `"${part.trim()}" is not of the form <chain id>=http://…`});
    }
    urls.set(chainId, url);
  }
  return urls;
}

/** @throws {ChainError} `RPC_INVALID` when the flag names no URL for the chain. */
export function rpcOf(urls: ReadonlyMap<number, string>, chainId: number): string {
  const url = urls.get(chainId);
  if (url === undefined) throw new ChainError({code: 'RPC_INVALID', detail: `it has no URL for chain ${chainId}`});
  return url;
}
