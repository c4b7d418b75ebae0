/** Single rules that the naive exchange and the core once read differently, each in the fewest commands. */
import {expect, test} from 'vitest';
import {accountView} from '../../src/core/queries.ts';
import {brokenInvariants} from './invariants.ts';
import {ETH, Exchange, FUND, L1, L1_USDC, USDC, WALLETS} from './exchange.ts';

const [ALICE, BOB, CAROL] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];
const PERP = 'ETH-PERP';

/** Three wallets with money, ETH at 2,000. */
function world(lots = 100_000n * USDC): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB, CAROL);
  for (const wallet of [ALICE, BOB, CAROL]) exchange.deposit(wallet, L1, L1_USDC, lots);
  exchange.must({type: 'setMark', market: PERP, price: 2_000n * USDC});
  return exchange;
}

const mark = (exchange: Exchange, price: bigint) => exchange.must({type: 'setMark', market: PERP, price: price * USDC});

test('a trailing stop keeps its distance from every mark, not from every other one', () => {
  const exchange = world();
  const condition = {by: 'mark', direction: 'fall', price: 1_900n * USDC, side: 'sell', quantity: ETH, trail: 50n * USDC} as const;
  exchange.must({type: 'placeTrigger', wallet: ALICE, market: PERP, conditions: [condition]});
  for (const price of [2_001n, 2_100n]) mark(exchange, price);
  expect(mark(exchange, 2_060n).some(({type}) => type === 'triggerFired')).toBe(false);
  expect(mark(exchange, 2_050n).some(({type}) => type === 'triggerFired')).toBe(true);
});

test('a trailing stop follows from where the price stood when it was placed', () => {
  const exchange = world();
  const condition = {by: 'mark', direction: 'fall', price: 1_900n * USDC, side: 'sell', quantity: ETH, trail: 50n * USDC} as const;
  exchange.must({type: 'placeTrigger', wallet: ALICE, market: PERP, conditions: [condition]});
  expect(mark(exchange, 1_950n).some(({type}) => type === 'triggerFired')).toBe(true);
});

test('a perpetual-only command about a spot market names the market', () => {
  const exchange = world();
  expect(exchange.refusal({type: 'setAutoRoll', wallet: ALICE, market: 'ETH-USDC', takeLots: 1n, lossLots: 1n})).toBe('UNKNOWN_MARKET');
  expect(exchange.refusal({type: 'offerNovation', wallet: ALICE, to: BOB, market: 'ETH-USDC', size: ETH})).toBe('UNKNOWN_MARKET');
});

test('a market without a calendar has its own rates again', () => {
  const exchange = world();
  const session = {start: 0, feePpm: 0, fundingClampPpm: 0, bandPpm: 1_000, marginPpm: 3_000_000};
  exchange.must({type: 'setCalendar', market: PERP, sessions: [session]});
  exchange.must({type: 'tick'});
  const order = {market: PERP, side: 'buy', price: 2_100n * USDC, quantity: 10n * ETH} as const;
  expect(exchange.refusal(exchange.orderCommand(ALICE, order))).toBe('PRICE_OUT_OF_BAND');
  exchange.must({type: 'setCalendar', market: PERP, sessions: []});
  expect(exchange.refusal(exchange.orderCommand(ALICE, order))).toBe('accepted');
  expect(accountView(exchange.core, ALICE)!.margin.initial).toBe(10n * 2_100n * USDC / 10n + 900n * USDC + 10n * USDC);
});

test('the Liquidation Fund places no orders of its own accord', () => {
  const exchange = world();
  expect(exchange.refusal(exchange.orderCommand(FUND, {side: 'buy', price: USDC, quantity: ETH}))).toBe('UNKNOWN_ACCOUNT');
});

test('a decremented taker tells its smaller quantity, so that what it fills can be told from its events', () => {
  const exchange = world();
  exchange.order(ALICE, {market: PERP, side: 'sell', price: 2_000n * USDC, quantity: 3n * ETH});
  const events = exchange.order(ALICE, {market: PERP, side: 'buy', price: 2_000n * USDC, quantity: 5n * ETH, selfTrade: 'decrement'});
  const id = events.find((event) => event.type === 'orderAccepted')!.orderId;
  expect(events.find((event) => event.type === 'orderAmended')).toMatchObject({orderId: id, quantity: 2n * ETH});
  expect(events.find((event) => event.type === 'orderRested')).toMatchObject({orderId: id, remaining: 2n * ETH});
});

test('an isolated position closed in several fills keeps in its bucket what the later ones lose', () => {
  const exchange = world();
  exchange.must({type: 'setMarginMode', wallet: ALICE, market: PERP, mode: 'isolated'});
  exchange.order(BOB, {market: PERP, side: 'sell', price: 2_000n * USDC, quantity: 10n * ETH});
  exchange.order(ALICE, {market: PERP, side: 'buy', price: 2_000n * USDC, quantity: 10n * ETH});
  for (const quantity of [3n, 3n, 3n]) exchange.order(CAROL, {market: PERP, side: 'buy', price: 1_800n * USDC, quantity: quantity * ETH});
  // Each ETH has 200 dollars of collateral and loses as many.
  exchange.order(ALICE, {market: PERP, side: 'sell', price: 1_800n * USDC, quantity: 9n * ETH, timeInForce: 'IOC'});
  const {margin} = accountView(exchange.core, ALICE)!;
  expect(margin.equity).toBe(98_000n * USDC - 10n * USDC - 81n * USDC / 10n);
  expect(brokenInvariants(exchange.core)).toEqual([]);
});

test('an order that turns an isolated position round needs initial margin for all that it opens', () => {
  const exchange = world(2_000n * USDC);
  exchange.must({type: 'setMarginMode', wallet: ALICE, market: PERP, mode: 'isolated'});
  exchange.order(BOB, {market: PERP, side: 'sell', price: 2_000n * USDC, quantity: 5n * ETH});
  exchange.order(ALICE, {market: PERP, side: 'buy', price: 2_000n * USDC, quantity: 5n * ETH});
  // 995 dollars are left beside the bucket: five more lots can be opened below them, not fifteen.
  const turn = (eth: bigint) => exchange.orderCommand(ALICE, {market: PERP, side: 'sell', price: 2_000n * USDC, quantity: eth * ETH});
  expect(exchange.refusal(turn(10n))).toBe('INSUFFICIENT_MARGIN');
  expect(exchange.refusal(turn(9n))).toBe('accepted');
});
