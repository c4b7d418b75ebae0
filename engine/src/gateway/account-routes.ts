/** What a signed-in wallet may do: bind, look, order, withdraw. */
import {z} from '@hono/zod-openapi';
import {accountId} from '@pobs/protocol';
import {type Address, getAddress} from 'viem';
import type {Event} from '../core/events.ts';
import type {AccountView, AssetView} from '../core/views.ts';
import type {Submission} from '../node/types.ts';
import {ApiError, rejected} from './errors.ts';
import {type App, endpoint, type Gate} from './http.ts';
import type {EnginePort, MarketReads, Received} from './ports.ts';
import {accountBody, address, answers, chainId, lots, orderBody, signInBody, withdrawalBody} from './shapes.ts';

export type AccountDeps = {gate: Gate; engine: EnginePort; reads: MarketReads};
type Accepted = Extract<Submission, {ok: true}>;

/** The answer of an accepted command. @throws {ApiError} for a refused one. */
export async function accepted(submission: Promise<Submission>): Promise<Accepted> {
  const result = await submission;
  if (!result.ok) throw rejected(result.rejection);
  return result;
}

export function sessionRoutes(app: App, {gate}: AccountDeps): void {
  endpoint(app, gate, {
    method: 'get', path: '/v1/session/nonce', summary: 'A nonce for a sign-in message', auth: 'public', answer: answers.nonce,
    handle: () => ({nonce: gate.sessions.nonce()}),
  });
  endpoint(app, gate, {
    method: 'post', path: '/v1/session', summary: 'Sign in with Ethereum (EIP-4361)', auth: 'public', body: signInBody, answer: answers.session,
    async handle({body}) {
      const result = await gate.sessions.signIn(body);
      if (!result.ok) throw new ApiError(401, 'SIGN_IN_FAILED', `Signing in failed: ${result.reason}.`);
      return {token: result.token, wallet: result.wallet, expiresAt: String(result.expiresAt)};
    },
  });
}

export function accountRoutes(app: App, {gate, engine, reads}: AccountDeps): void {
  endpoint(app, gate, {
    method: 'post', path: '/v1/accounts', summary: 'Bind the wallet with its account secret; unmatched deposits move to it', auth: 'session',
    body: accountBody, answer: answers.bound,
    async handle({wallet, body}) {
      const {sequence} = await accepted(engine.submit({type: 'bindAccount', wallet, ...body}));
      return {wallet, sequence};
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/account', summary: 'Balances, positions, withdrawals and open orders', auth: 'session', answer: answers.account,
    handle: ({wallet}) => readAccount({engine, reads}, wallet),
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/account/blinding', summary: 'The id of this wallet in the era of an epoch, and its blinding', auth: 'session',
    query: z.object({epoch: lots}), answer: answers.blinding,
    async handle({wallet, query}) {
      const blinding = await engine.blinding(wallet, query.epoch);
      if (blinding === undefined) throw rejected({code: 'UNKNOWN_ACCOUNT', wallet});
      return {id: accountId(wallet, blinding), blinding};
    },
  });
}

export function orderRoutes(app: App, {gate, engine}: AccountDeps): void {
  endpoint(app, gate, {
    method: 'post', path: '/v1/orders', summary: 'Place an order', auth: 'session', body: orderBody, answer: answers.placed,
    async handle({wallet, body: {type: orderType, ...order}}) {
      if (orderType === 'limit' && order.price === undefined) throw new ApiError(400, 'INVALID_REQUEST', 'body.price: a limit order needs one.');
      const {sequence, events} = await accepted(engine.submit({type: 'placeOrder', wallet, orderType, ...order}));
      return {...outcomeOf(events), sequence};
    },
  });
  endpoint(app, gate, {
    method: 'delete', path: '/v1/orders/{id}', summary: 'Cancel an open order', auth: 'session', params: z.object({id: lots}), answer: answers.sequence,
    async handle({wallet, params}) {
      const {sequence} = await accepted(engine.submit({type: 'cancelOrder', wallet, orderId: params.id}));
      return {sequence};
    },
  });
}

export function withdrawalRoutes(app: App, {gate, engine}: AccountDeps): void {
  endpoint(app, gate, {
    method: 'post', path: '/v1/withdrawals', summary: 'Request a withdrawal; a second one adds up', auth: 'session', body: withdrawalBody,
    answer: answers.sequence,
    async handle({wallet, body}) {
      const {sequence} = await accepted(engine.submit({type: 'requestWithdrawal', wallet, ...body}));
      return {sequence};
    },
  });
  endpoint(app, gate, {
    method: 'delete', path: '/v1/withdrawals/{chainId}/{token}', summary: 'Cancel what is requested and not yet sealed', auth: 'session',
    params: z.object({chainId, token: address}), answer: answers.sequence,
    async handle({wallet, params}) {
      const {sequence} = await accepted(engine.submit({type: 'cancelWithdrawal', wallet, ...params}));
      return {sequence};
    },
  });
}

/** What became of an order, from the events of its own command. */
function outcomeOf(events: readonly Event[]): {orderId: bigint; state: 'open' | 'filled' | 'cancelled'; filled: bigint} {
  const repeated = events.find((event) => event.type === 'orderRepeated');
  if (repeated) return {orderId: repeated.orderId, state: repeated.state, filled: repeated.filled};
  const placed = events.find((event) => event.type === 'orderAccepted');
  if (!placed) throw new Error('an accepted order has no orderAccepted event');
  const {orderId} = placed;
  let filled = 0n;
  let state: 'open' | 'filled' | 'cancelled' = 'open';
  for (const event of events) {
    if (event.type === 'tradeExecuted' && event.takerOrderId === orderId) filled += event.quantity;
    if (event.type === 'orderClosed' && event.orderId === orderId) state = event.state;
  }
  return {orderId, state, filled};
}

async function readAccount({engine, reads}: Pick<AccountDeps, 'engine' | 'reads'>, wallet: Address): Promise<unknown> {
  const [view, assets, chains] = await Promise.all([engine.account(wallet), engine.assets(), engine.chains()]);
  const credited = new Map(chains.map(({chainId: chain, blockNumber}) => [chain, blockNumber]));
  // What confirms is a hint from the read models; the account itself never waits for them.
  const received = await reads.receivedFrom(wallet, credited).catch(() => []);
  return {
    wallet,
    bound: view !== undefined,
    balances: assets.map((asset) => balanceOf({asset, view, received})),
    positions: (view?.positions ?? []).map(({market, size, entryPrice, mark, unrealisedPnl}) => ({market, size, entryPrice, mark, unrealisedPnl})),
    withdrawals: (view?.withdrawals ?? []).map(({chainId: chain, token, lots: amount, state, epoch}) => ({
      chainId: chain, token: getAddress(token), lots: amount, state, epoch: epoch ?? null,
    })),
    forced: (view?.forced ?? []).map(({chainId: chain, token, lots: amount, exit}) => ({chainId: chain, token: getAddress(token), lots: amount, exit})),
    orders: (view?.orders ?? []).map(({orderId, clientOrderId, market, side, price, quantity, remaining}) => ({
      orderId, clientOrderId, market, side, price, quantity, remaining,
    })),
  };
}

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
