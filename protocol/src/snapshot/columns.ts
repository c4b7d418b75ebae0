/** Balance rows as columns: the form in which a million rows are sorted, encoded and hashed. */
import {bytesToHex, hexToBytes} from '../bytes.ts';
import {ID_BYTES} from '../ids.ts';
import type {SnapshotRow} from '../types.ts';

export type BalanceColumns = {
  count: number;
  /** 24 bytes per row. */
  ids: Uint8Array;
  /** Lots. */
  total: BigInt64Array;
  withdrawable: BigInt64Array;
  withdrawal: BigInt64Array;
};

export const AMOUNTS = ['total', 'withdrawable', 'withdrawal'] as const;

/** Mantissa bits of a double: key and row number share them. */
const EXACT_BITS = 53;

/** @param allocate - Such as from shared memory. */
export function emptyColumns(count: number, allocate: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes)): BalanceColumns {
  const amounts = () => new BigInt64Array(allocate(8 * count));
  return {count, ids: new Uint8Array(allocate(count * ID_BYTES)), total: amounts(), withdrawable: amounts(), withdrawal: amounts()};
}

/** Columns in the order of the rows; amounts wrap to 64 bits. */
export function columnsOf(rows: readonly SnapshotRow[]): BalanceColumns {
  const columns = emptyColumns(rows.length);
  rows.forEach((row, i) => {
    columns.ids.set(hexToBytes(row.id, ID_BYTES), i * ID_BYTES);
    for (const name of AMOUNTS) columns[name][i] = row[name];
  });
  return columns;
}

export const rowAt = ({ids, total, withdrawable, withdrawal}: BalanceColumns, row: number): SnapshotRow => ({
  id: bytesToHex(ids, row * ID_BYTES, (row + 1) * ID_BYTES),
  total: total[row]!,
  withdrawable: withdrawable[row]!,
  withdrawal: withdrawal[row]!,
});

export const rowsOf = (columns: BalanceColumns): SnapshotRow[] =>
  Array.from({length: columns.count}, (_, row) => rowAt(columns, row));

/** The same rows sorted by id; rows of equal id keep their order. */
export function sortColumns(columns: BalanceColumns): BalanceColumns {
  const order = sortedOrder(columns.ids, ID_BYTES, columns.count);
  if (order === undefined) return columns;
  const sorted = emptyColumns(columns.count);
  for (let i = 0; i < order.length; i += 1) {
    const row = order[i]!;
    for (let k = 0; k < ID_BYTES; k += 1) sorted.ids[i * ID_BYTES + k] = columns.ids[row * ID_BYTES + k]!;
    sorted.total[i] = columns.total[row]!;
    sorted.withdrawable[i] = columns.withdrawable[row]!;
    sorted.withdrawal[i] = columns.withdrawal[row]!;
  }
  return sorted;
}

/** Row numbers in order of their records, stable; undefined when they are in order already. */
export function sortedOrder(records: Uint8Array, width: number, count: number): Uint32Array | undefined {
  let ascending = true;
  for (let row = 1; row < count && ascending; row += 1) ascending = compareRecords(records, width, row - 1, row) <= 0;
  if (ascending) return undefined;

  // A double carries the leading bits of the record above the row number; native sorting does the rest.
  const rowBits = Math.ceil(Math.log2(count));
  const scale = 2 ** rowBits;
  const drop = 2 ** Math.max(0, 48 - (EXACT_BITS - rowBits));
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row += 1) keys[row] = Math.floor(leading48(records, row * width) / drop) * scale + row;
  keys.sort();
  const order = Uint32Array.from(keys, (key) => key % scale);
  settleTies({records, width, keys, scale, order});
  return order;
}

/** Rows whose leading bits agree are ordered by the whole record. */
function settleTies({records, width, keys, scale, order}: {
  records: Uint8Array; width: number; keys: Float64Array; scale: number; order: Uint32Array;
}): void {
  let start = 0;
  for (let i = 1; i <= keys.length; i += 1) {
    if (i < keys.length && Math.floor(keys[i]! / scale) === Math.floor(keys[start]! / scale)) continue;
    if (i - start > 1) order.subarray(start, i).sort((a, b) => compareRecords(records, width, a, b) || a - b);
    start = i;
  }
}

function leading48(bytes: Uint8Array, offset: number): number {
  let key = 0;
  for (let i = offset; i < offset + 6; i += 1) key = key * 256 + bytes[i]!;
  return key;
}

export function compareRecords(records: Uint8Array, width: number, a: number, b: number): number {
  for (let k = 0; k < width; k += 1) {
    const difference = records[a * width + k]! - records[b * width + k]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
