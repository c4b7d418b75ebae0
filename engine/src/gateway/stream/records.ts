/**
 * Commands as 64-byte records in binary frames (layout: `core/venue/dispatch.ts` and engine/README.md). Ranges are checked where the
 * records lie, the account word is overwritten with the socket's account, and what does not hold is made a record that no engine takes,
 * so that the frame passes on as it came and the answers keep their places.
 */
import {COMMAND, ORDER_FLAG, REASON} from '../../core/venue/codes.ts';
import {QUANTITY_MAX, TICKS_MAX, VALUE_MAX} from '../../core/venue/integers.ts';
import {codeOf, detailOf, marketOf, RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS} from '../../core/venue/records.ts';
import {ACK_BYTES, type RecordAcks, RECORDS_MAX} from '../../link/types.ts';

/** Reasons a gateway gives itself, beside the core's `REASON`. */
export const EDGE_REASON = {tooMany: 200, scopeMissing: 201, engineAway: 202, engineBusy: 203} as const;

/** frame:4 ‖ count:2 ‖ version:1 ‖ zero:1 ‖ batch hash:32, then `count` acknowledgements of {@link ACK_BYTES}. */
export const ACK_HEADER_BYTES = 40;
const ACK_VERSION = 1;

const MOMENT_MAX = 2 ** 52;
const SEQUENCE_MAX = 2 ** 53;
const DETAIL_BITS = 0x1f;
const OWN_FLAGS = ORDER_FLAG.reduceOnly | ORDER_FLAG.postOnly | ORDER_FLAG.market | ORDER_FLAG.deadMan;

const within = (value: number, least: number, most: number): boolean => value >= least && value <= most;
const isWholeWithin = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

export type RecordFrame = {bytes: Uint8Array; words: Int32Array; doubles: Float64Array; count: number};

/** The records of a frame in memory of their own, aligned; `undefined` unless they are 1 to 256 whole records. */
export function frameOf(data: Uint8Array): RecordFrame | undefined {
  const count = data.length / RECORD_BYTES;
  if (!isWholeWithin(count, 1, RECORDS_MAX)) return undefined;
  const buffer = new ArrayBuffer(data.length);
  const bytes = new Uint8Array(buffer);
  bytes.set(data);
  return {bytes, words: new Int32Array(buffer), doubles: new Float64Array(buffer), count};
}

/** What is wrong with single records: `[index, reason, …]`; shared and empty where nothing is. */
export type Faults = number[];
const NO_FAULTS: Faults = [];

/** Writes the account into every record and takes out of the way those that cannot hold. */
export function claimRecords({words, doubles, count}: RecordFrame, {account, markets}: {account: number; markets: number}): Faults {
  let faults = NO_FAULTS;
  for (let index = 0; index < count; index += 1) {
    const word = index * RECORD_WORDS;
    const reason = faultOf(words, doubles, word, index * RECORD_DOUBLES + 4, markets);
    words[word + 1] = account;
    if (reason === REASON.none) continue;
    words[word] = 0;
    if (faults === NO_FAULTS) faults = [];
    faults.push(index, reason);
  }
  return faults;
}

function faultOf(words: Int32Array, doubles: Float64Array, word: number, double: number, markets: number): number {
  const head = words[word]!;
  if (doubles[double + 1] !== 0 || doubles[double + 2] !== 0 || doubles[double + 3] !== 0) return REASON.badFlags;
  const first = doubles[double]!;
  switch (codeOf(head)) {
    case COMMAND.place: return marketOf(head) < markets ? placeFault(words, word, first) : REASON.unknownMarket;
    case COMMAND.cancel: return handleFault(words[word + 2]!, first) || restFault(words, word, 3);
    case COMMAND.amend: {
      if (!within(words[word + 3]!, 1, TICKS_MAX)) return REASON.badPrice;
      if (!within(words[word + 4]!, 1, QUANTITY_MAX)) return REASON.badQuantity;
      return handleFault(words[word + 2]!, first) || restFault(words, word, 5);
    }
    case COMMAND.cancelAll:
      if (!within(words[word + 2]!, -1, markets - 1)) return REASON.unknownMarket;
      return first === 0 ? restFault(words, word, 3) : REASON.badFlags;
    case COMMAND.marginMode:
      if (marketOf(head) >= markets) return REASON.unknownMarket;
      return detailOf(head) <= 1 && first === 0 ? restFault(words, word, 2) : REASON.badFlags;
    case COMMAND.isolatedMargin:
      if (marketOf(head) >= markets) return REASON.unknownMarket;
      return first !== 0 && isWholeWithin(first, -VALUE_MAX, VALUE_MAX) ? restFault(words, word, 2) : REASON.badAmount;
    case COMMAND.deadMan:
      return isWholeWithin(first, 0, MOMENT_MAX) ? restFault(words, word, 2) : REASON.badTime;
    default: return REASON.unknownCommand;
  }
}

function placeFault(words: Int32Array, word: number, expiry: number): number {
  const [price, quantity, flags, peak] = [words[word + 2]!, words[word + 3]!, words[word + 4]!, words[word + 7]!];
  if (detailOf(words[word]!) > DETAIL_BITS || (flags & ~OWN_FLAGS) !== 0) return REASON.badFlags;
  const isMarket = (flags & ORDER_FLAG.market) !== 0;
  if (isMarket ? price !== 0 : !within(price, 1, TICKS_MAX)) return REASON.badPrice;
  if (!within(quantity, 1, QUANTITY_MAX) || !within(peak, 0, quantity)) return REASON.badQuantity;
  return isWholeWithin(expiry, 0, MOMENT_MAX) ? REASON.none : REASON.badTime;
}

const handleFault = (slot: number, sequence: number): number =>
  (slot >= 0 && isWholeWithin(sequence, 1, SEQUENCE_MAX) ? REASON.none : REASON.unknownOrder);

/** Words that a command does not use are zero. */
function restFault(words: Int32Array, word: number, from: number): number {
  for (let index = from; index < 8; index += 1) if (words[word + index] !== 0) return REASON.badFlags;
  return REASON.none;
}

/** The answer to a frame, faults told in their places. */
export function ackFrame(frame: number, {count, acks, batchHash}: RecordAcks, faults: Faults): Uint8Array {
  const bytes = new Uint8Array(ACK_HEADER_BYTES + count * ACK_BYTES);
  writeHeader(bytes, frame, count);
  bytes.set(batchHash, 8);
  bytes.set(acks, ACK_HEADER_BYTES);
  for (let at = 0; at < faults.length; at += 2) bytes[ACK_HEADER_BYTES + faults[at]! * ACK_BYTES] = faults[at + 1]!;
  return bytes;
}

/** The answer to a frame that nobody looked into: every record has the same reason, no sequence. */
export function refusedFrame(frame: number, count: number, reason: number): Uint8Array {
  const bytes = new Uint8Array(ACK_HEADER_BYTES + count * ACK_BYTES);
  const view = new DataView(bytes.buffer);
  writeHeader(bytes, frame, count);
  for (let index = 0; index < count; index += 1) {
    bytes[ACK_HEADER_BYTES + index * ACK_BYTES] = reason;
    view.setInt32(ACK_HEADER_BYTES + index * ACK_BYTES + 4, -1, true);
  }
  return bytes;
}

function writeHeader(bytes: Uint8Array, frame: number, count: number): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frame, true);
  view.setUint16(4, count, true);
  view.setUint8(6, ACK_VERSION);
}
