/** The shapes of the HTTP interface, checked at the edge and published as OpenAPI. Bigints are decimal strings. */
import {z} from '@hono/zod-openapi';
import {type Address, getAddress, type Hex, isAddress} from 'viem';

const LOTS_LIMIT = 1n << 63n;

/** A whole number ≥ 0 below 2^63, as a decimal string (or a safe JSON integer). */
export const lots = z.union([z.string().regex(/^(0|[1-9]\d{0,18})$/, 'expected a whole number as a decimal string'), z.int().min(0)])
  .transform((value, context) => {
    const parsed = BigInt(value);
    if (parsed >= LOTS_LIMIT) context.addIssue({code: 'custom', message: 'expected a number below 2^63'});
    return parsed;
  })
  .openapi({type: 'string', example: '1000000'});

export const address = z.string()
  .refine((text) => isAddress(text, {strict: false}), 'expected an address')
  .transform((text): Address => getAddress(text))
  .openapi({type: 'string', example: '0x0000000000000000000000000000000000000000'});

const hex = (pattern: RegExp, what: string) => z.string().regex(pattern, `expected ${what}`).transform((text) => text as Hex).openapi({type: 'string'});

export const chainId = z.coerce.number<string | number>().int().min(1).openapi({type: 'integer', example: 31337});
export const market = z.string().min(1).max(32).openapi({example: 'ETH-USDC'});

export const signInBody = z.object({message: z.string().max(4_096), signature: hex(/^0x([0-9a-fA-F]{2}){65,1024}$/, 'a signature in hex')});
export const accountBody = z.object({
  secret: hex(/^0x[0-9a-fA-F]{64}$/, '32 bytes in hex'),
  viewingKey: z.string().regex(/^age1[0-9a-z]{58}$/, 'expected an age1… recipient').optional(),
});
export const orderBody = z.object({
  market,
  side: z.enum(['buy', 'sell']),
  type: z.enum(['limit', 'market']),
  price: lots.optional(),
  quantity: lots,
  timeInForce: z.enum(['GTC', 'IOC', 'FOK']).default('GTC'),
  clientOrderId: z.string().min(1).max(64),
});
export const withdrawalBody = z.object({chainId, token: address, lots});
export const markBody = z.object({price: lots});
export const sealBody = z.object({epoch: lots, snapshotTime: lots});
export const outcomeBody = z.object({outcome: z.enum(['approved', 'dead'])});

const text = z.string();
const balance = z.object({
  chainId: z.int(), token: text, symbol: text, currency: text, decimals: z.int(), lotSize: text, total: text, available: text, held: text,
  confirming: text, withdrawable: text,
});
const order = z.object({
  orderId: text, clientOrderId: text, market: text, side: text, price: text, quantity: text, remaining: text,
});
const withdrawal = z.object({chainId: z.int(), token: text, lots: text, state: text, epoch: text.nullable()});
const level = z.object({price: text, quantity: text});

export const answers = {
  nonce: z.object({nonce: text}),
  session: z.object({token: text, wallet: text, expiresAt: text}),
  bound: z.object({wallet: text, sequence: text}),
  account: z.object({
    wallet: text,
    bound: z.boolean(),
    balances: z.array(balance),
    positions: z.array(z.object({market: text, size: text, entryPrice: text, mark: text, unrealisedPnl: text})),
    withdrawals: z.array(withdrawal),
    forced: z.array(z.object({chainId: z.int(), token: text, lots: text, exit: z.boolean()})),
    orders: z.array(order),
  }),
  blinding: z.object({id: text, blinding: text}),
  placed: z.object({orderId: text, state: z.enum(['open', 'filled', 'cancelled']), filled: text, sequence: text}),
  sequence: z.object({sequence: text}),
  markets: z.array(z.object({
    market: text, kind: z.enum(['spot', 'perpetual']), base: text, quote: text, makerFeeBps: text, takerFeeBps: text,
    mark: text.optional(), lastPrice: text.optional(), bestBid: text.optional(), bestAsk: text.optional(), openInterest: text,
  })),
  book: z.object({market: text, bids: z.array(level), asks: z.array(level)}),
  trades: z.array(z.object({tradeId: text, price: text, quantity: text, takerSide: text, at: text})),
  sealed: z.object({epoch: text, snapshotTime: text, journalHead: text}).loose(),
  state: z.object({
    sequence: text, digest: text, journalHead: text, chains: z.array(z.object({chainId: z.int(), blockNumber: text})),
    lastSealed: text, undecided: text.nullable(),
  }),
  withdrawals: z.array(withdrawal.extend({wallet: text})),
  outcome: z.object({epoch: text, outcome: text}),
};

export const errorAnswer = z.object({error: z.object({code: text, message: text})});
