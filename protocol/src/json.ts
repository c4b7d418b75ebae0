/** JSON codecs that keep bigints: on the wire they are decimal strings (docs/INTERFACES.md). */
import type {Address} from 'viem';
import {z} from 'zod';
import {PobsError} from './errors.ts';
import type {SealedEpoch} from './types.ts';

export class JsonError extends PobsError<{code: 'JSON_INVALID'; detail: string}> {}

/** JSON text in which every bigint is a decimal string. */
export const toJson = (value: unknown, space?: number): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), space);

export const lotsShape = z.string().regex(/^-?(0|[1-9]\d{0,38})$/, 'not a decimal integer').transform(BigInt);
/** Decimal string of an unsigned integer. */
export const uintShape = (bits: number) =>
  z.string().regex(/^(0|[1-9]\d{0,38})$/, 'not a decimal integer').transform(BigInt).refine((value) => value >> BigInt(bits) === 0n, `not below 2^${bits}`);
export const hexShape = (bytes: number) =>
  z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `not 0x and ${2 * bytes} hex digits`).transform((text) => text as `0x${string}`);
export const addressShape = hexShape(20);
const chainIdShape = z.int().min(1);
const indexShape = z.int().min(0);
const assetKey = {chainId: chainIdShape, custody: addressShape, token: addressShape};

const assetShape = {...assetKey, lotSize: lotsShape, deposited: lotsShape, authorisedOut: lotsShape};

/** A sealed epoch but its rows; `asset` is the shape of each asset. */
export const sealedShape = <T extends z.ZodRawShape>(asset: T) => z.object({
  epoch: lotsShape,
  snapshotTime: lotsShape,
  era: indexShape,
  journalHead: hexShape(32),
  chains: z.array(z.object({
    chainId: chainIdShape, custody: addressShape, blockNumber: lotsShape, blockHash: hexShape(32), kills: indexShape,
  })),
  assets: z.array(z.object({...assetShape, ...asset})),
  payouts: z.array(z.object({
    chainId: chainIdShape, token: addressShape, wallet: addressShape, cumulative: lotsShape, paid: lotsShape, withdrawal: lotsShape,
  })),
  legs: z.array(z.object({
    seq: lotsShape,
    from: addressShape,
    to: addressShape,
    asset: indexShape,
    lots: lotsShape,
    kind: z.enum(['deposit', 'withdrawal', 'trade', 'fee', 'pnl', 'funding', 'transfer', 'bind', 'convert', 'rounding']),
  })),
  viewingKeys: z.record(z.string(), z.string()).transform((keys) => keys as Record<Address, string>),
});

const rowShape = z.object({wallet: addressShape, blinding: hexShape(32), total: lotsShape, withdrawable: lotsShape, withdrawal: lotsShape});
const sealedEpochShape = sealedShape({rows: z.array(rowShape)});

/**
 * Reads a sealed epoch from JSON text.
 *
 * @throws {JsonError} naming the first field that is wrong.
 */
export const fromJson = (text: string): SealedEpoch => parseWith(sealedEpochShape, text);

/** Parses JSON text with a shape; the error names the first wrong field. */
export function parseWith<T extends z.ZodType>(shape: T, text: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonError({code: 'JSON_INVALID', detail: 'it is no JSON text'}, false, {cause: error});
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new JsonError({code: 'JSON_INVALID', detail: `${issue?.path.join('.') || 'the value'}: ${issue?.message ?? 'invalid'}`});
}
