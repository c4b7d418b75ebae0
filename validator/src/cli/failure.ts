/** What a command's failure means for people and scripts: a sentence on stderr, an exit code, no stack for expected ones. */
import {PobsError} from '@pobs/protocol';
import {Exit, ValidatorError} from '../errors.ts';

const EXITS: Readonly<Record<string, Exit>> = {
  CHAIN_UNREACHABLE: Exit.dependency, CHAIN_WRONG_ID: Exit.usage, CHAIN_NO_CONTRACT: Exit.usage, CHAIN_GAS_TOO_LOW: Exit.funds,
  CHAIN_TX_TIMEOUT: Exit.dependency, CHAIN_TX_REPLACED: Exit.dependency, CHAIN_REFUSED: Exit.dependency, CHAIN_REVERTED: Exit.dependency,
  RPC_INVALID: Exit.usage, KEY_INVALID: Exit.key, SET_UNKNOWN: Exit.dependency, SET_MISMATCH: Exit.dependency,
  STORE_UNREACHABLE: Exit.dependency, STORE_NOT_FOUND: Exit.dependency, STORE_REFUSED: Exit.dependency, STORE_HASH_MISMATCH: Exit.invalid,
  STORE_URL_INVALID: Exit.usage, STORE_CID_INVALID: Exit.invalid, STORE_TOO_LARGE: Exit.dependency,
  AGE_KEY_INVALID: Exit.key, SECRET_KEY_INVALID: Exit.key,
};

export function exitOf(error: unknown): Exit {
  if (error instanceof ValidatorError) return error.exit;
  if (error instanceof PobsError) return EXITS[(error.data as {code: string}).code] ?? Exit.bug;
  return Exit.bug;
}

/** Prints the failure and returns its exit code. */
export function reportFailure(error: unknown): Exit {
  const exit = exitOf(error);
  const text = error instanceof Error ? (exit === Exit.bug ? (error.stack ?? error.message) : error.message) : String(error);
  process.stderr.write(`${exit === Exit.bug ? 'This is a bug: ' : ''}${text}\n`);
  return exit;
}
