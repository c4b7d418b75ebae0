/** Reading a journal folder at start: verifies the hash chain over all segments and repairs the torn tail of a crash. */
import {closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {JournalError} from './errors.ts';
import {decodeRecord, decodeSegmentHeader, type JournalRecord, nextHead, SEGMENT_HEADER} from './frame.ts';

const NAME = /^\d{20}\.journal$/;

export const segmentName = (firstSequence: bigint): string => `${firstSequence.toString().padStart(20, '0')}.journal`;

/** `file` is the segment to append to, if there is one; `repairedBytes` were cut from its end. */
export type Scan = {sequence: bigint; head: Uint8Array; at: bigint; file?: string; size: number; repairedBytes: number};

export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

const corrupt = (file: string, detail: string): JournalError => new JournalError({
  code: 'JOURNAL_CORRUPT', file, detail: `Journal segment ${path.basename(file)} is damaged: ${detail}; restore the folder from a copy.`,
});

/**
 * Hands every record to `onRecord`, in order.
 *
 * @throws {JournalError} `JOURNAL_CORRUPT` on any damage but an unacknowledged tail.
 */
export function scanSegments(directory: string, onRecord: (record: JournalRecord, head: Uint8Array) => void): Scan {
  const scan: Scan = {sequence: 0n, head: new Uint8Array(32), at: 0n, size: 0, repairedBytes: 0};
  const files = readdirSync(directory).filter((name) => NAME.test(name)).sort().map((name) => path.join(directory, name));
  files.forEach((file, index) => {
    const bytes = readFileSync(file);
    const last = index === files.length - 1;
    const header = decodeSegmentHeader(bytes);
    if (!header) {
      // A crash while the segment was made: nothing can have been acknowledged from it.
      if (!last || bytes.length > SEGMENT_HEADER) throw corrupt(file, 'its header does not match its checksum');
      rmSync(file);
      syncDirectory(directory);
      scan.repairedBytes += bytes.length;
      return;
    }
    if (header.firstSequence !== scan.sequence + 1n || !header.previousHead.equals(scan.head)) {
      throw corrupt(file, `it does not continue the chain after record ${scan.sequence}`);
    }
    const end = readRecords({file, bytes, scan, onRecord});
    if (end < bytes.length) {
      if (!last) throw corrupt(file, `no valid record at byte ${end}`);
      cutTail({file, bytes, end, sequence: scan.sequence});
      scan.repairedBytes += bytes.length - end;
    }
    scan.file = file;
    scan.size = end;
  });
  return scan;
}

function readRecords(
  {file, bytes, scan, onRecord}: {file: string; bytes: Buffer; scan: Scan; onRecord: (record: JournalRecord, head: Uint8Array) => void},
): number {
  let offset = SEGMENT_HEADER;
  for (let found = decodeRecord(bytes, offset); found; found = decodeRecord(bytes, offset)) {
    const {record, end} = found;
    if (record.sequence !== scan.sequence + 1n) throw corrupt(file, `record ${record.sequence} follows record ${scan.sequence}`);
    scan.sequence = record.sequence;
    scan.at = record.at;
    scan.head = nextHead(scan.head, record);
    onRecord(record, scan.head);
    offset = end;
  }
  return offset;
}

/** Cuts what follows the last whole record, unless a later record proves that the damaged one was durable. */
function cutTail({file, bytes, end, sequence}: {file: string; bytes: Buffer; end: number; sequence: bigint}): void {
  for (let offset = end + 1; offset < bytes.length; offset += 1) {
    const found = decodeRecord(bytes, offset);
    if (!found || found.record.sequence <= sequence) continue;
    if (found.record.durable > sequence) throw corrupt(file, `record ${sequence + 1n} was acknowledged and cannot be read`);
    offset = found.end - 1;
  }
  const descriptor = openSync(file, 'r+');
  ftruncateSync(descriptor, end);
  fsyncSync(descriptor);
  closeSync(descriptor);
}
