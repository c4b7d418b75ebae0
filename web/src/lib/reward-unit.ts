/** The unit rewards are paid in, as the pool's own chain says it. */
import {readPool} from '@pobs/protocol/chain';
import {clientFor} from './custody-standing.ts';
import type {ExitDefaults} from './exit-source.ts';

export type RewardUnit = {lotSize: '1'; decimals: number; symbol: string};

/** Base units without a name, where nobody can tell which token it is. */
const UNKNOWN: RewardUnit = {lotSize: '1', decimals: 0, symbol: 'base units'};
const TIMEOUT_MS = 2_000;

export async function readRewardUnit(defaults: ExitDefaults | undefined): Promise<RewardUnit> {
  const pool = defaults?.network.l2.rewards;
  if (defaults === undefined || pool === undefined) return UNKNOWN;
  const {network: {l2, rules}, sources} = defaults;
  try {
    const {token} = await readPool({client: await clientFor(sources, l2.chainId, TIMEOUT_MS), pool});
    const known = rules.custodies.find(({chainId}) => chainId === l2.chainId)?.tokens.find((each) => each.token.toLowerCase() === token.toLowerCase());
    return known === undefined ? UNKNOWN : {lotSize: '1', decimals: known.decimals, symbol: known.symbol};
  } catch {
    return UNKNOWN;
  }
}
