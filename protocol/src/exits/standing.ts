/** A custody as its own chain describes it. */
import {custodyAbi} from '../chain/abi/index.ts';
import {ChainError, chainError} from '../chain/index.ts';
import type {CustodyPlace, ExitSources} from './places.ts';
import type {CustodyStanding} from './steps.ts';

export type CustodyReading = {ok: true; standing: CustodyStanding} | {ok: false; message: string};

export async function readStanding({client: clientOf}: Pick<ExitSources, 'client'>, {chainId, custody}: CustodyPlace): Promise<CustodyReading> {
  try {
    const client = await clientOf(chainId);
    const contract = {address: custody, abi: custodyAbi} as const;
    const [root, frozen, freezeFrom, block] = await Promise.all([
      client.readContract({...contract, functionName: 'activeRoot'}),
      client.readContract({...contract, functionName: 'frozen'}),
      client.readContract({...contract, functionName: 'freezeFrom'}),
      client.getBlock(),
    ]);
    return {ok: true, standing: {epoch: Number(root.epoch), snapshotTime: Number(root.snapshotTime), frozen, freezeFrom: Number(freezeFrom), now: Number(block.timestamp)}};
  } catch (error) {
    return {ok: false, message: exitSentence(error, chainId)};
  }
}

/** What went wrong with a chain, in one sentence. */
export function exitSentence(error: unknown, chainId = 0): string {
  const known = chainError(error, {chainId});
  return known instanceof ChainError ? known.message : 'The RPC did not answer, or there is no custody at this address.';
}
