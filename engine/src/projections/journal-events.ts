/** Replays a journal's files into events, batch by batch, beside a running engine: reads only, takes no lock. */
import {closeSync, openSync, readdirSync, readFileSync, readSync} from 'node:fs';
import path from 'node:path';
import {bytesToHex, type Hex} from 'viem';
import type {Command} from '../core/commands.ts';
import {createCore} from '../core/engine.ts';
import type {NumberedEvent} from '../core/events.ts';
import {decodePayload} from '../journal/codec.ts';
import {decodeRecord, decodeSegmentHeader, nextHead, RECORD_HEADER, RECORD_KIND, SEGMENT_HEADER} from '../journal/frame.ts';

const BATCH_EVENTS = 5_000;
const NAME = /^\d{20}\.journal$/;
/** Genesis carries the rules of the network. */
const FIRST_RECORD_BYTES_MAX = 1024 * 1024;

const segments = (directory: string): string[] =>
  readdirSync(directory).filter((name) => NAME.test(name)).sort().map((name) => path.join(directory, name));

/**
 * Events from the journal's beginning, in order. Stops at the first record that is not whole: the end, or a write in progress.
 *
 * @throws when a whole record does not replay; opening the journal says more.
 */
export async function* journalEvents(directory: string): AsyncGenerator<NumberedEvent[]> {
  const core = createCore();
  let sequence = 0n;
  let batch: NumberedEvent[] = [];
  for (const file of segments(directory)) {
    const bytes = readFileSync(file);
    if (!decodeSegmentHeader(bytes)) return;
    for (let found = decodeRecord(bytes, SEGMENT_HEADER); found; found = decodeRecord(bytes, found.end)) {
      const {record} = found;
      if (record.kind !== RECORD_KIND.command) continue;
      const applied = core.apply(decodePayload(record.payload) as Command, record.at);
      if (!applied.ok) throw new Error(`record ${record.sequence} of the journal does not replay (${applied.rejection.code})`);
      for (const event of applied.events) {
        sequence += 1n;
        batch.push({sequence, command: record.sequence, at: record.at, event});
      }
      if (batch.length >= BATCH_EVENTS) {
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}

/** Names a journal: the chain head after its first record. Undefined while it is empty. */
export function journalId(directory: string): Hex | undefined {
  const [first] = segments(directory);
  if (first === undefined) return undefined;
  const bytes = Buffer.alloc(SEGMENT_HEADER + RECORD_HEADER + FIRST_RECORD_BYTES_MAX);
  const descriptor = openSync(first, 'r');
  const length = readSync(descriptor, bytes, 0, bytes.length, 0);
  closeSync(descriptor);
  const found = decodeRecord(bytes.subarray(0, length), SEGMENT_HEADER);
  return found && bytesToHex(nextHead(new Uint8Array(32), found.record));
}
