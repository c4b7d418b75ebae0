import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Hex} from 'viem';
import {naivePlainRoot} from '../testing/naive.ts';
import {testSeed} from '../testing/seed.ts';
import type {Member} from '../types.ts';
import {memberLeaf, membersTree, rootFromMany} from './index.ts';

const options = {seed: testSeed('members'), numRuns: 150};

/** Only the tree is at stake: keys are bytes here. */
const membersOf = (count: number): Member[] => Array.from({length: count}, (_, index) => ({
  index, validator: `0x${index.toString(16).padStart(40, '0')}`, key: `0x${index.toString(16).padStart(192, '0')}`, weight: BigInt(index + 1),
}));

const chosen = fc.integer({min: 1, max: 70}).chain((count) =>
  fc.uniqueArray(fc.nat(count - 1), {minLength: 1, maxLength: count}).map((picked) => ({count, indices: picked.sort((a, b) => a - b)})));

test('any members and their siblings lead to the root of a naive recursion', () => {
  fc.assert(fc.property(chosen, ({count, indices}) => {
    const members = membersOf(count);
    const tree = membersTree(members);
    expect(tree.root).toBe(naivePlainRoot(0x11, members.map(memberLeaf)));
    const siblings = tree.proveMany(indices);
    const listed = indices.map((index) => members[index]!);
    expect(rootFromMany({members: listed, siblings, count})).toBe(tree.root);
    if (indices.length === count) expect(siblings).toEqual([]);
    if (indices.length === 1) expect(siblings).toEqual(tree.prove(indices[0]!).filter((hash) => BigInt(hash) !== 0n));
  }), options);
});

test('a sibling more, less or changed leads elsewhere', () => {
  const other: Hex = `0x${'99'.repeat(32)}`;
  fc.assert(fc.property(chosen, fc.nat(), ({count, indices}, at) => {
    const members = membersOf(count);
    const tree = membersTree(members);
    const siblings = tree.proveMany(indices);
    const listed = indices.map((index) => members[index]!);
    expect(rootFromMany({members: listed, siblings: [...siblings, other], count})).toBeUndefined();
    if (siblings.length === 0) return;
    expect(rootFromMany({members: listed, siblings: siblings.slice(1), count})).not.toBe(tree.root);
    const changed = siblings.with(at % siblings.length, other);
    expect(rootFromMany({members: listed, siblings: changed, count})).not.toBe(tree.root);
  }), options);
});
