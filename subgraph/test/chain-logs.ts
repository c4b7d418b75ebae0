/** One chain's contract events, decoded by viem: what the subgraph's entities are compared with. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {type Abi, type Address, createPublicClient, http, parseEventLogs, type PublicClient} from 'viem';

export type NetworkChain = {chainId: number; custody: Address; sets: Address; startBlock: number; registry?: Address; epochManager?: Address};

/** `args` are as viem decodes them; `time` is the block's, in seconds. */
export type Happened = {name: string; address: Address; args: Record<string, unknown>; tx: string; block: bigint; time: bigint; sender?: Address};

const abiOf = (name: string): Abi =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../abis/${name}.json`), 'utf8')) as Abi;

export const ABIS = {
  custody: abiOf('Custody'), sets: abiOf('ValidatorSets'), registry: abiOf('ValidatorRegistry'), epochManager: abiOf('EpochManager'),
} as const;

export type ContractName = keyof typeof ABIS;
export const contractNames = Object.keys(ABIS) as ContractName[];

export type ChainEvents = {client: PublicClient; head: bigint; events: Happened[]};

/** All events of the chain's contracts from its start block to its head, in order. */
export async function readEvents(chain: NetworkChain, rpcUrl: string): Promise<ChainEvents> {
  const client = createPublicClient({transport: http(rpcUrl, {timeout: 10_000})});
  const head = await client.getBlockNumber({cacheTime: 0});
  const names = contractNames.filter((name) => chain[name] !== undefined);
  const logs = await client.getLogs({address: names.map((name) => chain[name]!), fromBlock: BigInt(chain.startBlock), toBlock: head});
  const times = new Map<bigint, bigint>();
  for (const {blockNumber} of logs) {
    if (!times.has(blockNumber)) times.set(blockNumber, (await client.getBlock({blockNumber})).timestamp);
  }
  const decoded = names.flatMap((name) => parseEventLogs({
    abi: ABIS[name], logs: logs.filter(({address}) => address.toLowerCase() === chain[name]!.toLowerCase()), strict: true,
  }) as unknown as {eventName: string; address: Address; args: Record<string, unknown> | undefined; transactionHash: string; blockNumber: bigint; logIndex: number}[]);
  decoded.sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
  const events: Happened[] = [];
  for (const {eventName, address, args = {}, transactionHash, blockNumber} of decoded) {
    const event: Happened = {name: eventName, address, args, tx: transactionHash, block: blockNumber, time: times.get(blockNumber)!};
    if (eventName === 'EpochProposed') event.sender = (await client.getTransaction({hash: transactionHash as `0x${string}`})).from;
    events.push(event);
  }
  return {client, head, events};
}
