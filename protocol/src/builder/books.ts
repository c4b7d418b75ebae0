/**
 * The sealed books, read once: row objects become columns, and whatever the joint test asks of a row is noted on the
 * way. A million accounts are slow to walk and fast to add up.
 */
import {AMOUNTS} from '../snapshot/columns.ts';
import {LOTS_LIMIT, type SealedAsset, type SealedEpoch, type SealedRow} from '../types.ts';
import {Identities} from './identities.ts';

export type AssetBook = {
  asset: SealedAsset;
  /** Identity by row; −1 for a row that is left out. */
  numbers: Int32Array;
  /** Lots by row, wrapped to 64 bits. */
  columns: Record<(typeof AMOUNTS)[number], BigInt64Array>;
  /** Exact sums in lots. */
  total: bigint;
  withdrawn: bigint;
  /** Rows that request something, and rows that break V3. */
  requests: readonly SealedRow[];
  broken: readonly SealedRow[];
  /** Lower-case wallets with more than one row. */
  repeated: readonly string[];
};

export type Books = {identities: Identities; assets: ReadonlyMap<SealedAsset, AssetBook>};

/** Below this an amount is added as a double, exactly; a million rows then cost no bigint each. */
const SMALL_LIMIT = 2n ** 51n;
const FLUSH_AT = 2 ** 52;

/** Holders only: a row of nothing is left out. */
const isHolder = ({total, withdrawal}: SealedRow): boolean => total !== 0n || withdrawal !== 0n;

/** @throws {EncodingError} when a wallet or blinding is malformed. */
export function readBooks({assets}: SealedEpoch): Books {
  const identities = new Identities();
  /** Last asset that listed the identity. */
  const seenIn: number[] = [];
  return {identities, assets: new Map(assets.map((asset, place) => [asset, readAsset(asset, {place, seenIn, identities})]))};
}

function readAsset(asset: SealedAsset, {place, seenIn, identities}: {place: number; seenIn: number[]; identities: Identities}): AssetBook {
  const {rows} = asset;
  const numbers = new Int32Array(rows.length).fill(-1);
  const amounts = () => new BigInt64Array(rows.length);
  const columns = {total: amounts(), withdrawable: amounts(), withdrawal: amounts()};
  const [requests, broken, repeated]: [SealedRow[], SealedRow[], string[]] = [[], [], []];
  let [total, withdrawn, small] = [0n, 0n, 0];
  identities.rewind();
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i]!;
    const number = identities.numberOf(row.wallet, row.blinding);
    if (seenIn[number] === place) repeated.push(row.wallet.toLowerCase());
    seenIn[number] = place;
    if (isHolder(row)) {
      numbers[i] = number;
      identities.list(number);
    }
    columns.total[i] = row.total;
    columns.withdrawable[i] = row.withdrawable;
    columns.withdrawal[i] = row.withdrawal;
    const holds = row.total >= row.withdrawable && row.withdrawable >= row.withdrawal && row.withdrawal >= 0n && row.total < LOTS_LIMIT;
    if (!holds) broken.push(row);
    if (row.withdrawal !== 0n) {
      requests.push(row);
      withdrawn += row.withdrawal;
    }
    if (holds && row.total < SMALL_LIMIT) small += Number(row.total);
    else total += row.total;
    if (small >= FLUSH_AT) {
      total += BigInt(small);
      small = 0;
    }
  }
  return {asset, numbers, columns, total: total + BigInt(small), withdrawn, requests, broken, repeated};
}
