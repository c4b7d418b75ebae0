/** Numbers on the wire and in the journal: never reused, never renumbered. */

export const SIDE = {buy: 0, sell: 1} as const;
export type Side = 0 | 1;

export const TIME_IN_FORCE = {goodTillCancel: 0, immediateOrCancel: 1, fillOrKill: 2, goodTillDate: 3} as const;

/** What gives way when an order meets one of its own wallet, whichever of its accounts placed it. */
export const SELF_TRADE = {cancelTaker: 0, cancelMaker: 1, cancelBoth: 2, decrement: 3} as const;

/** Price a conditional order watches. */
export const TRIGGER_BY = {mark: 0, index: 1, last: 2} as const;

/**
 * Flags of an order, one 32-bit word. Bits 0–7 market, 8 side, 9–10 time in force, 11–12 self-trade mode, then single bits.
 * The low 15 bits of a place command's flag word are these; the market has its own field there.
 */
export const ORDER_FLAG = {
  side: 1 << 8, timeInForceShift: 9, selfTradeShift: 11, reduceOnly: 1 << 13, postOnly: 1 << 14,
  /** A market order: its price is the bound the core computed. */
  market: 1 << 15,
  /** Only a part shows; the rest is in the iceberg table. */
  iceberg: 1 << 16,
  /** Cancelled when the account's dead-man timer runs out, or that of its lease. */
  deadMan: 1 << 17,
  /** Liquidation and unwind orders: free of fees and of the pre-trade check. */
  system: 1 << 18,
  /** Slice of a TWAP or VWAP parent. */
  slice: 1 << 19,
  /** In a book and in its owner's list. */
  resting: 1 << 20,
  /** Ten bits: the lease the order ends with, 0 for none. */
  leaseShift: 21,
} as const;

/** Leases of an account are numbered from 1. */
export const LEASES_MAX = 1_023;
export const leaseOf = (flags: number): number => (flags >>> ORDER_FLAG.leaseShift) & LEASES_MAX;

export const COMMAND = {
  place: 1, cancel: 2, amend: 3, cancelAll: 4, mark: 5, index: 6, tick: 7, marginMode: 8, isolatedMargin: 9, funding: 10, feeTier: 11,
  marketStatus: 12, placeTrigger: 13, cancelTrigger: 14, placeParent: 15, cancelParent: 16, autoRoll: 17, novate: 18, consent: 19, deadMan: 20,
  session: 21, distribute: 22,
} as const;
export type CommandCode = (typeof COMMAND)[keyof typeof COMMAND];

/** What an account may send about itself; the others are the operator's or the node's. Word 1 of each names the account (novate: the giver). */
const OF_ACCOUNTS: readonly CommandCode[] = [
  COMMAND.place, COMMAND.cancel, COMMAND.amend, COMMAND.cancelAll, COMMAND.marginMode, COMMAND.isolatedMargin, COMMAND.placeTrigger, COMMAND.cancelTrigger,
  COMMAND.placeParent, COMMAND.cancelParent, COMMAND.autoRoll, COMMAND.novate, COMMAND.consent, COMMAND.deadMan,
];
export const isOfAccounts = (code: number): boolean => OF_ACCOUNTS.includes(code as CommandCode);

export const EVENT = {
  accepted: 1, trade: 2, rested: 3, closed: 4, level: 5, position: 6, leg: 7, mark: 8, liquidated: 9, funding: 10, symmetric: 11, haircut: 12,
  amended: 13, triggered: 14, interest: 15, excess: 16, requestReturned: 17, rolled: 18, novated: 19, triggerPlaced: 20, triggerClosed: 21,
  parentPlaced: 22, parentClosed: 23, session: 24, status: 25, warning: 26, margin: 27, tick: 28, index: 29,
  repeated: 30, programme: 31, obligation: 32, roots: 33,
} as const;
export type EventCode = (typeof EVENT)[keyof typeof EVENT];

export const CLOSE = {
  filled: 0, user: 1, immediateOrCancel: 2, noLiquidity: 3, selfTrade: 4, margin: 5, liquidation: 6, expired: 7, reduceOnly: 8, deadMan: 9,
  amended: 10, delisted: 11, oneCancelsOther: 12, session: 13,
} as const;
export const CLOSE_NAMES = [
  'filled', 'user', 'immediateOrCancel', 'noLiquidity', 'selfTrade', 'margin', 'liquidation', 'expired', 'reduceOnly', 'deadMan', 'amended', 'delisted',
  'oneCancelsOther', 'session',
] as const satisfies readonly (keyof typeof CLOSE)[];

/** Why a command is refused; 0 = accepted. */
export const REASON = {
  none: 0, unknownAccount: 1, unknownMarket: 2, unknownOrder: 3, badQuantity: 4, badPrice: 5, insufficientFunds: 6, insufficientMargin: 7, noMark: 8,
  noLiquidity: 9, selfTrade: 10, duplicateClientId: 11, tooManyOrders: 12, postOnlyTakes: 13, reduceOnlyIncreases: 14, marketHalted: 15,
  priceOutOfBand: 16, openInterestCap: 17, badFlags: 18, badTime: 19, valueTooLarge: 20, poolFull: 21, noPosition: 22, positionOpen: 23,
  noConsent: 24, inLiquidation: 25, unknownCommand: 26, badAmount: 27, cancelOnly: 28, tooSmall: 29, outsideProgramme: 30, rootTooOld: 31,
} as const;
export type Reason = (typeof REASON)[keyof typeof REASON];

export const REASON_NAMES = Object.keys(REASON) as readonly (keyof typeof REASON)[];
