import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {concat, type Hex, keccak256, numberToHex, zeroHash} from 'viem';
import {leafHash} from '../gpmp/node.ts';
import {rootFromPath} from '../gpmp/plain-tree.ts';
import {columnsOf} from '../snapshot/columns.ts';
import {naivePlainRoot} from '../testing/naive.ts';
import {testSeed} from '../testing/seed.ts';
import {type AuditedSheet, auditEpochLeaf, auditSalt, auditTree, opensAudit, termAudit, termSeed, ticketHash, ticketMember} from './index.ts';

const seed = testSeed('audit');

const auditor = {validator: `0x${'ab'.repeat(20)}`, salt: `0x${'5a'.repeat(32)}`} as const;

const sheetOf = (counts: readonly number[]): AuditedSheet[] => counts.map((count, assetIndex) => ({
  assetIndex,
  columns: columnsOf(Array.from({length: count}, (_, i) => ({
    id: numberToHex(1 + i + 1_000 * assetIndex, {size: 24}), total: BigInt(100 + i), withdrawable: BigInt(50 + i), withdrawal: BigInt(i),
  }))),
}));

/** Leaves by viem alone. */
const naiveLeaves = (sheets: readonly AuditedSheet[]): Hex[] => sheets.flatMap(({assetIndex, columns}) =>
  Array.from({length: columns.count}, (_, i) => keccak256(concat([
    '0x30', auditor.validator, auditor.salt,
    leafHash(assetIndex, {id: numberToHex(1 + i + 1_000 * assetIndex, {size: 24}), total: BigInt(100 + i), withdrawable: BigInt(50 + i), withdrawal: BigInt(i)}),
  ]))));

describe('auditTree', () => {
  test('is a naive recursion over salted leaves, and every row opens at its own place alone', () => {
    fc.assert(fc.property(fc.array(fc.nat(9), {minLength: 1, maxLength: 4}), (counts) => {
      const sheets = sheetOf(counts);
      const tree = auditTree(auditor, sheets);
      const leaves = naiveLeaves(sheets);
      expect(tree.root).toBe(leaves.length === 0 ? zeroHash : naivePlainRoot(0x31, leaves));
      const at = {...auditor, root: tree.root, rows: tree.count};
      leaves.forEach((_, position) => {
        const {row, path} = tree.open(position);
        const asset = counts.findIndex((_count, i) => position < counts.slice(0, i + 1).reduce((sum, each) => sum + each, 0));
        const opening = {gpmpLeaf: leafHash(asset, row), path};
        expect(opensAudit(at, opening, position)).toBe(true);
        expect(opensAudit(at, opening, position + 1)).toBe(false);
        expect(opensAudit({...at, validator: `0x${'cd'.repeat(20)}`}, opening, position)).toBe(false);
        expect(opensAudit({...at, salt: zeroHash}, opening, position)).toBe(false);
        expect(opensAudit(at, {...opening, path: [...path, zeroHash]}, position)).toBe(false);
      });
    }), {seed, numRuns: 60});
  });

  test('no row, no opening', () => {
    expect(() => auditTree(auditor, sheetOf([2, 1])).open(3)).toThrow(RangeError);
  });
});

test('salts differ by epoch and by secret', () => {
  const salts = [auditSalt(zeroHash, 1n), auditSalt(zeroHash, 2n), auditSalt(`0x${'01'.repeat(32)}`, 1n)];
  expect(new Set(salts).size).toBe(3);
});

test('a term root proves each of its epochs', () => {
  const roots = [zeroHash, auditor.salt, zeroHash] as const;
  const audit = termAudit(7n, roots);
  roots.forEach((root, i) => expect(rootFromPath(0x33, auditEpochLeaf(7n + BigInt(i), root), i, audit.prove(7n + BigInt(i)))).toBe(audit.root));
  expect(() => audit.prove(6n)).toThrow(RangeError);
});

test('tickets of one term name members evenly', () => {
  const seedOf = termSeed({pool: auditor.validator, chainId: 1, setId: 1, randomness: auditor.salt});
  const named = [0, 0, 0, 0];
  for (let ticket = 0; ticket < 4_000; ticket += 1) named[ticketMember(ticketHash(seedOf, 1, ticket), 4)]! += 1;
  for (const count of named) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
