/** A custody as its own chain describes it, through an RPC of the reader's choice. */
import {ChainError, type ChainClient, chainClient} from '@pobs/protocol/chain';
import {custodyAbi} from '@pobs/protocol/abi';
import type {CustodyStanding} from './exit-steps.ts';
import type {CustodyPlace, Sources} from './network-file.ts';

export type CustodyReading = {ok: true; standing: CustodyStanding} | {ok: false; message: string};

/** @throws {ChainError} */
export const clientFor = ({rpc}: Sources, chainId: number, timeoutMs = 10_000): Promise<ChainClient> => chainClient({chainId, url: rpc[chainId] ?? '', timeoutMs});

/** @param timeoutMs - Per request. */
export async function readStanding(sources: Sources, {chainId, custody}: CustodyPlace, timeoutMs?: number): Promise<CustodyReading> {
  if ((sources.rpc[chainId] ?? '') === '') return {ok: false, message: 'Enter an RPC of this chain.'};
  try {
    const client = await clientFor(sources, chainId, timeoutMs);
    const contract = {address: custody, abi: custodyAbi} as const;
    const [root, frozen, freezeFrom, block] = await Promise.all([
      client.readContract({...contract, functionName: 'activeRoot'}),
      client.readContract({...contract, functionName: 'frozen'}),
      client.readContract({...contract, functionName: 'freezeFrom'}),
      client.getBlock(),
    ]);
    return {ok: true, standing: {epoch: Number(root.epoch), snapshotTime: Number(root.snapshotTime), frozen, freezeFrom: Number(freezeFrom), now: Number(block.timestamp)}};
  } catch (error) {
    return {ok: false, message: sentenceOf(error)};
  }
}

export const sentenceOf = (error: unknown): string => (error instanceof ChainError ? error.message : 'The RPC did not answer, or there is no custody at this address.');
