/** What a signed-in wallet may look at. */
import {z} from '@hono/zod-openapi';
import {accountId} from '@pobs/protocol';
import {type Address, getAddress} from 'viem';
import type {AccountView, AdlView, AssetView} from '../core/views.ts';
import {answers} from './api/answers.ts';
import {lots, sub} from './api/scalars.ts';
import type {Gate} from './auth/gate.ts';
import {rejected} from './errors.ts';
import {type App, endpoint} from './http.ts';
import type {EnginePort, MarketReads, Received} from './ports.ts';

export type AccountDeps = {gate: Gate; engine: EnginePort; reads: MarketReads};

export function accountRoutes(app: App, {gate, engine, reads}: AccountDeps): void {
  endpoint(app, gate, {
    method: 'get', path: '/v1/account', summary: 'Balances, positions with margin and rank, withdrawals, orders, triggers, parents, offers and programmes', auth: 'read', query: z.strictObject({sub: sub.default(0)}),
    answer: answers.account, handle: ({wallet, query}) => readAccount({engine, reads}, wallet, query.sub),
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/account/blinding', summary: 'The id of this wallet in the era of an epoch, and its blinding', auth: 'read',
    query: z.strictObject({epoch: lots}), answer: answers.blinding, refusals: ['UNKNOWN_ACCOUNT'],
    async handle({wallet, query}) {
      const blinding = await engine.blinding(wallet, query.epoch);
      if (blinding === undefined) throw rejected({code: 'UNKNOWN_ACCOUNT', wallet});
      return {id: accountId(wallet, blinding), blinding};
    },
  });
}

async function readAccount({engine, reads}: Pick<AccountDeps, 'engine' | 'reads'>, wallet: Address, number: number): Promise<unknown> {
  const [view, assets, chains] = await Promise.all([engine.account(wallet, number), engine.assets(), engine.chains()]);
  // A rank costs the engine a look at every holder: only who holds something asks for it.
  const ranks = view?.positions.length ? await engine.ranksOf(wallet) : [];
  const credited = new Map(chains.map(({chainId: chain, blockNumber}) => [chain, blockNumber]));
  // What confirms is a hint from the read models; the account itself never waits for them.
  const received = await reads.receivedFrom(wallet, credited).catch(() => []);
  return {
    wallet,
    sub: number,
    subAccounts: view?.subAccounts ?? 0,
    bound: view !== undefined,
    balances: assets.map((asset) => balanceOf({asset, view, received})),
    positions: (view?.positions ?? []).map((position) => ({
      ...position, adl: rankOf(ranks.find(({market, sub: holder = 0}) => market === position.market && holder === number)),
    })),
    withdrawals: (view?.withdrawals ?? []).map(({chainId: chain, token, lots: amount, state, epoch}) => ({
      chainId: chain, token: getAddress(token), lots: amount, state, epoch: epoch ?? null,
    })),
    forced: (view?.forced ?? []).map(({chainId: chain, token, lots: amount, exit}) => ({chainId: chain, token: getAddress(token), lots: amount, exit})),
    orders: (view?.orders ?? []).map(({orderId, clientOrderId, market, side, price, quantity, remaining}) => ({
      orderId, clientOrderId, market, side, price, quantity, remaining,
    })),
    margin: view?.margin ?? null,
    triggers: view?.triggers ?? [],
    parents: view?.parents ?? [],
    offers: (view?.offers ?? []).map((offer) => ({...offer, from: getAddress(offer.from), to: getAddress(offer.to)})),
    programmes: (view?.programmes ?? []).map(({market, programme, feePpm, spreadPpm, minimum, timePpm, measuredMs, quotedMs, standing}) => ({
      market, programme, feePpm, spreadPpm, minimum, timePpm, measuredMs, quotedMs, standing,
    })),
    deadManAt: view?.deadManAt ?? null,
  };
}

const rankOf = (view: AdlView | undefined): object | null => (view ? {side: view.side, rank: view.rank, of: view.of, lights: view.lights} : null);

/** `confirming`: lots that the deposits not yet final will add. */
function balanceOf({asset, view, received}: {asset: AssetView; view: AccountView | undefined; received: readonly Received[]}): object {
  const {chainId: chain, token, symbol, currency, decimals, lotSize} = asset;
  const own = view?.balances.find((balance) => balance.chainId === chain && balance.token === token);
  const pushed = received.find((entry) => entry.chainId === chain && entry.token.toLowerCase() === token.toLowerCase());
  return {
    chainId: chain, token: getAddress(token), symbol, currency, decimals, lotSize,
    total: own?.total ?? 0n, available: own?.available ?? 0n, held: own?.held ?? 0n, withdrawable: own?.withdrawable ?? 0n,
    confirming: pushed ? pushed.all / lotSize - pushed.final / lotSize : 0n,
  };
}
