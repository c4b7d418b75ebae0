/**
 * Commands as 64-byte records: the form for the journal and the gateways' frames. Every field is checked here or by the command itself;
 * words hold 32-bit integers, doubles whole numbers. Word numbers are those after the head word.
 *
 *     place      detail flags: bit 0 side, 1–2 time in force, 3–4 self-trade    1 account  2 price  3 quantity  4 order flags  5 client high  6 client low  7 peak    d0 expiry
 *     cancel     1 account  2 slot        d0 sequence
 *     amend      1 account  2 slot  3 price  4 quantity        d0 sequence
 *     cancelAll  1 account  2 market or −1
 *     mark       1 price                  index: detail source  1 price
 *     tick       –                        feeTier: 1 account  2 tier
 *     marginMode detail 1 = isolated  1 account        isolatedMargin: 1 account  d0 lots, signed        deadMan: 1 account  d0 moment or 0
 */
import {COMMAND, REASON, type Reason} from './codes.ts';
import {moveCollateral, setFeeTier, setMarginMode} from './isolated.ts';
import {setMark} from './liquidation.ts';
import {amend, cancel, cancelAll, draftOrder, placeDraft} from './orders.ts';
import {setSource} from './prices.ts';
import {codeOf, detailOf, marketOf, RECORD_DOUBLES, RECORD_WORDS, type RecordLog} from './records.ts';
import {isUser} from './claims.ts';
import {armDeadMan, tick} from './tick.ts';
import {fireTriggers} from './triggers.ts';
import type {Venue} from './venue.ts';

type Records = Pick<RecordLog, 'words' | 'doubles'>;

const MOMENT_MAX = 2 ** 52;

/**
 * Runs record `index` at a moment (milliseconds). Its events are in the venue's log, which it clears first; a refusal leaves no event
 * and no trace.
 */
export function applyRecord(venue: Venue, records: Records, index: number, at: number): Reason {
  const before = venue.now;
  venue.log.clear();
  venue.now = Math.max(before, at);
  const reason = perform(venue, records, index * RECORD_WORDS, index * RECORD_DOUBLES + 4);
  if (reason === REASON.none) fireTriggers(venue);
  else venue.now = before;
  return reason;
}

function perform(venue: Venue, {words, doubles}: Records, word: number, double: number): Reason {
  const head = words[word]!;
  const account = words[word + 1]!;
  switch (codeOf(head)) {
    case COMMAND.place: return place(venue, {words, doubles}, word, double);
    case COMMAND.cancel: return cancel(venue, account, words[word + 2]!, doubles[double]!);
    case COMMAND.amend: return amend(venue, account, words[word + 2]!, doubles[double]!, words[word + 3]!, words[word + 4]!);
    case COMMAND.cancelAll: return cancelAll(venue, account, words[word + 2]!);
    case COMMAND.mark: return setMark(venue, marketOf(head), account);
    case COMMAND.index: return setSource(venue, marketOf(head), detailOf(head), account);
    case COMMAND.marginMode: return setMarginMode(venue, account, marketOf(head), detailOf(head) === 1);
    case COMMAND.isolatedMargin: return moveCollateral(venue, account, marketOf(head), doubles[double]!);
    case COMMAND.feeTier: return setFeeTier(venue, account, words[word + 2]!);
    case COMMAND.deadMan: return arm(venue, account, doubles[double]!);
    case COMMAND.tick:
      tick(venue);
      return REASON.none;
    default: return REASON.unknownCommand;
  }
}

function place(venue: Venue, {words, doubles}: Records, word: number, double: number): Reason {
  const head = words[word]!;
  const detail = detailOf(head);
  draftOrder(venue, words[word + 1]!, marketOf(head), (detail & 1) as 0 | 1, words[word + 2]!, words[word + 3]!);
  const {draft} = venue;
  draft.timeInForce = (detail >>> 1) & 3;
  draft.selfTrade = (detail >>> 3) & 3;
  draft.flags = words[word + 4]!;
  draft.clientHigh = words[word + 5]!;
  draft.clientLow = words[word + 6]!;
  draft.peak = words[word + 7]!;
  draft.expiry = doubles[double]!;
  return placeDraft(venue);
}

function arm(venue: Venue, account: number, at: number): Reason {
  if (!isUser(venue, account)) return REASON.unknownAccount;
  if (at !== 0 && !(Number.isInteger(at) && at > venue.now && at <= MOMENT_MAX)) return REASON.badTime;
  armDeadMan(venue, account, at);
  return REASON.none;
}
