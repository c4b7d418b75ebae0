/** The addresses of Arbitrum's contracts against those that Arbitrum's own SDK carries. */
import {getArbitrumNetwork} from '@arbitrum/sdk';
import {describe, expect, test} from 'vitest';
import {NETWORKS} from '../networks.ts';

describe.each(NETWORKS.filter(({isArbitrum}) => isArbitrum))('$name', ({chainId, bridge}) => {
  test('settles where, and through what, the SDK says', () => {
    const {parentChainId, ethBridge, tokenBridge} = getArbitrumNetwork(chainId);
    expect(bridge).toEqual({
      l1ChainId: parentChainId, inbox: ethBridge.inbox, bridge: ethBridge.bridge, l1Router: tokenBridge?.parentGatewayRouter, l2Router: tokenBridge?.childGatewayRouter,
    });
  });
});
