/** What a gateway may read of the engine, by name; answered once what was seen is durable. */
import type {Address} from 'viem';
import type {Core} from '../core/engine.ts';
import {accountView, assetViews, blindingOf, bookView, chainViews, marketViews, openWithdrawals} from '../core/queries.ts';
import {adlViews, adlViewsOf, fundingView, programmeViews, riskView} from '../core/risk-queries.ts';
import {userAccount} from '../core/state.ts';
import {namesOf} from '../node/names.ts';

export type Query =
  | {view: 'account' | 'accountIndex'; wallet: Address; sub: number}
  | {view: 'ranksOf'; wallet: Address}
  | {view: 'funding' | 'programmes' | 'ranksIn'; market: string}
  | {view: 'blinding'; wallet: Address; epoch: bigint}
  | {view: 'book'; market: string; levels: number}
  | {view: 'chains' | 'assets' | 'markets' | 'risk' | 'openWithdrawals' | 'names' | 'state'}
  | {view: 'sealed'; epoch: bigint};

type CoreQuery = Exclude<Query, {view: 'state' | 'sealed'}>;

export function viewOf(core: Core, query: CoreQuery): unknown {
  switch (query.view) {
    case 'account': return accountView(core, query.wallet, query.sub);
    case 'accountIndex': return userAccount(core.state, query.wallet, query.sub)?.number;
    case 'funding': return fundingView(core, query.market);
    case 'risk': return riskView(core);
    case 'programmes': return programmeViews(core, query.market);
    case 'ranksOf': return adlViewsOf(core, query.wallet);
    case 'ranksIn': return adlViews(core, query.market);
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
