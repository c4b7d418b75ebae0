/** Writes `protocol/vectors/*.json`: `node --import tsx protocol/vectors/generate.ts`. Deterministic; the files are committed. */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {VECTORS, vectorText} from './cases.ts';

for (const name of Object.keys(VECTORS)) {
  writeFileSync(path.join(import.meta.dirname, `${name}.json`), vectorText(name));
  process.stderr.write(`vectors/${name}.json\n`);
}
