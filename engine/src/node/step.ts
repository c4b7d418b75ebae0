/** One record into the core, by the engine and by whoever replays it: `core.applyRecord`, with the time set once for all of a moment. */
import {keepTexts} from '../core/decode.ts';
import type {Core} from '../core/engine.ts';
import {type Reason, REASON} from '../core/venue/codes.ts';
import {applyRecord} from '../core/venue/dispatch.ts';
import type {RecordLog} from '../core/venue/records.ts';

/**
 * Applies record `index`; its events are in the venue's log then. The caller sets the state's time after the last one of a moment.
 * A refusal leaves no trace. The core has seen its genesis.
 */
export function stepRecord({state}: Core, records: Pick<RecordLog, 'words' | 'doubles'>, index: number, at: number): Reason {
  const reason = applyRecord(state.venue, records, index, at);
  if (reason === REASON.none) keepTexts(state);
  return reason;
}
