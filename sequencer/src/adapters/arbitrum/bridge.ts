import type {ChainConfig} from '../../config.ts';
import type {ArbitrumSends} from './sends.ts';
import type {ArbitrumTickets} from './tickets.ts';

/** Messages between the chains, both ways. */
export type ArbitrumBridge = {tickets: ArbitrumTickets; sends: ArbitrumSends};

/** Opens the bridge when it is first needed: the SDK brings a second library with it. */
export function arbitrumBridge({network, l1Url, l2Url, timeoutMs}: Pick<ChainConfig, 'network' | 'l1Url' | 'l2Url' | 'timeoutMs'>): () => Promise<ArbitrumBridge> {
  let opened: Promise<ArbitrumBridge> | undefined;
  const open = async (): Promise<ArbitrumBridge> => {
    const [{ArbitrumConnection}, {ArbitrumTickets}, {ArbitrumSends}] = await Promise.all([import('./connection.ts'), import('./tickets.ts'), import('./sends.ts')]);
    const chains = new ArbitrumConnection({
      l1: {chainId: network.l1.chainId, url: l1Url, timeoutMs}, l2: {chainId: network.l2.chainId, url: l2Url, timeoutMs}, inbox: network.l1.inbox,
    });
    return {tickets: new ArbitrumTickets(chains), sends: new ArbitrumSends(chains)};
  };
  return () => (opened ??= open());
}
