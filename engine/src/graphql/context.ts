/** What one GraphQL request carries: the reads and a loader that asks for all epochs of a page at once. */
import type {Network} from '@pobs/protocol';
import type {CustodyRecord, EpochDetail, EpochReads} from './reads.ts';

export type PublicNetwork = {network: Network; rulesHash: string; storage: readonly string[]; rpc: ReadonlyMap<number, string>};

export type Context = {
  reads: EpochReads;
  network: PublicNetwork;
  detail(number: bigint): Promise<EpochDetail>;
  /** What the engine knows of the custodies; rejects while it is away. */
  custodies(): Promise<readonly CustodyRecord[]>;
};

export const EMPTY_DETAIL: EpochDetail = {lines: [], votes: [], certificates: [], settlements: [], payouts: []};

export function buildContext({reads, network, custodies}: Pick<Context, 'reads' | 'network' | 'custodies'>): Context {
  const loaded = new Map<bigint, Promise<EpochDetail>>();
  let wanted: bigint[] = [];
  let batch: Promise<Map<bigint, EpochDetail>> | undefined;
  const load = (number: bigint): Promise<EpochDetail> => {
    wanted.push(number);
    batch ??= Promise.resolve().then(() => {
      const numbers = wanted;
      wanted = [];
      batch = undefined;
      return reads.details(numbers);
    });
    return batch.then((details) => details.get(number) ?? EMPTY_DETAIL);
  };
  return {
    reads,
    network,
    custodies,
    detail(number) {
      const promise = loaded.get(number) ?? load(number);
      loaded.set(number, promise);
      return promise;
    },
  };
}
