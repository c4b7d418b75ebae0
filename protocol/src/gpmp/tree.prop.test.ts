import type {Hex} from 'viem';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {naivePlainRoot, naiveTree} from '../testing/naive.ts';
import {row, sortedRows} from '../testing/arbitraries.ts';
import {testSeed} from '../testing/seed.ts';
import {columnsOf} from '../snapshot/columns.ts';
import type {SnapshotRow} from '../types.ts';
import {buildTree, buildTreeFromColumns, GpmpError, type LeafProof, plainTree, type ProofNode, rootFromPath, verifyLeaf} from './index.ts';

const options = {seed: testSeed('gpmp'), numRuns: 60};

test('roots and sums are those of a naive recursion', () => {
  fc.assert(fc.property(fc.nat(65_535), sortedRows(0), (asset, rows) => {
    const {hash, sums, count} = buildTree(asset, rows);
    const expected = naiveTree(asset, rows);
    expect({hash, sums: [sums.total, sums.withdrawable, sums.withdrawal, BigInt(sums.count)]}).toEqual(expected);
    expect(count).toBe(rows.length);
    expect(buildTreeFromColumns(asset, columnsOf(rows)).hash).toBe(hash);
  }), options);
});

const proved = fc.tuple(fc.nat(65_535), sortedRows(1)).chain(([asset, rows]) =>
  fc.nat(rows.length - 1).map((leafIndex) => {
    const tree = buildTree(asset, rows);
    const proof: LeafProof = {assetIndex: asset, leaf: rows[leafIndex]!, leafIndex, siblings: tree.prove(leafIndex), count: rows.length};
    return {tree, proof};
  }));

test('every proof leads to the tree', () => {
  fc.assert(fc.property(proved, ({tree, proof}) => {
    expect(verifyLeaf(proof)).toEqual({ok: true, hash: tree.hash, sums: tree.sums});
  }), options);
});

/** Every field of a proof, changed by one bit. */
function mutations(proof: LeafProof, bit: number): LeafProof[] {
  const flipped = (hexText: string): `0x${string}` => {
    const bytes = Buffer.from(hexText.slice(2), 'hex');
    bytes[bit % bytes.length]! ^= 1 << (bit % 8);
    return `0x${bytes.toString('hex')}`;
  };
  const shifted = (lots: bigint): bigint => lots ^ (1n << BigInt(bit % 63));
  const leaf = (change: Partial<SnapshotRow>): LeafProof => ({...proof, leaf: {...proof.leaf, ...change}});
  const sibling = (at: number, change: Partial<ProofNode>): LeafProof =>
    ({...proof, siblings: proof.siblings.map((each, i) => (i === at ? {...each, ...change} : each))});
  return [
    leaf({id: flipped(proof.leaf.id)}), leaf({total: shifted(proof.leaf.total)}), leaf({withdrawable: shifted(proof.leaf.withdrawable)}),
    leaf({withdrawal: shifted(proof.leaf.withdrawal)}), {...proof, assetIndex: proof.assetIndex ^ 1},
    {...proof, leafIndex: proof.leafIndex + 1}, {...proof, count: proof.count + 1},
    ...proof.siblings.flatMap(({hash, sums}, at) => [
      sibling(at, {hash: flipped(hash)}), sibling(at, {sums: {...sums, total: shifted(sums.total)}}),
      sibling(at, {sums: {...sums, withdrawable: shifted(sums.withdrawable)}}), sibling(at, {sums: {...sums, withdrawal: shifted(sums.withdrawal)}}),
      sibling(at, {sums: {...sums, count: sums.count + 1}}),
    ]),
  ];
}

test('no proof survives a flipped bit', () => {
  fc.assert(fc.property(proved, fc.nat(1_000), ({tree, proof}, bit) => {
    for (const changed of mutations(proof, bit)) {
      const verdict = verifyLeaf(changed);
      expect(verdict.ok && verdict.hash === tree.hash).toBe(false);
    }
  }), options);
});

