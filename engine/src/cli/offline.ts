/** Commands on a stopped engine: `rebuild` and `journal verify`. */
import {existsSync} from 'node:fs';
import {journalDirectory} from '../app.ts';
import {ConfigError, type Flags, parseDatabase, parseDataDir} from '../config.ts';
import type {Command} from '../core/commands.ts';
import {createCore} from '../core/engine.ts';
import {digest} from '../core/queries.ts';
import {openDatabase} from '../db/database.ts';
import {decodePayload} from '../journal/codec.ts';
import {type JournalRecord, RECORD_KIND} from '../journal/frame.ts';
import {Journal} from '../journal/journal.ts';
import {NodeError} from '../node/errors.ts';
import {journalEvents, journalId} from '../projections/journal-events.ts';
import {Projector} from '../projections/projector.ts';

const quiet = {info: () => {}, warn: () => {}, error: () => {}};

export type JournalReport = {ok: true; records: string; commands: string; head: string; digest: string; repairedBytes: number};

/** Verifies the chain of records, every checkpoint digest, and that each command applies. Takes the journal's lock. */
export async function verifyJournal(flags: Flags): Promise<JournalReport> {
  const directory = journalOf(flags);
  const core = createCore();
  let commands = 0n;
  const onRecord = (record: JournalRecord): void => {
    if (record.kind === RECORD_KIND.checkpoint) {
      const {digest: expected} = decodePayload(record.payload) as {digest: string};
      if (digest(core) !== expected) throw diverged(record, 'the state there differs from the recorded digest');
      return;
    }
    commands += 1n;
    const applied = core.apply(decodePayload(record.payload) as Command, record.at);
    if (!applied.ok) throw diverged(record, `its command is refused (${applied.rejection.code})`);
  };
  const fail = (error: Error): never => {
    throw error;
  };
  const journal = new Journal({directory, onRecord, onDurable: () => {}, onFatal: fail});
  const {sequence, head} = journal.last;
  await journal.close();
  return {ok: true, records: String(sequence), commands: String(commands), head, digest: digest(core), repairedBytes: journal.repairedBytes};
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

const diverged = ({sequence}: JournalRecord, why: string): NodeError =>
  new NodeError({code: 'REPLAY_DIVERGED', sequence, detail: `Record ${sequence} of the journal does not hold: ${why}.`});
