import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {PGlite} from '@electric-sql/pglite';
import {afterAll, afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {missingMigration} from '../../../prisma/schema-engine.mjs';
import {migrate, migrationNames} from './migrate.ts';
import {connectionOf} from './test/pglite.ts';

let pglite: PGlite;
let folder: string;

beforeAll(async () => {
  pglite = await PGlite.create();
});

afterAll(() => pglite?.close());

beforeEach(async () => {
  await pglite.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-migrate-'));
});

afterEach(() => {
  rmSync(folder, {recursive: true, force: true});
});

function add(name: string, sql: string): void {
  mkdirSync(path.join(folder, name), {recursive: true});
  writeFileSync(path.join(folder, name, 'migration.sql'), sql);
}

test('the committed migrations lead to schema.prisma', async () => {
  expect(await missingMigration()).toBeUndefined();
});

test('the committed migrations apply once', async () => {
  expect(await migrate(connectionOf(pglite))).toEqual(migrationNames());
  expect(await migrate(connectionOf(pglite))).toEqual([]);
});

test('a failing migration leaves nothing behind and blocks the next start', async () => {
  add('1_good', 'CREATE TABLE good (id int);');
  add('2_bad', 'CREATE TABLE half (id int); SELECT no_such_function();');
  await expect(migrate(connectionOf(pglite), folder)).rejects.toMatchObject({data: {code: 'MIGRATION_FAILED', name: '2_bad'}});
  const {rows} = await pglite.query("SELECT to_regclass('good') AS good, to_regclass('half') AS half");
  expect(rows).toEqual([{good: 'good', half: null}]);
  await expect(migrate(connectionOf(pglite), folder)).rejects.toMatchObject({data: {code: 'MIGRATION_FAILED_EARLIER', name: '2_bad'}});
});

test('an applied migration may not be edited', async () => {
  add('1_good', 'CREATE TABLE good (id int);');
  await migrate(connectionOf(pglite), folder);
  add('1_good', 'CREATE TABLE good (id int, more int);');
  await expect(migrate(connectionOf(pglite), folder)).rejects.toMatchObject({data: {code: 'MIGRATION_EDITED', name: '1_good'}});
});
