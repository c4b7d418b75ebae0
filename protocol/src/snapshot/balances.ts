/** `balances/<chainId>-<token>.csv`: the public rows of one custody asset (PROTOCOL §3). */
import type {Address} from 'viem';
import {hexToBytes} from '../bytes.ts';
import {ID_BYTES} from '../ids.ts';
import {LOTS_LIMIT, type SnapshotRow} from '../types.ts';
import {AMOUNTS, type BalanceColumns, columnsOf, compareRecords, emptyColumns, rowsOf, sortColumns} from './columns.ts';
import {addFinding, type Finding, linesAfter, TextWriter} from './text.ts';

const HEADER = 'id,total,withdrawable,withdrawal';
const COMMA = 44;
const LF = 10;
/** 48 id digits, three separators with 20 characters each, LF. */
const ROW_BYTES_MAX = 2 * ID_BYTES + 3 * 21 + 1;
const ROW_BYTES_MIN = 2 * ID_BYTES + 3 * 2 + 1;
const ROW = /^([0-9a-f]{48}),(-?\d+),(-?\d+),(-?\d+)$/;
const NUMBER = /^(0|-?[1-9]\d*)$/;

export const balancesName = (chainId: bigint | number, token: Address): string =>
  `balances/${chainId}-${token.toLowerCase()}.csv`;

/** Canonical bytes; sorts the rows by id. Amounts must fit a signed 64-bit integer. */
export const encodeBalances = (rows: readonly SnapshotRow[]): Uint8Array => encodeColumns(sortColumns(columnsOf(rows)));

/** Canonical bytes of columns that are sorted already. */
export const encodeColumns = (columns: BalanceColumns): Uint8Array<ArrayBuffer> => encodeColumnRows(columns, 0, columns.count);

/** The part of the file that rows `from` to before `to` are; the first part carries the header. */
export function encodeColumnRows(columns: BalanceColumns, from: number, to: number): Uint8Array<ArrayBuffer> {
  const writer = new TextWriter(HEADER.length + 1 + (to - from) * ROW_BYTES_MAX);
  const words = AMOUNTS.map((name) => new Int32Array(columns[name].buffer, columns[name].byteOffset, 2 * columns.count));
  if (from === 0) writer.ascii(`${HEADER}\n`);
  for (let row = from; row < to; row += 1) {
    writer.hex(columns.ids, row * ID_BYTES, ID_BYTES);
    for (const word of words) {
      writer.byte(COMMA);
      writer.int64(word[2 * row]!, word[2 * row + 1]!);
    }
    writer.byte(LF);
  }
  return writer.done();
}

export type ParsedColumns = {columns: BalanceColumns; findings: Finding[]};

/**
 * Strict reader, total over bad bytes: what is not canonical is a finding, rows that can be read are read.
 * A negative amount is read as such; one outside 64 bits is clamped and `OUT_OF_RANGE`.
 */
export function parseBalanceColumns(bytes: Uint8Array): ParsedColumns {
  const findings: Finding[] = [];
  const columns = emptyColumns(Math.floor(bytes.length / ROW_BYTES_MIN) + 1);
  let count = 0;
  for (const {line, text} of linesAfter(HEADER, bytes, findings)) {
    const match = ROW.exec(text);
    if (match === null) {
      addFinding(findings, 'ROW_INVALID', line, text);
      continue;
    }
    columns.ids.set(hexToBytes(match[1]!), count * ID_BYTES);
    AMOUNTS.forEach((name, i) => {
      columns[name][count] = readAmount(match[i + 2]!, {findings, line, text});
    });
    checkOrder(columns.ids, count, {findings, line, text});
    count += 1;
  }
  return {columns: firstRows(columns, count), findings};
}

/** {@link parseBalanceColumns} as rows. */
export function parseBalances(bytes: Uint8Array): {rows: SnapshotRow[]; findings: Finding[]} {
  const {columns, findings} = parseBalanceColumns(bytes);
  return {rows: rowsOf(columns), findings};
}

type Where = {findings: Finding[]; line: number; text: string};

function readAmount(digits: string, {findings, line, text}: Where): bigint {
  if (!NUMBER.test(digits)) addFinding(findings, 'NUMBER_NOT_CANONICAL', line, text);
  if (digits.length < 19) return BigInt(digits);
  const value = digits.length > 200 ? (digits.startsWith('-') ? -LOTS_LIMIT - 1n : LOTS_LIMIT) : BigInt(digits);
  if (value >= -LOTS_LIMIT && value < LOTS_LIMIT) return value;
  addFinding(findings, 'OUT_OF_RANGE', line, text);
  return value < 0n ? -LOTS_LIMIT : LOTS_LIMIT - 1n;
}

function checkOrder(ids: Uint8Array, row: number, {findings, line, text}: Where): void {
  if (row === 0) return;
  const order = compareRecords(ids, ID_BYTES, row - 1, row);
  if (order > 0) addFinding(findings, 'NOT_SORTED', line, text);
  else if (order === 0) addFinding(findings, 'DUPLICATE', line, text);
}

const firstRows = (columns: BalanceColumns, count: number): BalanceColumns => ({
  count,
  ids: columns.ids.subarray(0, count * ID_BYTES),
  total: columns.total.subarray(0, count),
  withdrawable: columns.withdrawable.subarray(0, count),
  withdrawal: columns.withdrawal.subarray(0, count),
});
