/** A restored core is the core: same digest, same answers, same bytes; a damaged one is noticed. */
import {expect, test} from 'vitest';
import {ETH, ETHER, Exchange, L1, L1_USDC, L2, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import {accountView, bookView, digest} from './queries.ts';
import {restoreSnapshot, takeSnapshot} from './snapshot.ts';

const [ALICE, BOB] = WALLETS as [`0x${string}`, `0x${string}`];

function busy(): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB);
  for (const wallet of [ALICE, BOB]) exchange.deposit(wallet, L1, L1_USDC, 100_000n * USDC);
  exchange.deposit(BOB, L2, ETHER, 9n * ETH);
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
  for (let step = 0n; step < 40n; step += 1n) {
    exchange.order(ALICE, {market: 'ETH-PERP', side: 'buy', price: 1_990n * USDC + (step % 5n) * USDC, quantity: ETH / 10n, displayQuantity: ETH / 20n});
    exchange.order(BOB, {market: 'ETH-PERP', side: 'sell', price: 1_993n * USDC + (step % 7n) * USDC, quantity: ETH / 10n, timeInForce: 'GTD', expiresAt: 50_000n});
    exchange.order(BOB, {side: 'sell', price: 2_000n * USDC + step * USDC, quantity: ETH / 100n});
  }
  exchange.must({type: 'requestWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC, lots: 5n});
  exchange.complete(1n);
  exchange.must({type: 'armDeadMan', wallet: ALICE, at: 90_000n});
  return exchange;
}

test('the digest, the views and the next commands are the same', () => {
  const {core} = busy();
  const restored = restoreSnapshot(takeSnapshot(core));
  expect(digest(restored)).toBe(digest(core));
  expect(takeSnapshot(restored)).toEqual(takeSnapshot(core));
  expect(brokenInvariants(restored)).toEqual([]);
  expect(accountView(restored, ALICE)).toEqual(accountView(core, ALICE));
  expect(bookView(restored, {market: 'ETH-PERP', levels: 100})).toEqual(bookView(core, {market: 'ETH-PERP', levels: 100}));
  const next = [
    {type: 'setMark', market: 'ETH-PERP', price: 2_400n * USDC}, {type: 'tick'}, {type: 'cancelAll', wallet: BOB},
    {type: 'placeOrder', wallet: BOB, market: 'ETH-PERP', side: 'sell', orderType: 'market', quantity: ETH, timeInForce: 'IOC', clientOrderId: 'last'},
    {type: 'placeOrder', wallet: ALICE, market: 'ETH-PERP', side: 'buy', orderType: 'limit', price: 1n, quantity: ETH, timeInForce: 'GTC', clientOrderId: 'c1'},
    {type: 'seal', epoch: 2n, snapshotTime: 9_000_000n},
  ] as const;
  next.forEach((command, index) => expect(restored.apply(command, 60_000n + BigInt(index))).toEqual(core.apply(command, 60_000n + BigInt(index))));
  expect(digest(restored)).toBe(digest(core));
});

test('an image cut short is no core', () => {
  const bytes = takeSnapshot(busy().core);
  expect(() => restoreSnapshot(bytes.subarray(0, bytes.length - 1))).toThrow(/cut short/);
});
