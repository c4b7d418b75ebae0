/**
 * Proof that a command is the journal's number N under a journal head: the payload of the batch that holds it, and the headers that lead from
 * the head to that batch, each named by the one before it as its previous batch or as its skip. It is checked without the journal.
 */
import {bytesToHex, type Hex, hexToBytes} from 'viem';
import {BATCH_HEADER, type BatchHeader, ENTRY, entriesOf, HASH_BYTES, readHeader, sha256, SLOT, skipOf} from './batch.ts';
import {decodePayload} from './codec.ts';
import {readAligned, segmentFiles} from './segments.ts';

export type JournalProof = {
  format: 'pobs-journal-proof-1';
  sequence: string;
  /** The journal head it is under. */
  head: Hex;
  /** From the head's batch down to the one that holds the command. */
  headers: readonly Hex[];
  /** Of the last of them. */
  payload: Hex;
};

export type Proven = {
  sequence: string;
  head: Hex;
  /** Milliseconds. */
  at: number;
  /** A record as hex, or the command itself. */
  command: {record: Hex} | {command: unknown};
  /** Headers in the proof. */
  steps: number;
};

type Place = {bytes: Buffer; header: BatchHeader};

/** Undefined where the journal has no such command, or no such head at or after it. */
export function proveSequence(directory: string, {sequence, head}: {sequence: number; head: Hex | undefined}): JournalProof | undefined {
  const places: Place[] = [];
  let payload: Buffer | undefined;
  for (const place of headersOf(directory)) {
    const {firstSequence, count, length} = place.header;
    if (payload === undefined && sequence >= firstSequence && sequence < firstSequence + count) {
      payload = Buffer.from(place.bytes.subarray(BATCH_HEADER, BATCH_HEADER + length));
    }
    if (payload === undefined) continue;
    places.push({header: place.header, bytes: Buffer.from(place.bytes.subarray(0, BATCH_HEADER))});
    if (head !== undefined && bytesToHex(place.header.hash) === head.toLowerCase()) break;
  }
  const last = places.at(-1);
  if (payload === undefined || !last || (head !== undefined && bytesToHex(last.header.hash) !== head.toLowerCase())) return undefined;
  const headers = wayDown(places).map(({bytes}) => bytesToHex(bytes));
  return {format: 'pobs-journal-proof-1', sequence: String(sequence), head: bytesToHex(last.header.hash), headers, payload: bytesToHex(payload)};
}

/** Batches of a folder, their payloads not looked at. */
function* headersOf(directory: string): Generator<Place> {
  for (const file of segmentFiles(directory)) {
    const bytes = readAligned(file);
    let offset = 0;
    for (let header = readHeader(bytes, 0); header && bytes.length - offset >= BATCH_HEADER + header.length; header = readHeader(bytes, offset)) {
      yield {bytes: bytes.subarray(offset), header};
      offset += BATCH_HEADER + header.length;
    }
  }
}

/** By skips as far as they do not lead past the goal. */
function wayDown(places: readonly Place[]): Place[] {
  const goal = places[0]!.header.index;
  const way: Place[] = [];
  for (let index = places.at(-1)!.header.index; ;) {
    way.push(places[index - goal]!);
    if (index === goal) return way;
    const skip = skipOf(index);
    index = skip >= goal ? skip : index - 1;
  }
}

/** What a proof proves, or why it proves nothing. Trusts nothing in it. */
export function checkProof(proof: unknown): {ok: true; proven: Proven} | {ok: false; why: string} {
  const no = (why: string): {ok: false; why: string} => ({ok: false, why});
  if (!isProof(proof)) return no('it is no journal proof');
  const headers = proof.headers.map((header) => readHeader(Buffer.from(hexToBytes(header)), 0));
  if (headers.length === 0 || headers.some((header, step) => !header || proof.headers[step]!.length !== 2 + 2 * BATCH_HEADER)) return no('a header is damaged');
  const whole = headers as BatchHeader[];
  if (bytesToHex(whole[0]!.hash) !== proof.head) return no('its first header is not that of the journal head');
  for (const [step, header] of whole.entries()) {
    const next = whole[step + 1];
    if (next && !names(header, next)) return no(`header ${step + 1} does not name the one after it`);
  }
  const batch = whole.at(-1)!;
  const payload = Buffer.from(hexToBytes(proof.payload));
  if (!sha256(payload).equals(batch.payloadHash)) return no('its payload is not that of its last header');
  const sequence = Number(proof.sequence);
  const place = sequence - batch.firstSequence;
  if (!(place >= 0 && place < batch.count)) return no(`batch ${batch.index} holds commands ${batch.firstSequence} to ${batch.firstSequence + batch.count - 1}`);
  return {ok: true, proven: {sequence: proof.sequence, head: proof.head, ...commandAt(payload, place), steps: whole.length}};
}

function names(header: BatchHeader, next: BatchHeader): boolean {
  const {index, hash} = next;
  if (index === header.index - 1 && Buffer.compare(header.previousHash, hash) === 0) return true;
  return index === skipOf(header.index) && Buffer.compare(header.skipHash, hash) === 0;
}

function commandAt(payload: Buffer, place: number): Pick<Proven, 'at' | 'command'> {
  let before = 0;
  for (const {kind, at, size, offset} of entriesOf(payload, 0, payload.length)) {
    const commands = kind === ENTRY.records ? size : kind === ENTRY.command ? 1 : 0;
    if (place < before + commands) {
      if (kind === ENTRY.command) return {at, command: {command: decodePayload(payload.subarray(offset, offset + size))}};
      const start = offset + (place - before) * SLOT;
      return {at, command: {record: bytesToHex(payload.subarray(start, start + SLOT))}};
    }
    before += commands;
  }
  throw new RangeError('a batch that verifies holds fewer commands than its header says');
}

const HEX = /^0x(?:[0-9a-f]{2})*$/;
const isHex = (value: unknown, bytes?: number): value is Hex => typeof value === 'string' && HEX.test(value) && (bytes === undefined || value.length === 2 + 2 * bytes);

function isProof(value: unknown): value is JournalProof {
  if (value === null || typeof value !== 'object') return false;
  const {format, sequence, head, headers, payload} = value as Record<string, unknown>;
  return format === 'pobs-journal-proof-1' && typeof sequence === 'string' && /^[1-9]\d{0,15}$/.test(sequence) && isHex(head, HASH_BYTES)
    && Array.isArray(headers) && headers.every((header) => isHex(header)) && isHex(payload);
}
