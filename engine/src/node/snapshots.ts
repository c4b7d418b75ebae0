/**
 * Snapshots of the core beside the journal, so that a start replays only what came after. A file that does not verify is as good as none.
 *
 *     magic "POBSSNP1":8 ‖ head length:4 ‖ zero:4 ‖ SHA-256 of all that follows:32 ‖ head (canonical JSON) ‖ recent events ‖ the core's bytes
 */
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import {bytesToHex, hexToBytes, type Hex} from 'viem';
import type {Core} from '../core/engine.ts';
import {digest} from '../core/queries.ts';
import {restoreSnapshot, takeSnapshot} from '../core/snapshot.ts';
import {sha256} from '../journal/batch.ts';
import {decodePayload, encodePayload} from '../journal/codec.ts';
import {syncDirectory} from '../journal/disk.ts';
import {RecentEvents} from './recent-events.ts';
import type {Position} from './replica.ts';

const MAGIC = Buffer.from('POBSSNP1');
const HEADER = 48;
const KEPT = 2;
const NAME = /^\d{20}\.snapshot$/;

type Head = {
  sequence: number; at: number; eventSequence: number; index: number; digest: Hex; recentBytes: number;
  prefixes: {index: number; hash: Hex}[];
  sealHeads: {epoch: bigint; hash: Hex}[];
};

/** Bytes of a snapshot; taken at once, written when there is time. */
export function snapshotBytes(core: Core, {sequence, at, eventSequence, chain, sealHeads}: Position, recent: RecentEvents): Buffer {
  const events = recent.encode();
  const head: Head = {
    sequence, at, eventSequence, index: chain.index, digest: digest(core), recentBytes: events.length,
    prefixes: chain.prefixes.map(({index, hash}) => ({index, hash: bytesToHex(hash)})),
    sealHeads: [...sealHeads].map(([epoch, hash]) => ({epoch, hash})),
  };
  const text = encodePayload(head);
  const body = Buffer.concat([text, events, takeSnapshot(core)]);
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  header.writeUInt32LE(text.length, 8);
  sha256(body).copy(header, 16);
  return Buffer.concat([header, body]);
}

/** Writes a snapshot whole or not at all; older ones than the newest {@link KEPT} go. */
export async function writeSnapshot(directory: string, sequence: number, bytes: Buffer): Promise<void> {
  mkdirSync(directory, {recursive: true, mode: 0o700});
  const file = path.join(directory, `${String(sequence).padStart(20, '0')}.snapshot`);
  const handle = await open(`${file}.part`, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  renameSync(`${file}.part`, file);
  syncDirectory(directory);
  for (const old of snapshotFiles(directory).slice(KEPT)) rmSync(old);
}

/** Newest first. */
export function snapshotFiles(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => NAME.test(name)).sort().toReversed().map((name) => path.join(directory, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export type Restored = {core: Core; position: Position; recent: RecentEvents};

/** The newest snapshot that verifies and whose events go no further than `eventsMax`. */
export function newestSnapshot(directory: string, {eventsMax = Number.POSITIVE_INFINITY}: {eventsMax?: number} = {}): Restored | undefined {
  for (const file of snapshotFiles(directory)) {
    const restored = readSnapshot(readFileSync(file), eventsMax);
    if (restored) return restored;
  }
  return undefined;
}

function readSnapshot(bytes: Buffer, eventsMax: number): Restored | undefined {
  if (bytes.length < HEADER || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const body = bytes.subarray(HEADER);
  if (!sha256(body).equals(bytes.subarray(16, HEADER))) return undefined;
  const length = bytes.readUInt32LE(8);
  const head = decodePayload(body.subarray(0, length)) as Head;
  if (head.eventSequence > eventsMax) return undefined;
  const image = length + (head.recentBytes ?? 0);
  const core = restored(body.subarray(image));
  if (!core || digest(core) !== head.digest) return undefined;
  const position: Position = {
    sequence: head.sequence, at: head.at, eventSequence: head.eventSequence,
    chain: {index: head.index, prefixes: head.prefixes.map(({index, hash}) => ({index, hash: hexToBytes(hash)}))},
    sealHeads: new Map(head.sealHeads.map(({epoch, hash}) => [epoch, hash])),
  };
  const recent = new RecentEvents();
  recent.addEncoded(body.subarray(length, image));
  return {core, position, recent};
}

/** A snapshot of another version of the core may not be readable; the journal is. */
function restored(image: Uint8Array): Core | undefined {
  try {
    return restoreSnapshot(Uint8Array.from(image));
  } catch {
    return undefined;
  }
}
