/**
 * Bytes of a journal segment, big-endian.
 *
 *     segment header (56): magic "POBSJNL1":8 ‖ first sequence:8 ‖ previous head:32 ‖ zero:4 ‖ crc32:4
 *     record header (36):  payload length:4 ‖ crc32:4 ‖ sequence:8 ‖ at:8 ‖ durable:8 ‖ kind:1 ‖ zero:3, then the payload
 *
 * `head = keccak256(previous ‖ keccak256(sequence:8 ‖ at:8 ‖ kind:1 ‖ payload))`, 32 zero bytes before the first record.
 * `durable` is the last sequence known durable when the record was written: a damaged record that a later one calls durable
 * was acknowledged, so it is corruption; one that nobody calls durable is the torn tail of a crash.
 */
import {crc32} from 'node:zlib';
import {keccak_256} from '@noble/hashes/sha3.js';

export const SEGMENT_HEADER = 56;
export const RECORD_HEADER = 36;
export const PAYLOAD_MAX = 64 * 1024 * 1024;
const MAGIC = Buffer.from('POBSJNL1');

export const RECORD_KIND = {command: 1, checkpoint: 2} as const;
export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND];

export type JournalRecord = {sequence: bigint; at: bigint; durable: bigint; kind: RecordKind; payload: Uint8Array};

export function encodeSegmentHeader({firstSequence, previousHead}: {firstSequence: bigint; previousHead: Uint8Array}): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER);
  MAGIC.copy(bytes);
  bytes.writeBigUInt64BE(firstSequence, 8);
  bytes.set(previousHead, 16);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 52)), 52);
  return bytes;
}

/** `undefined` where the header is short or damaged. */
export function decodeSegmentHeader(bytes: Buffer): {firstSequence: bigint; previousHead: Buffer} | undefined {
  if (bytes.length < SEGMENT_HEADER || !bytes.subarray(0, 8).equals(MAGIC)) return undefined;
  if (crc32(bytes.subarray(0, 52)) !== bytes.readUInt32BE(52)) return undefined;
  return {firstSequence: bytes.readBigUInt64BE(8), previousHead: bytes.subarray(16, 48)};
}

const checksum = (bytes: Buffer): number => crc32(bytes.subarray(8), crc32(bytes.subarray(0, 4)));

export function encodeRecord({sequence, at, durable, kind, payload}: JournalRecord): Buffer {
  const bytes = Buffer.alloc(RECORD_HEADER + payload.length);
  bytes.writeUInt32BE(payload.length, 0);
  bytes.writeBigUInt64BE(sequence, 8);
  bytes.writeBigUInt64BE(at, 16);
  bytes.writeBigUInt64BE(durable, 24);
  bytes.writeUInt8(kind, 32);
  bytes.set(payload, RECORD_HEADER);
  bytes.writeUInt32BE(checksum(bytes), 4);
  return bytes;
}

/** The record at `offset`, or `undefined` where there is no whole, undamaged one. */
export function decodeRecord(bytes: Buffer, offset: number): {record: JournalRecord; end: number} | undefined {
  if (bytes.length - offset < RECORD_HEADER) return undefined;
  const length = bytes.readUInt32BE(offset);
  const end = offset + RECORD_HEADER + length;
  const kind = bytes.readUInt8(offset + 32);
  if (length > PAYLOAD_MAX || end > bytes.length || (kind !== RECORD_KIND.command && kind !== RECORD_KIND.checkpoint)) return undefined;
  const frame = bytes.subarray(offset, end);
  if (checksum(frame) !== frame.readUInt32BE(4)) return undefined;
  const record: JournalRecord = {
    sequence: frame.readBigUInt64BE(8), at: frame.readBigUInt64BE(16), durable: frame.readBigUInt64BE(24), kind, payload: frame.subarray(RECORD_HEADER),
  };
  return {record, end};
}

/** Head of the chain after a record. */
export function nextHead(previous: Uint8Array, {sequence, at, kind, payload}: Omit<JournalRecord, 'durable'>): Uint8Array {
  const prefix = Buffer.alloc(17);
  prefix.writeBigUInt64BE(sequence, 0);
  prefix.writeBigUInt64BE(at, 8);
  prefix.writeUInt8(kind, 16);
  const record = keccak_256.create().update(prefix).update(payload).digest();
  return keccak_256.create().update(previous).update(record).digest();
}
