/** The people of the cycle and what they do: three push funds, trade on the spot and perpetual market, withdraw. */
import {type Address, createWalletClient, http, parseAbi, parseEther, publicActions, zeroAddress} from 'viem';
import {actor} from '../network/accounts.ts';
import type {LocalNetwork} from '../network/local-network.ts';
import type {Checks} from './checks.ts';
import {Trader} from './trader.ts';
import {until} from './until.ts';

export const L1 = 31_337;
export const L2 = 412_346;
export const USDC = 1_000_000n;
export const ETH_LOTS = 1_000_000_000n;

const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);

export type Market = {alice: Trader; bob: Trader; carol: Trader; l1Usdc: Address; l2Usdc: Address};

export async function openMarket(network: LocalNetwork): Promise<Market> {
  const trader = (name: 'alice' | 'bob' | 'carol') => new Trader({name, account: actor(name), engineUrl: network.engineUrl, network: network.network.name});
  const market: Market = {
    alice: trader('alice'), bob: trader('bob'), carol: trader('carol'),
    l1Usdc: network.deployed.tokens.l1Usdc, l2Usdc: network.deployed.tokens.l2Usdc,
  };
  for (const each of [market.alice, market.bob, market.carol]) await each.join();
  await mint(network.pair.l1Rpc, market.l1Usdc, market.alice.address, 50_000n * USDC);
  await mint(network.pair.l2Rpc, market.l2Usdc, market.bob.address, 50_000n * USDC);
  return market;
}

export async function mint(rpc: string, token: Address, to: Address, amount: bigint): Promise<void> {
  const wallet = createWalletClient({account: actor('deployer'), transport: http(rpc)}).extend(publicActions);
  const hash = await wallet.writeContract({address: token, abi: mintAbi, functionName: 'mint', args: [to, amount], chain: null});
  await wallet.waitForTransactionReceipt({hash, pollingInterval: 100});
}

/** A plain ERC-20 transfer on L1, another on L2, native ETH on L2; credited once final, not before. */
export async function pushDeposits(network: LocalNetwork, {alice, bob, carol, l1Usdc, l2Usdc}: Market, checks: Checks): Promise<void> {
  const {l1Rpc, l2Rpc} = network.pair;
  const {l1, l2} = network.network;
  const pushes = [
    {trader: alice, chainId: L1, rpc: l1Rpc, custody: l1.custody, token: l1Usdc, amount: 10_000n * USDC, lots: 10_000n * USDC},
    {trader: bob, chainId: L2, rpc: l2Rpc, custody: l2.custody, token: l2Usdc, amount: 10_000n * USDC, lots: 10_000n * USDC},
    {trader: carol, chainId: L2, rpc: l2Rpc, custody: l2.custody, token: zeroAddress, amount: parseEther('5'), lots: 5n * ETH_LOTS},
  ];
  await Promise.all(pushes.map(async ({trader, chainId, rpc, custody, token, amount, lots}) => {
    const hash = await trader.deposit({rpc, custody, token, amount});
    const client = createWalletClient({transport: http(rpc)}).extend(publicActions);
    const {blockNumber} = await client.getTransactionReceipt({hash});
    const confirming = await until(`${trader.name}'s deposit to be seen`, async () => {
      const balance = await trader.balance(chainId, token);
      return balance && (BigInt(balance.confirming) > 0n || BigInt(balance.total) > 0n) ? balance : undefined;
    });
    const sawFinal = async () => (await client.getBlock({blockTag: 'finalized'})).number >= blockNumber;
    checks.that(`${trader.name}: the deposit is not tradable before its block is final`, BigInt(confirming.total) === 0n || (await sawFinal()));
    const credited = await until(`${trader.name}'s deposit to be credited`, async () => {
      const balance = await trader.balance(chainId, token);
      return balance && BigInt(balance.total) > 0n ? balance : undefined;
    });
    checks.that(`${trader.name}: credited only when final`, await sawFinal());
    checks.equal(`${trader.name}: credited in full`, credited.total, lots.toString());
  }));
}

/** One spot fill, then a perpetual position whose open profit the seal must settle. */
export async function trade(network: LocalNetwork, {alice, bob, carol}: Market, checks: Checks): Promise<void> {
  const price = (2_000n * USDC).toString();
  await setMark(network, 2_000n * USDC);
  await carol.order({market: 'ETH-USDC', side: 'sell', type: 'limit', price, quantity: ETH_LOTS.toString(), timeInForce: 'GTC', clientOrderId: 'carol-1'});
  const spot = await alice.order({market: 'ETH-USDC', side: 'buy', type: 'limit', price, quantity: ETH_LOTS.toString(), timeInForce: 'IOC', clientOrderId: 'alice-1'});
  checks.equal('spot trade filled', spot.filled, ETH_LOTS.toString());
  await bob.order({market: 'ETH-PERP', side: 'sell', type: 'limit', price, quantity: ETH_LOTS.toString(), timeInForce: 'GTC', clientOrderId: 'bob-1'});
  const perp = await alice.order({market: 'ETH-PERP', side: 'buy', type: 'market', quantity: ETH_LOTS.toString(), timeInForce: 'IOC', clientOrderId: 'alice-2'});
  checks.equal('perpetual position opened', perp.filled, ETH_LOTS.toString());
  await setMark(network, 2_100n * USDC);
  const {positions} = await alice.view();
  checks.that('the position has unrealised profit', positions.some(({market, unrealisedPnl}) => market === 'ETH-PERP' && BigInt(unrealisedPnl) === 100n * USDC), JSON.stringify(positions));
}

export async function setMark(network: LocalNetwork, price: bigint): Promise<void> {
  await operator(network, 'POST', '/operator/markets/ETH-PERP/mark', {price: price.toString()});
}

/** The engine's operator interface. */
export async function operator<T>(network: LocalNetwork, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${network.engineUrl}${path}`, {
    method,
    headers: {'content-type': 'application/json', authorization: `Bearer ${network.operatorToken()}`},
    ...(body !== undefined && {body: JSON.stringify(body)}),
    signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
