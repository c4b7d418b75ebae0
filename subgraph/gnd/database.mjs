/** The databases of graph-node: one per process, C locale and UTF-8, as it demands. */
import {connect} from 'node:net';
import pg from 'pg';
import {Refusal} from './refusal.mjs';

/** graph-node waits without end for a database that is not there, and ignores SIGTERM meanwhile: ask first. */
export async function assertReachable(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new Refusal(2, '--database-url is no URL.');
  }
  if (url.password === '') throw new Refusal(2, 'The database URL needs a password: graph-node refuses one without.');
  const open = await new Promise((resolve) => {
    const socket = connect({host: url.hostname, port: Number(url.port || 5432), timeout: 5_000});
    for (const [event, outcome] of [['connect', true], ['error', false], ['timeout', false]]) {
      socket.once(event, () => {
        socket.destroy();
        resolve(outcome);
      });
    }
  });
  if (!open) throw new Refusal(3, `No database answers at ${url.host}: start PostgreSQL or correct --database-url.`);
}

/**
 * URL of the database beside the given one that belongs to `chain`, created if it is missing.
 *
 * @throws {Refusal} When the role may not create it.
 */
export async function databaseOf(text, chain) {
  const url = new URL(text);
  const name = `${decodeURIComponent(url.pathname.slice(1))}_${chain}`;
  const client = new pg.Client({connectionString: text});
  try {
    await client.connect();
    const {rowCount} = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    }
  } catch (error) {
    throw new Refusal(3, `The database ${name} cannot be prepared: ${error.message}`);
  } finally {
    await client.end().catch(() => {});
  }
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
