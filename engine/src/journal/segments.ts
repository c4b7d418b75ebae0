/** Reading a journal folder: verifies the hash chain over all segments and cuts the torn tail of a crash. */
import {closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readdirSync, readSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';
import {BATCH_HEADER, type BatchHeader, Chain, type ChainState, MAGIC, OLD_MAGIC, readBatch, readHeader, SLOT} from './batch.ts';
import {syncDirectory} from './disk.ts';
import {JournalError} from './errors.ts';

const NAME = /^(\d{20})\.journal$/;

export const segmentName = (firstSequence: number): string => `${String(firstSequence).padStart(20, '0')}.journal`;

/** Oldest first. */
export const segmentFiles = (directory: string): string[] =>
  readdirSync(directory).filter((name) => NAME.test(name)).sort().map((name) => path.join(directory, name));

export const firstSequenceOf = (file: string): number => Number(NAME.exec(path.basename(file))![1]);

/** A verified batch, in the bytes of its segment. `words` and `doubles` are views of all of them: byte 64·i is record i. */
export type Batch = {header: BatchHeader; bytes: Buffer; payload: number; words: Int32Array; doubles: Float64Array};

/** Where reading may begin: after the last command of a batch whose place in the chain is known. */
export type Anchor = {sequence: number; chain: ChainState};

/** `file` is the segment to append to, if there is one; `repairedBytes` were cut from its end. */
export type Scan = {sequence: number; chain: Chain; at: number; file?: string; size: number; repairedBytes: number};

export type ScanOptions = {
  directory: string;
  from?: Anchor | undefined;
  /** @param left - Bytes of the folder that come after the batch. */
  onBatch: (batch: Batch, left: number) => void;
  /** Cut a torn tail; else it is only left out. */
  repair: boolean;
};

const corrupt = (file: string, detail: string): JournalError => new JournalError({
  code: 'JOURNAL_CORRUPT', file, detail: `Journal segment ${path.basename(file)} is damaged: ${detail}; restore the folder from a copy.`,
});

/** Bytes of a file on a boundary that typed arrays accept. */
export function readAligned(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafeSlow(fstatSync(descriptor).size);
    let length = 0;
    for (let read = 1; length < bytes.length && read > 0; length += read) read = readSync(descriptor, bytes, length, bytes.length - length, length);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Views over bytes that start on a boundary of 8. */
export const viewsOf = (bytes: Buffer): Pick<Batch, 'words' | 'doubles'> => ({
  words: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2), doubles: new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 3),
});

/** A batch that came by itself; `undefined` where it is not whole. Copies bytes that lie off the boundary. */
export function batchOf(bytes: Buffer): Batch | undefined {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
  const header = readBatch(aligned, 0);
  return header && {header, bytes: aligned, payload: BATCH_HEADER, ...viewsOf(aligned)};
}

/**
 * Hands every batch after the anchor to `onBatch`, in order.
 *
 * @throws {JournalError} `JOURNAL_CORRUPT` on any damage but an unacknowledged tail, `JOURNAL_VERSION` on an older format.
 */
export function scanSegments(options: ScanOptions): Scan {
  const {directory, from, repair} = options;
  const scan: Scan & {seen: number} = {sequence: from?.sequence ?? 0, chain: from ? Chain.from(from.chain) : new Chain(), at: 0, size: 0, repairedBytes: 0, seen: 0};
  const all = segmentFiles(directory);
  const first = from && segmentOf(all, from);
  const files = first === undefined ? all : all.slice(all.indexOf(first));
  let left = files.reduce((sum, file) => sum + statSync(file).size, 0);
  files.forEach((file, position) => {
    const bytes = readAligned(file);
    left -= bytes.length;
    if (bytes.subarray(0, OLD_MAGIC.length).equals(OLD_MAGIC)) throw oldVersion(file);
    const last = position === files.length - 1;
    const end = readBatches({file, bytes, left, scan, options});
    const torn = !isZero(bytes, end);
    if (torn && !last) throw corrupt(file, `no valid batch at byte ${end}`);
    if (torn) refuseDurable({file, bytes, end, scan});
    if (torn) scan.repairedBytes += bytes.length - end;
    if (repair && last && (torn || end === 0)) cut({directory, file, end});
    if (end > 0) Object.assign(scan, {file, size: end});
  });
  if (from && scan.seen < from.chain.index) {
    throw corrupt(files.at(-1) ?? path.join(directory, segmentName(from.sequence)), `it ends at batch ${scan.seen}, and a snapshot was taken after batch ${from.chain.index}`);
  }
  return scan;
}

