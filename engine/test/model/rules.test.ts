/** Single rules that the naive exchange and the core once read differently, each in the fewest commands. */
import {expect, test} from 'vitest';
import {accountView} from '../../src/core/queries.ts';
import {ETH, Exchange, L1, L1_USDC, USDC, WALLETS} from './exchange.ts';

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
