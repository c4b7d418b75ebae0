/** `mapping.csv`: who stands behind an id; for validators only, encrypted (PROTOCOL §3). */
import type {Address, Hex} from 'viem';
import {compareText} from '../bytes.ts';
import type {MappingRow} from '../types.ts';
import {addFinding, type Finding, linesAfter, TextWriter} from './text.ts';

const HEADER = 'id,wallet,blinding';
const ROW = /^([0-9a-f]{48}),(0x[0-9a-f]{40}),(0x[0-9a-f]{64})$/;
/** 48 + `,0x` + 40 + `,0x` + 64 + LF. */
const ROW_BYTES = 159;

/** Canonical bytes; sorts the rows by id. */
export function encodeMapping(rows: readonly MappingRow[]): Uint8Array {
  const lines = rows.map(({id, wallet, blinding}) => `${id.slice(2)},${wallet},${blinding}\n`.toLowerCase()).sort(compareText);
  const writer = new TextWriter(HEADER.length + 1 + lines.length * ROW_BYTES);
  writer.ascii(`${HEADER}\n`);
  for (const line of lines) writer.ascii(line);
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
