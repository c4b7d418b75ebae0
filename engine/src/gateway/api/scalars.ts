/** Fields of the interface, range-checked at the edge. Bigints are decimal strings; a JSON integer is taken where a double holds it exactly. */
import {z} from '@hono/zod-openapi';
import {type Address, getAddress, type Hex, isAddress} from 'viem';

const LIMIT = 1n << 63n;
const MOMENT_MAX = 2n ** 52n;

const whole = ({least, most, what, example}: {least: bigint; most: bigint; what: string; example: string}) =>
  z.union([z.string().regex(/^(0|-?[1-9]\d{0,18})$/, 'expected a whole number as a decimal string'), z.int()])
    .transform((value, context) => {
      const parsed = BigInt(value);
      if (parsed < least || parsed > most) context.addIssue({code: 'custom', message: `expected ${what}`});
      return parsed;
    })
    .openapi({type: 'string', pattern: least < 0n ? '^(0|-?[1-9]\\d{0,18})$' : '^(0|[1-9]\\d{0,18})$', example});

/** 0 … 2^63 − 1. */
export const lots = whole({least: 0n, most: LIMIT - 1n, what: 'a whole number ≥ 0 below 2^63', example: '1000000'});
export const id = whole({least: 0n, most: LIMIT - 1n, what: 'an id ≥ 0 below 2^63', example: '4194304'});
export const positive = whole({least: 1n, most: LIMIT - 1n, what: 'a whole number ≥ 1 below 2^63', example: '1000000'});
export const signedLots = whole({least: 1n - LIMIT, most: LIMIT - 1n, what: 'a whole number between −2^63 and 2^63', example: '-250000'});
export const price = whole({least: 1n, most: LIMIT - 1n, what: 'a price ≥ 1 below 2^63', example: '2000000000'});
export const quantity = whole({least: 1n, most: LIMIT - 1n, what: 'a quantity ≥ 1 below 2^63', example: '1000000000'});
/** Milliseconds since 1970. */
export const moment = whole({least: 1n, most: MOMENT_MAX, what: 'milliseconds since 1970, up to 2^52', example: '1800000000000'});

export const address = z.string().max(42)
  .refine((text) => isAddress(text, {strict: false}), 'expected an address')
  .transform((text): Address => getAddress(text))
  .openapi({type: 'string', example: '0x0000000000000000000000000000000000000000'});

export const hex = (pattern: RegExp, what: string) => z.string().regex(pattern, `expected ${what}`).transform((text) => text as Hex).openapi({type: 'string'});

export const chainId = z.coerce.number<string | number>().int().min(1).max(Number.MAX_SAFE_INTEGER).openapi({type: 'integer', example: 31337});
export const market = z.string().regex(/^[\w.-]{1,32}$/, 'expected the name of a market').openapi({example: 'ETH-USDC'});
export const side = z.enum(['buy', 'sell']);
export const clientOrderId = z.string().regex(/^[ -~]{1,64}$/, 'expected 1 to 64 printable characters').openapi({example: 'maker-1-000042'});
/** Of a wallet; 0 = its main account. */
export const sub = z.coerce.number<string | number>().int().min(0).max(64).openapi({type: 'integer', example: 0});
export const orderCount = (least: number, most: number) => z.coerce.number<string | number>().int().min(least).max(most).openapi({type: 'integer'});
