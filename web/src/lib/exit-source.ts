/** The network as the server can tell it: from its own file, so that the engine need not be there, else from the engine. */
import {readFile} from 'node:fs/promises';
import {ipfsGateway} from './chains.ts';
import {webConfig} from './config.ts';
import {query} from './graphql.ts';
import {type NetworkFile, parseNetworkFile, parsePairs, type Sources} from './network-file.ts';

export type ExitDefaults = {network: NetworkFile; sources: Sources};

export async function readExitDefaults(): Promise<ExitDefaults | undefined> {
  const {network} = webConfig();
  return network === undefined ? fromEngine() : fromFile(network);
}

/** @throws When the configured file cannot be read: a mistake of the operator, to be seen. */
async function fromFile({file, rpc, storage}: {file: string; rpc: string; storage: string}): Promise<ExitDefaults> {
  const network = parseNetworkFile(await readFile(file, 'utf8'));
  if (network === undefined) throw new Error(`${file} describes no network`);
  return {network, sources: {rpc: parsePairs(rpc), gateway: parsePairs(storage)['ipfs'] ?? ''}};
}

async function fromEngine(): Promise<ExitDefaults | undefined> {
  const answer = await query<{network: {description: string; storage: string[]; rpc: {chainId: number; url: string}[]}}>('query Exit { network { description storage rpc { chainId url } } }');
  const network = answer.ok ? parseNetworkFile(answer.data.network.description) : undefined;
  if (!answer.ok || network === undefined) return undefined;
  const {rpc, storage} = answer.data.network;
  return {network, sources: {rpc: Object.fromEntries(rpc.map(({chainId, url}) => [chainId, url])), gateway: ipfsGateway(storage) ?? ''}};
}
