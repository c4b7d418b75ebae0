/** V9b: what the log's records say, for whoever holds the auditor key; every hash follows from the log that was published. */
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {beforeAll, expect, test} from 'vitest';
import {zeroHash} from 'viem';
import {buildLog, type RecordLeg, type RowLegs} from '../log/index.ts';
import {checkEpoch} from './check-epoch.ts';
import type {Evidence, WalletBook} from './evidence.ts';
import {blinding, evidenceOf, honestBooks, idFor, keyOf, wallet} from './evidence.fixture.ts';
import {checkV9b} from './v9-records.ts';

let identity: string;
let stranger: string;

beforeAll(async () => {
  [identity, stranger] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
});

const leg = (direction: 'in' | 'out', lots: bigint, kind: RecordLeg['kind'], {seq = 1n, outside = false} = {}): RecordLeg => ({seq, direction, outside, lots, kind});
const deposit = (lots: bigint) => leg('in', lots, 'deposit', {seq: 100n, outside: true});

/** Movements by row that give the honest books from nothing: on chain 2's USDC 1 lost 30 to 3 and 2 to the fees. */
function honestRows(): RowLegs[] {
  const [one, two] = honestBooks().custodies;
  const rowsOf = (position: number, rows: {wallet: `0x${string}`; blinding: `0x${string}`; total: bigint}[], legsOf: (index: number, total: bigint) => RecordLeg[]): RowLegs[] =>
    rows.map((row, i) => ({asset: position, id: idFor(row.wallet, row.blinding), legs: legsOf(i, row.total)}));
  const traded = [
    [deposit(100n), leg('out', 30n, 'trade', {seq: 2n}), leg('out', 2n, 'fee', {seq: 3n})], [deposit(50n)], [leg('in', 30n, 'trade', {seq: 2n})], [leg('in', 2n, 'fee', {seq: 3n})],
  ];
  return [
    ...rowsOf(0, one!.assets[0]!.rows, (_, total) => [deposit(total)]), ...rowsOf(1, two!.assets[0]!.rows, (_, total) => [deposit(total)]),
    ...rowsOf(2, two!.assets[1]!.rows, (i) => traded[i]!),
  ];
}

const ROW = {asset: 2, id: idFor(wallet(3), blinding(3))};
const withLegs = (legs: RecordLeg[]): RowLegs[] => honestRows().map((row) => (row.asset === ROW.asset && row.id === ROW.id ? {...row, legs} : row));

/** V9a and all other rules find nothing in any of these. */
async function logged(rows: readonly RowLegs[], change: Partial<Evidence> = {}): Promise<Evidence> {
  const {bytes, logRoot} = await buildLog({epoch: 1n, previous: zeroHash, rows, logSecret: `0x${'42'.repeat(32)}`, auditor: await identityToRecipient(identity)});
  const evidence = {...evidenceOf(honestBooks(), {log: bytes, summary: {logRoot}}), logParent: zeroHash};
  expect(checkEpoch(evidence)).toEqual([]);
  return {...evidence, ...change};
}

test('an honest log tells the whole change', async () => {
  expect(await checkV9b(await logged(honestRows()), identity)).toEqual([]);
});

test('a row whose movements are not its change is named', async () => {
  expect(await checkV9b(await logged([...withLegs([leg('in', 30n, 'trade', {seq: 2n}), deposit(5n)])]), identity))
    .toMatchObject([{rule: 9, where: expect.stringMatching(/^balances\/2-/) as string, rows: [`${ROW.id} 0 to 30, its log tells 35`]}]);
});

test('value that one row gives and no other receives is named by its movement', async () => {
  const rows = withLegs([leg('in', 30n, 'trade', {seq: 7n})]);
  const [violation] = await checkV9b(await logged(rows), identity);
  expect(violation).toMatchObject({rule: 9, where: 'log.bin', rows: expect.arrayContaining(['2 2 trade: -30', '2 7 trade: 30']) as string[]});
});

test('nothing but deposits comes from outside', async () => {
  const rows = withLegs([leg('in', 30n, 'pnl', {seq: 2n, outside: true})]);
  const found = await checkV9b(await logged(rows), identity);
  expect(found.map(({detail}) => detail)).toEqual([expect.stringContaining('make or lose value'), expect.stringContaining('neither deposits nor withdrawals')]);
});

test('a log that the auditor key does not open, or a record that it does not, is named', async () => {
  const evidence = await logged(honestRows());
  expect(await checkV9b(evidence, stranger)).toMatchObject([{rule: 9, detail: 'the auditor key does not open the log'}]);
  const bytes = evidence.files.get('log.bin')!.slice();
  bytes[bytes.length - 1]! ^= 1;
  expect(await checkV9b({...evidence, files: new Map(evidence.files).set('log.bin', bytes)}, identity))
    .toMatchObject([{rule: 9, where: 'log.bin', detail: 'records of the log cannot be read', rows: [expect.stringContaining('does not decrypt')]}]);
});

test('after an approved epoch only what changed since is told', async () => {
  const books = honestBooks();
  const previous = new Map(books.custodies.flatMap((custody) => custody.assets.map((asset) => {
    const rows = new Map(asset.rows.map((row) => [row.wallet.toLowerCase(), {...row, id: idFor(row.wallet, row.blinding)}]));
    const book: WalletBook = {size: rows.size, get: (owner) => rows.get(owner), keptAt: () => 0n, wallets: () => rows.keys()};
    return [keyOf(custody, asset), book] as const;
  })));
  const approved = {epoch: 0n, digest: zeroHash, snapshotTime: 0n};
  const idle = {...(await logged(honestRows())), approved, previous};
  expect(new Set((await checkV9b(idle, identity)).map(({where}) => where?.slice(0, 11)))).toEqual(new Set(['balances/1-', 'balances/2-']));
  const nothing = await buildLog({epoch: 1n, previous: zeroHash, rows: [], logSecret: `0x${'42'.repeat(32)}`, auditor: await identityToRecipient(identity)});
  expect(await checkV9b({...idle, files: new Map(idle.files).set('log.bin', nothing.bytes)}, identity)).toEqual([]);
});
