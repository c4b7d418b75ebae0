import {ageRecipient, PobsError} from '@pobs/protocol';
import type {Hex} from 'viem';
import type {Logger} from './ports.ts';

/** One `age1…` per validator; a key that is none leaves its validator without the mapping, never all of them. */
export function recipientsOf(keys: ReadonlyMap<string, Hex>, logger: Logger): string[] {
  return [...keys].flatMap(([validator, key]) => {
    try {
      return [ageRecipient(key)];
    } catch (error) {
      if (!(error instanceof PobsError)) throw error;
      logger.warn({validator}, 'The encryption key of a validator cannot be used');
      return [];
    }
  });
}