/** The batches of a folder after the anchor, without a lock: up to the first that is not whole, which may be one that is being written. */
export function* readSegments(directory: string, from?: Anchor): Generator<Batch> {
  const chain = from ? Chain.from(from.chain) : new Chain();
  const files = segmentFiles(directory);
  const first = from && segmentOf(files, from);
  for (const file of first === undefined ? files : files.slice(files.indexOf(first))) {
    const bytes = readAligned(file);
    const views = viewsOf(bytes);
    let offset = 0;
    for (let header = readBatch(bytes, 0); header; header = readBatch(bytes, offset)) {
      const payload = offset + BATCH_HEADER;
      offset = payload + header.length;
      if (header.index <= (from?.chain.index ?? 0)) continue;
      const refused = chain.refusal(header);
      if (refused !== undefined) throw corrupt(file, refused);
      chain.add(header.hash);
      yield {header, bytes, payload, ...views};
    }
  }
}

/** The newest segment that begins at or before the batch after the anchor. */
export function segmentOf(files: readonly string[], {chain}: Anchor): string | undefined {
  for (const file of files.toReversed()) {
    const header = readHeader(readStart(file), 0);
    if (header && header.index <= chain.index + 1) return file;
  }
  return files[0];
}

function readStart(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(BATCH_HEADER);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function readBatches({file, bytes, left, scan, options}: {file: string; bytes: Buffer; left: number; scan: Scan & {seen: number}; options: ScanOptions}): number {
  const views = viewsOf(bytes);
  const known = options.from?.chain.index ?? 0;
  let offset = 0;
  for (let header = readBatch(bytes, 0); header; header = readBatch(bytes, offset)) {
    const payload = offset + BATCH_HEADER;
    offset = payload + header.length;
    scan.seen = header.index;
    if (header.index <= known && scan.chain.index === known) {
      if (header.index === known && Buffer.compare(header.hash, scan.chain.hash) !== 0) throw corrupt(file, `batch ${known} is not the one a snapshot was taken at`);
      scan.at = header.at;
      continue;
    }
    const refused = scan.chain.refusal(header) ?? (header.firstSequence === scan.sequence + 1 ? undefined : `batch ${header.index} skips a command`);
    if (refused !== undefined) throw corrupt(file, refused);
    scan.chain.add(header.hash);
    scan.sequence += header.count;
    scan.at = header.at;
    options.onBatch({header, bytes, payload, ...views}, left + bytes.length - offset);
  }
  return offset;
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let index = from; index < bytes.length; index += 1) if (bytes[index] !== 0) return false;
  return true;
}

/** One batch is written at a time, so a damaged one that a whole one follows was durable, and somebody may have its answers. */
function refuseDurable({file, bytes, end, scan}: {file: string; bytes: Buffer; end: number; scan: Scan}): void {
  for (let offset = bytes.indexOf(MAGIC, end + SLOT); offset >= 0; offset = bytes.indexOf(MAGIC, offset + 1)) {
    const header = offset % SLOT === 0 ? readBatch(bytes, offset) : undefined;
    if (header && header.index > scan.chain.index) throw corrupt(file, `batch ${scan.chain.index + 1} was acknowledged and cannot be read`);
  }
}

function cut({directory, file, end}: {directory: string; file: string; end: number}): void {
  if (end === 0) {
    rmSync(file);
    syncDirectory(directory);
    return;
  }
  const descriptor = openSync(file, 'r+');
  ftruncateSync(descriptor, end);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

const oldVersion = (file: string): JournalError => new JournalError({
  code: 'JOURNAL_VERSION', file,
  detail: `The journal in ${path.dirname(file)} was written by an older version of the engine, which kept one record per command; run that version on it, or give a new --data-dir.`,
});
