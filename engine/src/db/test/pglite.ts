/** A real PostgreSQL inside the test's process, migrated and ready. */
import {PGlite} from '@electric-sql/pglite';
import {PrismaPGlite} from 'pglite-prisma-adapter';
import {type Database, wrap} from '../database.ts';
import {PrismaClient} from '../generated/client.ts';
import {migrate, type SqlConnection} from '../migrate.ts';

export const connectionOf = (pglite: PGlite): SqlConnection => ({
  exec: (sql) => pglite.exec(sql),
  query: async (sql, parameters) => ({rows: (await pglite.query<Record<string, unknown>>(sql, parameters)).rows}),
});

export async function openTestDatabase(): Promise<Database & {pglite: PGlite; prisma: PrismaClient}> {
  const pglite = await PGlite.create();
  const applied = await migrate(connectionOf(pglite));
  const prisma = new PrismaClient({adapter: new PrismaPGlite(pglite)});
  const database = wrap(prisma, applied);
  return {...database, pglite, prisma, close: async () => {
    await database.close();
    await pglite.close();
  }};
}
