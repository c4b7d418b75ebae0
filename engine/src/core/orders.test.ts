/** Orders on both markets: funds, priority of rules, fees, idempotency, self-trades. */
import {describe, expect, test} from 'vitest';
import {ETH, ETHER, Exchange, L1, L1_USDC, L2, L2_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import type {Event} from './events.ts';
import {accountView, bookView, openOrder} from './queries.ts';

const [ALICE, BOB, CAROL] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];

const total = (exchange: Exchange, wallet: `0x${string}`, chainId: number, token: `0x${string}`): bigint =>
  accountView(exchange.core, wallet)!.balances.find((entry) => entry.chainId === chainId && entry.token === token)!.total;

const closed = (events: Event[]) => events.filter((event) => event.type === 'orderClosed').map(({state, reason, filled}) => [state, reason, filled]);
const trades = (events: Event[]) => events.filter((event) => event.type === 'tradeExecuted');
const idOf = (events: Event[]): bigint => events.find((event) => event.type === 'orderAccepted')!.orderId;

/** Alice has USDC on both chains, Bob ETH on L2. */
function market(): Exchange {
  const exchange = new Exchange().bind(ALICE, BOB, CAROL);
  exchange.deposit(ALICE, L1, L1_USDC, 5_000n * USDC);
  exchange.deposit(ALICE, L2, L2_USDC, 1_000n * USDC);
  exchange.deposit(BOB, L2, ETHER, 5n * ETH);
  exchange.deposit(CAROL, L1, L1_USDC, 10_000n * USDC);
  return exchange;
}

