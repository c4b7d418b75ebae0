/** Bytes of `log.bin`: header, records, and the plaintext of one record (docs/log-format.md). */
import type {Hex} from 'viem';
import {bytesToHex, concatBytes, equalBytes, hexToBytes, readUint, uintBytes, utf8} from '../bytes.ts';
import {ID_BYTES} from '../ids.ts';
import type {LegKind} from '../types.ts';
import {WRAP_BYTES} from './crypto.ts';

const MAGIC = concatBytes(utf8('PofBS-log'), Uint8Array.of(1));
/** magic ‖ epoch:8 ‖ previous:32 ‖ ephemeral:32 ‖ auditor wrap:48 ‖ count:8. */
export const HEADER_BYTES = MAGIC.length + 8 + 32 + 32 + WRAP_BYTES + 8;
/** seq:8 ‖ commitment:32 ‖ length:4. */
const RECORD_HEAD_BYTES = 44;
/** asset:2 ‖ id:24 ‖ wraps:1. */
const BODY_HEAD_BYTES = 2 + ID_BYTES + 1;
const TAG_BYTES = 16;
/** seq:8 ‖ direction:1 ‖ lots:8 ‖ kind:1. */
const LEG_BYTES = 18;
const PLAINTEXT_MIN = 64;
const OUT = 1;
const OUTSIDE = 2;

/** Codes on the wire; append only. */
const KINDS: readonly LegKind[] = ['deposit', 'withdrawal', 'trade', 'fee', 'pnl', 'funding', 'transfer', 'bind', 'convert', 'rounding'];

/** One row's side of a movement; the other side is the record that carries the same `seq`, unless it lies outside. */
export type RecordLeg = {seq: bigint; direction: 'in' | 'out'; outside: boolean; lots: bigint; kind: LegKind};

export type LogHeader = {epoch: bigint; previous: Hex; ephemeral: Uint8Array; auditorWrap: Uint8Array; count: number};

export type LogRecord = {
  seq: number;
  commitment: Uint8Array;
  /** What the record's leaf hashes as its ciphertext: row, wrap and box. */
  body: Uint8Array;
  /** Position of the custody asset in the flattened lines. */
  asset: number;
  id: Hex;
  /** Content key for the account; undefined where it registered no viewing key. */
  wrap: Uint8Array | undefined;
  box: Uint8Array;
};

export type ParsedLog = {header: LogHeader; records: readonly LogRecord[]};

export const encodeHeader = ({epoch, previous, ephemeral, auditorWrap, count}: LogHeader): Uint8Array =>
  concatBytes(MAGIC, uintBytes(epoch, 8), hexToBytes(previous, 32), ephemeral, auditorWrap, uintBytes(count, 8));

export const encodeBody = ({ref, wrap, box}: {ref: Uint8Array; wrap: Uint8Array | undefined; box: Uint8Array}): Uint8Array =>
  concatBytes(ref, Uint8Array.of(wrap === undefined ? 0 : 1), wrap ?? new Uint8Array(0), box);

export const encodeRecord = ({seq, commitment, body}: Pick<LogRecord, 'seq' | 'commitment' | 'body'>): Uint8Array =>
  concatBytes(uintBytes(seq, 8), commitment, uintBytes(body.length, 4), body);

/** Strict and total: any deviation is a reason. */
export function parseLog(bytes: Uint8Array): {ok: true; log: ParsedLog} | {ok: false; reason: string} {
  if (bytes.length < HEADER_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return {ok: false, reason: 'log.bin has no header of version 1'};
  let at = MAGIC.length;
  const take = (length: number) => bytes.subarray(at, (at += length));
  const epoch = readUint(take(8), 0, 8);
  const previous = bytesToHex(take(32));
  const ephemeral = take(32);
  const auditorWrap = take(WRAP_BYTES);
  const count = Number(readUint(take(8), 0, 8));
  const records: LogRecord[] = [];
  while (at < bytes.length) {
    const seq = records.length;
    if (at + RECORD_HEAD_BYTES > bytes.length) return {ok: false, reason: `log record ${seq} is cut short`};
    if (readUint(take(8), 0, 8) !== BigInt(seq)) return {ok: false, reason: `log record ${seq} has another number`};
    const commitment = take(32);
    const length = Number(readUint(take(4), 0, 4));
    if (length < BODY_HEAD_BYTES + TAG_BYTES || at + length > bytes.length) return {ok: false, reason: `log record ${seq} is cut short`};
    const record = parseBody(seq, commitment, take(length));
    if (record === undefined) return {ok: false, reason: `log record ${seq} is malformed`};
    records.push(record);
  }
  if (records.length !== count) return {ok: false, reason: `log.bin states ${count} records and holds ${records.length}`};
  return {ok: true, log: {header: {epoch, previous, ephemeral, auditorWrap, count}, records}};
}

function parseBody(seq: number, commitment: Uint8Array, body: Uint8Array): LogRecord | undefined {
  const wraps = body[BODY_HEAD_BYTES - 1]!;
  const boxAt = BODY_HEAD_BYTES + wraps * WRAP_BYTES;
  if (wraps > 1 || body.length < boxAt + TAG_BYTES) return undefined;
  return {
    seq,
    commitment,
    body,
    asset: Number(readUint(body, 0, 2)),
    id: bytesToHex(body, 2, 2 + ID_BYTES),
    wrap: wraps === 1 ? body.subarray(BODY_HEAD_BYTES, boxAt) : undefined,
    box: body.subarray(boxAt),
  };
}

/** `count:4 ‖ legs`, zero-padded to a power of two so that its size says little about activity. */
export function encodeLegs(legs: readonly RecordLeg[]): Uint8Array {
  const size = 4 + legs.length * LEG_BYTES;
  const plaintext = new Uint8Array(Math.max(PLAINTEXT_MIN, 2 ** Math.ceil(Math.log2(size))));
  plaintext.set(uintBytes(legs.length, 4));
  legs.forEach(({seq, direction, outside, lots, kind}, i) => {
    const flags = (direction === 'out' ? OUT : 0) | (outside ? OUTSIDE : 0);
    plaintext.set(concatBytes(uintBytes(seq, 8), Uint8Array.of(flags), uintBytes(lots, 8), Uint8Array.of(KINDS.indexOf(kind))), 4 + i * LEG_BYTES);
  });
  return plaintext;
}

/** Undefined for bytes that {@link encodeLegs} does not give. */
export function decodeLegs(plaintext: Uint8Array): RecordLeg[] | undefined {
  if (plaintext.length < PLAINTEXT_MIN) return undefined;
  const count = Number(readUint(plaintext, 0, 4));
  if (4 + count * LEG_BYTES > plaintext.length) return undefined;
  const legs: RecordLeg[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = 4 + i * LEG_BYTES;
    const flags = plaintext[at + 8]!;
    const kind = KINDS[plaintext[at + 17]!];
    if (kind === undefined || flags > (OUT | OUTSIDE)) return undefined;
    legs.push({
      seq: readUint(plaintext, at, 8), direction: (flags & OUT) === 0 ? 'in' : 'out', outside: (flags & OUTSIDE) !== 0,
      lots: readUint(plaintext, at + 9, 8), kind,
    });
  }
  return equalBytes(encodeLegs(legs), plaintext) ? legs : undefined;
}
