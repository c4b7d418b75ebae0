// node prisma/new-migration.mjs <name>: writes the migration that leads from the committed ones to schema.prisma.
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {MIGRATIONS_DIR, missingMigration} from './schema-engine.mjs';

const [name] = process.argv.slice(2);
if (!/^[a-z0-9_]+$/.test(name ?? '')) {
  process.stderr.write('Usage: node prisma/new-migration.mjs <name in lower case and underscores>\n');
  process.exit(2);
}
const sql = await missingMigration();
if (sql === undefined) {
  process.stdout.write('The committed migrations already lead to schema.prisma.\n');
  process.exit(0);
}
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const folder = path.join(MIGRATIONS_DIR, `${stamp}_${name}`);
mkdirSync(folder, {recursive: true});
writeFileSync(path.join(folder, 'migration.sql'), sql);
writeFileSync(path.join(MIGRATIONS_DIR, 'migration_lock.toml'), '# Kept by new-migration.mjs, as Prisma Migrate keeps it.\nprovider = "postgresql"\n');
process.stdout.write(`${path.relative(process.cwd(), folder)}/migration.sql\n`);
