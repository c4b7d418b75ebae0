/**
 * Append-only, hash-chained log of commands with group commit: whatever is appended while one `fdatasync` runs is the next batch.
 * A failed write or sync puts the journal out of service for good; it is never retried, because the page cache may then lie.
 */
import {channel} from 'node:diagnostics_channel';
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {BATCH_HEADER, type ChainState, ENTRY, PAYLOAD_MAX, sealBatch} from './batch.ts';
import {BatchBuffer} from './batch-buffer.ts';
import {type Disk, type DiskFile, realDisk} from './disk.ts';
import {JournalError} from './errors.ts';
import {type Lock, takeLock} from './lock.ts';
import {type Anchor, type Batch, firstSequenceOf, type Scan, scanSegments, segmentName} from './segments.ts';

export type DurableBatch = {
  index: number;
  hash: Uint8Array;
  firstSequence: number;
  count: number;
  /** The batch as on disk; good until the listener returns. */
  bytes: Buffer;
};

export type JournalOptions = {
  directory: string;
  /** A new segment begins when a batch would grow the current one beyond this. */
  segmentBytes?: number;
  /** Zeros written ahead of the end, so that most syncs need not change the file's size. */
  aheadBytes?: number;
  /** Where to begin; earlier batches are not looked at. */
  from?: Anchor | undefined;
  /** Every batch there is after `from`, in order, before the constructor returns. @param left - Bytes of the folder that come after it. */
  onBatch: (batch: Batch, left: number) => void;
  /** A batch is being written: what is appended from now on is in the next one. */
  onWriting?: () => void;
  /** The batch and all before it are on disk. */
  onDurable: (batch: DurableBatch) => void;
  /** The journal is out of service; the process should end. */
  onFatal: (error: JournalError) => void;
  disk?: Disk;
};

const SEGMENT_BYTES = 256 * 1024 * 1024;
const AHEAD_BYTES = 1024 * 1024;

/** Tells how long each batch took to become durable, to whoever measures. */
const commits = channel('pobs:journal:commit');

export class Journal {
  readonly #options: JournalOptions;
  readonly #disk: Disk;
  readonly #lock: Lock;
  readonly #chain: Scan['chain'];
  #filling = new BatchBuffer();
  #spare = new BatchBuffer();
  #file: DiskFile | undefined;
  #fileName: string | undefined;
  #segmentFirst = 0;
  #size: number;
  /** Bytes of the file, zeros ahead included. */
  #allocated: number;
  #sequence: number;
  #durable: {index: number; sequence: number};
  #flushing: Promise<void> | undefined;
  #state: 'open' | 'closed' = 'open';
  #failed = false;
  readonly #zeros: Buffer;
  /** Bytes of an unfinished write that were cut at start; 0 after a clean stop. */
  readonly repairedBytes: number;
  /** Time of the last batch found at start, milliseconds. */
  readonly lastAt: number;

