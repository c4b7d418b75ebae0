/** Every custom error of the contracts is expected by some Foundry test, with its values or by its selector. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

const solidity = (folder: string): string => readdirSync(path.join(root, folder), {recursive: true, encoding: 'utf8'})
  .filter((name) => name.endsWith('.sol')).map((name) => readFileSync(path.join(root, folder, name), 'utf8')).join('\n');

test('every custom error has a test that meets it', () => {
  const errors = [...solidity('contracts/src').matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name!);
  const tests = solidity('contracts/test');
  expect(errors.length).toBeGreaterThan(200);
  expect(errors.filter((name) => !tests.includes(`${name}.selector`))).toEqual([]);
});
