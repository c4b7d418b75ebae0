/**
 * Public networks the system can be deployed to. Each address was compared with what its owner publishes:
 * - Arbitrum's contracts: `ethBridge` and `tokenBridge` of chains 42161 and 421614 in github.com/OffchainLabs/arbitrum-sdk,
 *   `packages/sdk/src/lib/dataEntities/networks.ts` (commit b61e1b53); `test/networks.test.ts` compares them with the SDK that is installed;
 * - USDC, all four: github.com/circlefin/skills, `plugins/circle/skills/use-usdc/SKILL.md` (commit 26dc09ea), Circle's own copy of
 *   developers.circle.com/stablecoins/usdc-contract-addresses; the same four stand in github.com/OffchainLabs/arbitrum-token-bridge,
 *   `packages/arb-token-bridge-ui/src/util/CommonAddressUtils.ts` (commit 2a637c2b).
 *
 * These are Circle's own coins. The token gateways turn Ethereum's USDC into another, `USDC.e`, on Arbitrum: see "Known limits" in docs/contracts.md.
 */
import type {Address} from 'viem';

export type NetworkEntry = {
  name: string;
  chainId: number;
  isArbitrum: boolean;
  /** Arbitrum chains: the L1 they settle on, and its contracts there. */
  bridge?: {l1ChainId: number; inbox: Address; bridge: Address; l1Router: Address; l2Router: Address};
  /** Circle's USDC. */
  usdc: Address;
};

export const NETWORKS: readonly NetworkEntry[] = [
  {name: 'ethereum', chainId: 1, isArbitrum: false, usdc: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'},
  {name: 'sepolia', chainId: 11_155_111, isArbitrum: false, usdc: '0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238'},
  {
    name: 'arbitrum-one', chainId: 42_161, isArbitrum: true, usdc: '0xaf88d065e77c8cC2239327C5EDb3A432268e5831',
    bridge: {
      l1ChainId: 1, inbox: '0x4Dbd4fc535Ac27206064B68FfCf827b0A60BAB3f', bridge: '0x8315177aB297bA92A06054cE80a67Ed4DBd7ed3a',
      l1Router: '0x72Ce9c846789fdB6fC1f34aC4AD25Dd9ef7031ef', l2Router: '0x5288c571Fd7aD117beA99bF60FE0846C4E84F933',
    },
  },
  {
    name: 'arbitrum-sepolia', chainId: 421_614, isArbitrum: true, usdc: '0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d',
    bridge: {
      l1ChainId: 11_155_111, inbox: '0xaAe29B0366299461418F5324a79Afc425BE5ae21', bridge: '0x38f918D0E9F1b721EDaA41302E399fa1B79333a9',
      l1Router: '0xcE18836b233C83325Cc8848CA4487e94C6288264', l2Router: '0x9fDD1C4E4AA24EEc1d913FABea925594a20d43C7',
    },
  },
];

/** @throws Error that lists the known names. */
export function networkOf(name: string): NetworkEntry {
  const found = NETWORKS.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`There is no network "${name}"; known are ${NETWORKS.map((entry) => entry.name).join(', ')}.`);
  return found;
}
