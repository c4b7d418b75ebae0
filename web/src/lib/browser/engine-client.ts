/** The depositor's side of the engine's REST interface (docs/INTERFACES.md "Engine HTTP"), through `/api/engine`. */
import type {Address, Hex} from 'viem';
import type {Funding} from '../markets.ts';

/** Amounts are lots; `lotSize` base units per lot, `decimals` base units per token. */
export type Balance = {
  chainId: number;
  token: Address;
  symbol: string;
  decimals: number;
  lotSize: string;
  total: string;
  available: string;
  held: string;
  confirming: string;
  withdrawable: string;
  currency: string;
};

export type Withdrawal = {chainId: number; token: Address; lots: string; state: string; epoch: string | null};

/** Asked of the custody itself; open until an epoch answers it. */
export type ForcedWithdrawal = {chainId: number; token: Address; lots: string; exit: boolean};

/** Sizes are base lots, prices and collateral settlement lots; `liquidationPrice` is absent where no price liquidates. */
export type Position = {
  market: string;
  size: string;
  entryPrice: string;
  mark: string;
  unrealisedPnl: string;
  mode: 'cross' | 'isolated';
  initialMargin: string;
  maintenanceMargin: string;
  liquidationPrice?: string;
};

export type Order = {orderId: string; market: string; side: 'buy' | 'sell'; price: string; quantity: string; remaining: string};

export type NewOrder = {
  market: string;
  side: 'buy' | 'sell';
  type: 'limit' | 'market';
  price?: string;
  quantity: string;
  timeInForce: 'GTC' | 'IOC';
  clientOrderId: string;
  postOnly?: true;
  reduceOnly?: true;
};

export type Placed = {orderId: string; state: 'open' | 'filled' | 'cancelled'; filled: string};

export type Account = {
  wallet: Address;
  bound: boolean;
  balances: Balance[];
  positions: Position[];
  orders: Order[];
  /** Settlement lots; null without positions or orders on margin. */
  margin: {equity: string; initial: string; maintenance: string; free: string} | null;
  withdrawals: Withdrawal[];
  forced: ForcedWithdrawal[];
};

export type Answer<T> = {ok: true; data: T} | {ok: false; status: number; code: string; message: string};

export type EngineClient = ReturnType<typeof engineClient>;

/** @param token - Session token; public calls need none. */
export function engineClient(token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : {authorization: `Bearer ${token}`};
  const get = <T>(path: string) => call<T>(path, {headers});
  const post = <T>(path: string, body: unknown) =>
    call<T>(path, {method: 'POST', headers: {...headers, 'content-type': 'application/json'}, body: JSON.stringify(body)});
  return {
    nonce: () => get<{nonce: string}>('v1/session/nonce'),
    signIn: (message: string, signature: Hex) => post<{token: string; wallet: Address}>('v1/session', {message, signature}),
    bind: (secret: Hex) => post<unknown>('v1/accounts', {secret}),
    account: () => get<Account>('v1/account'),
    blinding: (epoch: number) => get<{id: Hex; blinding: Hex}>(`v1/account/blinding?epoch=${epoch}`),
    place: (order: NewOrder) => post<Placed>('v1/orders', order),
    cancelOrder: (orderId: string) => call<unknown>(`v1/orders/${orderId}`, {method: 'DELETE', headers}),
    cancelAll: () => call<unknown>('v1/orders', {method: 'DELETE', headers}),
    funding: (market: string) => get<Funding>(`v1/markets/${market}/funding`),
    withdraw: (request: {chainId: number; token: Address; lots: string}) => post<unknown>('v1/withdrawals', request),
    cancel: ({chainId, token: asset}: {chainId: number; token: Address}) =>
      call<unknown>(`v1/withdrawals/${chainId}/${asset}`, {method: 'DELETE', headers}),
  };
}

const TIMEOUT_MS = 10_000;

async function call<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  return readJson(`/api/engine/${path}`, init);
}

/** One JSON answer with its error in the engine's form. */
export async function readJson<T>(url: string, init: RequestInit = {}): Promise<Answer<T>> {
  try {
    const response = await fetch(url, {...init, signal: AbortSignal.timeout(TIMEOUT_MS)});
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as {error?: {code?: string; message?: string}};
    if (response.ok) return {ok: true, data: body as T};
    return {ok: false, status: response.status, code: body.error?.code ?? 'UNKNOWN', message: body.error?.message ?? `The engine answered with status ${response.status}.`};
  } catch {
    return {ok: false, status: 0, code: 'ENGINE_UNREACHABLE', message: 'The engine cannot be reached. Try again in a moment.'};
  }
}
