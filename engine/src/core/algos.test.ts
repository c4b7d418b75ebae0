/** Triggers, parents, rolls, novations, calendars and batches through the interfaces. */
import {describe, expect, test} from 'vitest';
import {ETH, Exchange, L1, L1_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import type {Command} from './commands.ts';
import {createCore} from './engine.ts';
import {accountView, digest} from './queries.ts';

const [ALICE, BOB, CAROL] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];
const market = 'ETH-PERP';
const P = 2_000n * USDC;

/** Alice one ETH long against Bob; Carol quotes twenty dollars around. */
function opened(): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB, CAROL);
  for (const wallet of [ALICE, BOB, CAROL]) exchange.deposit(wallet, L1, L1_USDC, 100_000n * USDC);
  exchange.must({type: 'setMark', market, price: P});
  exchange.order(BOB, {market, side: 'sell', price: P, quantity: ETH});
  exchange.order(ALICE, {market, side: 'buy', price: P, quantity: ETH});
  exchange.order(CAROL, {market, side: 'buy', price: P - 20n * USDC, quantity: 10n * ETH});
  exchange.order(CAROL, {market, side: 'sell', price: P + 20n * USDC, quantity: 10n * ETH});
  return exchange;
}

const stop = {by: 'mark', direction: 'fall', price: P - 10n * USDC, side: 'sell', quantity: ETH, reduceOnly: true} as const;
const sizeOf = (exchange: Exchange, wallet: `0x${string}`) => accountView(exchange.core, wallet)!.positions[0]?.size ?? 0n;

/** The history gives the same state in a fresh core. */
function expectReplay(exchange: Exchange): void {
  const again = createCore();
  for (const {command, at} of exchange.history) expect(again.apply(command, at).ok).toBe(true);
  expect(digest(again)).toBe(digest(exchange.core));
  expect(brokenInvariants(exchange.core)).toEqual([]);
}

