// Generates the database client of `prisma/schema.prisma`, offline; skips when the schema is unchanged.
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const generated = path.join(root, 'engine/src/db/generated');
const stamp = path.join(generated, '.schema-sha256');

const hash = createHash('sha256');
for (const file of ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json']) {
  hash.update(readFileSync(path.join(root, file)));
}
const digest = hash.digest('hex');
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) process.exit(0);

const cli = path.join(root, 'node_modules/prisma/build/index.js');
const {status, stdout, stderr} = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
  cwd: root,
  encoding: 'utf8',
  env: {...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1'},
});
if (status !== 0) {
  process.stderr.write(`${stdout}${stderr}\nThe database client could not be generated from prisma/schema.prisma.\n`);
  process.exit(1);
}
writeFileSync(stamp, digest);
