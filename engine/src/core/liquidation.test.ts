/** What a mark forces, seen through the interfaces; the two tiers in depth are tested on the venue (`test/venue`). */
import {describe, expect, test} from 'vitest';
import {ETH, Exchange, FUND, L1, L1_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import {accountView, marketViews, sealedEpoch} from './queries.ts';

const [ALICE, BOB, CAROL] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];
const perp = 'ETH-PERP';
const mark = (exchange: Exchange, price: bigint) => exchange.must({type: 'setMark', market: perp, price});

/** Alice is 5 ETH long at 2000 with 1100 USDC, Bob short with plenty; the fund may have something. */
function leveraged(fund = 0n): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB, CAROL);
  exchange.deposit(ALICE, L1, L1_USDC, 1_100n * USDC);
  exchange.deposit(BOB, L1, L1_USDC, 50_000n * USDC);
  exchange.deposit(CAROL, L1, L1_USDC, 50_000n * USDC);
  if (fund > 0n) exchange.must({type: 'transfer', from: CAROL, to: FUND, chainId: L1, token: L1_USDC, lots: fund});
  mark(exchange, 2_000n * USDC);
  exchange.order(BOB, {market: perp, side: 'sell', price: 2_000n * USDC, quantity: 5n * ETH});
  exchange.order(ALICE, {market: perp, side: 'buy', price: 2_000n * USDC, quantity: 5n * ETH});
  return exchange;
}

describe('liquidation', () => {
  test('orders are cancelled before positions are touched', () => {
    const exchange = leveraged(10_000n * USDC);
    exchange.order(ALICE, {market: perp, side: 'sell', price: 2_500n * USDC, quantity: 5n * ETH});
    expect(mark(exchange, 1_890n * USDC).some((event) => event.type === 'orderClosed')).toBe(false);
    const events = mark(exchange, 1_860n * USDC);
    expect(events.findIndex((event) => event.type === 'orderClosed' && event.reason === 'liquidation'))
      .toBeLessThan(events.findIndex((event) => event.type === 'positionLiquidated'));
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('the fund takes what is needed at a penalty and unwinds into the book', () => {
    const exchange = leveraged(10_000n * USDC);
    exchange.order(CAROL, {market: perp, side: 'buy', price: 1_855n * USDC, quantity: 5n * ETH});
    const events = mark(exchange, 1_860n * USDC);
    const [taken] = events.filter((event) => event.type === 'positionLiquidated');
    expect(taken).toMatchObject({wallet: ALICE, by: 'fund', price: 1_860n * USDC});
    expect(events.find((event) => event.type === 'tradeExecuted')).toMatchObject({taker: FUND, maker: CAROL, quantity: taken!.size, takerFeeLots: 0n});
    expect(accountView(exchange.core, ALICE)!.positions[0]!.size).toBe(5n * ETH - taken!.size);
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('without a fund both sides close at the mid, and a loss beyond the account falls on who won it', () => {
    const exchange = leveraged();
    exchange.advance(412_346);
    const events = mark(exchange, 1_600n * USDC); // Alice is bankrupt by 905 USDC.
    expect(marketViews(exchange.core).find(({market}) => market === perp)?.symmetricLiquidation).toBe(true);
    expect(events.filter((event) => event.type === 'positionLiquidated').map(({wallet, by}) => [wallet, by])).toEqual([[ALICE, 'symmetric'], [BOB, 'counterparty']]);
    const covered = events.filter((event) => event.type === 'shortfallCovered');
    expect(covered.reduce((sum, {lots}) => sum + lots, 0n)).toBe(905n * USDC);
    expect(covered.map(({by}) => by)).toEqual(['fund', 'pairedWinner']);
    exchange.must({type: 'seal', epoch: 1n, snapshotTime: 1n});
    const total = (wallet: string) => sealedEpoch(exchange.core, 1n)!.assets[1]!.rows.find((row) => row.wallet === wallet)?.total ?? 0n;
    expect(total(ALICE)).toBe(0n);
    // Won 2000, paid 2 bp of 10000, and all of the loss but what the fund had from fees: a fifth of 7.
    expect(total(BOB)).toBe(52_000n * USDC - 2n * USDC - 905n * USDC + 1_400_000n);
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('an open request covers its own account\'s loss before anybody else does', () => {
    const exchange = leveraged();
    mark(exchange, 2_200n * USDC);
    exchange.must({type: 'requestWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC, lots: 800n * USDC});
    const events = mark(exchange, 1_750n * USDC);
    expect(events.find((event) => event.type === 'withdrawalCancelled')).toMatchObject({wallet: ALICE, lots: 800n * USDC, reason: 'shortfall'});
    expect(accountView(exchange.core, ALICE)!.withdrawals).toEqual([]);
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('a mark must be a price', () => {
    const exchange = leveraged();
    expect(exchange.refusal({type: 'setMark', market: perp, price: 0n})).toBe('INVALID_PRICE');
    expect(exchange.refusal({type: 'setMark', market: perp, price: 1n << 50n})).toBe('INVALID_PRICE');
    expect(exchange.refusal({type: 'setMark', market: 'X', price: 1n})).toBe('UNKNOWN_MARKET');
  });
});
