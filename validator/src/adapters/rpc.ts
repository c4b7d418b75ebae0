import {type ChainClient, chainError} from '@pobs/protocol/chain';

/** Runs a read and throws its failure as one sentence with a code. @throws {ChainError} */
export async function rpc<T>(client: ChainClient, functionName: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName});
  }
}
