/** Records through the core, beside typed commands: same state, same refusals, and text client ids of orders that records close or amend. */
import {expect, test} from 'vitest';
import {ETH, Exchange, L1, L1_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {decodeEvents} from './decode.ts';
import {createCore} from './engine.ts';
import {accountView, digest} from './queries.ts';
import {orderHandle} from './venue/order-pool.ts';
import {COMMAND, REASON} from './venue/codes.ts';
import {head, RecordLog} from './venue/records.ts';

const [A] = WALLETS as [`0x${string}`];
const P = 2_000n * USDC;

function recordOf(...[first, ...rest]: number[]): RecordLog {
  const log = new RecordLog(1);
  const [w1 = 0, w2 = 0, w3 = 0, w4 = 0, d0 = 0] = rest;
  log.push(first!, w1, w2, w3, w4, 0, 0, 0, d0, 0, 0, 0);
  return log;
}

test('an order with a text id is amended and cancelled by records; the text goes with it', () => {
  const [it, twin] = [new Exchange(), new Exchange()];
  for (const exchange of [it, twin]) {
    exchange.bind(A);
    exchange.deposit(A, L1, L1_USDC, 10_000n * USDC);
    exchange.must({type: 'setMark', market: 'ETH-PERP', price: P});
    exchange.must({...exchange.orderCommand(A, {market: 'ETH-PERP', side: 'buy', price: P, quantity: ETH}), clientOrderId: 'mine'});
  }
  const account = accountView(it.core, A)!.account;
  const {orderId} = accountView(it.core, A)!.orders[0]!;
  const {slot, sequence} = orderHandle(orderId);
  const ticks = Number(P / 10_000n) - 5;
  expect(it.core.applyRecord(recordOf(head(COMMAND.amend, 0, 0), account, slot, ticks, 20_000, sequence), 0, 9_000)).toBe(REASON.none);
  expect(decodeEvents(it.core.state).map(({type}) => type)).toContain('orderAccepted');
  expect(twin.core.apply({type: 'amendOrder', wallet: A, orderId, price: BigInt(ticks) * 10_000n, quantity: 2n * ETH}, 9_000n).ok).toBe(true);
  expect(accountView(it.core, A)!.orders[0]).toMatchObject({clientOrderId: 'mine', quantity: 2n * ETH});
  expect(digest(it.core)).toBe(digest(twin.core));
  expect(it.core.applyRecord(recordOf(head(COMMAND.cancelAll, 0, 0), account, -1), 0, 9_500)).toBe(REASON.none);
  expect(twin.core.apply({type: 'cancelAll', wallet: A}, 9_500n).ok).toBe(true);
  expect([it.core.state.clientTexts.size, twin.core.state.clientTexts.size]).toEqual([0, 0]);
  expect(digest(it.core)).toBe(digest(twin.core));
  expect(it.core.applyRecord(recordOf(head(COMMAND.cancel, 0, 0), account, slot, 0, 0, sequence), 0, 9_600)).toBe(REASON.unknownOrder);
  expect(digest(it.core)).toBe(digest(twin.core));
});

test('before genesis nothing is accepted', () => {
  expect(createCore().applyRecord(recordOf(head(COMMAND.tick, 0, 0)), 0, 1)).not.toBe(REASON.none);
});
