/** `mapping.csv`: who stands behind an id; for validators only, encrypted (PROTOCOL §3). */
import type {Address, Hex} from 'viem';
import {compareText, hexInto} from '../bytes.ts';
import {ID_BYTES} from '../ids.ts';
import type {MappingRow} from '../types.ts';
import {sortedOrder} from './columns.ts';
import {addFinding, type Finding, linesAfter, TextWriter} from './text.ts';

const HEADER = 'id,wallet,blinding';
const COMMA = 44;
const LF = 10;
const ROW = /^([0-9a-f]{48}),(0x[0-9a-f]{40}),(0x[0-9a-f]{64})$/;
/** 48 + `,0x` + 40 + `,0x` + 64 + LF. */
const ROW_BYTES = 159;

/** Canonical bytes; sorts the rows by id. @throws {EncodingError} when an id is not of 24 bytes. */
export function encodeMapping(rows: readonly MappingRow[]): Uint8Array {
  const ids = new Uint8Array(rows.length * ID_BYTES);
  rows.forEach(({id}, row) => hexInto(id, ids, row * ID_BYTES, ID_BYTES));
  const order = sortedOrder(ids, ID_BYTES, rows.length);
  return encodeSortedMapping(rows.length, (place) => {
    const row = order?.[place] ?? place;
    const {wallet, blinding} = rows[row]!;
    return {ids, row, wallet: wallet.toLowerCase(), blinding: blinding.toLowerCase()};
  });
}

/** Rows in order of their ids, each id taken from a packed column. */
export function encodeSortedMapping(
  count: number, rowOf: (place: number) => {ids: Uint8Array; row: number; wallet: string; blinding: string},
): Uint8Array {
  const writer = new TextWriter(HEADER.length + 1 + count * ROW_BYTES);
  writer.ascii(`${HEADER}\n`);
  for (let place = 0; place < count; place += 1) {
    const {ids, row, wallet, blinding} = rowOf(place);
    writer.hex(ids, row * ID_BYTES, ID_BYTES);
    writer.byte(COMMA);
    writer.ascii(wallet);
    writer.byte(COMMA);
    writer.ascii(blinding);
    writer.byte(LF);
  }
  return writer.done();
}

/** Strict reader, total over bad bytes. Findings carry the line's number, never its text: it would name a wallet. */
export function parseMapping(bytes: Uint8Array): {rows: MappingRow[]; findings: Finding[]} {
  const findings: Finding[] = [];
  const rows: MappingRow[] = [];
  for (const {line, text} of linesAfter(HEADER, bytes, findings)) {
    const match = ROW.exec(text);
    if (match === null) {
      addFinding(findings, 'ROW_INVALID', line, '');
      continue;
    }
    const row = {id: `0x${match[1]}` as Hex, wallet: match[2] as Address, blinding: match[3] as Hex};
    const previous = rows.at(-1);
    const order = previous ? compareText(previous.id, row.id) : -1;
    if (order > 0) addFinding(findings, 'NOT_SORTED', line, '');
    else if (order === 0) addFinding(findings, 'DUPLICATE', line, '');
    rows.push(row);
  }
  return {rows, findings: findings.map((finding) => ({...finding, text: ''}))};
}
