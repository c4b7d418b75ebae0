/**
 * Append-only, hash-chained command log with group commit: whatever is appended while one `fdatasync` runs shares the next one.
 * A failed write or sync puts the journal out of service for good; it is never retried, because the page cache may then lie.
 */
import {mkdirSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';
import {bytesToHex, type Hex} from 'viem';
import {JournalError} from './errors.ts';
import {encodeRecord, encodeSegmentHeader, type JournalRecord, nextHead, PAYLOAD_MAX, type RecordKind, SEGMENT_HEADER} from './frame.ts';
import {type Lock, takeLock} from './lock.ts';
import {scanSegments, segmentName, syncDirectory} from './segments.ts';

export type JournalOptions = {
  directory: string;
  /** A new segment begins when the current one has reached this size. */
  segmentBytes?: number;
  /** Every record already there, in order, before `openJournal` returns. */
  onRecord: (record: JournalRecord, head: Hex) => void;
  /** All records up to `sequence` are on disk. */
  onDurable: (sequence: bigint) => void;
  /** The journal is out of service; the process should end. */
  onFatal: (error: JournalError) => void;
};

const SEGMENT_BYTES = 256 * 1024 * 1024;

type Batch = {records: Buffer[]; bytes: number; firstSequence: bigint; previousHead: Uint8Array; lastSequence: bigint};

export class Journal {
  readonly #options: JournalOptions;
  readonly #lock: Lock;
  #handle: FileHandle | undefined;
  #file: string | undefined;
  #size: number;
  #sequence: bigint;
  #durable: bigint;
  #head: Uint8Array;
  #batch: Batch | undefined;
  #flushing: Promise<void> | undefined;
  #state: 'open' | 'closed' | 'failed' = 'open';
  /** Bytes of an unfinished write that were cut at start; 0 after a clean stop. */
  readonly repairedBytes: number;
  /** Time of the last record found at start, milliseconds. */
  readonly lastAt: bigint;

  /**
   * Opens the folder, making it if it is not there, and replays it into `onRecord`.
   *
   * @throws {JournalError} `JOURNAL_LOCKED`, `JOURNAL_CORRUPT`; and whatever `onRecord` throws.
   */
  constructor(options: JournalOptions) {
    mkdirSync(options.directory, {recursive: true});
    this.#options = options;
    this.#lock = takeLock(options.directory);
    try {
      const scan = scanSegments(options.directory, (record, head) => options.onRecord(record, bytesToHex(head)));
      this.#file = scan.file;
      this.#size = scan.size;
      this.#sequence = scan.sequence;
      this.#durable = scan.sequence;
      this.#head = scan.head;
      this.repairedBytes = scan.repairedBytes;
      this.lastAt = scan.at;
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** Sequence and chain head of the last appended record, durable or not. */
  get last(): {sequence: bigint; head: Hex} {
    return {sequence: this.#sequence, head: bytesToHex(this.#head)};
  }

  get durableSequence(): bigint {
    return this.#durable;
  }

  /**
   * Chains a record and schedules it; it is safe only once `onDurable` names its sequence.
   *
   * @throws {JournalError} `JOURNAL_CLOSED`.
   */
  append({at, kind, payload}: {at: bigint; kind: RecordKind; payload: Uint8Array}): {sequence: bigint; head: Hex} {
    if (this.#state !== 'open') throw new JournalError({code: 'JOURNAL_CLOSED', detail: 'The journal takes no more records.'});
    if (payload.length > PAYLOAD_MAX) throw new JournalError({code: 'JOURNAL_WRITE_FAILED', detail: `A record of ${payload.length} bytes is too large.`});
    const previousHead = this.#head;
    this.#sequence += 1n;
    const record: JournalRecord = {sequence: this.#sequence, at, durable: this.#durable, kind, payload};
    this.#head = nextHead(previousHead, record);
    const bytes = encodeRecord(record);
    this.#batch ??= {records: [], bytes: 0, firstSequence: this.#sequence, previousHead, lastSequence: this.#sequence};
    this.#batch.records.push(bytes);
    this.#batch.bytes += bytes.length;
    this.#batch.lastSequence = this.#sequence;
    this.#flushing ??= this.#flush();
    return this.last;
  }

  /** Writes what is scheduled, frees the folder. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    if (this.#state === 'open') this.#state = 'closed';
    await this.#flushing;
    await this.#handle?.close();
    this.#lock.release();
  }

  async #flush(): Promise<void> {
    try {
      // One turn of the event loop gathers what arrives together.
      await new Promise(setImmediate);
      while (this.#batch) {
        const batch = this.#batch;
        this.#batch = undefined;
        await this.#write(batch);
        this.#durable = batch.lastSequence;
        this.#options.onDurable(batch.lastSequence);
      }
    } catch (error) {
      this.#state = 'failed';
      const reason = error instanceof Error ? error.message : String(error);
      const detail = `The journal in ${this.#options.directory} could not be written: ${reason}.`;
      this.#options.onFatal(new JournalError({code: 'JOURNAL_WRITE_FAILED', detail}, false, {cause: error}));
    } finally {
      this.#flushing = undefined;
    }
  }

  async #write(batch: Batch): Promise<void> {
    const handle = await this.#segmentFor(batch);
    const bytes = Buffer.concat(batch.records, batch.bytes);
    for (let written = 0; written < bytes.length;) {
      const {bytesWritten} = await handle.write(bytes, written, bytes.length - written, this.#size + written);
      written += bytesWritten;
    }
    this.#size += bytes.length;
    await handle.datasync();
  }

  async #segmentFor({firstSequence, previousHead}: Batch): Promise<FileHandle> {
    const full = this.#size >= (this.#options.segmentBytes ?? SEGMENT_BYTES);
    if (this.#file !== undefined && !full) {
      this.#handle ??= await open(this.#file, 'r+');
      return this.#handle;
    }
    await this.#handle?.close();
    this.#file = path.join(this.#options.directory, segmentName(firstSequence));
    this.#handle = await open(this.#file, 'wx');
    await this.#handle.write(encodeSegmentHeader({firstSequence, previousHead}), 0, SEGMENT_HEADER, 0);
    await this.#handle.sync();
    syncDirectory(this.#options.directory);
    this.#size = SEGMENT_HEADER;
    return this.#handle;
  }
}
