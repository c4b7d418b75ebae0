/** V9a: in each case exactly this rule objects; every hash follows from the log that was published. */
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {beforeAll, expect, test} from 'vitest';
import {type Hex, zeroHash} from 'viem';
import {buildLog, type RowLegs} from '../log/index.ts';
import {checkEpoch} from './check-epoch.ts';
import type {Evidence} from './evidence.ts';
import {type Books, evidenceOf, honestBooks, idFor, wallet, blinding} from './evidence.fixture.ts';

let auditor: string;

beforeAll(async () => {
  auditor = await identityToRecipient(await generateX25519Identity());
});

/** One record per row of the books; `without` leaves out those of one id. */
const recordsOf = ({custodies}: Books, without?: Hex): RowLegs[] => custodies.flatMap(({assets}) => assets).flatMap((asset, position) =>
  asset.rows.map(({wallet: owner, blinding: secret, total}) => ({
    asset: position, id: idFor(owner, secret), legs: [{seq: 1n, direction: 'in' as const, outside: true, lots: total, kind: 'deposit' as const}],
  }))).filter(({id}) => id !== without);

async function logged({previous = zeroHash, epoch = 1n, without, lie}: {previous?: Hex; epoch?: bigint; without?: Hex; lie?: (log: {bytes: Uint8Array; logRoot: Hex}) => {bytes: Uint8Array; logRoot: Hex}} = {}): Promise<Evidence> {
  const books = honestBooks();
  const built = await buildLog({epoch, previous, rows: recordsOf(books, without), logSecret: `0x${'42'.repeat(32)}`, auditor});
  const {bytes, logRoot} = lie?.(built) ?? built;
  return {...evidenceOf(books, {log: bytes, summary: {logRoot}}), logParent: zeroHash};
}

test('an honest log breaks nothing', async () => {
  expect(checkEpoch(await logged())).toEqual([]);
});

test('a log that follows another one is V9', async () => {
  expect(checkEpoch(await logged({previous: `0x${'11'.repeat(32)}`}))).toMatchObject([{rule: 9, where: 'log.bin'}]);
});

test('a log of another epoch is V9', async () => {
  expect(checkEpoch(await logged({epoch: 2n}))).toMatchObject([{rule: 9, where: 'log.bin'}]);
});

test('a root that the records do not give is V9', async () => {
  expect(checkEpoch(await logged({lie: ({bytes}) => ({bytes, logRoot: `0x${'22'.repeat(32)}`})}))).toMatchObject([{rule: 9, where: 'log.bin'}]);
});

test('bytes that are no log are V9', async () => {
  expect(checkEpoch(await logged({lie: ({logRoot}) => ({bytes: new Uint8Array(7), logRoot})}))).toMatchObject([{rule: 9, where: 'log.bin'}]);
});

test('a row that changed without a record is V9, with the row', async () => {
  const id = idFor(wallet(3), blinding(3));
  const violations = checkEpoch(await logged({without: id}));
  expect(violations.map(({rule}) => rule)).toEqual([9, 9]);
  expect(violations.flatMap(({rows}) => rows)).toEqual([`${id} 0 to 50`, `${id} 0 to 30`]);
});

test('a row already blamed is not blamed again', async () => {
  const evidence = await logged();
  const books = honestBooks();
  books.custodies[0]!.assets[0]!.rows[1]!.total += 5n;
  const inflated = evidenceOf(books, {log: evidence.files.get('log.bin')!, summary: {logRoot: evidence.summary.logRoot}});
  expect(new Set(checkEpoch({...inflated, logParent: zeroHash}).map(({rule}) => rule))).toEqual(new Set([8]));
});
