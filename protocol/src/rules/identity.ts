/** Which wallet stands behind which row: the mapping joined with a sheet, and ids recomputed (PROTOCOL §3). */
import {blockHasher} from '../keccak.ts';
import {compareAt, hexAt} from './bytes.ts';
import type {MappingTable} from './record-readers.ts';

const PREFIX = Uint8Array.from('PofBS-id', (char) => char.charCodeAt(0));

/** Per mapping row: 1 when `keccak256("PofBS-id" ‖ wallet ‖ blinding)[0..24)` is its id. */
export function idsHold(mapping: MappingTable): Uint8Array {
  const holds = new Uint8Array(mapping.count);
  const {bytes, hash} = blockHasher(8 + 20 + 32);
  for (let row = 0; row < mapping.count; row += 1) {
    for (let i = 0; i < 8; i += 1) bytes[i] = PREFIX[i]!;
    for (let i = 0; i < 20; i += 1) bytes[8 + i] = mapping.wallets[row * 20 + i]!;
    for (let i = 0; i < 32; i += 1) bytes[28 + i] = mapping.blindings[row * 32 + i]!;
    hash();
    holds[row] = compareAt(bytes, 0, mapping.ids, row, 24) === 0 ? 1 : 0;
  }
  return holds;
}

/** For every row of a sheet the mapping row of its id, or −1. Linear when both are sorted. */
export function joinById(ids: Uint8Array, count: number, mapping: MappingTable): Int32Array {
  const joined = new Int32Array(count).fill(-1);
  if (!isAscending(ids, count) || !isAscending(mapping.ids, mapping.count)) return joinUnsorted(ids, joined, mapping);
  let at = 0;
  for (let row = 0; row < count; row += 1) {
    while (at < mapping.count && compareAt(mapping.ids, at, ids, row, 24) < 0) at += 1;
    if (at < mapping.count && compareAt(mapping.ids, at, ids, row, 24) === 0) joined[row] = at;
  }
  return joined;
}

function joinUnsorted(ids: Uint8Array, joined: Int32Array, mapping: MappingTable): Int32Array {
  const rowById = new Map<string, number>();
  for (let row = mapping.count - 1; row >= 0; row -= 1) rowById.set(hexAt(mapping.ids, row * 24, 24), row);
  for (let row = 0; row < joined.length; row += 1) joined[row] = rowById.get(hexAt(ids, row * 24, 24)) ?? -1;
  return joined;
}

function isAscending(ids: Uint8Array, count: number): boolean {
  for (let row = 1; row < count; row += 1) if (compareAt(ids, row - 1, ids, row, 24) > 0) return false;
  return true;
}

/** Groups of rows that carry the same record, each in file order. Linear in memory and time whoever chose the records. */
export function repeated(records: Uint8Array, width: number, count: number): number[][] {
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row += 1) keys[row] = keyAt(records, width, row);
  const sorted = keys.slice().sort();
  const suspects = new Set<number>();
  for (let i = 1; i < count; i += 1) if (sorted[i] === sorted[i - 1]) suspects.add(sorted[i]!);
  if (suspects.size === 0) return [];

  const groups = new Map<string, number[]>();
  for (let row = 0; row < count; row += 1) {
    if (!suspects.has(keys[row]!)) continue;
    const record = hexAt(records, row * width, width);
    const group = groups.get(record);
    if (group === undefined) groups.set(record, [row]);
    else group.push(row);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Last six bytes as an exact double: a cheap first filter. */
function keyAt(records: Uint8Array, width: number, row: number): number {
  let key = 0;
  for (let i = (row + 1) * width - 6; i < (row + 1) * width; i += 1) key = key * 256 + records[i]!;
  return key;
}
