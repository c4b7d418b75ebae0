/** What the interface answers with, published as OpenAPI. Bigints are decimal strings. */
import {z} from '@hono/zod-openapi';
import {ERROR_STATUS} from '../errors.ts';
import {KEY_SCOPES, SCOPES} from '../auth/identity.ts';

const text = z.string();
const hash = z.string().regex(/^0x[0-9a-f]{64}$/).openapi({example: `0x${'ab'.repeat(32)}`});

const balance = z.object({
  chainId: z.int(), token: text, symbol: text, currency: text, decimals: z.int(), lotSize: text, total: text, available: text, held: text,
  confirming: text, withdrawable: text,
});
const order = z.object({
  orderId: text, clientOrderId: text, market: text, side: text, price: text, quantity: text, remaining: text,
});
const withdrawal = z.object({chainId: z.int(), token: text, lots: text, state: text, epoch: text.nullable()});
const level = z.object({price: text, quantity: text});
const key = z.object({id: text, scopes: z.array(z.enum(KEY_SCOPES)), label: text, createdAt: text, expiresAt: text});
const placed = z.object({orderId: text, state: z.enum(['open', 'filled', 'cancelled']), filled: text});

const adl = z.object({side: z.enum(['long', 'short']), rank: z.int(), of: z.int(), lights: z.int().min(1).max(5)});
const position = z.object({
  market: text, size: text, entryPrice: text, mark: text, unrealisedPnl: text, mode: z.enum(['cross', 'isolated']), collateral: text, initialMargin: text,
  maintenanceMargin: text, liquidationPrice: text.optional(), autoRoll: z.object({takeLots: text, lossLots: text}).optional(), adl: adl.nullable(),
});
const side = z.enum(['buy', 'sell']);
const trigger = z.object({
  triggerId: text, market: text, by: z.enum(['mark', 'index', 'last']), direction: z.enum(['rise', 'fall']), price: text, side, quantity: text, limitPrice: text.optional(),
  reduceOnly: z.boolean(), trail: text.optional(), sibling: text.optional(),
});
const parent = z.object({
  parentId: text, market: text, side, strategy: z.enum(['twap', 'vwap']), quantity: text, filled: text, limitPrice: text.optional(), reduceOnly: z.boolean(), slices: z.int(),
  done: z.int(), nextAt: text, intervalMs: z.int(),
});
const offer = z.object({
  offerId: text, market: text, from: text, fromSub: z.int().optional(), to: text, toSub: z.int().optional(), size: text, price: text.optional(),
});
const programme = z.object({
  market: text, programme: z.enum(['maker', 'longHedger', 'shortHedger']), feePpm: z.int(), spreadPpm: z.int(), minimum: text, timePpm: z.int(), measuredMs: text,
  quotedMs: text, standing: z.boolean(),
});
const session = z.object({
  index: z.int(), of: z.int(), start: z.int(), feePpm: z.int(), fundingClampPpm: z.int(), bandPpm: z.int(), marginPpm: z.int(),
});

/** Every accepted command: its place in the journal, and the hash of the batch it is under (a proof checks it against the epoch's `journalHead`). */
export const ack = z.object({sequence: text, journalHead: hash});

export const answers = {
  ack,
  nonce: z.object({nonce: text}),
  session: z.object({token: text, wallet: text, expiresAt: text}),
  mailLogin: z.object({wallet: text.nullable(), token: text.optional(), mailToken: text.optional(), expiresAt: text}),
  about: z.object({wallet: text, scopes: z.array(z.enum(SCOPES)), credential: text, expiresAt: text}),
  done: z.object({ok: z.literal(true)}),
  key,
  minted: key.extend({secret: text}),
  keys: z.array(key),
  bound: ack.extend({wallet: text}),
  account: z.object({
    wallet: text,
    sub: z.int(),
    subAccounts: z.int(),
    bound: z.boolean(),
    balances: z.array(balance),
    positions: z.array(position),
    withdrawals: z.array(withdrawal),
    /** Withdrawals forced on chain and not served yet. */
    forced: z.array(z.object({chainId: z.int(), token: text, lots: text, exit: z.boolean()})),
    orders: z.array(order),
    margin: z.object({equity: text, initial: text, maintenance: text, free: text}).nullable(),
    triggers: z.array(trigger),
    parents: z.array(parent),
    offers: z.array(offer),
    programmes: z.array(programme),
    deadManAt: text.nullable(),
  }),
  blinding: z.object({id: text, blinding: text}),
  placed: ack.extend(placed.shape),
  batch: ack.extend({items: z.array(z.union([z.object({ok: z.literal(true), ...placed.partial().shape}), z.object({ok: z.literal(false), code: text})]))}),
  triggers: ack.extend({triggerIds: z.array(text)}),
  parent: ack.extend({parentId: text}),
  novation: ack.extend({offerId: text}),
  markets: z.array(z.object({
    market: text, kind: z.enum(['spot', 'perpetual']), base: text, quote: text, tick: text, lot: text, makerFeeBps: text, takerFeeBps: text,
    initialMarginBps: text.optional(), maintenanceMarginBps: text.optional(), mark: text.optional(), lastPrice: text.optional(),
    bestBid: text.optional(), bestAsk: text.optional(), openInterest: text, symmetricLiquidation: z.boolean(),
    status: z.enum(['open', 'cancelOnly', 'halted', 'delisted']), session: z.int().optional(), terms: z.object({}).loose(),
  })),
  /** Rates in parts per 10⁹ an hour, positive: longs pay. `lastPpb` was paid last, `predictedPpb` would be paid if the hour ended now. */
  funding: z.object({
    market: text, lastPpb: text, predictedPpb: text.nullable(), premiumPpb: text, samples: z.int(), nextAt: text.nullable(), index: text.nullable(),
    impactBid: text.nullable(), impactAsk: text.nullable(),
  }),
  /** Values and the fund's figures in settlement lots, sizes in base lots. */
  risk: z.object({
    market: text, mark: text.nullable(), openInterest: text, openInterestValue: text, openInterestMax: text.nullable(),
    symmetricLiquidation: z.boolean(), disturbedAt: text.nullable(), session: session.nullable(),
    fund: z.object({equity: text, initialMargin: text, peak: text, position: text, openInterestValue: text}),
  }),
  programmes: z.array(programme.extend({wallet: text, sub: z.int()})),
  ranks: z.array(adl.extend({wallet: text, sub: z.int()})),
  book: z.object({market: text, bids: z.array(level), asks: z.array(level)}),
  trades: z.array(z.object({tradeId: text, price: text, quantity: text, takerSide: text, at: text})),
  candles: z.array(z.object({start: text, open: text, high: text, low: text, close: text, volume: text, trades: z.int()})),
  sealed: z.object({epoch: text, snapshotTime: text, journalHead: text}).loose(),
  state: z.object({
    sequence: text, digest: text, journalHead: text, chains: z.array(z.object({chainId: z.int(), blockNumber: text})),
    lastSealed: text, undecided: text.nullable(),
  }),
  withdrawals: z.array(withdrawal.extend({wallet: text})),
  outcome: z.object({epoch: text, outcome: text}),
};

export const errorAnswer = z.object({
  error: z.object({code: z.enum(Object.keys(ERROR_STATUS) as [string, ...string[]]), message: text, details: z.object({}).loose().optional()}),
}).openapi('Error', {example: {error: {code: 'INSUFFICIENT_FUNDS', message: '200 lots are needed and 100 are available.', details: {needed: '200', available: '100'}}}});
