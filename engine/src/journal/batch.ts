/**
 * Bytes of a journal batch, little-endian. Everything lies in slots of 64 bytes, so the records of a whole segment are one array.
 *
 *     header (192): magic "POBSJNL2":8 ‖ payload length:4 ‖ crc32:4 ‖ first sequence:8 ‖ at:8 ‖ index:8 ‖ count:4 ‖ zero:20
 *                   ‖ previous hash:32 ‖ skip hash:32 ‖ payload hash:32 ‖ hash:32
 *     entry (64 + data, padded): kind:1 ‖ zero:3 ‖ size:4 ‖ at:8 ‖ zero:48, then `size` records of 64 bytes, or `size` bytes of JSON
 *
 * `hash = SHA-256(header without its last 32 bytes)`, `payload hash = SHA-256(payload)`; the crc covers the header's first 12 bytes and all
 * from byte 16 to its hash. Batches are numbered from 1; `skip hash` is the hash of the batch whose index is this one's without its lowest
 * set bit (32 zero bytes for 0), so that a proof of a place in the chain needs few headers. `count` commands take the sequences from `first
 * sequence` on; a checkpoint takes none. One batch is written at a time: a damaged one that another follows was durable.
 */
import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';

export const SLOT = 64;
export const BATCH_HEADER = 192;
export const HASH_BYTES = 32;
export const PAYLOAD_MAX = 128 * 1024 * 1024;
export const MAGIC = Buffer.from('POBSJNL2');
/** Journals of one record per command, which this version does not read. */
export const OLD_MAGIC = Buffer.from('POBSJNL1');

export const ENTRY = {records: 1, command: 2, checkpoint: 3} as const;
export type EntryKind = (typeof ENTRY)[keyof typeof ENTRY];

export const ZERO_HASH: Uint8Array = new Uint8Array(HASH_BYTES);

export type BatchHeader = {
  length: number;
  firstSequence: number;
  /** Of the last command, milliseconds. */
  at: number;
  index: number;
  /** Commands inside. */
  count: number;
  previousHash: Uint8Array;
  skipHash: Uint8Array;
  payloadHash: Uint8Array;
  hash: Uint8Array;
};

const AT = {length: 8, crc: 12, first: 16, at: 24, index: 32, count: 40, reserved: 44, previous: 64, skip: 96, payload: 128, hash: 160} as const;

export const padded = (length: number): number => Math.ceil(length / SLOT) * SLOT;

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const checksum = (header: Buffer): number => crc32(header.subarray(AT.first, AT.hash), crc32(header.subarray(0, AT.crc)));

