import {type Address, type Hex, zeroAddress} from 'viem';
import {custodyAbi, erc20Abi} from './abi/index.ts';
import {type ChainClient, typed} from './client.ts';

const READS_AT_ONCE = 16;

export type CustodyAsset = {
  token: Address;
  listed: boolean;
  /** Base units per lot. */
  lotSize: bigint;
  /** Cumulative lots. */
  deposited: bigint;
  authorisedOut: bigint;
  paidOut: bigint;
  /** Base units the custody holds. */
  balance: bigint;
};

export type CustodyRoot = {epoch: bigint; snapshotTime: bigint; blockNumber: bigint; payoutCount: number; payoutRoot: Hex};

export type CustodyState = {
  kills: number;
  activeRoot: CustodyRoot;
  pendingRoot: CustodyRoot;
  /** Seconds; when the pending root may be activated. */
  pendingActiveAt: bigint;
  assets: readonly CustodyAsset[];
};

type At = {client: ChainClient; custody: Address; blockNumber: bigint};

/** The custody as it stood after block `blockNumber`; all its tokens unless some are named. @throws {ChainError} */
export async function readCustodyAt({client, custody, blockNumber, tokens}: At & {tokens?: readonly Address[]}): Promise<CustodyState> {
  const at = {address: custody, abi: custodyAbi, blockNumber} as const;
  const [kills, activeRoot, [pendingRoot, pendingActiveAt], listed] = await typed(client, 'the custody', () => Promise.all([
    client.readContract({...at, functionName: 'kills'}),
    client.readContract({...at, functionName: 'activeRoot'}),
    client.readContract({...at, functionName: 'pendingRoot'}),
    tokens ?? client.readContract({...at, functionName: 'tokens'}),
  ]));
  const assets = await mapLimited(listed, async (token): Promise<CustodyAsset> => {
    const [state, balance] = await Promise.all([
      typed(client, 'asset', () => client.readContract({...at, functionName: 'asset', args: [token]})),
      balanceAt({client, custody, blockNumber, token}),
    ]);
    return {...state, token, balance};
  });
  return {kills, activeRoot, pendingRoot, pendingActiveAt, assets};
}

/** Base units of one token, or of ETH, that the custody holds after the block. @throws {ChainError} */
export async function balanceAt({client, custody, blockNumber, token}: At & {token: Address}): Promise<bigint> {
  if (token === zeroAddress) return typed(client, 'eth_getBalance', () => client.getBalance({address: custody, blockNumber}));
  return typed(client, 'balanceOf', () => client.readContract({address: token, abi: erc20Abi, functionName: 'balanceOf', args: [custody], blockNumber}));
}

/** Lots already paid to each `(token, wallet)` after the block, in the given order. @throws {ChainError} */
export async function paidAt({client, custody, blockNumber, payees}: At & {payees: readonly {token: Address; wallet: Address}[]}): Promise<bigint[]> {
  return mapLimited(payees, ({token, wallet}) => typed(client, 'paid', () =>
    client.readContract({address: custody, abi: custodyAbi, functionName: 'paid', args: [token, wallet], blockNumber})));
}

async function mapLimited<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results = Array.from<R>({length: items.length});
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await map(items[i]!);
  };
  await Promise.all(Array.from({length: Math.min(READS_AT_ONCE, items.length)}, worker));
  return results;
}
