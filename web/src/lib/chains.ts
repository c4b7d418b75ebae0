import type {NetworkInfo} from './queries.ts';

/** `L1 · chain 31337`. */
export function chainLabel(chainId: number, network: Pick<NetworkInfo, 'l1ChainId' | 'l2ChainId'>): string {
  return `${chainName(chainId, network)} · chain ${chainId}`;
}

/** `L1`, `L2`, or the chain's number. */
export function chainName(chainId: number, {l1ChainId, l2ChainId}: Pick<NetworkInfo, 'l1ChainId' | 'l2ChainId'>): string {
  if (chainId === l1ChainId) return 'L1';
  return chainId === l2ChainId ? 'L2' : `Chain ${chainId}`;
}

/** The gateway that serves `/ipfs/{cid}`; entries read `ipfs=<url>`, `arweave=<url>` or a plain URL. */
export function ipfsGateway(storage: readonly string[]): string | undefined {
  const named = storage.find((entry) => entry.startsWith('ipfs='))?.slice('ipfs='.length);
  return (named ?? storage.find((entry) => /^https?:/.test(entry)))?.replace(/\/+$/, '');
}
