/** Two real chains with the real contracts, and people who push funds to them. */
import type {Network} from '@pobs/protocol';
import {custodyAbi} from '@pobs/protocol/abi';
import {type Address, type Hex, parseAbi, parseEther, zeroAddress} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {deployNetwork} from '../../../contracts/script/deploy.ts';
import {type Anvil, startAnvil} from './anvil.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
export const L1 = 31_337;
export const L2 = 412_346;

export const account = (index: number) => mnemonicToAccount(MNEMONIC, {addressIndex: index});
export const keyOf = (index: number): Hex => `0x${Buffer.from(account(index).getHdKey().privateKey!).toString('hex')}`;
export const [deployer, alice, bob, carol] = [account(0), account(1), account(2), account(3)] as const;

export const tokenAbi = parseAbi([
  'function transfer(address to, uint256 value) returns (bool)', 'function mint(address to, uint256 amount)',
  'function balanceOf(address) view returns (uint256)', 'function approve(address, uint256) returns (bool)',
]);

export type Chains = {
  l1: Anvil; l2: Anvil; network: Network; tokens: {l1Usdc: Address; l2Usdc: Address}; stakeToken: Address;
  rpc: ReadonlyMap<number, string>;
  stop: () => Promise<void>;
};

export async function startChains(): Promise<Chains> {
  const [l1, l2] = await Promise.all([startAnvil({chainId: L1}), startAnvil({chainId: L2})]);
  const stop = async () => {
    await Promise.all([l1.stop(), l2.stop()]);
  };
  try {
    const {network, tokens, stakeToken} = await deployNetwork({
      l1: {rpc: l1.url, inbox: '0x000000000000000000000000000000000000dEaD'}, l2: {rpc: l2.url}, deployerKey: keyOf(0),
      guardian: deployer.address, admin: deployer.address, poster: deployer.address, disputeWindow: 0n, maxAgeSeconds: 3_600, eraEpochs: 100,
      termSeconds: 86_400, withdrawEvery: {l1: 1, l2: 1},
    });
    return {l1, l2, network, tokens, stakeToken, rpc: new Map([[L1, l1.url], [L2, l2.url]]), stop};
  } catch (error) {
    await stop();
    throw error;
  }
}

export type Push = {from: ReturnType<typeof account>; custody: Address; token: Address; amount: bigint};

/** A plain push of funds; the block is mined at once. */
export async function push({client}: Anvil, {from, custody, token, amount}: Push): Promise<Hex> {
  const hash = token === zeroAddress
    ? await client.sendTransaction({account: from, to: custody, value: amount, chain: null})
    : await client.writeContract({account: from, address: token, abi: tokenAbi, functionName: 'transfer', args: [custody, amount], chain: null});
  await client.waitForTransactionReceipt({hash});
  return hash;
}

export async function mint({client}: Anvil, token: Address, to: Address, amount: bigint): Promise<void> {
  const hash = await client.writeContract({account: deployer, address: token, abi: tokenAbi, functionName: 'mint', args: [to, amount], chain: null});
  await client.waitForTransactionReceipt({hash});
}

export const ETHER = parseEther('1');
export {custodyAbi};
