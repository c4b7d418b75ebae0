import {type Address, createWalletClient, http, type LocalAccount, parseAbi, publicActions} from 'viem';
import type {GatewayAddresses} from './pair/deploy-gateways.ts';

const abi = parseAbi(['function joinTokens(address l1Token, address l2Token)']);

/** Tells the simulated token bridge which tokens of the two chains belong together; anybody may, once. */
export async function joinTokens(
  {l1Rpc, l2Rpc, l1Gateway, l2Router}: {l1Rpc: string; l2Rpc: string} & Pick<GatewayAddresses, 'l1Gateway' | 'l2Router'>,
  {account, l1Token, l2Token}: {account: LocalAccount; l1Token: Address; l2Token: Address},
): Promise<void> {
  for (const [rpc, address] of [[l1Rpc, l1Gateway], [l2Rpc, l2Router]] as const) {
    const wallet = createWalletClient({account, transport: http(rpc)}).extend(publicActions);
    const hash = await wallet.writeContract({address, abi, functionName: 'joinTokens', args: [l1Token, l2Token], chain: null});
    const {status} = await wallet.waitForTransactionReceipt({hash, pollingInterval: 100});
    if (status !== 'success') throw new Error(`joinTokens ${hash} was reverted: the tokens are joined already`);
  }
}
