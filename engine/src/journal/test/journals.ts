/** Journals in folders of their own, and what is in them as short texts. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type ChainState, Chain, ENTRY, entriesOf, SLOT} from '../batch.ts';
import {type DurableBatch, Journal, type JournalOptions} from '../journal.ts';
import {segmentFiles} from '../segments.ts';

const folders: string[] = [];

export const folder = (): string => {
  folders.push(mkdtempSync(path.join(tmpdir(), 'pobs-journal-')));
  return folders.at(-1)!;
};

export function removeFolders(): void {
  for (const directory of folders.splice(0)) rmSync(directory, {recursive: true, force: true});
}

export type ReadBatch = {index: number; firstSequence: number; count: number; hash: Buffer; entries: string[]};

export type Opened = {
  journal: TestJournal;
  batches: ReadBatch[];
  /** Places in the chain after each batch. */
  states: ChainState[];
  durable: Pick<DurableBatch, 'index' | 'firstSequence' | 'count'>[];
  fatal: string[];
};

class TestJournal extends Journal {
  readonly #waiting: (() => void)[];

  constructor(options: JournalOptions) {
    const waiting: (() => void)[] = [];
    super({
      ...options, onDurable: (batch) => {
        options.onDurable(batch);
        for (const resolve of waiting.splice(0)) resolve();
      },
    });
    this.#waiting = waiting;
  }

  onceDurable(listener: () => void): void {
    this.#waiting.push(listener);
  }
}

export function openJournal(directory: string, options: Partial<JournalOptions> = {}): Opened {
  const opened: Omit<Opened, 'journal'> = {batches: [], states: [], durable: [], fatal: []};
  const chain = options.from ? Chain.from(options.from.chain) : new Chain();
  const journal = new TestJournal({
    directory, aheadBytes: 0,
    onBatch: ({header, bytes, payload}) => {
      chain.add(header.hash);
      opened.states.push(chain.state);
      const entries = [...entriesOf(bytes, payload, header.length)].map(({kind, size, offset, at}) => {
        if (kind === ENTRY.records) return `${size} records at ${at}`;
        return `${kind === ENTRY.checkpoint ? 'checkpoint ' : ''}${bytes.subarray(offset, offset + size).toString()}`;
      });
      const {index, firstSequence, count} = header;
      opened.batches.push({index, firstSequence, count, hash: Buffer.from(header.hash), entries});
    },
    onDurable: ({index, firstSequence, count}) => opened.durable.push({index, firstSequence, count}),
    onFatal: (error) => opened.fatal.push(error.data.code),
    ...options,
  });
  return {...opened, journal};
}

export const found = ({batches}: Opened): string[] => batches.flatMap(({entries}) => entries);

export const appendText = (journal: Journal, text: string): void => journal.appendCommand(Buffer.from(text), 5);

/** Whole records of rising bytes. */
export const records = (count: number): Buffer => Buffer.from(Uint8Array.from({length: count * SLOT}, (_, index) => index));

/** One batch of these texts, then a clean stop. */
export async function written(directory: string, texts: readonly string[], options: Partial<JournalOptions> = {}): Promise<void> {
  const {journal} = openJournal(directory, options);
  for (const text of texts) appendText(journal, text);
  await journal.close();
}

export const segments = segmentFiles;

export const code = (run: () => unknown): string => {
  try {
    run();
    return 'no error';
  } catch (error) {
    return (error as {data?: {code: string}}).data?.code ?? String(error);
  }
};