/** Writes the header of the payload that follows it in `bytes`; returns the batch's hash. */
export function sealBatch(bytes: Buffer, {length, firstSequence, at, index, count, previousHash, skipHash}: Omit<BatchHeader, 'payloadHash' | 'hash'>): Buffer {
  bytes.fill(0, 0, BATCH_HEADER);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(length, AT.length);
  bytes.writeDoubleLE(firstSequence, AT.first);
  bytes.writeDoubleLE(at, AT.at);
  bytes.writeDoubleLE(index, AT.index);
  bytes.writeUInt32LE(count, AT.count);
  bytes.set(previousHash, AT.previous);
  bytes.set(skipHash, AT.skip);
  sha256(bytes.subarray(BATCH_HEADER, BATCH_HEADER + length)).copy(bytes, AT.payload);
  bytes.writeUInt32LE(checksum(bytes), AT.crc);
  const hash = sha256(bytes.subarray(0, AT.hash));
  hash.copy(bytes, AT.hash);
  return hash;
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The header at `offset`, or `undefined` where it is short or damaged; the payload is not looked at. */
export function readHeader(bytes: Buffer, offset: number): BatchHeader | undefined {
  if (bytes.length - offset < BATCH_HEADER || bytes.compare(MAGIC, 0, MAGIC.length, offset, offset + MAGIC.length) !== 0) return undefined;
  const header = bytes.subarray(offset, offset + BATCH_HEADER);
  if (checksum(header) !== header.readUInt32LE(AT.crc) || !sha256(header.subarray(0, AT.hash)).equals(header.subarray(AT.hash))) return undefined;
  const found: BatchHeader = {
    length: header.readUInt32LE(AT.length), firstSequence: header.readDoubleLE(AT.first), at: header.readDoubleLE(AT.at), index: header.readDoubleLE(AT.index),
    count: header.readUInt32LE(AT.count), previousHash: header.subarray(AT.previous, AT.skip), skipHash: header.subarray(AT.skip, AT.payload),
    payloadHash: header.subarray(AT.payload, AT.hash), hash: header.subarray(AT.hash),
  };
  const sane = found.length <= PAYLOAD_MAX && found.length % SLOT === 0 && isWhole(found.firstSequence) && isWhole(found.at) && isWhole(found.index);
  return sane ? found : undefined;
}

/** The whole batch at `offset` verified, or `undefined`. */
export function readBatch(bytes: Buffer, offset: number): BatchHeader | undefined {
  const header = readHeader(bytes, offset);
  if (!header || bytes.length - offset - BATCH_HEADER < header.length) return undefined;
  const payload = bytes.subarray(offset + BATCH_HEADER, offset + BATCH_HEADER + header.length);
  return sha256(payload).equals(header.payloadHash) ? header : undefined;
}

export type Entry = {kind: EntryKind; at: number; /** Records, or bytes of JSON. */ size: number; /** Of the data, in the bytes of the batch's holder. */ offset: number};

/** Entries of a verified payload. @throws {RangeError} on bytes no writer makes. */
export function* entriesOf(bytes: Buffer, start: number, length: number): Generator<Entry> {
  for (let at = start; at < start + length;) {
    const kind = bytes[at] as EntryKind;
    const size = bytes.readUInt32LE(at + 4);
    const end = at + SLOT + (kind === ENTRY.records ? size * SLOT : padded(size));
    if (kind < ENTRY.records || kind > ENTRY.checkpoint || end > start + length) throw new RangeError(`no entry at byte ${at - start} of the batch`);
    yield {kind, at: bytes.readDoubleLE(at + 8), size, offset: at + SLOT};
    at = end;
  }
}

/** Hash chain with skips: knows the hashes the next header must name. */
export class Chain {
  index = 0;
  hash: Uint8Array = ZERO_HASH;
  /** Index and hash of each prefix of `index` in binary, shortest first. */
  #prefixes: {index: number; hash: Uint8Array}[] = [];

  /** Goes on from a known batch. */
  static from({index, prefixes}: ChainState): Chain {
    const chain = new Chain();
    chain.index = index;
    chain.#prefixes = prefixes.map((prefix) => ({...prefix}));
    chain.hash = prefixes.at(-1)?.hash ?? ZERO_HASH;
    return chain;
  }

  get state(): ChainState {
    return {index: this.index, prefixes: this.#prefixes.map((prefix) => ({...prefix}))};
  }

  get skipHash(): Uint8Array {
    const target = skipOf(this.index + 1);
    return this.#prefixes.findLast(({index}) => index === target)?.hash ?? ZERO_HASH;
  }

  add(hash: Uint8Array): void {
    this.index += 1;
    this.hash = hash.slice();
    const kept = skipOf(this.index);
    while (this.#prefixes.length > 0 && this.#prefixes.at(-1)!.index > kept) this.#prefixes.pop();
    this.#prefixes.push({index: this.index, hash: this.hash});
  }

  /** Why the batch does not follow, or `undefined` when it does. */
  refusal({index, previousHash, skipHash}: BatchHeader): string | undefined {
    if (index !== this.index + 1) return `batch ${index} follows batch ${this.index}`;
    if (Buffer.compare(previousHash, this.hash) !== 0) return `batch ${index} does not name the batch before it`;
    return Buffer.compare(skipHash, this.skipHash) === 0 ? undefined : `batch ${index} does not name batch ${skipOf(index)}`;
  }
}

export type ChainState = {index: number; prefixes: readonly {index: number; hash: Uint8Array}[]};

/** The batch that `index` names besides the one before it: its index without the lowest set bit. */
export function skipOf(index: number): number {
  let bit = 1;
  while (index % (bit * 2) === 0 && bit < index) bit *= 2;
  return index - bit;
}
