/** Limits of the treasury, `--treasury-file`: one entry per asset, money as decimal text of base units. */
import {readFileSync} from 'node:fs';
import {getAddress} from 'viem';
import {z} from 'zod';
import {SequencerError} from './errors.ts';
import type {TreasuryRule} from './services/duties/ports.ts';

const token = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'not an address').transform((text) => getAddress(text.toLowerCase()));
const money = z.string().regex(/^\d{1,38}$/, 'not a decimal text of base units').transform(BigInt);
const end = z.strictObject({floor: money, target: money}).refine(({floor, target}) => floor <= target, 'the floor is above the target');
const shape = z.array(z.strictObject({symbol: z.string().min(1), l1Token: token, l2Token: token, l1: end, l2: end, transferMin: money, transferMax: money})
  .refine(({transferMin, transferMax}) => transferMin > 0n && transferMin <= transferMax, 'transferMin must lie between 1 and transferMax')).min(1);

/** @throws {SequencerError} `CONFIG_INVALID` in one sentence. */
export function readTreasury(file: string): readonly TreasuryRule[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw wrong(`Cannot read the treasury file ${file} as JSON (${(error as NodeJS.ErrnoException).code ?? 'its syntax is wrong'})`, error);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(`The treasury file ${file} is wrong at ${issue!.path.join('.') || 'its root'}: ${issue!.message}`);
}

const wrong = (detail: string, cause?: unknown): SequencerError => new SequencerError({code: 'CONFIG_INVALID', detail}, {cause});
