/** What a gateway may read of the engine, by name; answered once what was seen is durable. */
import type {Address} from 'viem';
import type {Core} from '../core/engine.ts';
import {accountView, assetViews, blindingOf, bookView, chainViews, marketViews, openWithdrawals} from '../core/queries.ts';
import {deleveragingRanks} from '../core/ranks.ts';
import {userAccount} from '../core/state.ts';
import {namesOf} from '../node/names.ts';

export type Query =
  | {view: 'account' | 'accountIndex'; wallet: Address; sub: number}
  | {view: 'deleveragingRanks'; wallet: Address}
  | {view: 'blinding'; wallet: Address; epoch: bigint}
  | {view: 'book'; market: string; levels: number}
  | {view: 'chains' | 'assets' | 'markets' | 'openWithdrawals' | 'names' | 'state'}
  | {view: 'sealed'; epoch: bigint};

type CoreQuery = Exclude<Query, {view: 'state' | 'sealed'}>;

export function viewOf(core: Core, query: CoreQuery): unknown {
  switch (query.view) {
    case 'account': return accountView(core, query.wallet, query.sub);
    case 'accountIndex': return userAccount(core.state, query.wallet, query.sub)?.number;
    case 'deleveragingRanks': return deleveragingRanks(core, query.wallet);
    case 'blinding': return blindingOf(core, query);
    case 'book': return bookView(core, query);
    case 'chains': return chainViews(core);
    case 'assets': return assetViews(core);
    case 'markets': return marketViews(core);
    case 'openWithdrawals': return openWithdrawals(core);
    case 'names': return namesOf(core);
    default: return undefined;
  }
}
