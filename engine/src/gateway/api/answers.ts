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
    positions: z.array(z.object({market: text, size: text, entryPrice: text, mark: text, unrealisedPnl: text})),
    withdrawals: z.array(withdrawal),
    orders: z.array(order),
    margin: z.object({equity: text, initial: text, maintenance: text, free: text}).nullable(),
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
  })),
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
