// Prisma's own schema engine as WebAssembly, with an in-memory PostgreSQL as shadow database: compares the committed
// migrations with the schema, offline. Development and tests only; the engine applies migrations without it.
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {PGlite} from '@electric-sql/pglite';
import {bindMigrationAwareSqlAdapterFactory} from '@prisma/driver-adapter-utils';
import {PrismaPGlite} from 'pglite-prisma-adapter';

const require = createRequire(import.meta.url);
const schemaFile = path.join(import.meta.dirname, 'schema.prisma');
const LOCK_FILE = 'migration_lock.toml';
export const MIGRATIONS_DIR = path.join(import.meta.dirname, 'migrations');

/** pglite-prisma-adapter 0.7.2 forgets to await `exec()` in `executeScript` and never closes. */
async function connectPglite() {
  const db = await PGlite.create();
  const adapter = await new PrismaPGlite(db).connect();
  return Object.assign(adapter, {
    executeScript: async (sql) => void (await db.exec(sql)),
    dispose: () => db.close(),
  });
}

let glue;
async function load() {
  if (glue) return glue;
  const name = '@prisma/schema-engine-wasm/schema_engine_bg';
  glue = await import(name);
  globalThis.PRISMA_WASM_PANIC_REGISTRY ??= {set_message(message) { this.message = message; }};
  const wasm = readFileSync(path.join(path.dirname(require.resolve(name)), 'schema_engine_bg.wasm'));
  const {instance} = await WebAssembly.instantiate(wasm, {'./schema_engine_bg.js': glue});
  // The names are wasm-bindgen's.
  glue['__wbg_set_wasm'](instance.exports);
  instance.exports['__wbindgen_start']?.();
  return glue;
}

function committedMigrations() {
  const names = existsSync(MIGRATIONS_DIR)
    ? readdirSync(MIGRATIONS_DIR, {withFileTypes: true}).filter((entry) => entry.isDirectory()).map(({name}) => name).sort()
    : [];
  const lock = path.join(MIGRATIONS_DIR, LOCK_FILE);
  return {
    baseDir: MIGRATIONS_DIR,
    lockfile: {path: LOCK_FILE, content: existsSync(lock) ? readFileSync(lock, 'utf8') : null},
    shadowDbInitScript: '',
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {path: 'migration.sql', content: {tag: 'ok', value: readFileSync(path.join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8')}},
    })),
  };
}

/** SQL that leads from the committed migrations to `schema.prisma`; undefined when they agree. */
export async function missingMigration() {
  const {SchemaEngine} = await load();
  const files = [{path: schemaFile, content: readFileSync(schemaFile, 'utf8')}];
  const factory = {provider: 'postgres', adapterName: 'pglite', connect: connectPglite, connectToShadowDb: connectPglite};
  const engine = await SchemaEngine.new({datamodels: [[schemaFile, files[0].content]]}, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
  const migrations = committedMigrations();
  const from = migrations.migrationDirectories.length > 0 ? {tag: 'migrations', ...migrations} : {tag: 'empty'};
  const {exitCode, stdout} = await engine.diff({
    from, to: {tag: 'schemaDatamodel', files}, script: true, exitCode: true, shadowDatabaseUrl: null,
    filters: {externalTables: [], externalEnums: []},
  });
  return exitCode === 0 ? undefined : stdout;
}
