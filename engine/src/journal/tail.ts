/** Reads a journal that another process writes: batch by batch from the files, never beyond what the writer calls durable. */
import {closeSync, existsSync, fstatSync, openSync, readSync} from 'node:fs';
import path from 'node:path';
import {BATCH_HEADER, Chain, readBatch, readHeader} from './batch.ts';
import {JournalError} from './errors.ts';
import {type Anchor, type Batch, firstSequenceOf, segmentFiles, segmentName, segmentOf, viewsOf} from './segments.ts';

/** Read at a time by one who is far behind, and by one who is close: what lies further may not be whole yet. */
const FAR_BYTES = 4 * 1024 * 1024;
const NEAR_BYTES = 64 * 1024;
const FAR_BATCHES = 100;

export type TailOptions = {directory: string; from?: Anchor | undefined};

export class JournalTail {
  readonly #directory: string;
  readonly #chain: Chain;
  #sequence: number;
  #descriptor: number | undefined;
  #file = '';
  /** Of the next batch in the file. */
  #offset = 0;
  #chunk: Buffer = Buffer.allocUnsafeSlow(NEAR_BYTES);
  #chunkAt = 0;
  #chunkLength = 0;
  #wanted = NEAR_BYTES;
  /** The batch before which nothing is handed out. */
  readonly #anchor: Anchor | undefined;

  constructor({directory, from}: TailOptions) {
    this.#directory = directory;
    this.#anchor = from;
    this.#chain = from ? Chain.from(from.chain) : new Chain();
    this.#sequence = from?.sequence ?? 0;
  }

  /** Index of the last batch read. */
  get index(): number {
    return this.#chain.index;
  }

  get chain(): Chain {
    return this.#chain;
  }

  /**
   * The batches up to `index`, each good until the next is asked for.
   *
   * @throws {JournalError} `JOURNAL_CORRUPT` where one of them is not there.
   */
  *read(index: number): Generator<Batch> {
    const wanted = index - this.#chain.index > FAR_BATCHES ? FAR_BYTES : NEAR_BYTES;
    if (this.#chunk.length < wanted) this.#chunk = Buffer.allocUnsafeSlow(wanted);
    this.#wanted = wanted;
    this.#chunkLength = 0;
    while (this.#chain.index < index) {
      if (this.#descriptor === undefined) this.#begin();
      const batch = this.#next();
      if (batch) yield batch;
      else this.#nextSegment();
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #begin(): void {
    const files = segmentFiles(this.#directory);
    const first = this.#anchor ? segmentOf(files, this.#anchor) : files[0];
    if (first === undefined) throw this.#missing('there is no segment');
    this.#openFile(first);
    if (this.#anchor && this.#anchor.chain.index > 0) this.#skipTo(this.#anchor);
  }

  #openFile(file: string): void {
    this.close();
    this.#descriptor = openSync(file, 'r');
    this.#file = file;
    this.#offset = 0;
    this.#chunkLength = 0;
  }

  /** Goes past the batches that lie before the anchor; the last of them must be the anchor's own. */
  #skipTo({chain: {index}}: Anchor): void {
    for (;;) {
      const header = this.#load(BATCH_HEADER) ? readHeader(this.#chunk, this.#offset - this.#chunkAt) : undefined;
      if (!header) throw this.#missing(`batch ${index} is not there`);
      if (header.index > index) return;
      this.#offset += BATCH_HEADER + header.length;
      if (header.index < index) continue;
      if (Buffer.compare(header.hash, this.#chain.hash) !== 0) throw this.#missing(`batch ${index} is another one`);
      return;
    }
  }

  #next(): Batch | undefined {
    const start = this.#load(BATCH_HEADER) ? readHeader(this.#chunk, this.#offset - this.#chunkAt) : undefined;
    if (!start || !this.#load(BATCH_HEADER + start.length)) return undefined;
    const at = this.#offset - this.#chunkAt;
    const header = readBatch(this.#chunk, at);
    if (!header) return undefined;
    const refused = this.#chain.refusal(header) ?? (header.firstSequence === this.#sequence + 1 ? undefined : 'a command is skipped');
    if (refused !== undefined) throw this.#missing(refused);
    this.#chain.add(header.hash);
    this.#sequence += header.count;
    this.#offset += BATCH_HEADER + header.length;
    return {header, bytes: this.#chunk, payload: at + BATCH_HEADER, ...viewsOf(this.#chunk)};
  }

  /** Has `length` bytes from the offset on in the chunk; false where the file has fewer. */
  #load(length: number): boolean {
    const end = this.#offset + length;
    if (this.#offset >= this.#chunkAt && end <= this.#chunkAt + this.#chunkLength) return true;
    if (fstatSync(this.#descriptor!).size < end) return false;
    if (length > this.#chunk.length) this.#chunk = Buffer.allocUnsafeSlow(length);
    this.#chunkAt = this.#offset;
    this.#chunkLength = readSync(this.#descriptor!, this.#chunk, 0, Math.max(length, this.#wanted), this.#offset);
    return this.#chunkLength >= length;
  }

  /** The writer has gone on in a new segment, or what is called durable cannot be read. */
  #nextSegment(): void {
    const next = path.join(this.#directory, segmentName(this.#sequence + 1));
    if (next === this.#file || !existsSync(next) || firstSequenceOf(this.#file) > this.#sequence) throw this.#missing(`batch ${this.#chain.index + 1} cannot be read`);
    this.#openFile(next);
  }

  #missing(why: string): JournalError {
    return new JournalError({code: 'JOURNAL_CORRUPT', file: this.#file, detail: `The journal in ${this.#directory} cannot be followed: ${why}.`});
  }
}
