/** What a run has reached, counted, and what it must have reached. Whatever cannot be reached says why. */
import type {Command, Rejection} from '../../../src/core/commands.ts';
import type {Applied} from '../../../src/core/engine.ts';
import type {CloseReason, Event} from '../../../src/core/events.ts';
import {CLOSE_NAMES, REASON_NAMES} from '../../../src/core/venue/codes.ts';

/** One entry per kind: the compiler misses none. */
const COMMANDS: Record<Command['type'], true> = {
  genesis: true, bindAccount: true, advanceChain: true, placeOrder: true, amendOrder: true, cancelAll: true, setSourcePrice: true, setMarginMode: true, moveCollateral: true,
  setProgramme: true, setSampleSeed: true, createSubAccount: true, createMarket: true, changeMarket: true, delistMarket: true, setFeeTier: true, armDeadMan: true, setMarketStatus: true, placeTrigger: true, cancelTrigger: true, placeParent: true, cancelParent: true, setAutoRoll: true,
  offerNovation: true, acceptNovation: true, withdrawNovation: true, setCalendar: true, batch: true, tick: true, cancelOrder: true, requestWithdrawal: true,
  cancelWithdrawal: true, transfer: true, setMark: true, seal: true, decideEpoch: true,
};

const CODES: Record<Rejection['code'], true> = {
  UNKNOWN_ACCOUNT: true, UNKNOWN_MARKET: true, UNKNOWN_ASSET: true, UNKNOWN_ORDER: true, INVALID_QUANTITY: true, INVALID_PRICE: true, INSUFFICIENT_FUNDS: true,
  INSUFFICIENT_MARGIN: true, NOT_WITHDRAWABLE_YET: true, BELOW_MINIMUM: true, NOTHING_TO_CANCEL: true, NO_MARK: true, NO_LIQUIDITY: true, WOULD_SELF_TRADE: true,
  DUPLICATE_CLIENT_ORDER_ID: true, WOULD_TAKE: true, WOULD_INCREASE: true, PRICE_OUT_OF_BAND: true, MARKET_CLOSED: true, OPEN_INTEREST_CAP: true, LIMIT_EXCEEDED: true,
  INVALID_ORDER: true, WRONG_SEQUENCE: true, EPOCH_UNDECIDED: true, EPOCH_OUT_OF_ORDER: true, SHEET_NOT_SOLVABLE: true, INVALID_RULES: true, RESERVED_WALLET: true,
  OUTSIDE_PROGRAMME: true, BATCH_REFUSED: true, INVALID_MARKET: true, CUSTODY_FROZEN: true, ROOT_TOO_OLD: true,
};

const EVENTS: Record<Event['type'], true> = {
  genesisApplied: true, accountBound: true, chainAdvanced: true, depositCredited: true, payoutObserved: true, orderAccepted: true, tradeExecuted: true, orderAmended: true,
  orderRested: true, orderClosed: true, bookChanged: true, positionChanged: true, markSet: true, transferred: true, withdrawalRequested: true, withdrawalCancelled: true,
  withdrawalSealed: true, withdrawalDeferred: true, withdrawalAuthorised: true, withdrawalReturned: true, ticked: true, triggerPlaced: true, triggerFired: true,
  triggerClosed: true, parentPlaced: true, parentClosed: true, autoRollSet: true, positionRolled: true, novationOffered: true, novationAccepted: true, novationWithdrawn: true,
  calendarSet: true, sessionEntered: true, liquidationWarned: true, batchItemRefused: true, indexSet: true, fundingSettled: true, interestSettled: true,
  excessDistributed: true, marginModeSet: true, collateralMoved: true, feeTierSet: true, deadManArmed: true, marketStatusSet: true, pnlSettled: true, positionLiquidated: true,
  programmeSet: true, obligationReported: true, sampleSeedSet: true, subAccountCreated: true, orderRepeated: true, marketCreated: true, marketChanged: true, symmetricLiquidationChanged: true, shortfallCovered: true, legPosted: true, epochSealed: true, epochDecided: true,
  withdrawalForced: true, forcedWithdrawalServed: true, custodyFrozen: true, tradingHalted: true, tradingResumed: true,
};

const STAGES = [
  'liquidated by fund', 'liquidated by symmetric', 'liquidated by counterparty', 'symmetric on', 'symmetric off', 'covered by fund', 'covered by pairedWinner',
  'covered by markWinner', 'withdrawal returned for shortfall', 'withdrawal returned by user',
] as const;

/** Never seen, and why. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  'reason none': 'it is no refusal',
  'reason poolFull': 'takes four million open orders, and 1,000 an account',
  'reason unknownCommand': 'typed commands have no unknown kind',
  'reason noConsent': 'the interfaces answer UNKNOWN_ORDER for an offer of somebody else',
  'reason tooSmall': 'no rule uses it',
  'refused SHEET_NOT_SOLVABLE': 'the waterfall leaves no loss that an account cannot pay',
  'closed session': 'no session closes orders',
};

export class Coverage {
  readonly counts = new Map<string, number>();

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  command(command: Command, applied: Applied): void {
    this.#count(`command ${command.type}${applied.ok ? '' : ' refused'}`);
    if (!applied.ok) {
      if (command.type === 'genesis') this.#count(`refused ${applied.rejection.code}`);
      return;
    }
    for (const event of applied.events) this.#event(event);
  }

  refusal(reason: string, code: Rejection['code']): void {
    if ((REASON_NAMES as readonly string[]).includes(reason)) this.#count(`reason ${reason}`);
    this.#count(`refused ${code}`);
  }

  #event(event: Event): void {
    this.#count(`event ${event.type}`);
    switch (event.type) {
      case 'orderClosed':
      case 'triggerClosed':
      case 'parentClosed': return this.#count(`closed ${event.reason}`);
      case 'positionLiquidated': return this.#count(`liquidated by ${event.by}`);
      case 'shortfallCovered': return this.#count(`covered by ${event.by}`);
      case 'symmetricLiquidationChanged': return this.#count(`symmetric ${event.active ? 'on' : 'off'}`);
      case 'withdrawalCancelled': return this.#count(`withdrawal returned ${event.reason === 'user' ? 'by user' : 'for shortfall'}`);
      default: return undefined;
    }
  }

  get expected(): string[] {
    const closed: readonly CloseReason[] = CLOSE_NAMES;
    return [
      ...Object.keys(COMMANDS).map((kind) => `command ${kind}`), ...Object.keys(EVENTS).map((type) => `event ${type}`), ...STAGES, ...closed.map((reason) => `closed ${reason}`),
      ...REASON_NAMES.map((reason) => `reason ${reason}`), ...Object.keys(CODES).map((code) => `refused ${code}`),
    ];
  }

  /** Rows that should have been reached, and rows that are said to be unreachable and were. */
  get faults(): string[] {
    const missing = this.expected.filter((row) => !this.counts.has(row) && !(row in UNREACHABLE));
    const wrong = Object.keys(UNREACHABLE).filter((row) => this.counts.has(row));
    return [...missing.map((row) => `never: ${row}`), ...wrong.map((row) => `said to be unreachable: ${row}`)];
  }

  toString(): string {
    const rows = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([row, count]) => `${String(count).padStart(9)}  ${row}`);
    const never = Object.entries(UNREACHABLE).map(([row, why]) => `        –  ${row}: ${why}`);
    return [...rows, ...never].join('\n');
  }
}
