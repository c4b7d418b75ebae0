import {expect, test} from 'vitest';
import {buildTreeFromColumns, encodeColumns, treeOf} from '../index.ts';
import {type BalanceColumns, emptyColumns} from '../snapshot/columns.ts';
import {encodePackedMapping} from '../snapshot/mapping-file.ts';
import {spareThreads} from '../threads.ts';
import {buildParts} from './parallel.ts';
import {planWork, type SheetJob} from './sheet-work.ts';

const ACCOUNTS = 70_001;

/** Ascending ids. */
function accountsOf(count: number) {
  const accounts = {ids: new Uint8Array(24 * count), wallets: new Uint8Array(20 * count), blindings: new Uint8Array(32 * count).fill(7)};
  const [ids, wallets] = [new DataView(accounts.ids.buffer), new DataView(accounts.wallets.buffer)];
  for (let i = 0; i < count; i += 1) {
    ids.setUint32(24 * i, i);
    wallets.setUint32(20 * i, 3 * i);
  }
  return accounts;
}

/** A sheet whose rows are listed backwards, with growing amounts, and what it must become. */
function sheetOf(count: number, ids: Uint8Array): {asset: SheetJob['asset']; rows: Uint32Array; sorted: BalanceColumns} {
  const amounts = () => new BigInt64Array(count);
  const asset = {owners: Uint32Array.from({length: count}, (_, row) => count - 1 - row), total: amounts(), withdrawable: amounts(), withdrawal: amounts()};
  const sorted = emptyColumns(count);
  sorted.ids.set(ids.subarray(0, 24 * count));
  for (let row = 0; row < count; row += 1) {
    const account = count - 1 - row;
    asset.total[row] = sorted.total[account] = BigInt(account) * 1_000_003n;
    asset.withdrawable[row] = sorted.withdrawable[account] = BigInt(account);
  }
  return {asset, rows: Uint32Array.from({length: count}, (_, place) => count - 1 - place), sorted};
}

const COUNTS = [0, 1, 5, 32_768, 32_769, ACCOUNTS];

test.each([['on this thread', Number.POSITIVE_INFINITY], ['on several threads', 0]])('chunks %s give the trees and files of the whole', async (_, parallelRowsMin) => {
  const accounts = accountsOf(ACCOUNTS);
  const order = Uint32Array.from({length: ACCOUNTS}, (_each, account) => account);
  const sheets = COUNTS.map((count) => sheetOf(count, accounts.ids));
  const jobs = sheets.map(({asset, rows}, assetIndex) => ({assetIndex, asset, rows}));

  const parts = await buildParts({accounts, order, jobs}, {parallelRowsMin});

  parts.sheets.forEach(({bytes, levels}, i) => {
    const whole = buildTreeFromColumns(i, sheets[i]!.sorted);
    const tree = treeOf(i, levels);
    expect({hash: tree.hash, sums: tree.sums, count: tree.count}).toEqual({hash: whole.hash, sums: whole.sums, count: whole.count});
    if (tree.count > 0) expect(tree.prove(tree.count - 1)).toEqual(whole.prove(tree.count - 1));
    expect(Buffer.from(bytes).equals(Buffer.from(encodeColumns(sheets[i]!.sorted)))).toBe(true);
  });
  expect(Buffer.from(parts.mapping).equals(Buffer.from(encodePackedMapping(accounts, order)))).toBe(true);
});

test.runIf(spareThreads() > 0)('a thread of its own takes chunks', async () => {
  const {startThread} = await import('../threads.ts');
  const accounts = accountsOf(2);
  const work = planWork({accounts, order: Uint32Array.of(0, 1), jobs: []});
  const worker = startThread(new URL('./sheet-worker.ts', import.meta.url), work);
  const [{chunk, text}] = await Promise.race([
    new Promise<[{chunk: number; text: Uint8Array}]>((resolve) => void worker.once('message', (message) => resolve([message]))),
    new Promise<never>((_, reject) => void worker.once('error', reject)),
  ]);
  expect(chunk).toBe(0);
  expect(Buffer.from(text).equals(Buffer.from(encodePackedMapping(accounts, Uint32Array.of(0, 1))))).toBe(true);
  await worker.terminate();
});
