/** The index of holes and attacks (docs/contracts-attacks.md) names tests that exist, and every attack test has a guard. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {readGuards, switchAll} from '../../scripts/mutants/guard-switches.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const index = read('docs/contracts-attacks.md');

const suitesIn = (folder: string) => readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.t.sol'))
  .map((name) => ({suite: name.replace('.t.sol', ''), tests: [...read(`${folder}/${name}`).matchAll(/function (test\w+)\(/g)].map(([, title]) => title!)}));

const attackSuites = suitesIn('contracts/test/attacks');
const suites = new Map([...suitesIn('contracts/test/unit'), ...attackSuites].map(({suite, tests}) => [suite, tests]));
const missing = (names: Iterable<string>) => [...new Set(names)].filter((name) => !suites.get(name.split('.')[0]!)?.includes(name.split('.')[1]!));

describe('the index of attacks', () => {
  const forge = [...index.matchAll(/`(\w+\.test\w+)`/g)].map(([, name]) => name!);
  const vitest = [...index.matchAll(/`([\w./-]+\.test\.ts)` › "([^"]+)"/g)].map(([, file, title]) => ({file: file!, title: title!}));

  test('names Foundry tests that exist', () => {
    expect(forge.length).toBeGreaterThan(80);
    expect(missing(forge)).toEqual([]);
  });

  test('names vitest tests that exist', () => {
    expect(vitest.length).toBeGreaterThan(5);
    expect(vitest.filter(({file, title}) => !read(file).includes(`test('${title.replaceAll("'", "\\'")}'`))).toEqual([]);
  });
});

describe('the list of guards', () => {
  const guards = readGuards();

  test('names tests that exist and source text that stands there', () => {
    expect(missing(guards.flatMap(({tests}) => tests))).toEqual([]);
    expect(switchAll(guards, read).size).toBeGreaterThan(20);
  });

  test('covers every attack test but the exceptions that the index explains', () => {
    const exceptions = [...index.slice(index.indexOf('## Attack tests without')).matchAll(/`(\w+\.test\w+)`/g)].map(([, name]) => name!);
    const guarded = new Set([...guards.flatMap(({tests}) => tests), ...exceptions]);
    const all = attackSuites.flatMap(({suite, tests}) => tests.map((name) => `${suite}.${name}`));
    expect(all.filter((name) => !guarded.has(name))).toEqual([]);
    expect(exceptions.filter((name) => guards.some(({tests}) => tests.includes(name)))).toEqual([]);
  });
});
