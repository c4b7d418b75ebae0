import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {rounds} from './judge.ts';
import type {Mutant} from './mutate.ts';
import {Verdicts} from './verdicts.ts';

const mutant: Mutant = {number: 4, definition: 3, identity: 'a1', file: 'contracts/src/libraries/GpmpLib.sol', contract: 'GpmpLib', function: 'verify', line: 9, kind: 'negate', code: 'a < b'};
const KILLER = 'contracts/test/unit/Certificate.t.sol';
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'verdicts-'));
  file = path.join(folder, 'verdicts.json');
});
afterEach(() => rmSync(folder, {recursive: true}));

test('a verdict outlives the run, whatever number the mutant has then', () => {
  new Verdicts(file, false).add(mutant, {outcome: 'killed', by: 'CertificateTest.test_a', file: KILLER, seconds: 2});
  const later = new Verdicts(file, false);
  expect(later.of({...mutant, number: 90})).toMatchObject({outcome: 'killed', by: 'CertificateTest.test_a'});
  expect(later.of({...mutant, identity: 'of another text'})).toBeUndefined();
  expect(new Verdicts(file, true).of(mutant)).toBeUndefined();
});

test('a kill ends with the text of the test that made it', () => {
  new Verdicts(file, false).add(mutant, {outcome: 'killed', by: 'GoneTest.test_a', file: 'contracts/test/unit/Gone.t.sol', seconds: 2});
  expect(new Verdicts(file, false).of(mutant)).toBeDefined();
  writeFileSync(file, readFileSync(file, 'utf8').replace('"fileHash": ""', '"fileHash": "of another text"'));
  expect(new Verdicts(file, false).of(mutant)).toBeUndefined();
});

test('runs are counted with their time', () => {
  const first = new Verdicts(file, false);
  first.add(mutant, {outcome: 'survived', by: '', file: '', seconds: 2});
  first.add({...mutant, identity: 'b2'}, {outcome: 'survived', by: '', file: '', seconds: 2});
  expect(first.runs().map(({judged}) => judged)).toEqual([2]);
  const second = new Verdicts(file, false);
  expect(second.runs()).toHaveLength(1);
  second.add(mutant, {outcome: 'survived', by: '', file: '', seconds: 2});
  expect(second.runs().map(({judged}) => judged)).toEqual([2, 1]);
});

test('near and quick tests are asked first', () => {
  const near = {file: 'contracts/test/unit/Libraries.t.sol', contract: 'L', name: 'test_near', ms: 2_000};
  const slow = {file: 'contracts/test/unit/GpmpLimits.t.sol', contract: 'G', name: 'test_slow', ms: 2_500};
  const far = {file: 'contracts/test/unit/RewardPool.t.sol', contract: 'R', name: 'test_far', ms: 1};
  expect(rounds(mutant.file, [far, slow, near])).toEqual([[near], [slow, far]]);
  expect(rounds(mutant.file, [])).toEqual([]);
});
