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
const HASH_AT = 8;
const ACK_VERSION = 1;

const MOMENT_MAX = 2 ** 52;
const SEQUENCE_MAX = 2 ** 53;
const DETAIL_BITS = 0x1f;
const SLICES_MAX = 1_000;
/** Shape bits of a condition, and the bit that says there is a second one. */
const TRIGGER_SHAPE = 31;
const TRIGGER_SECOND = 1 << 8;
const OWN_FLAGS = ORDER_FLAG.reduceOnly | ORDER_FLAG.postOnly | ORDER_FLAG.market | ORDER_FLAG.deadMan;

const within = (value: number, least: number, most: number): boolean => value >= least && value <= most;
const isWholeWithin = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

export type RecordFrame = {bytes: Uint8Array; words: Int32Array; doubles: Float64Array; count: number};

/** Memory of one frame that all of them pass through, one after another. */
const memory = new ArrayBuffer(RECORDS_MAX * RECORD_BYTES);
const frame: RecordFrame = {bytes: new Uint8Array(0), words: new Int32Array(memory), doubles: new Float64Array(memory), count: 0};

/** The records of a frame, aligned, in memory that is the next one's too; `undefined` unless they are 1 to 256 whole records. */
export function frameOf(data: Uint8Array): RecordFrame | undefined {
  const count = data.length / RECORD_BYTES;
  if (!isWholeWithin(count, 1, RECORDS_MAX)) return undefined;
  if (data.length !== frame.bytes.length) frame.bytes = new Uint8Array(memory, 0, data.length);
  frame.bytes.set(data);
  frame.count = count;
  return frame;
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

/** Puts the orders of a claimed frame under a lease: those that are marked, or all of them. */
export function leaseRecords({words, count}: RecordFrame, {lease, all}: {lease: number; all: boolean}): void {
  for (let word = 0, end = count * RECORD_WORDS; word < end; word += RECORD_WORDS) {
    if (codeOf(words[word]!) !== COMMAND.place) continue;
    if (all) words[word + 4]! |= ORDER_FLAG.deadMan;
    if ((words[word + 4]! & ORDER_FLAG.deadMan) !== 0) words[word + 4]! |= lease << ORDER_FLAG.leaseShift;
  }
}

type Record = {words: Int32Array; doubles: Float64Array; word: number; double: number; markets: number};

/** One for all: records are checked one after another, and each costs nothing to look at. */
const here: Record = {words: new Int32Array(0), doubles: new Float64Array(0), word: 0, double: 0, markets: 0};

function faultOf(words: Int32Array, doubles: Float64Array, word: number, double: number, markets: number): number {
  const head = words[word]!;
  const code = codeOf(head);
  const first = doubles[double]!;
  if (code === COMMAND.place) {
    if (doubles[double + 1] !== 0 || doubles[double + 2] !== 0 || doubles[double + 3] !== 0) return REASON.badFlags;
    return marketOf(head) < markets ? placeFault(words, word, first) : REASON.unknownMarket;
  }
  here.words = words;
  here.doubles = doubles;
  here.word = word;
  here.double = double;
  here.markets = markets;
  return code === COMMAND.placeTrigger ? triggerFault(here) : otherFault(here, code);
}

function otherFault(record: Record, code: number): number {
  const {words, doubles, word, double, markets} = record;
  const [head, first, second] = [words[word]!, doubles[double]!, doubles[double + 1]!];
  const [w2, w3, w4] = [words[word + 2]!, words[word + 3]!, words[word + 4]!];
  switch (code) {
    case COMMAND.cancel: return handleFault(w2, first) || restFault(record, 3, 1);
    case COMMAND.amend: return priceFault(w3, 1) || quantityFault(w4) || handleFault(w2, first) || restFault(record, 5, 1);
    case COMMAND.cancelAll: return within(w2, -1, markets - 1) ? restFault(record, 3, 0) : REASON.unknownMarket;
    case COMMAND.marginMode: return marketFault(record) || detailFault(head, 1) || restFault(record, 2, 0);
    case COMMAND.isolatedMargin: return marketFault(record) || (first === 0 ? REASON.badAmount : amountFault(first, -VALUE_MAX)) || restFault(record, 2, 1);
    case COMMAND.deadMan: return isWholeWithin(first, 0, MOMENT_MAX) ? restFault(record, 2, 1) : REASON.badTime;
    case COMMAND.cancelTrigger:
    case COMMAND.cancelParent: return idFault(first) || restFault(record, 2, 1);
    case COMMAND.consent: return detailFault(head, 1) || idFault(first) || restFault(record, 2, 1);
    case COMMAND.placeParent:
      if (!within(w4, 2, SLICES_MAX) || !isWholeWithin(first, 1, MOMENT_MAX)) return REASON.badTime;
      return marketFault(record) || detailFault(head, 7) || quantityFault(w2) || priceFault(w3, 0) || restFault(record, 5, 1);
    case COMMAND.autoRoll: return marketFault(record) || amountFault(first, 0) || amountFault(second, 0) || restFault(record, 2, 2);
    case COMMAND.novate:
      if (first === 0 || !isWholeWithin(first, -QUANTITY_MAX, QUANTITY_MAX)) return REASON.badQuantity;
      return marketFault(record) || (w2 < 0 ? REASON.unknownAccount : REASON.none) || priceFault(w3, 0) || restFault(record, 4, 1);
    default: return REASON.unknownCommand;
  }
}

/** Bit 8 of word 6 says that there is a second condition; its numbers are the doubles. */
function triggerFault(record: Record): number {
  const {words, doubles, word, double} = record;
  const shape = words[word + 6]!;
  const fault = marketFault(record) || detailFault(words[word]!, TRIGGER_SHAPE) || priceFault(words[word + 2]!, 1) || quantityFault(words[word + 3]!)
    || priceFault(words[word + 4]!, 0) || priceFault(words[word + 5]!, 0) || (words[word + 7] === 0 ? REASON.none : REASON.badFlags);
  if (fault !== REASON.none) return fault;
  if (shape === 0) return restFault(record, 7, 0);
  if ((shape & ~TRIGGER_SHAPE) !== TRIGGER_SECOND) return REASON.badFlags;
  const [price, quantity, limit, trail] = [doubles[double]!, doubles[double + 1]!, doubles[double + 2]!, doubles[double + 3]!];
  if (!isWholeWithin(price, 1, TICKS_MAX) || !isWholeWithin(limit, 0, TICKS_MAX) || !isWholeWithin(trail, 0, TICKS_MAX)) return REASON.badPrice;
  return isWholeWithin(quantity, 1, QUANTITY_MAX) ? REASON.none : REASON.badQuantity;
}

const marketFault = ({words, word, markets}: Record): number => (marketOf(words[word]!) < markets ? REASON.none : REASON.unknownMarket);
const detailFault = (head: number, most: number): number => (detailOf(head) <= most ? REASON.none : REASON.badFlags);
const priceFault = (ticks: number, least: number): number => (within(ticks, least, TICKS_MAX) ? REASON.none : REASON.badPrice);
const quantityFault = (lots: number): number => (within(lots, 1, QUANTITY_MAX) ? REASON.none : REASON.badQuantity);
const amountFault = (lots: number, least: number): number => (isWholeWithin(lots, least, VALUE_MAX) ? REASON.none : REASON.badAmount);
const idFault = (id: number): number => (isWholeWithin(id, 1, SEQUENCE_MAX) ? REASON.none : REASON.unknownOrder);

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

/** Words from `word` on and doubles from `double` on, which the command does not use, are zero. */
function restFault({words, doubles, word, double}: Record, fromWord: number, fromDouble: number): number {
  for (let index = fromWord; index < 8; index += 1) if (words[word + index] !== 0) return REASON.badFlags;
  for (let index = fromDouble; index < 4; index += 1) if (doubles[double + index] !== 0) return REASON.badFlags;
  return REASON.none;
}

/** Bytes of the answer to a frame of so many records. */
export const answerBytes = (count: number): number => ACK_HEADER_BYTES + count * ACK_BYTES;

/** Writes the answer to a frame at `at`, faults told in their places. */
export function writeAnswer(bytes: Buffer, at: number, frameNumber: number, {count, acks, batchHash}: RecordAcks, faults: Faults): void {
  writeHeader(bytes, at, frameNumber, count);
  bytes.set(batchHash, at + HASH_AT);
  const first = at + ACK_HEADER_BYTES;
  bytes.set(acks, first);
  for (let index = 0; index < faults.length; index += 2) bytes[first + faults[index]! * ACK_BYTES] = faults[index + 1]!;
}

/** Writes the answer to a frame that nobody looked into: every record has the same reason, no sequence. */
export function writeRefusal(bytes: Buffer, at: number, frameNumber: number, count: number, reason: number): void {
  bytes.fill(0, at, at + answerBytes(count));
  writeHeader(bytes, at, frameNumber, count);
  for (let index = 0; index < count; index += 1) {
    const ack = at + ACK_HEADER_BYTES + index * ACK_BYTES;
    bytes[ack] = reason;
    bytes.writeInt32LE(-1, ack + 4);
  }
}

function writeHeader(bytes: Buffer, at: number, frameNumber: number, count: number): void {
  bytes.writeUInt32LE(frameNumber, at);
  bytes.writeUInt16LE(count, at + 4);
  bytes[at + 6] = ACK_VERSION;
  bytes[at + 7] = 0;
}
