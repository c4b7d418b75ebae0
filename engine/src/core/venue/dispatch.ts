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
 *     placeTrigger   detail shape (bit 0 side, 1–2 watched price, 3 rises, 4 reduce-only)    1 account  2 price  3 quantity  4 limit or 0  5 trail
 *                    6 shape of a second one of which one cancels the other, with bit 8 set; its price, quantity, limit and trail in d0–d3
 *     cancelTrigger  1 account        d0 id
 *     placeParent    detail bit 0 side, 1 by volume, 2 reduce-only    1 account  2 quantity  3 limit or 0  4 slices        d0 interval
 *     cancelParent   1 account        d0 id
 *     autoRoll       1 account        d0 gain  d1 loss, settlement lots, 0 = never
 *     novate         1 from  2 to  3 price or 0        d0 lots, signed
 *     consent        detail 1 = accept, 0 = withdraw    1 account        d0 offer id
 *     marketStatus   detail status                      distribute: 1–4 the 128 bits that draw the moments of the fund's samples
 *
 * A calendar is as long as its sessions are many and has no record; it comes as a wide command.
 */
import {COMMAND, leaseOf, LEASES_MAX, ORDER_FLAG, REASON, type Reason} from './codes.ts';
import {moveCollateral, setFeeTier, setMarginMode} from './isolated.ts';
import {setMark} from './liquidation.ts';
import {setStatus} from './listing.ts';
import {amend, cancel, cancelAll, draftOrder, placeDraft} from './orders.ts';
import {setSampleSeed} from './incentives.ts';
import {cancelParent, placeParent} from './parents.ts';
import {setSource} from './prices.ts';
import {codeOf, detailOf, marketOf, RECORD_DOUBLES, RECORD_WORDS, type RecordLog} from './records.ts';
import {isUser} from './claims.ts';
import {armDeadMan} from './leases.ts';
import {tick} from './tick.ts';
import {acceptNovation, offerNovation, setAutoRoll, withdrawOffer} from './roll.ts';
import {cancelTrigger, fireTriggers, placeTriggers, type Trigger} from './triggers.ts';
import type {Venue} from './venue.ts';

type Records = Pick<RecordLog, 'words' | 'doubles'>;

const MOMENT_MAX = 2 ** 52;
const LEASE_BITS = LEASES_MAX << ORDER_FLAG.leaseShift;

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
    default: return performRare(venue, {words, doubles}, word, double);
  }
}

function performRare(venue: Venue, {words, doubles}: Records, word: number, double: number): Reason {
  const head = words[word]!;
  const detail = detailOf(head);
  const market = marketOf(head);
  const [account, w2, w3, w4] = [words[word + 1]!, words[word + 2]!, words[word + 3]!, words[word + 4]!];
  const [d0, d1] = [doubles[double]!, doubles[double + 1]!];
  switch (codeOf(head)) {
    case COMMAND.placeTrigger: return placeTrigger(venue, {words, doubles}, word, double);
    case COMMAND.cancelTrigger: return cancelTrigger(venue, account, d0);
    case COMMAND.placeParent:
      return detail > 7 ? REASON.badFlags : placeParent(venue, {
        account, market, side: (detail & 1) as 0 | 1, byVolume: (detail >>> 1) & 1, reduceOnly: (detail >>> 2) & 1, quantity: w2, limit: w3, slices: w4, interval: d0,
      });
    case COMMAND.cancelParent: return cancelParent(venue, account, d0);
    case COMMAND.autoRoll: return setAutoRoll(venue, account, market, {take: d0, loss: d1});
    case COMMAND.novate: return offerNovation(venue, {from: account, to: w2, market, price: w3, lots: d0});
    case COMMAND.consent: return detail > 1 ? REASON.badFlags : detail === 1 ? acceptNovation(venue, account, d0) : withdrawOffer(venue, account, d0);
    case COMMAND.marketStatus: return setStatus(venue, market, detail);
    case COMMAND.distribute: return setSampleSeed(venue, [account, w2, w3, w4]);
    default: return REASON.unknownCommand;
  }
}

const SECOND = 1 << 8;
const SHAPE_BITS = 31;

function placeTrigger(venue: Venue, {words, doubles}: Records, word: number, double: number): Reason {
  const head = words[word]!;
  const [account, price, quantity, limit, trail, second] = [1, 2, 3, 4, 5, 6].map((index) => words[word + index]!) as [number, number, number, number, number, number];
  const of = (shape: number, fields: Pick<Trigger, 'price' | 'quantity' | 'limit' | 'trail'>): Omit<Trigger, 'sibling'> => ({
    account, market: marketOf(head), side: (shape & 1) as 0 | 1, by: (shape >>> 1) & 3, direction: (shape & 8) === 0 ? -1 : 1, reduceOnly: (shape >>> 4) & 1, ...fields,
  });
  if (detailOf(head) > SHAPE_BITS || (second !== 0 && (second & ~SHAPE_BITS) !== SECOND)) return REASON.badFlags;
  const wanted = [of(detailOf(head), {price, quantity, limit, trail})];
  if (second !== 0) {
    const [d0, d1, d2, d3] = [doubles[double]!, doubles[double + 1]!, doubles[double + 2]!, doubles[double + 3]!];
    wanted.push(of(second & SHAPE_BITS, {price: d0, quantity: d1, limit: d2, trail: d3}));
  }
  return placeTriggers(venue, wanted);
}

function place(venue: Venue, {words, doubles}: Records, word: number, double: number): Reason {
  const head = words[word]!;
  const detail = detailOf(head);
  draftOrder(venue, words[word + 1]!, marketOf(head), (detail & 1) as 0 | 1, words[word + 2]!, words[word + 3]!);
  const {draft} = venue;
  draft.timeInForce = (detail >>> 1) & 3;
  draft.selfTrade = (detail >>> 3) & 3;
  draft.flags = words[word + 4]! & ~LEASE_BITS;
  draft.lease = leaseOf(words[word + 4]!);
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