describe('spot', () => {
  test('a payment takes the largest custody asset first; both pay their fee', () => {
    const exchange = market();
    exchange.order(BOB, {side: 'sell', price: 2_000n * USDC, quantity: 2n * ETH});
    const [trade] = trades(exchange.order(ALICE, {side: 'buy', price: 2_100n * USDC, quantity: 2n * ETH, timeInForce: 'IOC'}));
    expect(trade).toMatchObject({price: 2_000n * USDC, quantity: 2n * ETH, quoteLots: 4_000n * USDC, takerFeeLots: 4n * USDC, makerFeeLots: 2n * USDC});
    // 5000 − 4000 leaves 1000 on each chain: the tie for the fee goes to the lower chain id.
    expect(total(exchange, ALICE, L1, L1_USDC)).toBe(996n * USDC);
    expect(total(exchange, ALICE, L2, L2_USDC)).toBe(1_000n * USDC);
    expect(total(exchange, BOB, L1, L1_USDC)).toBe(3_998n * USDC);
    expect(total(exchange, ALICE, L2, ETHER)).toBe(2n * ETH);
  });

  test('an order that waits holds its worst cost, and cancelling frees it', () => {
    const exchange = market();
    const id = idOf(exchange.order(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: 3n * ETH}));
    const {margin, balances} = accountView(exchange.core, ALICE)!;
    expect(margin.free).toBe(6_000n * USDC - 3_003n * USDC);
    expect(balances.map(({available}) => available).reduce((sum, lots) => sum + lots)).toBe(margin.free);
    expect(exchange.refusal(exchange.orderCommand(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: 3n * ETH}))).toBe('INSUFFICIENT_FUNDS');
    expect(exchange.refusal({type: 'cancelOrder', wallet: BOB, orderId: id})).toBe('UNKNOWN_ORDER');
    exchange.must({type: 'cancelOrder', wallet: ALICE, orderId: id});
    expect(accountView(exchange.core, ALICE)!.margin.free).toBe(6_000n * USDC);
    expect(openOrder(exchange.core, id)).toBeUndefined();
  });

  test('notionals are whole lots; a fee rounds up, and a waiting purchase pays no more than it holds', () => {
    const exchange = market();
    // 7 ticks · 3 lots = 21 lots: fees of 0.0105 and 0.021 lots.
    exchange.order(BOB, {side: 'sell', price: 70_000n, quantity: 300_000n});
    const [first] = trades(exchange.order(ALICE, {side: 'buy', price: 70_000n, quantity: 300_000n}));
    expect(first).toMatchObject({quoteLots: 21n, makerFeeLots: 1n, takerFeeLots: 1n});
    exchange.order(ALICE, {side: 'buy', price: 70_000n, quantity: 600_000n});
    const seller = {side: 'sell', price: 70_000n, quantity: 300_000n} as const;
    expect([...trades(exchange.order(BOB, seller)), ...trades(exchange.order(BOB, seller))].map(({makerFeeLots}) => makerFeeLots)).toEqual([0n, 1n]);
    expect(accountView(exchange.core, ALICE)!.margin.free).toBe(6_000n * USDC - 3n * 21n - 2n);
  });

  test.each([
    ['IOC', {timeInForce: 'IOC'}, [['cancelled', 'immediateOrCancel', ETH]]],
    ['market', {price: undefined}, [['cancelled', 'noLiquidity', ETH]]],
  ] as const)('%s fills what is there and rests nothing', (_, change, expected) => {
    const exchange = market();
    exchange.order(BOB, {side: 'sell', price: 1_000n * USDC, quantity: ETH});
    const events = exchange.order(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: 2n * ETH, ...change});
    expect(closed(events)).toEqual([['filled', 'filled', ETH], ...expected]);
    expect(bookView(exchange.core, {market: 'ETH-USDC', levels: 5})).toEqual({market: 'ETH-USDC', bids: [], asks: []});
  });

  test('FOK fills all or is refused; a market order needs a book', () => {
    const exchange = market();
    exchange.order(BOB, {side: 'sell', price: 1_000n * USDC, quantity: ETH});
    expect(exchange.refusal(exchange.orderCommand(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: 2n * ETH, timeInForce: 'FOK'}))).toBe('NO_LIQUIDITY');
    expect(closed(exchange.order(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: ETH, timeInForce: 'FOK'}))).toHaveLength(2);
    expect(exchange.refusal(exchange.orderCommand(ALICE, {side: 'buy', quantity: ETH}))).toBe('NO_LIQUIDITY');
  });

  test('an order never meets its own account: the taker stops', () => {
    const exchange = market();
    exchange.deposit(ALICE, L2, ETHER, ETH);
    exchange.order(BOB, {side: 'sell', price: 900n * USDC, quantity: ETH});
    exchange.order(ALICE, {side: 'sell', price: 1_000n * USDC, quantity: ETH});
    expect(exchange.refusal(exchange.orderCommand(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: 3n * ETH, timeInForce: 'FOK'}))).toBe('WOULD_SELF_TRADE');
    expect(closed(exchange.order(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: 3n * ETH}))).toEqual([['filled', 'filled', ETH], ['cancelled', 'selfTrade', ETH]]);
    expect(exchange.refusal(exchange.orderCommand(ALICE, {side: 'buy', price: 1_000n * USDC, quantity: ETH}))).toBe('WOULD_SELF_TRADE');
  });

  test('a client order id is taken once', () => {
    const exchange = market();
    const id = idOf(exchange.order(ALICE, {side: 'buy', price: USDC, quantity: ETH, clientOrderId: 'mine'}));
    expect(exchange.try(exchange.orderCommand(ALICE, {side: 'buy', price: USDC, quantity: 2n * ETH, clientOrderId: 'mine'})))
      .toEqual({ok: false, rejection: {code: 'DUPLICATE_CLIENT_ORDER_ID', orderId: id}});
    expect(exchange.refusal(exchange.orderCommand(CAROL, {side: 'buy', price: USDC, quantity: ETH, clientOrderId: 'mine'}))).toBe('accepted');
  });

  test.each([
    ['no quantity', {quantity: 0n}, 'INVALID_QUANTITY'],
    ['too large a quantity', {quantity: 1n << 60n}, 'INVALID_QUANTITY'],
    ['a quantity off the grid', {quantity: 150_000n}, 'INVALID_QUANTITY'],
    ['a price off the grid', {price: USDC + 1n}, 'INVALID_PRICE'],
    ['price zero', {price: 0n}, 'INVALID_PRICE'],
    ['a negative price', {price: -1n}, 'INVALID_PRICE'],
    ['too large a price', {price: 1n << 53n}, 'INVALID_PRICE'],
    ['a market order with a price', {orderType: 'market'}, 'INVALID_PRICE'],
    ['no client order id', {clientOrderId: ''}, 'INVALID_QUANTITY'],
    ['an unknown market', {market: 'ETH-DOGE'}, 'UNKNOWN_MARKET'],
    ['an unbound wallet', {wallet: WALLETS[5]}, 'UNKNOWN_ACCOUNT'],
    ['a perpetual without a mark', {market: 'ETH-PERP'}, 'NO_MARK'],
  ] as const)('refuses %s', (_, change, code) => {
    expect(market().refusal({...market().orderCommand(ALICE, {side: 'buy', price: USDC, quantity: ETH}), ...change} as never)).toBe(code);
  });
});

