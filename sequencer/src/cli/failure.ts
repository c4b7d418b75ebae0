/** What went wrong, as one sentence and an exit code. */
import {PobsError} from '@pobs/protocol';
import {ChainError} from '@pobs/protocol/chain';
import {StoreError} from '@pobs/protocol/store';
import {EXIT} from './exit.ts';
import {SequencerError, type SequencerErrorData} from '../errors.ts';

export type Failure = {sentence: string; exitCode: number};

const SEQUENCER: Record<SequencerErrorData['code'], number> = {
  CONFIG_INVALID: EXIT.usage,
  KEY_FILE: EXIT.key,
  DATABASE_UNREACHABLE: EXIT.dependency,
  DATABASE_MIGRATION: EXIT.usage,
  DATABASE_FOREIGN: EXIT.usage,
  ALREADY_RUNNING: EXIT.usage,
  PORT_IN_USE: EXIT.usage,
  ENGINE_UNREACHABLE: EXIT.dependency,
  ENGINE_REFUSED: EXIT.dependency,
  BUILD_REFUSED: EXIT.verification,
  EPOCH_FOREIGN: EXIT.verification,
  EPOCH_UNKNOWN: EXIT.usage,
  FILES_MISSING: EXIT.usage,
  NO_TERM: EXIT.dependency,
  TERM_NOT_SENT: EXIT.dependency,
  CLOCK_STANDS: EXIT.dependency,
};

/** Undefined for what nobody expected: a bug, to be shown with its stack. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof SequencerError) return {sentence: error.message, exitCode: SEQUENCER[error.data.code]};
  if (error instanceof ChainError) return {sentence: error.message, exitCode: chainExit(error)};
  if (error instanceof StoreError) return {sentence: error.message, exitCode: storeExit(error)};
  if (error instanceof PobsError) return {sentence: error.message, exitCode: EXIT.verification};
  return undefined;
}

function chainExit({data}: ChainError): number {
  switch (data.code) {
    case 'CHAIN_WRONG_ID':
    case 'CHAIN_NO_CONTRACT':
    case 'CHAIN_REVERTED':
    case 'RPC_INVALID':
    case 'SET_UNKNOWN':
      return EXIT.usage;
    case 'CHAIN_GAS_TOO_LOW':
      return EXIT.gas;
    case 'KEY_INVALID':
      return EXIT.key;
    case 'SET_MISMATCH':
      return EXIT.verification;
    default:
      return EXIT.dependency;
  }
}

function storeExit({data}: StoreError): number {
  switch (data.code) {
    case 'STORE_CID_INVALID':
    case 'STORE_URL_INVALID':
    case 'STORE_READ_ONLY':
    case 'STORE_TOO_LARGE':
      return EXIT.usage;
    case 'STORE_HASH_MISMATCH':
    case 'EPOCH_MANIFEST_INVALID':
    case 'EPOCH_FILE_MISMATCH':
      return EXIT.verification;
    default:
      return EXIT.dependency;
  }
}