describe('conditional and worked orders', () => {
  test('a stop and its take-profit: the mark decides, the other goes', () => {
    const exchange = opened();
    const take = {...stop, direction: 'rise', price: P + 10n * USDC, limitPrice: P + 15n * USDC} as const;
    exchange.must({type: 'placeTrigger', wallet: ALICE, market, conditions: [stop, take]});
    const events = exchange.must({type: 'setMark', market, price: P - 10n * USDC});
    expect(events.filter(({type}) => type.startsWith('trigger')).map((event) => ('reason' in event ? event.reason : 'refused' in event ? event.refused : ''))).toEqual(['filled', 'oneCancelsOther', 'none']);
    expect(sizeOf(exchange, ALICE)).toBe(0n);
    expectReplay(exchange);
  });

  test('a parent sells by the clock; both can be cancelled by their owner', () => {
    const exchange = opened();
    exchange.must({type: 'placeParent', wallet: ALICE, market, side: 'sell', quantity: ETH, strategy: 'twap', slices: 2, intervalMs: 1_000, reduceOnly: true});
    exchange.core.state.venue.now = 1_000_000;
    const tick = (at: bigint) => {
      const applied = exchange.core.apply({type: 'tick'}, at);
      return applied.ok ? applied.events.map(({type}) => type) : [];
    };
    expect(tick(1_002_100n)).toContain('tradeExecuted');
    expect(sizeOf(exchange, ALICE)).toBe(0n);
    exchange.must({type: 'placeTrigger', wallet: BOB, market, conditions: [{...stop, side: 'buy', direction: 'rise', price: P + USDC}]});
    expect(exchange.refusal({type: 'cancelTrigger', wallet: ALICE, triggerId: 1n})).toBe('UNKNOWN_ORDER');
    exchange.must({type: 'cancelTrigger', wallet: BOB, triggerId: 1n});
    expect(exchange.refusal({type: 'cancelParent', wallet: ALICE, parentId: 1n})).toBe('UNKNOWN_ORDER');
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('a batch goes on after a refusal and keeps every client id', () => {
    const exchange = opened();
    const order = (clientOrderId: string, quantity: bigint) => exchange.orderCommand(ALICE, {market, side: 'buy', price: P - 50n * USDC, quantity, clientOrderId});
    const events = exchange.must({type: 'batch', commands: [order('x', ETH), order('x', 2n * ETH), order('y', 3n), order('z', ETH), {type: 'cancelAll', wallet: BOB}]});
    expect(events.filter((event) => event.type === 'batchItemRefused')).toEqual([
      {type: 'batchItemRefused', index: 1, code: 'DUPLICATE_CLIENT_ORDER_ID'}, {type: 'batchItemRefused', index: 2, code: 'INVALID_QUANTITY'},
    ]);
    expect(accountView(exchange.core, ALICE)!.orders.map(({clientOrderId}) => clientOrderId)).toEqual(['x', 'z']);
    expect(exchange.refusal({type: 'batch', commands: []})).toBe('LIMIT_EXCEEDED');
    expectReplay(exchange);
  });
});

test('a roll re-strikes at the mark; a novation needs both', () => {
  const exchange = opened();
  exchange.must({type: 'setAutoRoll', wallet: ALICE, market, takeLots: 5n * USDC, lossLots: 0n});
  const rolled = exchange.must({type: 'setMark', market, price: P + 10n * USDC}).find((event) => event.type === 'positionRolled');
  expect(rolled).toMatchObject({wallet: ALICE, realised: 10n * USDC, price: P + 10n * USDC, fee: 201_000n});
  expect(accountView(exchange.core, ALICE)!.positions[0]).toMatchObject({entryPrice: P + 10n * USDC, unrealisedPnl: 0n});
  exchange.must({type: 'offerNovation', wallet: BOB, to: CAROL, market, size: -ETH / 2n});
  expect(exchange.refusal({type: 'acceptNovation', wallet: ALICE, offerId: 1n})).toBe('UNKNOWN_ORDER');
  expect(exchange.must({type: 'acceptNovation', wallet: CAROL, offerId: 1n}).map(({type}) => type)).toEqual(['positionChanged', 'positionChanged', 'novationAccepted']);
  expect([sizeOf(exchange, BOB), sizeOf(exchange, CAROL)]).toEqual([-ETH / 2n, -ETH / 2n]);
  exchange.must({type: 'offerNovation', wallet: BOB, to: CAROL, market, size: -ETH / 2n, price: P});
  exchange.must({type: 'withdrawNovation', wallet: CAROL, offerId: 2n});
  expectReplay(exchange);
});

test('calendars are set by market', () => {
  const exchange = opened();
  const session = {start: 0, feePpm: 500_000, fundingClampPpm: 600_000, bandPpm: 100_000, marginPpm: 1_000_000};
  expect(exchange.must({type: 'setCalendar', market, sessions: [session]})).toEqual([{type: 'calendarSet', market, sessions: 1}]);
  expect(exchange.must({type: 'tick'})).toContainEqual({type: 'sessionEntered', market, session: 0});
  expect(exchange.refusal({type: 'setCalendar', market, sessions: [{...session, marginPpm: 0}]})).toBe('INVALID_ORDER');
  expectReplay(exchange);
});

test.each<[string, Partial<Record<string, unknown>> & {type: Command['type']}, string]>([
  ['a condition that holds', {type: 'placeTrigger', conditions: [{...stop, price: P + USDC}]}, 'INVALID_PRICE'],
  ['a price off the grid', {type: 'placeTrigger', conditions: [{...stop, price: 1n}]}, 'INVALID_PRICE'],
  ['three conditions', {type: 'placeTrigger', conditions: [stop, stop, stop]}, 'INVALID_ORDER'],
  ['a trigger without lots', {type: 'placeTrigger', conditions: [{...stop, quantity: 0n}]}, 'INVALID_QUANTITY'],
  ['too many slices', {type: 'placeParent', side: 'buy', quantity: ETH, strategy: 'vwap', slices: 2_000, intervalMs: 1_000}, 'INVALID_ORDER'],
  ['a parent of nothing', {type: 'placeParent', side: 'buy', quantity: 0n, strategy: 'vwap', slices: 2, intervalMs: 1_000}, 'INVALID_QUANTITY'],
  ['a negative threshold', {type: 'setAutoRoll', takeLots: -1n, lossLots: 0n}, 'INVALID_QUANTITY'],
  ['an offer to a stranger', {type: 'offerNovation', to: WALLETS[5], size: ETH}, 'UNKNOWN_ACCOUNT'],
  ['an offer of nothing', {type: 'offerNovation', to: BOB, size: 0n}, 'INVALID_QUANTITY'],
  ['an offer nobody made', {type: 'acceptNovation', offerId: 1n << 60n}, 'UNKNOWN_ORDER'],
])('refuses %s and leaves no trace', (_, change, code) => {
  const exchange = opened();
  const before = digest(exchange.core);
  expect(exchange.refusal({wallet: ALICE, market, ...change} as never)).toBe(code);
  expect(digest(exchange.core)).toBe(before);
});
