/** One chain's contract events, decoded by viem: what the subgraph's entities are compared with. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {type Abi, type Address, createPublicClient, http, parseEventLogs, type PublicClient} from 'viem';
import {SOURCES} from '../manifest.mjs';

/** Fields of the network file that hold a contract's address. */
export type ContractName =
  'registry' | 'sets' | 'custody' | 'court' | 'epochManager' | 'participation' | 'rewards' | 'timelock' | 'beacon' | 'reserve';

export type NetworkChain = {chainId: number; custody: Address; sets: Address; startBlock: number} & Partial<Record<ContractName, Address>>;

/** `args` are as viem decodes them; `time` is the block's, in seconds. */
export type Happened = {
  name: string; contract: ContractName; address: Address; args: Record<string, unknown>; tx: string; block: bigint; time: bigint; logIndex: number; sender?: Address;
};

const abiOf = (name: string): Abi =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../abis/${name}.json`), 'utf8')) as Abi;

export const ABIS = Object.fromEntries(
  Object.entries({...SOURCES.l1, ...SOURCES.l2}).map(([field, name]) => [field, abiOf(name)]),
) as Record<ContractName, Abi>;

export const contractNames = Object.keys(ABIS) as ContractName[];

export type ChainEvents = {client: PublicClient; head: bigint; events: Happened[]};

/** All events of the chain's contracts from its start block to its head, in order. */
export async function readEvents(chain: NetworkChain, rpcUrl: string): Promise<ChainEvents> {
  const client = createPublicClient({transport: http(rpcUrl, {timeout: 30_000})});
  const head = await client.getBlockNumber({cacheTime: 0});
  const names = contractNames.filter((name) => chain[name] !== undefined);
  const logs = await client.getLogs({address: names.map((name) => chain[name]!), fromBlock: BigInt(chain.startBlock), toBlock: head});
  const times = new Map<bigint, bigint>();
  for (const {blockNumber} of logs) {
    if (!times.has(blockNumber)) times.set(blockNumber, (await client.getBlock({blockNumber})).timestamp);
  }
  const events: Happened[] = [];
  for (const contract of names) {
    const own = logs.filter(({address}) => address.toLowerCase() === chain[contract]!.toLowerCase());
    const decoded = parseEventLogs({abi: ABIS[contract], logs: own, strict: true}) as unknown as
      {eventName: string; address: Address; args: Record<string, unknown> | undefined; transactionHash: `0x${string}`; blockNumber: bigint; logIndex: number}[];
    for (const {eventName, address, args = {}, transactionHash, blockNumber, logIndex} of decoded) {
      const event: Happened = {name: eventName, contract, address, args, tx: transactionHash, block: blockNumber, time: times.get(blockNumber)!, logIndex};
      if (eventName === 'EpochProposed') event.sender = (await client.getTransaction({hash: transactionHash})).from;
      events.push(event);
    }
  }
  events.sort((a, b) => Number(a.block - b.block) || a.logIndex - b.logIndex);
  return {client, head, events};
}
