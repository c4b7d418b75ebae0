/** Public market data. */
import {z} from '@hono/zod-openapi';
import type {MarketRiskView, RiskView} from '../core/views.ts';
import {answers} from './api/answers.ts';
import {lots, market, moment, orderCount} from './api/scalars.ts';
import type {Gate} from './auth/gate.ts';
import {ApiError, rejected} from './errors.ts';
import {type App, endpoint} from './http.ts';
import type {EnginePort, MarketReads} from './ports.ts';
import {INTERVALS, type Interval} from './stream/candles.ts';

const LEVELS_MAX = 1_000;
const TRADES_MAX = 1_000;
const CANDLES_MAX = 1_000;

export function marketRoutes(app: App, {gate, engine, reads, now}: {gate: Gate; engine: EnginePort; reads: MarketReads; now: () => number}): void {
  const params = z.object({market});
  const known = async (name: string): Promise<void> => {
    if (!(await engine.markets()).some((entry) => entry.market === name)) throw rejected({code: 'UNKNOWN_MARKET', market: name});
  };
  const fromDatabase = <T>(read: Promise<T>): Promise<T> => read.catch(() => {
    throw new ApiError('DATABASE_DOWN', 'The past cannot be read now: the database does not answer.');
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets', summary: 'All markets', auth: 'public', answer: answers.markets, handle: () => engine.markets(),
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets/{market}/book', summary: 'Order book, best price first', auth: 'public', params,
    query: z.strictObject({levels: orderCount(1, LEVELS_MAX).default(100)}), answer: answers.book, refusals: ['UNKNOWN_MARKET'],
    async handle({params: {market: name}, query: {levels}}) {
      const book = await engine.book(name, levels);
      if (!book) throw rejected({code: 'UNKNOWN_MARKET', market: name});
      const level = ({price, quantity}: {price: bigint; quantity: bigint}) => ({price, quantity});
      return {market: name, bids: book.bids.map(level), asks: book.asks.map(level)};
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets/{market}/funding', summary: 'Funding of a perpetual: the rate paid last, the one predicted, the next payment', auth: 'public',
    params, answer: answers.funding, refusals: ['UNKNOWN_MARKET'],
    async handle({params: {market: name}}) {
      const funding = await engine.funding(name);
      if (!funding) throw noPerpetual(name);
      return {predictedPpb: null, nextAt: null, index: null, impactBid: null, impactAsk: null, ...funding};
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets/{market}/risk', summary: 'Risk of a perpetual: open interest, symmetric liquidation, the Liquidation Fund, the session', auth: 'public',
    params, answer: answers.risk, refusals: ['UNKNOWN_MARKET'],
    async handle({params: {market: name}}) {
      const risk = await engine.risk();
      const own = risk.markets.find((entry) => entry.market === name);
      if (!own) throw noPerpetual(name);
      return riskAnswer(risk, own);
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets/{market}/trades', summary: 'Newest trades first; before = an id to page on from', auth: 'public', params,
    query: z.strictObject({limit: orderCount(1, TRADES_MAX).default(100), before: lots.optional()}), answer: answers.trades,
    refusals: ['UNKNOWN_MARKET', 'DATABASE_DOWN'],
    async handle({params: {market: name}, query: {limit, before}}) {
      await known(name);
      const trades = await fromDatabase(reads.trades(name, limit, before));
      return trades.map(({tradeId, price, quantity, takerSide, at}) => ({tradeId, price, quantity, takerSide, at}));
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/markets/{market}/candles', summary: 'Candles made of trades, oldest first; before = milliseconds to page on from', auth: 'public', params,
    query: z.strictObject({
      interval: z.enum(Object.keys(INTERVALS) as [Interval, ...Interval[]]), limit: orderCount(1, CANDLES_MAX).default(300), before: moment.optional(),
    }),
    answer: answers.candles, refusals: ['UNKNOWN_MARKET', 'DATABASE_DOWN'],
    async handle({params: {market: name}, query: {interval, limit, before = BigInt(now()) + 1n}}) {
      await known(name);
      return fromDatabase(reads.candles(name, {intervalMs: INTERVALS[interval], limit, before}));
    },
  });
}

const noPerpetual = (name: string): ApiError => new ApiError('UNKNOWN_MARKET', `There is no perpetual market ${name}.`, {market: name});

function riskAnswer({fundEquity, fundInitial, fundPeak, openInterestValue}: RiskView, {symmetric, disturbedAt, fundPosition, ...own}: MarketRiskView): object {
  return {
    mark: null, openInterestMax: null, session: null, ...own, symmetricLiquidation: symmetric, disturbedAt: disturbedAt > 0n ? disturbedAt : null,
    fund: {equity: fundEquity, initialMargin: fundInitial, peak: fundPeak, position: fundPosition, openInterestValue},
  };
}