test('sums of 2^63 and negative rows are refused at the lowest node, unless they may wrap', () => {
  const [id, other] = [`0x${'01'.repeat(24)}`, `0x${'02'.repeat(24)}`] as const;
  const big = {id, total: 2n ** 62n, withdrawable: 0n, withdrawal: 0n};
  expect(() => buildTree(0, [big, {...big, id: other}])).toThrow(new GpmpError({code: 'SUM_OUT_OF_RANGE', level: 1, index: 0}));
  const negative = {...big, id: other, total: -5n};
  expect(() => buildTree(0, [big, negative])).toThrow(GpmpError);
  expect(buildTree(0, [big, negative], {wrap: true}).sums.total).toBe(2n ** 62n - 5n);
  expect(() => buildTree(0, [big]).prove(1)).toThrow(GpmpError);
});

test('the last node alone must pair with the empty node', () => {
  const rows = fc.sample(sortedRows(3, 3), {seed: options.seed, numRuns: 1})[0]!;
  const tree = buildTree(0, rows);
  const siblings = tree.prove(2);
  expect(siblings[0]!.sums.count).toBe(0);
  const invented = fc.sample(row, {seed: options.seed, numRuns: 1})[0]!;
  const forged = [{hash: `0x${'77'.repeat(32)}` as const, sums: {total: invented.total, withdrawable: 0n, withdrawal: 0n, count: 0}}, siblings[1]!];
  const verdict = verifyLeaf({assetIndex: 0, leaf: rows[2]!, leafIndex: 2, siblings: forged, count: 3});
  expect(verdict).toMatchObject({ok: false});
});

test('plain trees are those of a naive recursion, and every path leads to the root', () => {
  const leaves = fc.array(fc.uint8Array({minLength: 32, maxLength: 32}).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}` as const), {minLength: 1, maxLength: 33});
  fc.assert(fc.property(fc.constantFrom(5, 6, 0x11, 0x22), leaves, (tag, hashes) => {
    const tree = plainTree(tag, hashes);
    expect(tree.root).toBe(naivePlainRoot(tag, hashes));
    hashes.forEach((leaf, i) => expect(rootFromPath(tag, leaf, i, tree.prove(i))).toBe(tree.root));
    expect(rootFromPath(tag, hashes[0]!, hashes.length * 64, tree.prove(0))).not.toBe(tree.root);
  }), options);
});

/** Climbs from a range of leaves as the contracts do: the siblings are taken in the order in which they are missed. */
function rootFromRange(tag: number, {nodes, low}: {nodes: Hex[]; low: number}, width: number, siblings: Hex[]): Hex {
  if (width === 1) return nodes[0]!;
  const whole = [...(low % 2 === 1 ? [siblings.shift()!] : []), ...nodes];
  const high = low + nodes.length;
  if (high % 2 === 1) whole.push(high < width ? siblings.shift()! : ZERO);
  const parents = Array.from({length: whole.length / 2}, (_, i) => rootFromPath(tag, whole[2 * i]!, 0, [whole[2 * i + 1]!]));
  return rootFromRange(tag, {nodes: parents, low: Math.floor(low / 2)}, Math.ceil(width / 2), siblings);
}

const ZERO: Hex = `0x${'00'.repeat(32)}`;

test('every range of leaves leads to the root', () => {
  for (let count = 1; count <= 17; count += 1) {
    const hashes = Array.from({length: count}, (_, i) => `0x${(i + 1).toString(16).padStart(64, '0')}` as const);
    const tree = plainTree(6, hashes);
    for (let from = 0; from < count; from += 1) {
      for (let to = from + 1; to <= count; to += 1) {
        const siblings = tree.proveRange(from, to);
        expect(rootFromRange(6, {nodes: hashes.slice(from, to), low: from}, count, siblings)).toBe(tree.root);
        expect(siblings).toEqual([]);
      }
    }
  }
});
