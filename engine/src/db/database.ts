/** Opens the read models: migrations first, then one Prisma client that no other room sees. */
import {PrismaPg} from '@prisma/adapter-pg';
import {Client} from 'pg';
import {PobsError} from '@pobs/protocol';
import {PrismaChainStore} from './chain-store.ts';
import {EpochReader} from './epoch-reader.ts';
import {PrismaClient} from './generated/client.ts';
import {migrate} from './migrate.ts';
import {PrismaProjectionStore} from './projection-store.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECTIONS_MAX = 8;

export class DatabaseError extends PobsError<{code: 'DATABASE_UNREACHABLE'; reason: string}> {}

/** The read models by use. Truth lies elsewhere; {@link forget} loses nothing. */
export type Database = {
  chains: PrismaChainStore;
  epochs: EpochReader;
  projections: PrismaProjectionStore;
  /** Names of the migrations applied at opening. */
  applied: readonly string[];
  /** True when the server answers. */
  ping(): Promise<boolean>;
  /** Empties every table. */
  forget(): Promise<void>;
  close(): Promise<void>;
};

/** @throws {DatabaseError} when the server does not answer, {MigrationError} when a migration does not apply. */
export async function openDatabase(url: string): Promise<Database> {
  const applied = await migrateByUrl(url);
  const adapter = new PrismaPg({
    connectionString: url, max: CONNECTIONS_MAX, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  return wrap(new PrismaClient({adapter}), applied);
}

async function migrateByUrl(url: string): Promise<string[]> {
  const client = new Client({connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS});
  // A connection lost later surfaces in the query that used it.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new DatabaseError({code: 'DATABASE_UNREACHABLE', reason: error instanceof Error ? error.message : String(error)}, true, {cause: error});
  }
  try {
    return await migrate({exec: (sql) => client.query(sql), query: (sql, parameters) => client.query(sql, parameters)});
  } finally {
    await client.end();
  }
}

/** Builds the stores over any Prisma client; tests bring one over an in-process PostgreSQL. */
export function wrap(prisma: PrismaClient, applied: readonly string[] = []): Database {
  return {
    chains: new PrismaChainStore(prisma),
    epochs: new EpochReader(prisma),
    projections: new PrismaProjectionStore(prisma),
    applied,
    ping: () => prisma.$queryRawUnsafe('SELECT 1').then(() => true, () => false),
    forget: () => forgetAll(prisma),
    close: () => prisma.$disconnect(),
  };
}

async function forgetAll(prisma: PrismaClient): Promise<void> {
  await prisma.$executeRawUnsafe(`TRUNCATE chain_cursors, indexed_blocks, deposits, epochs, epoch_decisions, epoch_lines, epoch_assets,
    votes, certificates, settlements, activations, payouts, validators, terms,
    projection_cursors, accounts, balances, orders, fills, withdrawals, positions`);
}
