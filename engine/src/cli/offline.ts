/** Commands on a stopped engine: `rebuild` and `journal verify`. */
import {existsSync} from 'node:fs';
import {bytesToHex, type Hex} from 'viem';
import {journalDirectory} from '../app.ts';
import {ConfigError, type Flags, parseDatabase, parseDataDir} from '../config.ts';
import {digest} from '../core/queries.ts';
import {openDatabase} from '../db/database.ts';
import {Journal} from '../journal/journal.ts';
import {Replica} from '../node/replica.ts';
import {journalEvents, journalId} from '../projections/journal-events.ts';
import {Projector} from '../projections/projector.ts';

const quiet = {info: () => {}, warn: () => {}, error: () => {}};

export type JournalReport = {ok: true; batches: string; commands: string; head: Hex; digest: Hex; digestsChecked: number; repairedBytes: number; seconds: number};

/** Verifies the chain of batches, every digest on the way, and that each command applies. Takes the journal's lock. */
export async function verifyJournal(flags: Flags): Promise<JournalReport> {
  const directory = journalOf(flags);
  const started = performance.now();
  const replica = new Replica();
  const fail = (error: Error): never => {
    throw error;
  };
  const journal = new Journal({directory, onBatch: (batch) => replica.apply(batch), onDurable: () => {}, onFatal: fail});
  const {sequence, head, durable} = journal;
  await journal.close();
  return {
    ok: true, batches: String(durable.index), commands: String(sequence), head: bytesToHex(head), digest: digest(replica.core), digestsChecked: replica.digestsChecked,
    repairedBytes: journal.repairedBytes, seconds: Math.round(performance.now() - started) / 1_000,
  };
}

/** Folds the whole journal into the projections anew; the chains' read models stay. */
export async function rebuildProjections(flags: Flags): Promise<{ok: true; events: string}> {
  const directory = journalOf(flags);
  const database = await openDatabase(parseDatabase(flags));
  try {
    const projector = new Projector({journal: journalId(directory) ?? ''}, {store: database.projections, replay: () => journalEvents(directory), log: quiet});
    return {ok: true, events: String(await projector.rebuild())};
  } finally {
    await database.close();
  }
}

function journalOf(flags: Flags): string {
  const dataDir = parseDataDir(flags);
  const directory = journalDirectory(dataDir);
  if (!existsSync(directory)) throw new ConfigError(`--data-dir ${dataDir} holds no journal: name the folder the engine runs with.`);
  return directory;
}
