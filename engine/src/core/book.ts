/** One market's resting orders by price, then time. Levels lie in sorted arrays with the best price last; orders wait in arrival order. */
import type {Order} from './state.ts';

export type Level = {price: bigint; quantity: bigint; orders: Set<Order>};

/** `bids` ascend and `asks` descend in price, so the best of each is the last element. */
export type Book = {bids: Level[]; asks: Level[]};

export type Side = 'buy' | 'sell';

export const createBook = (): Book => ({bids: [], asks: []});

export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');

export const levelsOf = (book: Book, side: Side): Level[] => (side === 'buy' ? book.bids : book.asks);

export const bestOf = (book: Book, side: Side): Level | undefined => levelsOf(book, side).at(-1);

/** `price` of an order of `side` reaches the opposite level. */
export const crosses = (side: Side, price: bigint, level: bigint): boolean => (side === 'buy' ? price >= level : price <= level);

/** Index of `price` in the side's array, or where it belongs. */
function search(levels: Level[], side: Side, price: bigint): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = levels[middle]!.price;
    if (side === 'buy' ? at < price : at > price) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Appends to the order's price level; the level's new quantity is returned. */
export function rest(book: Book, order: Order): bigint {
  const levels = levelsOf(book, order.side);
  const index = search(levels, order.side, order.price);
  let level = levels[index];
  if (level?.price !== order.price) {
    level = {price: order.price, quantity: 0n, orders: new Set()};
    levels.splice(index, 0, level);
  }
  level.orders.add(order);
  level.quantity += order.remaining;
  return level.quantity;
}

/** Takes `quantity` off a resting order and removes it when nothing remains; the level's new quantity is returned. */
export function reduce(book: Book, order: Order, quantity: bigint): bigint {
  const levels = levelsOf(book, order.side);
  const index = search(levels, order.side, order.price);
  const level = levels[index]!;
  order.remaining -= quantity;
  level.quantity -= quantity;
  if (order.remaining === 0n) level.orders.delete(order);
  if (level.orders.size === 0) levels.splice(index, 1);
  return level.quantity;
}

/** Removes a resting order with all that remains of it, which it keeps; the level's new quantity is returned. */
export function remove(book: Book, order: Order): bigint {
  const {remaining} = order;
  const left = reduce(book, order, remaining);
  order.remaining = remaining;
  return left;
}

/** Resting orders an order of `side` limited by `price` (undefined: any) would meet, best price first, then oldest. */
export function* matches(book: Book, side: Side, price: bigint | undefined): Generator<Order> {
  const levels = levelsOf(book, opposite(side));
  for (let index = levels.length - 1; index >= 0; index -= 1) {
    const level = levels[index]!;
    if (price !== undefined && !crosses(side, price, level.price)) return;
    yield* level.orders;
  }
}

/** The first of {@link matches}. */
export function firstMatch(book: Book, side: Side, price: bigint | undefined): Order | undefined {
  const level = bestOf(book, opposite(side));
  if (!level || (price !== undefined && !crosses(side, price, level.price))) return undefined;
  const [order] = level.orders;
  return order;
}
