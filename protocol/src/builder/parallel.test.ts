import {expect, test} from 'vitest';
import {buildTreeFromColumns, encodeColumns, treeOf} from '../index.ts';
import {type BalanceColumns, emptyColumns} from '../snapshot/columns.ts';
import {buildParts} from './parallel.ts';
import {sharedBytes} from './sheet-work.ts';

/** Ascending ids, growing amounts. */
function columnsOf(count: number): BalanceColumns {
  const columns = emptyColumns(count, sharedBytes);
  const ids = new DataView(columns.ids.buffer);
  for (let row = 0; row < count; row += 1) {
    ids.setUint32(row * 24, row);
    columns.total[row] = BigInt(row) * 1_000_003n;
    columns.withdrawable[row] = BigInt(row);
  }
  return columns;
}

const COUNTS = [0, 1, 5, 32_768, 32_769, 70_001];

test.each([['on this thread', Number.POSITIVE_INFINITY], ['on several threads', 0]])('chunks %s give the tree and file of the whole', async (_, parallelRowsMin) => {
  const jobs = COUNTS.map((count, assetIndex) => ({assetIndex, columns: columnsOf(count)}));
  const parts = await buildParts(jobs, {parallelRowsMin});
  parts.forEach(({bytes, levels}, i) => {
    const {assetIndex, columns} = jobs[i]!;
    const whole = buildTreeFromColumns(assetIndex, columns);
    const tree = treeOf(assetIndex, levels);
    expect({hash: tree.hash, sums: tree.sums, count: tree.count}).toEqual({hash: whole.hash, sums: whole.sums, count: whole.count});
    if (tree.count > 0) expect(tree.prove(tree.count - 1)).toEqual(whole.prove(tree.count - 1));
    expect(Buffer.from(bytes).equals(Buffer.from(encodeColumns(columns)))).toBe(true);
  });
});
