/** What a mark forces: orders go first, then positions; the fund takes the rest; what nobody can pay stops the seal. */
import {describe, expect, test} from 'vitest';
import {ETH, Exchange, FUND, L1, L1_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import {accountView, digest, sealedEpoch} from './queries.ts';

const [ALICE, BOB, CAROL] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];
const perp = 'ETH-PERP';
const mark = (exchange: Exchange, price: bigint) => exchange.must({type: 'setMark', market: perp, price});

/** Alice is 5 ETH long at 2000 with 1100 USDC, Bob short with plenty. */
function leveraged(): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB, CAROL);
  exchange.deposit(ALICE, L1, L1_USDC, 1_100n * USDC);
  exchange.deposit(BOB, L1, L1_USDC, 50_000n * USDC);
  exchange.deposit(CAROL, L1, L1_USDC, 50_000n * USDC);
  mark(exchange, 2_000n * USDC);
  exchange.order(BOB, {market: perp, side: 'sell', price: 2_000n * USDC, quantity: 5n * ETH});
  exchange.order(ALICE, {market: perp, side: 'buy', price: 2_000n * USDC, quantity: 5n * ETH});
  return exchange;
}

describe('liquidation', () => {
  test('orders are cancelled before they endanger the account', () => {
    const exchange = leveraged();
    exchange.order(ALICE, {market: perp, side: 'sell', price: 2_500n * USDC, quantity: 5n * ETH});
    const events = mark(exchange, 1_885n * USDC);
    expect(events.some((event) => event.type === 'orderClosed' && event.reason === 'margin')).toBe(false);
    exchange.order(CAROL, {market: perp, side: 'buy', price: 1_000n * USDC, quantity: ETH});
    expect(brokenInvariants(exchange.core)).toEqual([]);
    expect(mark(exchange, 1_870n * USDC).some((event) => event.type === 'orderClosed' && event.reason === 'margin')).toBe(true);
  });

  test('below maintenance the position is sold to the book, never under its bankruptcy price', () => {
    const exchange = leveraged();
    exchange.order(CAROL, {market: perp, side: 'buy', price: 1_840n * USDC, quantity: 5n * ETH});
    const events = mark(exchange, 1_850n * USDC);
    expect(events.filter((event) => event.type === 'positionLiquidated')).toEqual([
      {type: 'positionLiquidated', market: perp, wallet: ALICE, size: 5n * ETH, price: expect.any(BigInt) as bigint, by: 'book'},
    ]);
    const {positions, margin} = accountView(exchange.core, ALICE)!;
    expect(positions).toEqual([]);
    // 1100 − 160·5 − opening fee 5.
    expect(margin.equity).toBe(295n * USDC);
  });

  test('what the book does not take goes to the fund at the mark, and the fund unwinds later', () => {
    const exchange = leveraged();
    const events = mark(exchange, 1_850n * USDC);
    expect(events.some((event) => event.type === 'positionLiquidated' && event.by === 'fund')).toBe(true);
    expect(exchange.core.state.accounts[1]!.positions.get(perp)?.size).toBe(5n * ETH);
    exchange.order(CAROL, {market: perp, side: 'buy', price: 1_900n * USDC, quantity: 5n * ETH});
    mark(exchange, 1_850n * USDC);
    expect(exchange.core.state.accounts[1]!.positions.size).toBe(0);
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('a loss beyond the account falls on the fund; without it the sheet is refused, loudly and unchanged', () => {
    const exchange = leveraged();
    exchange.advance(412_346);
    mark(exchange, 1_600n * USDC); // Alice is bankrupt by 905 USDC.
    const before = digest(exchange.core);
    expect(exchange.try({type: 'seal', epoch: 1n, snapshotTime: 1n})).toMatchObject({ok: false, rejection: {code: 'SHEET_NOT_SOLVABLE'}});
    expect(digest(exchange.core)).toBe(before);
    exchange.must({type: 'transfer', from: CAROL, to: FUND, chainId: L1, token: L1_USDC, lots: 1_000n * USDC});
    const events = exchange.must({type: 'seal', epoch: 1n, snapshotTime: 1n});
    expect(events.find((event) => event.type === 'shortfallCovered')).toMatchObject({wallet: ALICE, lots: 905n * USDC});
    const sealed = sealedEpoch(exchange.core, 1n)!;
    const total = (wallet: string) => sealed.assets[1]!.rows.find((row) => row.wallet === wallet)?.total ?? 0n;
    expect([total(ALICE), total(FUND)]).toEqual([0n, 95n * USDC]);
    expect(total(BOB)).toBe(52_000n * USDC - 2n * USDC); // won 2000, paid 2 bp of 10000
  });

  test('an open request covers its own account\'s loss before the fund does', () => {
    const exchange = leveraged();
    exchange.must({type: 'setMark', market: perp, price: 2_200n * USDC});
    exchange.must({type: 'requestWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC, lots: 800n * USDC});
    const events = mark(exchange, 1_750n * USDC);
    expect(events.find((event) => event.type === 'withdrawalCancelled')).toMatchObject({wallet: ALICE, lots: 800n * USDC, reason: 'shortfall'});
    expect(accountView(exchange.core, ALICE)!.withdrawals).toEqual([]);
    expect(brokenInvariants(exchange.core)).toEqual([]);
  });

  test('a mark must be a price', () => {
    const exchange = leveraged();
    expect(exchange.refusal({type: 'setMark', market: perp, price: 0n})).toBe('INVALID_PRICE');
    expect(exchange.refusal({type: 'setMark', market: 'X', price: 1n})).toBe('UNKNOWN_MARKET');
  });
});
