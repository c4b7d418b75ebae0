/** The core has no clock: this one tells it the time, whether anybody trades or not. What is due happens then. */
import {COMMAND} from '../core/venue/codes.ts';
import {head, RECORD_BYTES, RecordLog} from '../core/venue/records.ts';
import type {EngineNode} from './engine-node.ts';

/** Returns the way to stop. A tick the engine is too busy for is left to the next one. */
export function startClock(node: EngineNode, {intervalMs}: {intervalMs: number}): () => void {
  const log = new RecordLog(1);
  log.push(head(COMMAND.tick, 0, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  const frame = {bytes: Buffer.from(log.words.buffer, 0, RECORD_BYTES), words: log.words, doubles: log.doubles, length: 1};
  const timer = setInterval(() => node.submitRecords(frame, () => {}), intervalMs);
  return () => clearInterval(timer);
}
