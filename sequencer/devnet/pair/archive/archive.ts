import type {Rpc} from '../rpc.ts';
import {StateJournal, type JournalState} from './journal.ts';
import {ArchiveReader} from './reader.ts';
import {StateRecorder} from './recorder.ts';

/**
 * States of the newest blocks that a node keeps in memory; none go to disk. One state of a chain that ran for hours
 * takes up to 1 MB.
 */
export const NODE_STATES_KEPT = 128;
/** The journal may lag a little behind the node, and must still find its own head there. */
const STATES_TRUSTED = 64;

/** One chain's old states. */
export type Archive = {journal: StateJournal; recorder: StateRecorder; reader: ArchiveReader};

export async function openArchive(deps: {
  rpc: Rpc;
  saved: JournalState | undefined;
  log: (line: string) => void;
}): Promise<Archive> {
  const {rpc, saved, log} = deps;
  const journal = new StateJournal(saved);
  const loadedHead = Number(await rpc.blockNumber());
  const recorder = new StateRecorder({rpc, journal, log});
  return {journal, recorder, reader: new ArchiveReader({rpc, journal, loadedHead, statesKept: STATES_TRUSTED})};
}
