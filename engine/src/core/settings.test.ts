/** The newer commands through the interfaces: order kinds, clock, margin modes, market states, and what each tells. */
import {describe, expect, test} from 'vitest';
import {ETH, Exchange, L1, L1_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import {accountView, digest, openOrder} from './queries.ts';
import {restoreSnapshot, takeSnapshot} from './snapshot.ts';

const [ALICE, BOB] = WALLETS as [`0x${string}`, `0x${string}`];
const market = 'ETH-PERP';
const P = 2_000n * USDC;

function opened(): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB);
  for (const wallet of [ALICE, BOB]) exchange.deposit(wallet, L1, L1_USDC, 100_000n * USDC);
  exchange.must({type: 'setMark', market, price: P});
  return exchange;
}

describe('orders', () => {
  test('post-only, reduce-only, self-trade modes, icebergs and expiry are the venue\'s', () => {
    const exchange = opened();
    exchange.order(BOB, {market, side: 'sell', price: P, quantity: ETH, displayQuantity: ETH / 10n});
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market, side: 'buy', price: P, quantity: ETH, postOnly: true}))).toBe('WOULD_TAKE');
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market, side: 'sell', price: P, quantity: ETH, reduceOnly: true}))).toBe('WOULD_INCREASE');
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market, side: 'buy', price: 2n * P, quantity: ETH}))).toBe('PRICE_OUT_OF_BAND');
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market, side: 'buy', price: P, quantity: ETH, timeInForce: 'GTD', expiresAt: 1n}))).toBe('INVALID_ORDER');
    const events = exchange.order(BOB, {market, side: 'buy', price: P, quantity: ETH / 2n, selfTrade: 'cancelMaker', timeInForce: 'GTD', expiresAt: 10n ** 6n});
    expect(events.flatMap((event) => (event.type === 'orderClosed' ? [event.reason] : []))).toEqual(['selfTrade']);
    const [waiting] = accountView(exchange.core, BOB)!.orders;
    exchange.core.apply({type: 'tick'}, 10n ** 6n);
    expect(openOrder(exchange.core, waiting!.orderId)).toBeUndefined();
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('amending, cancelling all, and the dead-man timer', () => {
    const exchange = opened();
    const place = (price: bigint, more = {}) => exchange.order(ALICE, {market, side: 'buy', price, quantity: ETH, ...more}).find((event) => event.type === 'orderAccepted')!.orderId;
    const first = place(P - USDC, {clientOrderId: 'one'});
    const [amended] = exchange.must({type: 'amendOrder', wallet: ALICE, orderId: first, price: P - USDC, quantity: ETH / 2n});
    expect(amended).toMatchObject({type: 'bookChanged', quantity: ETH / 2n});
    exchange.must({type: 'amendOrder', wallet: ALICE, orderId: first, price: P - 2n * USDC, quantity: ETH});
    expect(accountView(exchange.core, ALICE)!.orders).toMatchObject([{clientOrderId: 'one', price: P - 2n * USDC, remaining: ETH}]);
    expect(exchange.refusal({type: 'amendOrder', wallet: ALICE, orderId: first, price: P, quantity: ETH})).toBe('UNKNOWN_ORDER');
    place(P - 3n * USDC, {deadMan: true});
    exchange.must({type: 'armDeadMan', wallet: ALICE, at: 5_000n});
    expect(exchange.refusal({type: 'armDeadMan', wallet: ALICE, at: 1n})).toBe('INVALID_ORDER');
    exchange.core.apply({type: 'tick'}, 5_000n);
    expect(accountView(exchange.core, ALICE)!.orders).toHaveLength(1);
    exchange.must({type: 'cancelAll', wallet: ALICE, market});
    expect(accountView(exchange.core, ALICE)!.orders).toEqual([]);
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });
});

