/**
 * The npm package nodejs-order-book as an independent oracle for what both do: limit, market and cancel, price then time. The same flow goes
 * through both; after every order the fills, the levels of both sides and the best prices must be equal.
 */
import {OrderBook} from 'nodejs-order-book';
import {expect, test} from 'vitest';
import {bookView, marketViews} from '../../src/core/queries.ts';
import {randomOf} from '../support/random.ts';
import {ETH, ETHER, Exchange, L1, L1_USDC, USDC, WALLETS} from './exchange.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ORDERS = Number(process.env.POBS_TEST_ORDERS ?? 6_000);
const MARKET = 'ETH-USDC';
const TENTH = ETH / 10n;

type Book = InstanceType<typeof OrderBook>;
type Result = ReturnType<Book['limit']>;
type Fill = [maker: string, quantity: number];

/** Buyers only buy and sellers only sell, so that nobody meets itself. */
const BUYERS = WALLETS.slice(0, 3);
const SELLERS = WALLETS.slice(3);

function richExchange(): Exchange {
  const exchange = new Exchange().bind(...WALLETS);
  for (const wallet of BUYERS) exchange.deposit(wallet, L1, L1_USDC, 1n << 50n);
  for (const wallet of SELLERS) exchange.deposit(wallet, L1, ETHER, 1n << 50n);
  return exchange;
}

/** Makers filled by an order, in order: the whole ones, then the one filled in part. */
function fillsOf({done, partial, partialQuantityProcessed}: Result, taker: string): Fill[] {
  const fills = done.filter(({id}) => id !== taker).map(({id, size}): Fill => [id, size]);
  return partial !== null && partial.id !== taker ? [...fills, [partial.id, partialQuantityProcessed]] : fills;
}

type Flow = {name: string; side: 'buy' | 'sell'; price: number | undefined; size: number; timeInForce: 'GTC' | 'IOC' | 'FOK'};

function nextOrder(random: () => number, name: string): Flow {
  const side = random() < 0.5 ? 'buy' : 'sell';
  const crossing = random() < 0.25;
  const distance = Math.floor(random() * 25) * (crossing === (side === 'buy') ? 1 : -1);
  const roll = random();
  const timeInForce = roll < 0.1 ? 'IOC' : roll < 0.15 ? 'FOK' : 'GTC';
  return {name, side, price: random() < 0.12 ? undefined : 1_000 + distance, size: 1 + Math.floor(random() * 40), timeInForce};
}

function inOracle(book: Book, {name: id, side, price, size, timeInForce}: Flow): Fill[] {
  const answer = price === undefined ? book.market({side: side as never, size}) : book.limit({side: side as never, id, size, price, timeInForce: timeInForce as never});
  return fillsOf(answer, id);
}

function inCore(exchange: Exchange, {name, side, price, size, timeInForce}: Flow, names: Map<bigint, string>): Fill[] {
  const pool = side === 'buy' ? BUYERS : SELLERS;
  const wallet = pool[Number(name) % pool.length]!;
  const order = {market: MARKET, side, quantity: BigInt(size) * TENTH, timeInForce: price === undefined ? 'GTC' as const : timeInForce};
  const applied = exchange.try(exchange.orderCommand(wallet, {...order, ...(price !== undefined && {price: BigInt(price) * USDC})}));
  if (!applied.ok) {
    // A market order into an empty book, or one that cannot fill wholly.
    expect(applied.rejection.code).toBe('NO_LIQUIDITY');
    return [];
  }
  const fills: Fill[] = [];
  for (const event of applied.events) {
    if (event.type === 'orderAccepted') names.set(event.orderId, name);
    if (event.type === 'tradeExecuted') fills.push([names.get(event.makerOrderId)!, Number(event.quantity / TENTH)]);
  }
  return fills;
}

function levelsOf(exchange: Exchange): {asks: [number, number][]; bids: [number, number][]} {
  const book = bookView(exchange.core, {market: MARKET, levels: 1_000})!;
  const levels = (side: typeof book.bids) => side.map(({price, quantity}): [number, number] => [Number(price / USDC), Number(quantity / TENTH)]);
  return {asks: levels(book.asks), bids: levels(book.bids)};
}

test('levels, best prices and fills are those of an independent order book', {timeout: 600_000}, () => {
  console.log(`seed ${seed}`);
  const random = randomOf(seed);
  const [exchange, book] = [richExchange(), new OrderBook()];
  const names = new Map<bigint, string>();
  let [traded, cancelled] = [0, 0];
  for (let index = 0; index < ORDERS; index += 1) {
    const open = random() < 0.3 ? exchange.openOrders() : [];
    const picked = open[Math.floor(random() * open.length)];
    if (picked) {
      exchange.must({type: 'cancelOrder', wallet: picked.wallet, orderId: picked.orderId});
      expect(book.cancel(names.get(picked.orderId)!)?.order.id).toBe(names.get(picked.orderId));
      cancelled += 1;
    } else {
      const order = nextOrder(random, `${index}`);
      const fills = inCore(exchange, order, names);
      expect(fills, `order ${index}, seed ${seed}`).toEqual(inOracle(book, order));
      traded += fills.length;
    }
    const [asks, bids] = book.depth();
    // The package tells both sides by rising price, asks first.
    const byBest = {asks: [...asks].sort(([a], [b]) => a - b), bids: [...bids].sort(([a], [b]) => b - a)};
    expect(levelsOf(exchange), `after order ${index}, seed ${seed}`).toEqual(byBest);
    const {bestBid, bestAsk} = marketViews(exchange.core).find(({market}) => market === MARKET)!;
    expect([bestBid, bestAsk].map((price) => price && Number(price / USDC))).toEqual([byBest.bids[0]?.[0], byBest.asks[0]?.[0]]);
  }
  console.log(`${ORDERS} orders, ${traded} fills, ${cancelled} cancels`);
  expect(Math.min(traded, cancelled)).toBeGreaterThan(ORDERS / 10);
});
