/** One record into the core, by the engine and by whoever replays it. */
import type {Core} from '../core/engine.ts';
import {EVENT, type Reason, REASON} from '../core/venue/codes.ts';
import {applyRecord} from '../core/venue/dispatch.ts';
import {codeOf, RECORD_DOUBLES, RECORD_WORDS, type RecordLog} from '../core/venue/records.ts';

/**
 * Applies record `index`; its events are in the venue's log then. The caller sets the state's time, once for all records of a moment.
 * A refusal leaves no trace.
 */
export function stepRecord({state}: Core, records: Pick<RecordLog, 'words' | 'doubles'>, index: number, at: number): Reason {
  const reason = applyRecord(state.venue, records, index, at);
  if (reason === REASON.none && state.clientTexts.size > 0) forgetTexts(state.clientTexts, state.venue.log);
  return reason;
}

/** Client ids that came as text are kept while their order is open. */
function forgetTexts(texts: Map<number, string>, {words, doubles, length}: RecordLog): void {
  for (let index = 0; index < length; index += 1) {
    if (codeOf(words[index * RECORD_WORDS]!) === EVENT.closed) texts.delete(doubles[index * RECORD_DOUBLES + 4]!);
  }
}
