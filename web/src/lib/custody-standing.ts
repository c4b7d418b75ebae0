/** A custody as its own chain describes it, through an RPC of the reader's choice. */
import {type ChainClient, chainClient} from '@pobs/protocol/chain';
import {type CustodyReading, exitSentence, readStanding as readStandingOf} from '@pobs/protocol/exits';
import type {CustodyPlace, Sources} from './network-file.ts';

export type {CustodyReading} from '@pobs/protocol/exits';

/** @throws {ChainError} */
export const clientFor = ({rpc}: Sources, chainId: number, timeoutMs = 10_000): Promise<ChainClient> => chainClient({chainId, url: rpc[chainId] ?? '', timeoutMs});

/** @param timeoutMs - Per request. */
export async function readStanding(sources: Sources, place: CustodyPlace, timeoutMs?: number): Promise<CustodyReading> {
  if ((sources.rpc[place.chainId] ?? '') === '') return {ok: false, message: 'Enter an RPC of this chain.'};
  return readStandingOf({client: (chainId) => clientFor(sources, chainId, timeoutMs)}, place);
}

export const sentenceOf = (error: unknown): string => exitSentence(error);
