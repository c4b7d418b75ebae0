/** What custodies say against the engine's will: forced withdrawals obeyed at the next seal, and a freeze that stops everything. */
import {describe, expect, test} from 'vitest';
import {ETH, ETHER, Exchange, L1, L1_USDC, L2, L2_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {accountView, chainViews} from './queries.ts';
import {restoreSnapshot, takeSnapshot} from './snapshot.ts';

const [ALICE, BOB, CAROL] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];

/** Epoch 1 is active on both chains: Alice 10000 USDC on L1, Bob 10000 USDC on L2, Carol 5 ETH on L2. */
function active(): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB, CAROL);
  exchange.deposit(ALICE, L1, L1_USDC, 10_000n * USDC);
  exchange.deposit(BOB, L2, L2_USDC, 10_000n * USDC);
  exchange.deposit(CAROL, L2, ETHER, 5n * ETH);
  exchange.seal(1n);
  exchange.decide(1n, 'approved');
  for (const chainId of [L1, L2]) exchange.advance(chainId, {activeEpoch: 1n});
  return exchange;
}

const force = (exchange: Exchange, {wallet = BOB, token = L2_USDC, lots = 10_000n * USDC, exit = false, baseline = 0n} = {}) =>
  exchange.advance(L2, {activeEpoch: 1n, requests: [{kind: 'forced', token, wallet, lots, baseline, exit}]});

const rowOf = (sealed: ReturnType<Exchange['seal']>, wallet: string, token: string) =>
  sealed.assets.find((asset) => asset.chainId === L2 && asset.token === token.toLowerCase())!.rows.find((row) => row.wallet === wallet.toLowerCase());

describe('a forced withdrawal', () => {
  test('is set aside at once and rides the next epoch whole, without fee or minimum', () => {
    const exchange = active();
    force(exchange);
    expect(accountView(exchange.core, BOB)).toMatchObject({forced: [{chainId: L2, token: L2_USDC, lots: 10_000n * USDC, exit: false}]});
    expect(accountView(exchange.core, BOB)!.balances.find(({token}) => token === L2_USDC)).toMatchObject({requested: 10_000n * USDC, available: 0n});
    expect(rowOf(exchange.seal(2n), BOB, L2_USDC)).toMatchObject({withdrawal: 10_000n * USDC, withdrawable: 10_000n * USDC});
  });

  test('takes with it what came in since, so that nothing withdrawable stays (V10)', () => {
    const exchange = active();
    force(exchange);
    exchange.deposit(BOB, L2, L2_USDC, 50n * USDC);
    expect(rowOf(exchange.seal(2n), BOB, L2_USDC)).toMatchObject({withdrawal: 10_050n * USDC, withdrawable: 10_050n * USDC});
  });

  test('cancelled by its user it comes back at the seal; a dead epoch returns it and the next carries it', () => {
    const exchange = active();
    force(exchange);
    exchange.must({type: 'cancelWithdrawal', wallet: BOB, chainId: L2, token: L2_USDC});
    expect(rowOf(exchange.seal(2n), BOB, L2_USDC)).toMatchObject({withdrawal: 10_000n * USDC});
    exchange.decide(2n, 'dead');
    expect(rowOf(exchange.seal(3n), BOB, L2_USDC)).toMatchObject({withdrawal: 10_000n * USDC});
  });

  test('of a wallet that holds nothing any more is answered by an empty row', () => {
    const exchange = active();
    exchange.must({type: 'transfer', from: BOB, to: CAROL, chainId: L2, token: L2_USDC, lots: 10_000n * USDC});
    force(exchange);
    expect(rowOf(exchange.seal(2n), BOB, L2_USDC)).toMatchObject({total: 0n, withdrawable: 0n, withdrawal: 0n});
  });

  test('is over when a payment beyond its baseline is final, or its custody says so', () => {
    const exchange = active();
    force(exchange, {baseline: 5n});
    exchange.advance(L2, {activeEpoch: 1n, payouts: [{token: L2_USDC, wallet: BOB, cumulative: 5n}]});
    expect(accountView(exchange.core, BOB)!.forced).toHaveLength(1);
    exchange.advance(L2, {activeEpoch: 1n, payouts: [{token: L2_USDC, wallet: BOB, cumulative: 6n}]});
    expect(accountView(exchange.core, BOB)!.forced).toEqual([]);
    force(exchange, {baseline: 6n});
    exchange.advance(L2, {activeEpoch: 1n, requests: [{kind: 'served', token: L2_USDC, wallet: BOB}]});
    expect(accountView(exchange.core, BOB)!.forced).toEqual([]);
  });

  test('an exit closes orders and positions first', () => {
    const exchange = active();
    exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
    exchange.order(BOB, {market: 'ETH-PERP', side: 'buy', price: 2_000n * USDC, quantity: ETH});
    exchange.order(ALICE, {market: 'ETH-PERP', side: 'sell', price: 2_000n * USDC, quantity: ETH});
    exchange.order(BOB, {side: 'buy', price: 1_000n * USDC, quantity: ETH});
    force(exchange, {exit: true});
    expect(accountView(exchange.core, BOB)).toMatchObject({positions: [], orders: []});
    const row = rowOf(exchange.seal(2n), BOB, L2_USDC)!;
    expect(row.withdrawal).toBe(row.withdrawable);
    expect(row.withdrawable).toBe(row.total);
  });

  test('is part of a snapshot', () => {
    const exchange = active();
    force(exchange);
    const restored = restoreSnapshot(takeSnapshot(exchange.core));
    expect(accountView(restored, BOB)!.forced).toEqual(accountView(exchange.core, BOB)!.forced);
  });
});

describe('a frozen custody', () => {
  test('stops trading, requests, transfers and seals, each with its reason', () => {
    const exchange = active();
    exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
    exchange.advance(L2, {activeEpoch: 1n, frozen: true});
    expect(chainViews(exchange.core).find(({chainId}) => chainId === L2)).toMatchObject({frozen: true});
    const order = {type: 'placeOrder', wallet: ALICE, market: 'ETH-PERP', side: 'buy', orderType: 'limit', price: 2_000n * USDC, quantity: ETH, timeInForce: 'GTC', clientOrderId: 'a'} as const;
    expect(exchange.refusal(order)).toBe('MARKET_CLOSED');
    expect(exchange.refusal({type: 'setMarketStatus', market: 'ETH-PERP', status: 'open'})).toBe('CUSTODY_FROZEN');
    expect(exchange.refusal({type: 'requestWithdrawal', wallet: BOB, chainId: L2, token: L2_USDC, lots: 1n})).toBe('CUSTODY_FROZEN');
    expect(exchange.refusal({type: 'transfer', from: ALICE, to: BOB, chainId: L1, token: L1_USDC, lots: 1n})).toBe('CUSTODY_FROZEN');
    expect(exchange.refusal({type: 'seal', epoch: 2n, snapshotTime: 9_999_999n})).toBe('CUSTODY_FROZEN');
  });

  test('requests on a live custody are still taken', () => {
    const exchange = active();
    exchange.advance(L2, {activeEpoch: 1n, frozen: true});
    expect(exchange.refusal({type: 'requestWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC, lots: 1n})).toBe('accepted');
  });
});
