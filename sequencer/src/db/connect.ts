import {Pool} from 'pg';
import {SequencerError} from '../errors.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECTIONS_MAX = 5;

/** Any constant; one running sequencer per database holds it. */
const RUN_LOCK = 7_201_846_002n;
const RUN_LOCK_TIMEOUT_MS = 5_000;
const RUN_LOCK_POLL_MS = 200;

/** Opens a pool and proves that the server answers. @throws {SequencerError} `DATABASE_UNREACHABLE` */
export async function connect(connectionString: string): Promise<Pool> {
  const pool = new Pool({connectionString, max: CONNECTIONS_MAX, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS});
  // An idle connection that breaks is replaced by the pool; the next query tells.
  pool.on('error', () => {});
  try {
    await pool.query('SELECT 1');
    return pool;
  } catch (error) {
    await pool.end();
    throw unreachable(error);
  }
}

export const unreachable = (error: unknown): SequencerError =>
  new SequencerError({code: 'DATABASE_UNREACHABLE', detail: detailOf(error)}, {cause: error});

function detailOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0]) return detailOf(error.errors[0]);
  return error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : String(error);
}

/**
 * Takes the right to run epochs; released when the returned function is called or the process dies.
 *
 * Waits a little: the server needs a moment to notice that a killed predecessor is gone.
 *
 * @param onLost - Called when the connection that holds the right breaks.
 * @throws {SequencerError} `ALREADY_RUNNING`
 */
export async function takeRunLock(pool: Pool, onLost: (error: SequencerError) => void): Promise<() => Promise<void>> {
  const client = await pool.connect();
  const deadline = Date.now() + RUN_LOCK_TIMEOUT_MS;
  for (;;) {
    const {rows} = await client.query<{taken: boolean}>('SELECT pg_try_advisory_lock($1) AS taken', [RUN_LOCK]);
    if (rows[0]?.taken) break;
    if (Date.now() > deadline) {
      client.release();
      throw new SequencerError({code: 'ALREADY_RUNNING'});
    }
    await new Promise((resolve) => setTimeout(resolve, RUN_LOCK_POLL_MS));
  }
  const lost = (error: Error) => onLost(unreachable(error));
  client.on('error', lost);
  return async () => {
    client.off('error', lost);
    client.on('error', () => {});
    await client.query('SELECT pg_advisory_unlock($1)', [RUN_LOCK]).catch(() => {});
    client.release();
  };
}
