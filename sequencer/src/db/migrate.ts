/** SQL migrations of the sequencer's own schema: applied at start, in order of their names, each once. */
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {ClientBase} from 'pg';
import {SequencerError} from '../errors.ts';

const FOLDER = path.join(import.meta.dirname, 'migrations');

/** Any constant; shared by everybody who migrates this schema. */
const MIGRATION_LOCK = 7_201_846_001n;

/** @throws {SequencerError} `DATABASE_MIGRATION` when one fails or was changed after it was applied. */
export async function migrate(client: ClientBase, folder = FOLDER): Promise<string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await client.query('CREATE SCHEMA IF NOT EXISTS sequencer');
    await client.query('CREATE TABLE IF NOT EXISTS sequencer.migrations (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())');
    const {rows} = await client.query<{name: string; sha256: string}>('SELECT name, sha256 FROM sequencer.migrations');
    const applied = new Map(rows.map(({name, sha256}) => [name, sha256]));
    const added: string[] = [];
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.sql')).toSorted()) {
      const sql = readFileSync(path.join(folder, name), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const known = applied.get(name);
      if (known === sha256) continue;
      if (known !== undefined) throw new SequencerError({code: 'DATABASE_MIGRATION', name, detail: 'it was applied in another form'});
      await apply(client, {name, sql, sha256});
      added.push(name);
    }
    return added;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

async function apply(client: ClientBase, {name, sql, sha256}: {name: string; sql: string; sha256: string}): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query('INSERT INTO sequencer.migrations (name, sha256) VALUES ($1, $2)', [name, sha256]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new SequencerError({code: 'DATABASE_MIGRATION', name, detail: error instanceof Error ? error.message : String(error)}, {cause: error});
  }
}