describe('perpetual', () => {
  const perp = 'ETH-PERP';

  function opened(): Exchange {
    const exchange = market();
    exchange.must({type: 'setMark', market: perp, price: 2_000n * USDC});
    exchange.order(CAROL, {market: perp, side: 'sell', price: 2_000n * USDC, quantity: 5n * ETH});
    exchange.order(ALICE, {market: perp, side: 'buy', quantity: 2n * ETH});
    return exchange;
  }

  test('opens against the book; profit shows against the entry', () => {
    const exchange = opened();
    exchange.must({type: 'setMark', market: perp, price: 2_100n * USDC});
    expect(accountView(exchange.core, ALICE)!.positions).toMatchObject([
      {market: perp, size: 2n * ETH, entryPrice: 2_000n * USDC, mark: 2_100n * USDC, unrealisedPnl: 200n * USDC},
    ]);
    expect(accountView(exchange.core, CAROL)!.positions[0]).toMatchObject({size: -2n * ETH, unrealisedPnl: -200n * USDC});
  });

  test('margin is checked before the trade, the limit price against the mark included', () => {
    const exchange = opened();
    // 6000 − 2 fees; 2 ETH bind 400: 5598 left, 10 % of 2000 plus 5 bp per ETH would allow 27 more at the mark.
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market: perp, side: 'buy', price: 2_000n * USDC, quantity: 28n * ETH}))).toBe('INSUFFICIENT_MARGIN');
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market: perp, side: 'buy', price: 2_600n * USDC, quantity: 10n * ETH}))).toBe('INSUFFICIENT_MARGIN');
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market: perp, side: 'buy', price: 1_990n * USDC, quantity: 27n * ETH}))).toBe('accepted');
  });

  test('reducing is possible where opening is not', () => {
    const exchange = new Exchange().bind(ALICE, BOB);
    exchange.deposit(ALICE, L1, L1_USDC, 410n * USDC);
    exchange.deposit(BOB, L1, L1_USDC, 10_000n * USDC);
    exchange.must({type: 'setMark', market: perp, price: 2_000n * USDC});
    exchange.order(BOB, {market: perp, side: 'sell', price: 2_000n * USDC, quantity: 2n * ETH});
    exchange.order(ALICE, {market: perp, side: 'buy', price: 2_000n * USDC, quantity: 2n * ETH});
    exchange.must({type: 'setMark', market: perp, price: 1_910n * USDC});
    exchange.order(BOB, {market: perp, side: 'buy', price: 1_910n * USDC, quantity: ETH});
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market: perp, side: 'buy', price: 1_900n * USDC, quantity: 100_000n}))).toBe('INSUFFICIENT_MARGIN');
    expect(exchange.refusal(exchange.orderCommand(ALICE, {market: perp, side: 'sell', quantity: ETH}))).toBe('accepted');
    expect(accountView(exchange.core, ALICE)!.positions[0]?.size).toBe(ETH);
  });

  test('closing realises, flipping opens the other side at the trade price', () => {
    const exchange = opened();
    exchange.must({type: 'setMark', market: perp, price: 2_050n * USDC});
    // Carol's own ask at 2000 is in her way.
    expect(exchange.refusal(exchange.orderCommand(CAROL, {market: perp, side: 'buy', price: 2_050n * USDC, quantity: 3n * ETH}))).toBe('WOULD_SELF_TRADE');
    exchange.must({type: 'cancelOrder', wallet: CAROL, orderId: bestAskId(exchange)});
    exchange.order(CAROL, {market: perp, side: 'buy', price: 2_050n * USDC, quantity: 3n * ETH});
    const events = exchange.order(ALICE, {market: perp, side: 'sell', quantity: 3n * ETH});
    expect(events.find((event) => event.type === 'positionChanged' && event.wallet === ALICE)).toMatchObject({size: -ETH, entryPrice: 2_050n * USDC, realisedPnl: 100n * USDC});
    // 6000 + 100 − fees of 5 bp on 4000 and 6150.
    expect(accountView(exchange.core, ALICE)!.margin.equity).toBe(6_100n * USDC - 2n * USDC - 3_075_000n);
  });

  const bestAskId = (exchange: Exchange): bigint => exchange.openOrders().find((order) => order.market === perp && order.side === 'sell')!.orderId;
});
