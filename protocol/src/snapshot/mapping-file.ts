/** `mapping.csv`: who stands behind an id; for validators only, encrypted (PROTOCOL §3). */
import type {Address, Hex} from 'viem';
import {BLINDING_BYTES, compareText, hexInto, WALLET_BYTES} from '../bytes.ts';
import {ID_BYTES} from '../ids.ts';
import type {MappingRow} from '../types.ts';
import {sortedOrder} from './columns.ts';
import {addFinding, type Finding, linesAfter, TextWriter} from './text.ts';

const HEADER = 'id,wallet,blinding';
const LF = 10;
const ROW = /^([0-9a-f]{48}),(0x[0-9a-f]{40}),(0x[0-9a-f]{64})$/;
/** 48 + `,0x` + 40 + `,0x` + 64 + LF. */
const ROW_BYTES = 159;

/** Canonical bytes; sorts the rows by id. @throws {EncodingError} for malformed hex. */
export function encodeMapping(rows: readonly MappingRow[]): Uint8Array {
  const packed = {
    ids: new Uint8Array(rows.length * ID_BYTES), wallets: new Uint8Array(rows.length * WALLET_BYTES),
    blindings: new Uint8Array(rows.length * BLINDING_BYTES),
  };
  rows.forEach(({id, wallet, blinding}, row) => {
    hexInto(id, packed.ids, row * ID_BYTES, ID_BYTES);
    hexInto(wallet, packed.wallets, row * WALLET_BYTES, WALLET_BYTES);
    hexInto(blinding, packed.blindings, row * BLINDING_BYTES, BLINDING_BYTES);
  });
  const order = sortedOrder(packed.ids, ID_BYTES, rows.length) ?? Uint32Array.from(rows.keys());
  return encodePackedMapping(packed, order);
}

export type PackedMapping = {ids: Uint8Array; wallets: Uint8Array; blindings: Uint8Array};

/** {@link encodeMapping} from packed columns of 24, 20 and 32 bytes per account, in an order that sorts their ids. */
export const encodePackedMapping = (packed: PackedMapping, order: Uint32Array): Uint8Array => encodeMappingRows(packed, order, 0, order.length);

/** The part of the file that places `from` to before `to` are; the first part carries the header. */
export function encodeMappingRows({ids, wallets, blindings}: PackedMapping, order: Uint32Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const writer = new TextWriter(HEADER.length + 1 + (to - from) * ROW_BYTES);
  if (from === 0) writer.ascii(`${HEADER}\n`);
  for (let place = from; place < to; place += 1) {
    const row = order[place]!;
    writer.hex(ids, row * ID_BYTES, ID_BYTES);
    writer.ascii(',0x');
    writer.hex(wallets, row * WALLET_BYTES, WALLET_BYTES);
    writer.ascii(',0x');
    writer.hex(blindings, row * BLINDING_BYTES, BLINDING_BYTES);
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