  /**
   * Opens the folder, making it if it is not there, and replays it into `onBatch`.
   *
   * @throws {JournalError} `JOURNAL_LOCKED`, `JOURNAL_CORRUPT`, `JOURNAL_VERSION`; and whatever `onBatch` throws.
   */
  constructor(options: JournalOptions) {
    const {directory, from, onBatch, disk = realDisk} = options;
    mkdirSync(directory, {recursive: true, mode: 0o700});
    this.#options = options;
    this.#disk = disk;
    this.#zeros = Buffer.alloc(options.aheadBytes ?? AHEAD_BYTES);
    this.#lock = takeLock(directory);
    try {
      const scan = scanSegments({directory, from, onBatch, repair: true});
      this.#fileName = scan.file;
      if (scan.file !== undefined) this.#segmentFirst = firstSequenceOf(scan.file);
      this.#size = scan.size;
      this.#allocated = scan.size;
      this.#sequence = scan.sequence;
      this.#chain = scan.chain;
      this.#durable = {index: scan.chain.index, sequence: scan.sequence};
      this.repairedBytes = scan.repairedBytes;
      this.lastAt = scan.at;
      this.#filling.begin(scan.sequence + 1);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** The last command appended, durable or not. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Index of the newest batch that holds something, durable or not. */
  get tip(): number {
    return this.#chain.index + (this.#filling.isEmpty ? 0 : 1);
  }

  get durable(): Readonly<{index: number; sequence: number}> {
    return this.#durable;
  }

  /** Hash of the newest closed batch. */
  get head(): Uint8Array {
    return this.#chain.hash;
  }

  /** Place in the chain after the newest closed batch. */
  get chainState(): ChainState {
    return this.#chain.state;
  }

  /** Bytes that wait for the running sync. */
  get waitingBytes(): number {
    return this.#filling.end;
  }

  /** Records `from`…`to` (bytes) of `source` as commands, one sequence each. @throws {JournalError} `JOURNAL_CLOSED`. */
  appendRecords(source: Buffer, from: number, to: number, at: number): void {
    this.#open();
    this.#filling.addRecords(source, from, to, at);
    this.#sequence = this.#filling.firstSequence + this.#filling.count - 1;
    this.#flushing ??= this.#flush();
  }

  /** A command as JSON. @throws {JournalError} `JOURNAL_CLOSED`, `JOURNAL_WRITE_FAILED` for one that is too large. */
  appendCommand(text: Uint8Array, at: number): void {
    this.#appendText(ENTRY.command, text, at);
  }

  /** What must hold at this place; takes no sequence. */
  appendCheckpoint(text: Uint8Array, at: number): void {
    this.#appendText(ENTRY.checkpoint, text, at);
  }

  #appendText(kind: typeof ENTRY.command | typeof ENTRY.checkpoint, text: Uint8Array, at: number): void {
    this.#open();
    if (text.length > PAYLOAD_MAX / 2) throw new JournalError({code: 'JOURNAL_WRITE_FAILED', detail: `A command of ${text.length} bytes is too large.`});
    this.#filling.addText(kind, text, at);
    this.#sequence = this.#filling.firstSequence + this.#filling.count - 1;
    this.#flushing ??= this.#flush();
  }

  #open(): void {
    if (this.#state !== 'open' || this.#failed) throw new JournalError({code: 'JOURNAL_CLOSED', detail: 'The journal takes no more commands.'});
  }

  /** Writes what waits, cuts the zeros ahead, frees the folder. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    await this.#flushing;
    try {
      if (!this.#failed && this.#file && this.#allocated > this.#size) await this.#file.truncate(this.#size);
      await this.#file?.close();
    } finally {
      this.#lock.release();
    }
  }

  async #flush(): Promise<void> {
    try {
      // One turn of the event loop gathers what arrives together.
      await new Promise(setImmediate);
      while (!this.#filling.isEmpty) {
        const batch = this.#filling;
        const started = performance.now();
        const about = this.#seal(batch);
        const writing = this.#write(batch.bytes.subarray(0, batch.end), batch.firstSequence);
        this.#options.onWriting?.();
        await writing;
        if (commits.hasSubscribers) commits.publish({milliseconds: performance.now() - started, commands: batch.count});
        this.#durable = {index: about.index, sequence: batch.firstSequence + batch.count - 1};
        this.#options.onDurable({...about, bytes: batch.bytes.subarray(0, batch.end)});
      }
    } catch (error) {
      this.#failed = true;
      const reason = error instanceof Error ? error.message : String(error);
      const detail = `The journal in ${this.#options.directory} could not be written: ${reason}.`;
      this.#options.onFatal(new JournalError({code: 'JOURNAL_WRITE_FAILED', detail}, false, {cause: error}));
    } finally {
      this.#flushing = undefined;
    }
  }

  /** Closes the filling batch, begins the next one in the other buffer. */
  #seal(batch: BatchBuffer): Omit<DurableBatch, 'bytes'> {
    const {firstSequence, count, end, at} = batch;
    const index = this.#chain.index + 1;
    const hash = sealBatch(batch.bytes, {
      length: end - BATCH_HEADER, firstSequence, at, index, count, previousHash: this.#chain.hash, skipHash: this.#chain.skipHash,
    });
    this.#chain.add(hash);
    this.#filling = this.#spare;
    this.#spare = batch;
    this.#filling.begin(firstSequence + count);
    return {index, hash, firstSequence, count};
  }

  async #write(bytes: Buffer, firstSequence: number): Promise<void> {
    const file = await this.#segmentFor(bytes.length, firstSequence);
    await writeAll(file, bytes, this.#size);
    this.#size += bytes.length;
    this.#allocated = Math.max(this.#allocated, this.#size);
    if (this.#allocated - this.#size < this.#zeros.length / 2) {
      await writeAll(file, this.#zeros, this.#allocated);
      this.#allocated += this.#zeros.length;
    }
    await file.datasync();
  }

  async #segmentFor(length: number, firstSequence: number): Promise<DiskFile> {
    const full = this.#size + length > (this.#options.segmentBytes ?? SEGMENT_BYTES) && this.#size > 0 && firstSequence > this.#segmentFirst;
    if (this.#fileName !== undefined && !full) {
      this.#file ??= await this.#disk.open(this.#fileName, 'r+');
      return this.#file;
    }
    if (this.#file && this.#allocated > this.#size) await this.#file.truncate(this.#size);
    await this.#file?.close();
    this.#fileName = path.join(this.#options.directory, segmentName(firstSequence));
    this.#segmentFirst = firstSequence;
    this.#file = await this.#disk.open(this.#fileName, 'wx');
    await this.#file.datasync();
    this.#disk.syncDirectory(this.#options.directory);
    this.#size = 0;
    this.#allocated = 0;
    return this.#file;
  }
}

async function writeAll(file: DiskFile, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const count = await file.write(bytes, written, bytes.length - written, position + written);
    if (count === 0) throw new Error('the system wrote nothing');
    written += count;
  }
}
