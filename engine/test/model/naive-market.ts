/**
 * Reference matching engine, written from the rules alone: one array, sorted by price and arrival at every order.
 * It shares nothing with the core and knows no funds; differential tests give every account more than it can spend.
 */

export type NaiveOrder = {
  id: number;
  owner: string;
  side: 'buy' | 'sell';
  /** Undefined for a market order. */
  price: bigint | undefined;
  quantity: bigint;
  timeInForce: 'GTC' | 'IOC' | 'FOK';
};

export type NaiveTrade = {maker: number; taker: number; price: bigint; quantity: bigint};

type Waiting = {id: number; owner: string; side: 'buy' | 'sell'; price: bigint; left: bigint; arrival: number};

export class NaiveMarket {
  readonly trades: NaiveTrade[] = [];
  #waiting: Waiting[] = [];
  #arrivals = 0;

  /** `false` where the order is refused: nothing to meet, own order first, or FOK that cannot fill. */
  place(order: NaiveOrder): boolean {
    const candidates = this.#candidates(order);
    const ownAt = candidates.findIndex(({owner}) => owner === order.owner);
    const usable = ownAt === -1 ? candidates : candidates.slice(0, ownAt);
    const reachable = usable.reduce((sum, {left}) => sum + left, 0n);
    const stopsAtOwn = ownAt !== -1 && reachable < order.quantity;
    if (stopsAtOwn && reachable === 0n) return false;
    if (order.price === undefined && reachable === 0n) return false;
    if (order.timeInForce === 'FOK' && reachable < order.quantity) return false;
    let left = order.quantity;
    for (const maker of usable) {
      if (left === 0n) break;
      const quantity = maker.left < left ? maker.left : left;
      maker.left -= quantity;
      left -= quantity;
      this.trades.push({maker: maker.id, taker: order.id, price: maker.price, quantity});
    }
    this.#waiting = this.#waiting.filter((waiting) => waiting.left > 0n);
    if (left > 0n && order.price !== undefined && order.timeInForce === 'GTC' && !stopsAtOwn) {
      this.#arrivals += 1;
      this.#waiting.push({id: order.id, owner: order.owner, side: order.side, price: order.price, left, arrival: this.#arrivals});
    }
    return true;
  }

  cancel(id: number): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((waiting) => waiting.id !== id);
    return this.#waiting.length < before;
  }

  /** `[price, quantity]` per level, best first. */
  depth(side: 'buy' | 'sell'): [bigint, bigint][] {
    const levels = new Map<bigint, bigint>();
    for (const {side: its, price, left} of this.#waiting) if (its === side) levels.set(price, (levels.get(price) ?? 0n) + left);
    return [...levels].sort(([a], [b]) => (side === 'buy' ? Number(b - a) : Number(a - b)));
  }

  get openIds(): number[] {
    return this.#waiting.map(({id}) => id);
  }

  #candidates({side, price}: NaiveOrder): Waiting[] {
    const against = this.#waiting.filter((waiting) => waiting.side !== side && (price === undefined || (side === 'buy' ? waiting.price <= price : waiting.price >= price)));
    return against.sort((a, b) => (a.price === b.price ? a.arrival - b.arrival : Number(side === 'buy' ? a.price - b.price : b.price - a.price)));
  }
}
