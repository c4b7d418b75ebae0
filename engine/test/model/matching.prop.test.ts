/** The core's book against the naive one: same trades, same refusals, same depth after every order. */
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {bookView, openOrder} from '../../src/core/queries.ts';
import {ETH, ETHER, Exchange, FUND, L1, L1_USDC, USDC, WALLETS} from './exchange.ts';
import {NaiveMarket} from './naive-market.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const TRADERS = WALLETS.slice(0, 3);
const RICH = 1n << 50n;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      owner: fc.integer({min: 0, max: 2}), side: fc.constantFrom('buy' as const, 'sell' as const),
      ticks: fc.option(fc.integer({min: 95, max: 105}), {nil: undefined, freq: 6}), quantity: fc.integer({min: 1, max: 30}),
      timeInForce: fc.constantFrom('GTC' as const, 'GTC' as const, 'GTC' as const, 'IOC' as const, 'FOK' as const),
    }),
  },
  {weight: 1, arbitrary: fc.record({cancel: fc.nat({max: 50})})},
);

function richExchange(): Exchange {
  const exchange = new Exchange().bind(...TRADERS);
  for (const wallet of TRADERS) {
    exchange.deposit(wallet, L1, L1_USDC, RICH);
    exchange.deposit(wallet, L1, ETHER, RICH);
  }
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 100n * USDC});
  return exchange;
}

test.each(['ETH-USDC', 'ETH-PERP'])('%s matches as the reference does', (market) => {
  console.log(`seed ${seed}`);
  fc.assert(fc.property(fc.array(step, {minLength: 1, maxLength: 80}), (steps) => {
    const exchange = richExchange();
    const naive = new NaiveMarket();
    const trades: unknown[] = [];
    const ids = new Map<bigint, number>();
    steps.forEach((each, index) => {
      if ('cancel' in each) {
        const open = naive.openIds;
        const id = open[each.cancel % Math.max(1, open.length)];
        if (id === undefined) return;
        const orderId = [...ids].find(([, known]) => known === id)![0];
        const {wallet} = openOrder(exchange.core, orderId)!;
        exchange.must({type: 'cancelOrder', wallet, orderId});
        naive.cancel(id);
        return;
      }
      const {side, timeInForce} = each;
      const owner = TRADERS[each.owner]!;
      const price = each.ticks === undefined ? undefined : BigInt(each.ticks) * USDC;
      const quantity = (BigInt(each.quantity) * ETH) / 10n;
      const applied = exchange.try(exchange.orderCommand(owner, {market, side, price, quantity, timeInForce}));
      const accepted = naive.place({id: index, owner, side, price, quantity, timeInForce: price === undefined && timeInForce === 'GTC' ? 'IOC' : timeInForce});
      expect(applied.ok).toBe(accepted);
      if (!applied.ok) return;
      for (const event of applied.events) {
        if (event.type === 'orderAccepted') ids.set(event.orderId, index);
        if (event.type === 'tradeExecuted') {
          trades.push({maker: ids.get(event.makerOrderId), taker: ids.get(event.takerOrderId), price: event.price, quantity: event.quantity});
        }
      }
      const book = bookView(exchange.core, {market, levels: 1_000})!;
      expect(book.bids.map(({price: at, quantity: left}) => [at, left])).toEqual(naive.depth('buy'));
      expect(book.asks.map(({price: at, quantity: left}) => [at, left])).toEqual(naive.depth('sell'));
    });
    expect(trades).toEqual(naive.trades);
  }), {numRuns: 150, seed});
});

test('the Liquidation Fund places no orders of its own accord', () => {
  const exchange = richExchange();
  expect(exchange.refusal(exchange.orderCommand(FUND, {side: 'buy', price: USDC, quantity: ETH}))).toBe('UNKNOWN_ACCOUNT');
});
