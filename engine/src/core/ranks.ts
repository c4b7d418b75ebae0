/** Where an account's positions stand in the queue of symmetric liquidation (paper §3.5). */
import type {Address} from 'viem';
import type {Core} from './engine.ts';
import {type State, userAccount} from './state.ts';
import {NONE} from './venue/accounts.ts';
import {counterparties} from './venue/symmetric.ts';

/** `rank` 1 would be paired next, of `of` positions on its side. */
export type RankView = {market: string; sub: number; side: 'long' | 'short'; rank: number; of: number};

/** One entry per open position of the wallet's accounts in a market with a mark. */
export function deleveragingRanks({state}: Core, wallet: Address): RankView[] {
  const main = userAccount(state, wallet);
  if (!main) return [];
  return [main.number, ...state.subs.get(main.number) ?? []].flatMap((account, sub) => ranksOf(state, account, sub));
}

function ranksOf({venue}: State, account: number, sub: number): RankView[] {
  const ranks: RankView[] = [];
  for (let slot = venue.accounts.firstPosition[account]!; slot !== NONE; slot = venue.positions.next[slot]!) {
    const quantity = venue.positions.quantity[slot]!;
    const market = venue.markets[venue.positions.market[slot]!]!;
    if (quantity === 0 || market.mark === 0) continue;
    const queue = counterparties(venue, market, quantity > 0 ? -1 : 1);
    ranks.push({market: market.spec.name, sub, side: quantity > 0 ? 'long' : 'short', rank: queue.indexOf(slot) + 1, of: queue.length});
  }
  return ranks;
}
