/** An active root older than a day halts trading and reallocation until a newer one is active (PROTOCOL §7). */
import {describe, expect, test} from 'vitest';
import {ETH, Exchange, L1, L1_USDC, L2, L2_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import type {Command} from './commands.ts';
import type {Core} from './engine.ts';
import {digestOf} from './digest.ts';
import {chainViews} from './queries.ts';
import {restoreSnapshot, takeSnapshot} from './snapshot.ts';

const [ALICE, BOB] = WALLETS as [`0x${string}`, `0x${string}`];
const DAY_MS = 24 * 3_600_000;

/** Epoch 1 is active on both chains; Alice and Bob have 10000 USDC, one on each, and Alice an order in the book. */
function active(): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB);
  exchange.deposit(ALICE, L1, L1_USDC, 10_000n * USDC);
  exchange.deposit(BOB, L2, L2_USDC, 10_000n * USDC);
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
  exchange.complete(1n);
  exchange.must(order(ALICE, 'first'));
  first = exchange.core.state.bases.get(1n)!.sealedAt;
  return exchange;
}

const order = (wallet: `0x${string}`, clientOrderId: string): Extract<Command, {type: 'placeOrder'}> => ({
  type: 'placeOrder', wallet, market: 'ETH-PERP', side: 'buy', orderType: 'limit', price: 1_900n * USDC, quantity: ETH / 10n, timeInForce: 'GTC', clientOrderId,
});

const transfer = {type: 'transfer', from: ALICE, to: BOB, chainId: L1, token: L1_USDC, lots: 1n} as const;

/** When epoch 1 was sealed. */
let first = 0;

/** Applies at a moment after that; a refusal answers its code. */
function at(core: Core, after: number, command: Command): string | string[] {
  const applied = core.apply(command, BigInt(first + after));
  return applied.ok ? applied.events.map(({type}) => type) : applied.rejection.code;
}

/** Epochs as the chains come to have them, at a moment. */
function activate(exchange: Exchange, after: number, {epoch, chains}: {epoch: bigint; chains: readonly number[]}): (string | string[])[] {
  return chains.map((chainId) => {
    const command = exchange.advanceCommand(chainId, {activeEpoch: epoch});
    exchange.blocks.set(chainId, command.blockNumber);
    exchange.active.set(chainId, epoch);
    return at(exchange.core, after, command);
  });
}

describe('an active root', () => {
  test('older than a day halts trading and reallocation until a newer one is active everywhere', () => {
    const exchange = active();
    const {core} = exchange;
    expect(at(core, DAY_MS, {type: 'tick'})).not.toContain('tradingHalted');
    expect(at(core, DAY_MS, order(BOB, 'in time'))).toContain('orderRested');
    expect(at(core, DAY_MS + 1, {type: 'tick'})).toContain('tradingHalted');
    expect(at(core, DAY_MS + 2, {type: 'tick'})).not.toContain('tradingHalted');
    expect(chainViews(core)).toMatchObject([{chainId: L1, sealedAt: first, rootTooOld: true}, {chainId: L2, sealedAt: first, rootTooOld: false}]);
    expect(core.apply(order(BOB, 'late'), BigInt(first + DAY_MS + 2))).toEqual({ok: false, rejection: {code: 'ROOT_TOO_OLD', chainId: L1}});
    expect(at(core, DAY_MS + 3, transfer)).toBe('ROOT_TOO_OLD');
    expect(at(core, DAY_MS + 3, {type: 'setMark', market: 'ETH-PERP', price: 2_001n * USDC})).toContain('markSet');
    expect(at(core, DAY_MS + 3, {type: 'requestWithdrawal', wallet: BOB, chainId: L2, token: L2_USDC, lots: 10_000n})).toContain('withdrawalRequested');
    expect(at(core, DAY_MS + 3, {type: 'cancelOrder', wallet: ALICE, orderId: exchange.openOrders()[0]!.orderId})).toContain('orderClosed');
    expect(at(core, DAY_MS + 4, {type: 'seal', epoch: 2n, snapshotTime: 2_000_000n})).toContain('epochSealed');
    expect(at(core, DAY_MS + 5, {type: 'decideEpoch', epoch: 2n, outcome: 'approved'})).toContain('epochDecided');
    expect(activate(exchange, DAY_MS + 6, {epoch: 2n, chains: [L1]})[0]).not.toContain('tradingResumed');
    expect(core.apply(order(BOB, 'late'), BigInt(first + DAY_MS + 7))).toEqual({ok: false, rejection: {code: 'ROOT_TOO_OLD', chainId: L2}});
    expect(activate(exchange, DAY_MS + 8, {epoch: 2n, chains: [L2]})[0]).toContain('tradingResumed');
    expect(at(core, DAY_MS + 9, order(BOB, 'late'))).toContain('orderRested');
    expect(at(core, DAY_MS + 9, transfer)).toContain('transferred');
  });

  test('is what counts, not a chain that has none yet', () => {
    const exchange = new Exchange().bind(ALICE, BOB);
    exchange.deposit(ALICE, L1, L1_USDC, 10_000n * USDC);
    first = 0;
    expect(at(exchange.core, 9 * DAY_MS, {type: 'tick'})).not.toContain('tradingHalted');
    expect(at(exchange.core, 9 * DAY_MS, transfer)).toContain('transferred');
  });

  test('that is too old is part of the digest and of a snapshot', () => {
    const exchange = active();
    const before = digestOf(exchange.core.state);
    at(exchange.core, DAY_MS + 1, {type: 'tick'});
    const restored = restoreSnapshot(takeSnapshot(exchange.core));
    expect(digestOf(restored.state)).toBe(digestOf(exchange.core.state));
    expect(digestOf(restored.state)).not.toBe(before);
    expect(at(restored, DAY_MS + 2, transfer)).toBe('ROOT_TOO_OLD');
    exchange.core.state.venue.roots.old = false;
    expect(digestOf(exchange.core.state)).not.toBe(digestOf(restored.state));
  });
});
