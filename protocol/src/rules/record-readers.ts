/** Strict readers of `mapping.csv` and `payouts/*.csv`: recorded, never thrown, like the sheet reader. */
import {bytesOf, hexAt, NIBBLE, quoted} from './bytes.ts';

const LF = 10;
const COMMA = 44;

export type MappingTable = {
  count: number;
  /** 24, 20 and 32 bytes per row. */
  ids: Uint8Array;
  wallets: Uint8Array;
  blindings: Uint8Array;
  malformed: string[];
};

/** Lower-case wallet of a mapping row. */
export const walletOf = ({wallets}: MappingTable, row: number): string => hexAt(wallets, row * 20, 20);

export type PayoutTable = {
  /** In file order; token and wallet lower-case. */
  rows: {token: string; wallet: string; cumulative: bigint}[];
  malformed: string[];
};

const MAPPING_HEADER = 'id,wallet,blinding\n';
/** 48 + 1 + 2 + 40 + 1 + 2 + 64 + LF. */
const MAPPING_ROW_BYTES = 159;
const PAYOUTS_HEADER = 'token,wallet,cumulative\n';
const PAYOUT = /^(0x[0-9a-f]{40}),(0x[0-9a-f]{40}),(-?(?:0|[1-9]\d*))$/;

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  new TextDecoder('latin1').decode(bytes.subarray(start, end));

/** `id,wallet,blinding`: 48 hex digits, `0x` + 40, `0x` + 64, lower-case. */
export function readMapping(bytes: Uint8Array): MappingTable {
  const capacity = Math.floor(bytes.length / MAPPING_ROW_BYTES) + 1;
  const table: MappingTable = {
    count: 0, ids: new Uint8Array(capacity * 24), wallets: new Uint8Array(capacity * 20),
    blindings: new Uint8Array(capacity * 32), malformed: [],
  };
  let at = afterHeader(bytes, MAPPING_HEADER, table.malformed);
  while (at < bytes.length) {
    if (readMappingRow(bytes, at, table)) {
      at += MAPPING_ROW_BYTES;
      continue;
    }
    const end = bytes.indexOf(LF, at);
    // Not the text: a mapping row names a wallet, and reports are public.
    table.malformed.push(`mapping row at byte ${at}`);
    at = end < 0 ? bytes.length : end + 1;
  }
  return table;
}

function readMappingRow(bytes: Uint8Array, at: number, table: MappingTable): boolean {
  const row = table.count;
  const ok = at + MAPPING_ROW_BYTES <= bytes.length &&
    hexInto(bytes, at, table.ids, row * 24, 24) && bytes[at + 48] === COMMA &&
    prefixed(bytes, at + 49) && hexInto(bytes, at + 51, table.wallets, row * 20, 20) && bytes[at + 91] === COMMA &&
    prefixed(bytes, at + 92) && hexInto(bytes, at + 94, table.blindings, row * 32, 32) && bytes[at + 158] === LF;
  if (ok) table.count = row + 1;
  return ok;
}

const prefixed = (bytes: Uint8Array, at: number): boolean => bytes[at] === 48 && bytes[at + 1] === 120;

function hexInto(from: Uint8Array, at: number, to: Uint8Array, offset: number, width: number): boolean {
  for (let i = 0; i < width; i += 1) {
    const high = NIBBLE[from[at + 2 * i]!]!;
    const low = NIBBLE[from[at + 2 * i + 1]!]!;
    if ((high | low) < 0) return false;
    to[offset + i] = (high << 4) | low;
  }
  return true;
}

export function readPayouts(bytes: Uint8Array): PayoutTable {
  const table: PayoutTable = {rows: [], malformed: []};
  let at = afterHeader(bytes, PAYOUTS_HEADER, table.malformed);
  while (at < bytes.length) {
    const end = bytes.indexOf(LF, at);
    const text = textOf(bytes, at, end < 0 ? bytes.length : end);
    const match = end < 0 ? null : PAYOUT.exec(text);
    if (match === null) table.malformed.push(quoted(text));
    else table.rows.push({token: match[1]!, wallet: match[2]!, cumulative: BigInt(match[3]!)});
    at = end < 0 ? bytes.length : end + 1;
  }
  return table;
}

function afterHeader(bytes: Uint8Array, header: string, malformed: string[]): number {
  const expected = bytesOf(Array.from(header, (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join(''));
  if (expected.every((byte, i) => bytes[i] === byte)) return header.length;
  malformed.push(`header is not ${quoted(header.trimEnd())}`);
  const end = bytes.indexOf(LF);
  return end < 0 ? bytes.length : end + 1;
}
