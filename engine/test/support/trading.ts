/** Traders with money at a test gateway, and commands given by their name. */
import type {Address} from 'viem';
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import type {CommandApi} from '../../src/gateway/api/declare.ts';
import {operatorCommands} from '../../src/gateway/api/operator-commands.ts';
import {userCommands} from '../../src/gateway/command-routes.ts';
import {type Answer, call, join, OPERATOR_TOKEN, type TestGateway, zeroAddress} from './gateway.ts';
import {ETH, L1_USDC, USDC} from './rules.ts';

export const PRICE = 2_000n * USDC;
export const COMMANDS: ReadonlyMap<string, CommandApi> = new Map([...userCommands, ...operatorCommands].map((api) => [api.op, api]));

export type Trader = {wallet: Address; token: string; account: ReturnType<typeof privateKeyToAccount>};

type Args = Record<string, unknown>;

/** Gives a command over REST: its fields go where its declaration puts them. */
export function give(url: string, op: string, args: Args, token: string | undefined): Promise<Answer> {
  const api = COMMANDS.get(op)!;
  const path = api.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(args[name])));
  const rest = Object.entries(args).filter(([name]) => !api.pathFields.includes(name));
  if (api.method !== 'delete') return call(url, api.method.toUpperCase(), path, {token, body: Object.fromEntries(rest)});
  const query = new URLSearchParams(rest.map(([name, value]) => [name, String(value)])).toString();
  return call(url, 'DELETE', query === '' ? path : `${path}?${query}`, {token});
}

export const operate = (url: string, op: string, args: Args): Promise<Answer> => give(url, op, args, OPERATOR_TOKEN);

/** A bound wallet with 100 000 USDC on one chain and 50 ETH on the other. */
export async function newTrader(gateway: Pick<TestGateway, 'url' | 'deposit'>): Promise<Trader> {
  const account = privateKeyToAccount(generatePrivateKey());
  const token = await join(gateway.url, account);
  await gateway.deposit({wallet: account.address, chainId: 31_337, token: L1_USDC, amount: 100_000n * USDC});
  await gateway.deposit({wallet: account.address, chainId: 412_346, token: zeroAddress, amount: 50n * ETH * 1_000_000_000n});
  return {account, wallet: account.address, token};
}

let orders = 0;

export function order(changes: Args = {}): Args {
  orders += 1;
  return {
    market: 'ETH-USDC', side: 'buy', type: 'limit', price: String(PRICE), quantity: String(ETH), timeInForce: 'GTC', clientOrderId: `order-${orders}`, ...changes,
  };
}

/** `long` holds one ETH-PERP of `short`, who sold it. */
export async function openPosition(url: string, {long, short}: {long: Trader; short: Trader}): Promise<void> {
  const perpetual = {market: 'ETH-PERP', price: String(PRICE)};
  const resting = await give(url, 'placeOrder', order({...perpetual, side: 'sell'}), short.token);
  const taking = await give(url, 'placeOrder', order({...perpetual, timeInForce: 'IOC'}), long.token);
  if (resting.status !== 200 || taking.body.state !== 'filled') throw new Error(`no position: ${JSON.stringify([resting.body, taking.body])}`);
}
