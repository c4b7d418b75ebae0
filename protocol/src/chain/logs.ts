import {type AbiEvent, type Address, BaseError, type GetLogsReturnType} from 'viem';
import {type ChainClient, typed} from './client.ts';
import {ChainError} from './errors.ts';

const CHUNK_BLOCKS = 10_000n;

export type BlockRange = {fromBlock: bigint; toBlock: bigint};

/** Fetches `[fromBlock, toBlock]` in chunks, in order, and in halves where the RPC refuses a chunk. @throws {ChainError} */
export async function inChunks<T>(client: ChainClient, {fromBlock, toBlock}: BlockRange, fetch: (range: BlockRange) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  let chunk = CHUNK_BLOCKS;
  for (let from = fromBlock; from <= toBlock;) {
    const to = from + chunk - 1n < toBlock ? from + chunk - 1n : toBlock;
    try {
      const part = await typed(client, 'eth_getLogs', () => fetch({fromBlock: from, toBlock: to}));
      for (const item of part) all.push(item);
      from = to + 1n;
    } catch (error) {
      const tooMuch = error instanceof ChainError && error.data.code === 'CHAIN_REFUSED' && error.cause instanceof BaseError;
      if (!tooMuch || chunk === 1n) throw error;
      chunk /= 2n;
    }
  }
  return all;
}

/** The newest item in `[fromBlock, toBlock]`: chunks from the end, until one has any. @throws {ChainError} */
export async function newestInChunks<T>(client: ChainClient, {fromBlock, toBlock}: BlockRange, fetch: (range: BlockRange) => Promise<readonly T[]>): Promise<T | undefined> {
  for (let to = toBlock; to >= fromBlock; to -= CHUNK_BLOCKS) {
    const from = to - CHUNK_BLOCKS + 1n > fromBlock ? to - CHUNK_BLOCKS + 1n : fromBlock;
    const found = (await inChunks(client, {fromBlock: from, toBlock: to}, fetch)).at(-1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Events of one contract in `[fromBlock, toBlock]`, in order. @throws {ChainError} */
export async function logsOf<const events extends readonly AbiEvent[]>({client, address, events, fromBlock, toBlock}: BlockRange & {
  client: ChainClient; address: Address; events: events;
}): Promise<GetLogsReturnType<undefined, events, true>> {
  const logs = await inChunks(client, {fromBlock, toBlock}, (range) => client.getLogs({address, events, ...range, strict: true}));
  return logs as GetLogsReturnType<undefined, events, true>;
}
