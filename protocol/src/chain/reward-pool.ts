import type {Address, Hex} from 'viem';
import {rewardPoolAbi} from './abi/index.ts';
import {type ChainClient, typed} from './client.ts';

/** What a pool was deployed with. */
export type PoolTerms = {
  token: Address;
  beacon: Address;
  tickets: number;
  auditRows: number;
  weightCap: bigint;
};

/** One term's prizes; amounts in base units of the reward token, times in seconds. */
export type TermPrizes = {
  funded: bigint;
  paid: bigint;
  /** Of each ticket; 0 before the draw. */
  prize: bigint;
  /** Zero bytes before the draw. */
  seed: Hex;
  /** 0 before the draw. */
  claimDeadline: bigint;
  /** Until when funds and audit roots are taken. */
  commitDeadline: bigint;
  /** Beacon round that seeds the draw. */
  seedRound: bigint;
};

/** @throws {ChainError} */
export async function readPool({client, pool}: {client: ChainClient; pool: Address}): Promise<PoolTerms> {
  const contract = {address: pool, abi: rewardPoolAbi} as const;
  return typed(client, 'the reward pool', async () => {
    const [token, beacon, tickets, auditRows, weightCap] = await Promise.all([
      client.readContract({...contract, functionName: 'TOKEN'}), client.readContract({...contract, functionName: 'BEACON'}),
      client.readContract({...contract, functionName: 'TICKETS'}), client.readContract({...contract, functionName: 'AUDIT_ROWS'}),
      client.readContract({...contract, functionName: 'WEIGHT_CAP'}),
    ]);
    return {token, beacon, tickets, auditRows, weightCap};
  });
}

/** @throws {ChainError} `CHAIN_REVERTED` for a term that L2 does not know. */
export async function readPrizes({client, pool, setId}: {client: ChainClient; pool: Address; setId: number}): Promise<TermPrizes> {
  const term = {address: pool, abi: rewardPoolAbi, args: [setId]} as const;
  return typed(client, 'the reward pool', async () => {
    const [state, commitDeadline, seedRound] = await Promise.all([
      client.readContract({...term, functionName: 'term'}), client.readContract({...term, functionName: 'commitDeadlineOf'}),
      client.readContract({...term, functionName: 'seedRoundOf'}),
    ]);
    return {...state, commitDeadline, seedRound};
  });
}
