/**
 * The sealed books, read once: whatever the joint test asks of a row is noted on the way. Columns are read as 32-bit
 * words, since a 64-bit integer would be an allocation.
 */
import {ID_BYTES} from '../ids.ts';
import {AMOUNTS, compareRecords} from '../snapshot/columns.ts';
import type {Address} from 'viem';
import type {PackedAsset, PackedEpoch} from '../types.ts';
import {Accounts} from './accounts.ts';

/** One row of a sheet, in lots. */
export type BookRow = {wallet: Address; total: bigint; withdrawable: bigint; withdrawal: bigint};

export type AssetBook = {
  asset: PackedAsset;
  /** Rows in order of their ids: of holders, and the empty ones that answer a forced withdrawal (V10). */
  rows: Uint32Array;
  /** Exact sums in lots. */
  total: bigint;
  withdrawn: bigint;
  /** Rows that request something, and rows that break V3. */
  requests: readonly BookRow[];
  broken: readonly BookRow[];
  /** Lower-case wallets with more than one row. */
  repeated: readonly string[];
};

/** `order`: the accounts that any sheet lists, in order of their ids, each id once. */
export type Books = {accounts: Accounts; order: Uint32Array; assets: ReadonlyMap<PackedAsset, AssetBook>};

const TWO_32 = 2n ** 32n;
/** So many words add up exactly in a double. */
const FLUSH_EVERY = 2 ** 20;
const NONE = 0xffffffff;

/** @throws {EncodingError} when a wallet or blinding is malformed. */
export function readBooks({accounts: table, assets}: PackedEpoch): Books {
  const accounts = new Accounts(table);
  const order = accounts.order();
  const listed = new Uint8Array(accounts.count);
  const books = new Map(assets.map((asset) => [asset, readAsset(asset, {accounts, order, listed})]));
  return {accounts, order: order.filter((account, place) => listed[account] === 1 && !sameId(accounts, order, place)), assets: books};
}

/** The account before it in the order has the same id: the same wallet and blinding given twice. */
const sameId = ({ids}: Accounts, order: Uint32Array, place: number): boolean =>
  place > 0 && compareRecords(ids, ID_BYTES, order[place - 1]!, order[place]!) === 0;

type Where = {accounts: Accounts; order: Uint32Array; listed: Uint8Array};

function readAsset(asset: PackedAsset, {accounts, order, listed}: Where): AssetBook {
  const {owners} = asset;
  const words = AMOUNTS.map((name) => wordsOf(asset[name])) as [Int32Array, Int32Array, Int32Array];
  const [total, withdrawable, withdrawal] = words;
  const seen = new Uint8Array(accounts.count);
  const rowOf = new Uint32Array(accounts.count).fill(NONE);
  const [requests, broken, repeated]: [BookRow[], BookRow[], string[]] = [[], [], []];
  const holders: number[] = [];
  for (let row = 0; row < owners.length; row += 1) {
    const account = owners[row]!;
    if (account >= accounts.count) throw new RangeError(`Row ${row} names account ${account} of ${accounts.count}.`);
    const owner = accounts.owner[account]!;
    if (seen[owner] === 1) repeated.push(accounts.walletOf(owner));
    seen[owner] = 1;
    const high = 2 * row + 1;
    const requested = (withdrawal[high - 1]! | withdrawal[high]!) !== 0;
    const holds = withdrawal[high]! >= 0 && notLess(withdrawable, withdrawal, high) && notLess(total, withdrawable, high);
    if (!holds) broken.push(bookRow(asset, accounts, row));
    if (requested) requests.push(bookRow(asset, accounts, row));
    listed[account] = 1;
    if (rowOf[account] === NONE) rowOf[account] = row;
    else holders.push(row);
  }
  const rows = Uint32Array.from(order, (account) => rowOf[account]!).filter((row) => row !== NONE);
  return {
    asset, rows: holders.length === 0 ? rows : withRepeated(rows, holders, asset, accounts),
    total: sumOf(total), withdrawn: requests.reduce((sum, row) => sum + row.withdrawal, 0n), requests, broken, repeated,
  };
}

/** Only a false sheet lists an account twice; its rows are then sorted the long way. */
const withRepeated = (rows: Uint32Array, more: readonly number[], {owners}: PackedAsset, {ids}: Accounts): Uint32Array =>
  Uint32Array.from([...rows, ...more]).sort((a, b) => compareRecords(ids, ID_BYTES, owners[a]!, owners[b]!) || a - b);

const wordsOf = (column: BigInt64Array): Int32Array => new Int32Array(column.buffer, column.byteOffset, 2 * column.length);

/** Signed comparison of two 64-bit integers whose high words lie at `high`. */
const notLess = (a: Int32Array, b: Int32Array, high: number): boolean =>
  a[high]! > b[high]! || (a[high] === b[high] && a[high - 1]! >>> 0 >= b[high - 1]! >>> 0);

function sumOf(words: Int32Array): bigint {
  let [sum, low, high] = [0n, 0, 0];
  for (let i = 0; i < words.length; i += 2) {
    low += words[i]! >>> 0;
    high += words[i + 1]!;
    if ((i / 2) % FLUSH_EVERY !== FLUSH_EVERY - 1) continue;
    sum += BigInt(high) * TWO_32 + BigInt(low);
    [low, high] = [0, 0];
  }
  return sum + BigInt(high) * TWO_32 + BigInt(low);
}

const bookRow = ({owners, total, withdrawable, withdrawal}: PackedAsset, accounts: Accounts, row: number): BookRow =>
  ({wallet: accounts.walletOf(owners[row]!), total: total[row]!, withdrawable: withdrawable[row]!, withdrawal: withdrawal[row]!});

/** Rows for which something holds; walks row by row, so only where a caller knows limits. */
export function rowsWhere({asset}: AssetBook, accounts: Accounts, holds: (row: BookRow) => boolean): BookRow[] {
  return Array.from({length: asset.owners.length}, (_, row) => bookRow(asset, accounts, row)).filter(holds);
}
