/**
 * Applies the committed SQL migrations at start. Keeps `_prisma_migrations` as Prisma Migrate does (same lock, same
 * checksums), so that either may run after the other.
 */
import {createHash, randomUUID} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {PobsError} from '@pobs/protocol';

/** The lock id of Prisma's own schema engine. */
const ADVISORY_LOCK = 72_707_369;
const MIGRATIONS_DIR = path.resolve(import.meta.dirname, '../../../prisma/migrations');
const TABLE_DDL = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** One connection; `exec` takes several statements, `query` one with parameters. */
export type SqlConnection = {
  exec(sql: string): Promise<unknown>;
  query(sql: string, parameters: unknown[]): Promise<{rows: Record<string, unknown>[]}>;
};

export class MigrationError extends PobsError<
  | {code: 'MIGRATION_FAILED_EARLIER'; name: string}
  | {code: 'MIGRATION_EDITED'; name: string}
  | {code: 'MIGRATION_FAILED'; name: string; reason: string}
> {}

/** @returns the names applied now. @throws {MigrationError} and leaves the failed one's row, which blocks the next start. */
export async function migrate(sql: SqlConnection, directory: string = MIGRATIONS_DIR): Promise<string[]> {
  await sql.query('SELECT pg_advisory_lock($1::bigint)', [ADVISORY_LOCK]);
  try {
    await sql.exec(TABLE_DDL);
    const {rows} = await sql.query('SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations ORDER BY started_at', []);
    const failed = rows.find((row) => row.finished_at === null && row.rolled_back_at === null);
    if (failed) throw new MigrationError({code: 'MIGRATION_FAILED_EARLIER', name: String(failed.migration_name)});
    const done = new Map(rows.filter((row) => row.rolled_back_at === null).map((row) => [row.migration_name, row.checksum]));
    const applied: string[] = [];
    for (const name of migrationNames(directory)) {
      const file = readFileSync(path.join(directory, name, 'migration.sql'));
      const checksum = createHash('sha256').update(file).digest('hex');
      if (done.has(name)) {
        if (done.get(name) !== checksum) throw new MigrationError({code: 'MIGRATION_EDITED', name});
        continue;
      }
      await apply(sql, {name, checksum, script: file.toString('utf8')});
      applied.push(name);
    }
    return applied;
  } finally {
    await sql.query('SELECT pg_advisory_unlock($1::bigint)', [ADVISORY_LOCK]);
  }
}

export function migrationNames(directory: string = MIGRATIONS_DIR): string[] {
  return readdirSync(directory, {withFileTypes: true}).filter((entry) => entry.isDirectory()).map(({name}) => name).sort();
}

/** One transaction per migration: a process killed in the middle leaves nothing behind. */
async function apply(sql: SqlConnection, {name, checksum, script}: {name: string; checksum: string; script: string}): Promise<void> {
  const id = randomUUID();
  await sql.exec('BEGIN');
  try {
    await sql.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [id, checksum, name]);
    await sql.exec(script);
    await sql.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id]);
    await sql.exec('COMMIT');
  } catch (error) {
    await sql.exec('ROLLBACK');
    const reason = error instanceof Error ? error.message : String(error);
    await sql.query('INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ($1, $2, $3, $4)', [id, checksum, name, reason]);
    throw new MigrationError({code: 'MIGRATION_FAILED', name, reason}, false, {cause: error});
  }
}