test('a lease ends with its own orders: amended ones too, from a snapshot too, and a retry under another is the same order', () => {
  const exchange = opened();
  const lease = (number: number, more: object = {}) => ({type: 'armDeadMan', wallet: ALICE, lease: number, ...more}) as const;
  const bid = (clientOrderId: string, number: number) => exchange.orderCommand(ALICE, {market, side: 'buy', price: P - USDC, quantity: ETH, clientOrderId, deadMan: true, lease: number});
  const names = (of = exchange.core): string[] => accountView(of, ALICE)!.orders.map(({clientOrderId}) => clientOrderId).toSorted();
  for (const number of [1, 1_023]) expect(exchange.must(lease(number, {opens: true, at: 5_000n}))).toEqual([{type: 'deadManArmed', wallet: ALICE, lease: number, at: 5_000n}]);
  for (const [id, number] of [['a', 1], ['b', 1], ['c', 1_023]] as const) exchange.must(bid(id, number));
  const [first] = accountView(exchange.core, ALICE)!.orders.filter(({clientOrderId}) => clientOrderId === 'a');
  exchange.must({type: 'amendOrder', wallet: ALICE, orderId: first!.orderId, price: P - 2n * USDC, quantity: ETH});
  expect(exchange.must(bid('a', 1_023)).map(({type}) => type)).toEqual(['orderRepeated']);
  expect(exchange.refusal(bid('d', 2))).toBe('INVALID_ORDER');
  const copy = restoreSnapshot(takeSnapshot(exchange.core));
  exchange.must(lease(1));
  expect(names()).toEqual(['c']);
  expect(copy.apply(lease(1_023, {at: 9_000n}), 4_000n).ok).toBe(true);
  copy.apply({type: 'tick'}, 5_000n);
  expect(names(copy)).toEqual(['c']);
  copy.apply({type: 'tick'}, 9_000n);
  expect(names(copy)).toEqual([]);
  expect(copy.apply(lease(1_023, {at: 19_000n}), 9_001n)).toMatchObject({ok: false});
  expect([brokenInvariants(exchange.core), brokenInvariants(copy)]).toEqual([[], []]);
});

test('margin modes, tiers, sources and market states are told as events; refusals leave no trace', () => {
  const exchange = opened();
  expect(exchange.must({type: 'setMarginMode', wallet: ALICE, market, mode: 'isolated'})).toEqual([{type: 'marginModeSet', market, wallet: ALICE, mode: 'isolated'}]);
  expect(exchange.must({type: 'setFeeTier', wallet: ALICE, tier: 0})).toEqual([{type: 'feeTierSet', wallet: ALICE, tier: 0}]);
  expect(exchange.must({type: 'setSourcePrice', market, source: 2, price: P + 1n})).toEqual([{type: 'indexSet', market, source: 2, sourcePrice: P, price: P}]);
  exchange.order(BOB, {market, side: 'sell', price: P, quantity: ETH});
  exchange.order(ALICE, {market, side: 'buy', price: P, quantity: ETH});
  expect(exchange.must({type: 'moveCollateral', wallet: ALICE, market, lots: 5n})).toMatchObject([{type: 'collateralMoved', lots: 5n, collateral: 200n * USDC + 5n}]);
  const before = digest(exchange.core);
  expect(exchange.refusal({type: 'moveCollateral', wallet: ALICE, market, lots: 1n << 60n})).toBe('INVALID_QUANTITY');
  expect(exchange.refusal({type: 'moveCollateral', wallet: BOB, market, lots: 1n})).toBe('INVALID_ORDER');
  expect(exchange.refusal({type: 'setMarginMode', wallet: ALICE, market, mode: 'cross'})).toBe('INVALID_ORDER');
  expect(exchange.refusal({type: 'setFeeTier', wallet: ALICE, tier: -1})).toBe('INVALID_ORDER');
  expect(digest(exchange.core)).toBe(before);
  exchange.must({type: 'setMarketStatus', market, status: 'cancelOnly'});
  expect(exchange.refusal(exchange.orderCommand(ALICE, {market, side: 'buy', price: P, quantity: ETH}))).toBe('MARKET_CLOSED');
  expect(brokenInvariants(exchange.core)).toEqual([]);
});
