/** The house's import rules and sizes (docs/ARCHITECTURE.md), checked over every source file. */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const LINES_MAX = 500;
const PACKAGES = ['engine', 'sequencer', 'validator', 'web'] as const;

type Source = {file: string; text: string; imports: string[]};

function sources(folder: string): Source[] {
  return readdirSync(path.join(root, folder), {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/(node_modules|\/generated\/|\/abi\/|\.next|\/build\/)/.test(file))
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      const imports = [...text.matchAll(/^(?:import|export)\s(?:[^'";]*?from\s+)?'([^']+)'/gm)].map((match) => match[1]!);
      return {file, text, imports};
    });
}

/** Repository path an import leads to, or the package name. */
const target = ({file}: Source, specifier: string): string =>
  specifier.startsWith('.') ? path.normalize(path.join(path.dirname(file), specifier)) : specifier;

const isTest = (file: string) => /\.(test|prop\.test|bench)\.ts$|\/test\/|\/e2e\//.test(file);

function offences(folder: string, bad: (source: Source, to: string) => boolean): string[] {
  return sources(folder).flatMap((source) =>
    source.imports.map((specifier) => target(source, specifier)).filter((to) => bad(source, to)).map((to) => `${source.file} → ${to}`));
}

describe('who may import whom', () => {
  test('protocol imports no other package of ours', () => {
    expect(offences('protocol/src', (_, to) => /^(engine|sequencer|validator|web|contracts|scripts)\/|^@pobs\//.test(to))).toEqual([]);
  });

  test.each(PACKAGES)('%s imports protocol and no sibling', (name) => {
    const siblings = PACKAGES.filter((other) => other !== name);
    expect(offences(name, ({file}, to) => !isTest(file) && siblings.some((other) => to.startsWith(`${other}/`) || to.startsWith(`@pobs/${other}`)))).toEqual([]);
  });

  test('the rules never import the builder, and nobody who builds imports the rules', () => {
    expect(offences('protocol/src/rules', ({file}, to) => !isTest(file) && /protocol\/src\/(builder|gpmp|snapshot)/.test(to))).toEqual([]);
    for (const name of ['engine', 'sequencer']) {
      expect(offences(name, ({file}, to) => !isTest(file) && to === '@pobs/protocol/rules')).toEqual([]);
    }
  });

  test("the engine's core is pure", () => {
    const allowed = (to: string) => to.startsWith('engine/src/core/') || to === '@pobs/protocol' || to === 'viem';
    expect(offences('engine/src/core', ({file}, to) => !isTest(file) && !allowed(to))).toEqual([]);
    const impure = sources('engine/src/core').filter(({file, text}) => !isTest(file) && /Date\.now|new Date|Math\.random|\basync\b|setTimeout/.test(text));
    expect(impure.map(({file}) => file)).toEqual([]);
  });

  test('only the database room touches Prisma', () => {
    expect(offences('engine/src', ({file}, to) => /@prisma|generated/.test(to) && !file.startsWith('engine/src/db/'))).toEqual([]);
  });

  test('only config reads the environment', () => {
    for (const name of ['engine', 'sequencer', 'validator']) {
      const offenders = sources(`${name}/src`).filter(({file, text}) => !isTest(file) && !file.endsWith('config.ts') && /process\.env/.test(text));
      expect(offenders.map(({file}) => file)).toEqual([]);
    }
  });

  test("only the devnet calls anvil's own methods or imports nitro artifacts", () => {
    for (const name of ['protocol/src', 'engine/src', 'sequencer/src', 'validator/src', 'web/src']) {
      const offenders = sources(name).filter(({file, text}) => !isTest(file) && /['"](anvil|evm|hardhat)_|nitro-contracts/.test(text));
      expect(offenders.map(({file}) => file)).toEqual([]);
    }
  });
});

test('the independent check imports viem and noble only', () => {
  expect(offences('test/independent', (_, to) => !/^(viem|@noble\/|node:|test\/independent\/)/.test(to))).toEqual([]);
});

test(`no source file is longer than ${LINES_MAX} lines`, () => {
  const all = ['protocol', 'engine', 'sequencer', 'validator', 'web', 'scripts', 'test'].flatMap(sources);
  expect(all.filter(({text}) => text.split('\n').length > LINES_MAX).map(({file}) => file)).toEqual([]);
});
