/** Replays a journal's files into events, batch by batch, beside a running engine: reads only, takes no lock. */
import {closeSync, openSync, readSync} from 'node:fs';
import {bytesToHex, type Hex} from 'viem';
import type {NumberedEvent} from '../core/events.ts';
import {BATCH_HEADER, readHeader} from '../journal/batch.ts';
import {readSegments, segmentFiles} from '../journal/segments.ts';
import {numbered, Replica} from '../node/replica.ts';

const BATCH_EVENTS = 5_000;

/**
 * Events from the journal's beginning, in order. Stops at the first batch that is not whole: the end, or a write in progress.
 *
 * @throws when a whole batch does not replay; opening the journal says more.
 */
export async function* journalEvents(directory: string): AsyncGenerator<NumberedEvent[]> {
  let waiting: NumberedEvent[] = [];
  const replica: Replica = new Replica({listener: numbered(() => replica.core, (events) => waiting.push(...events))});
  for (const batch of readSegments(directory)) {
    replica.apply(batch);
    if (waiting.length < BATCH_EVENTS) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}

/** Names a journal: the hash of its first batch. Undefined while it is empty. */
export function journalId(directory: string): Hex | undefined {
  const [first] = segmentFiles(directory);
  if (first === undefined) return undefined;
  const bytes = Buffer.alloc(BATCH_HEADER);
  const descriptor = openSync(first, 'r');
  const length = readSync(descriptor, bytes, 0, bytes.length, 0);
  closeSync(descriptor);
  const header = readHeader(bytes.subarray(0, length), 0);
  return header && bytesToHex(header.hash);
}
