/** What went wrong as one sentence and an exit code: 2 usage, 3 dependency down, 4 verification failed, 1 bug. */
import {DatabaseError} from '../db/database.ts';
import {MigrationError} from '../db/migrate.ts';
import {GatewayError} from '../gateway/server.ts';
import {ChainMismatchError} from '../indexer/follower.ts';
import {JournalError, type JournalErrorData} from '../journal/errors.ts';
import {ChildError} from '../node/children.ts';
import {NodeError} from '../node/errors.ts';

/** Without a sentence: it has been said by the process it happened in. */
export type Failure = {sentence?: string; exitCode: number};

const JOURNAL_EXITS: Record<JournalErrorData['code'], number> = {
  JOURNAL_CORRUPT: 4, JOURNAL_LOCKED: 2, JOURNAL_VERSION: 2, JOURNAL_CLOSED: 1, JOURNAL_WRITE_FAILED: 1,
};

/** Undefined for what nobody expected: a bug, to be shown with its stack. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof ChainMismatchError) return {sentence: mismatch(error), exitCode: 2};
  if (error instanceof DatabaseError) {
    return {sentence: `The database does not answer (${error.data.reason}): check --database-url and that the server runs.`, exitCode: 3};
  }
  if (error instanceof MigrationError) return {sentence: migration(error), exitCode: 2};
  if (error instanceof GatewayError) return {sentence: `Port ${error.data.port} is in use: stop what listens there or give another --port.`, exitCode: 2};
  if (error instanceof ChildError) return {exitCode: error.data.exitCode};
  if (error instanceof JournalError) return {sentence: error.message, exitCode: JOURNAL_EXITS[error.data.code]};
  if (error instanceof NodeError) return {sentence: error.message, exitCode: error.data.code === 'REPLAY_DIVERGED' ? 4 : 2};
  return undefined;
}

function mismatch({data}: ChainMismatchError): string {
  switch (data.code) {
    case 'WRONG_CHAIN_ID':
      return `The RPC given for chain ${data.chainId} serves chain ${data.found}: correct --rpc.`;
    case 'OTHER_CHAIN_IN_DATABASE':
      return `The database belongs to another chain ${data.chainId} (its genesis block is ${data.stored}, this chain's is ${data.found}): run with --fresh to build the read models anew.`;
    case 'OTHER_CHAIN_IN_JOURNAL':
      return `The journal was written for another chain ${data.chainId} (its block ${data.blockNumber} is ${data.stored}, this chain has ${data.found}): start with a new --data-dir, or the local network with --fresh.`;
  }
}

function migration({data}: MigrationError): string {
  switch (data.code) {
    case 'MIGRATION_FAILED_EARLIER':
      return `Migration ${data.name} failed earlier and blocks the start: repair the database by hand, or give an empty one (the read models are rebuilt).`;
    case 'MIGRATION_EDITED':
      return `Migration ${data.name} was changed after it was applied: restore the file, or give an empty database (the read models are rebuilt).`;
    case 'MIGRATION_FAILED':
      return `Migration ${data.name} does not apply (${data.reason}): give a database of the engine's own.`;
  }
}
