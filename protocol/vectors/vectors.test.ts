import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {naivePlainRoot, naiveTree} from '../src/testing/naive.ts';
import {VECTORS, vectorText} from './cases.ts';

const committed = (name: string): string => readFileSync(path.join(import.meta.dirname, `${name}.json`), 'utf8');

test.each(Object.keys(VECTORS))('%s.json is what the code gives', (name) => {
  expect(committed(name)).toBe(vectorText(name));
});

test('the trees of the vectors are those of a naive recursion', () => {
  type Case = {asset: number; ids: `0x${string}`[]; totals: string[]; withdrawables: string[]; withdrawals: string[]; treeHash: string};
  for (const each of (JSON.parse(committed('gpmp')) as {cases: Case[]}).cases) {
    const rows = each.ids.map((id, i) => ({
      id, total: BigInt(each.totals[i]!), withdrawable: BigInt(each.withdrawables[i]!), withdrawal: BigInt(each.withdrawals[i]!),
    }));
    expect(naiveTree(each.asset, rows).hash).toBe(each.treeHash);
  }
  const payouts = JSON.parse(committed('payouts')) as {cases: {leaves: string[]; root: string}[]};
  for (const {leaves, root} of payouts.cases.filter((each) => each.leaves.length > 0)) expect(naivePlainRoot(0x06, leaves)).toBe(root);
});
