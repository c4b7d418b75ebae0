/** Public market data. */
import {z} from '@hono/zod-openapi';
import {ApiError, rejected} from './errors.ts';
import {type App, endpoint, type Gate} from './http.ts';
import type {EnginePort, MarketReads} from './ports.ts';
import {answers, market} from './shapes.ts';

const LEVELS_MAX = 100;
const TRADES_MAX = 100;

export function marketRoutes(app: App, {gate, engine, reads}: {gate: Gate; engine: EnginePort; reads: MarketReads}): void {
  const params = z.object({market});
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets', summary: 'All markets', auth: 'public', answer: answers.markets, handle: () => engine.markets(),
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets/{market}/book', summary: 'Order book, best price first', auth: 'public', params, answer: answers.book,
    async handle({params: {market: name}}) {
      const book = await engine.book(name, LEVELS_MAX);
      if (!book) throw rejected({code: 'UNKNOWN_MARKET', market: name});
      const level = ({price, quantity}: {price: bigint; quantity: bigint}) => ({price, quantity});
      return {market: name, bids: book.bids.map(level), asks: book.asks.map(level)};
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets/{market}/trades', summary: 'Newest trades first', auth: 'public', params, answer: answers.trades,
    async handle({params: {market: name}}) {
      if (!(await engine.markets()).some((entry) => entry.market === name)) throw rejected({code: 'UNKNOWN_MARKET', market: name});
      const trades = await reads.trades(name, TRADES_MAX).catch(() => {
        throw new ApiError(503, 'DATABASE_DOWN', 'Past trades cannot be read now: the database does not answer.');
      });
      return trades.map(({tradeId, price, quantity, takerSide, at}) => ({tradeId, price, quantity, takerSide, at}));
    },
  });
}
