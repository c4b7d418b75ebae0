/** The contracts' interfaces say what each function does, when it reverts, and which part of the protocol it serves. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'contracts/src/interfaces');
const solidity = (from: string) => readdirSync(from, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.sol'))
  .map((name) => ({name, text: readFileSync(path.join(from, name), 'utf8')}));

type Entry = {where: string; kind: 'function' | 'event'; doc: string; signature: string};

const entries: Entry[] = solidity(folder).flatMap(({name, text}) =>
  [...text.matchAll(/((?:^ *\/\/\/.*\n)*)^ +(function|event) (\w+)([^;]*);/gm)].map(([, doc, kind, title, signature]) =>
    ({where: `${name}: ${title}`, kind: kind as Entry['kind'], doc: doc!.replaceAll(/\n? *\/\/\/ ?/g, ' '), signature: signature!})));

const changing = entries.filter(({kind, signature}) => kind === 'function' && !/\b(view|pure)\b/.test(signature));
const without = (some: readonly Entry[], tag: RegExp) => some.filter(({doc}) => !tag.test(doc)).map(({where}) => where);

describe('NatSpec of the interfaces', () => {
  test('every function and event has a notice', () => {
    expect(entries.length).toBeGreaterThan(200);
    expect(without(entries, /@notice /)).toEqual([]);
  });

  test('every function that changes state says what it reverts with, and where the protocol asks for it', () => {
    expect(changing.length).toBeGreaterThan(60);
    expect(without(changing, /@custom:reverts /)).toEqual([]);
    expect(without(changing, /@custom:protocol .*(§|paper)/)).toEqual([]);
  });

  test('the errors it names exist', () => {
    const errors = new Set(solidity(path.join(root, 'contracts/src')).flatMap(({text}) => [...text.matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name!)));
    const named = entries.flatMap(({where, doc}) => [...(/@custom:reverts ([^@]*)/.exec(doc)?.[1] ?? '').matchAll(/\b[A-Z]\w+_[A-Z]\w+/g)].map(([error]) => ({where, error})));
    expect(named.length).toBeGreaterThan(150);
    expect(named.filter(({error}) => !errors.has(error))).toEqual([]);
  });
});
