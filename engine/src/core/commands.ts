/**
 * Everything that may change the engine's state. The core is a pure function of the ordered commands:
 * no clock, no randomness, no I/O. Amounts are lots; `at` is milliseconds, stamped by the node before journaling.
 */
import type {Address, Hex} from 'viem';
import type {Rules} from '@pobs/protocol';

export type Command =
  /** First command of every journal. */
  | {type: 'genesis'; rules: Rules}
  /** Binds a wallet: creates the account, sets its secret, moves its unmatched deposits to it. */
  | {type: 'bindAccount'; wallet: Address; secret: Hex; viewingKey?: string}
  /**
   * Another account of the wallet, with balances, positions, margin and orders of its own: what one loses the others do not pay. `sub` is the wallet's next
   * number, from 1 to 64. It starts with the main account's fee tier. Money comes by `transfer`; only the main account withdraws.
   */
  | {type: 'createSubAccount'; wallet: Address; sub: number}
  /** One final block range of a chain, in order; deposits and payouts lie in blocks ≤ `blockNumber`. Ranges never overlap. */
  | {
      type: 'advanceChain';
      chainId: number;
      blockNumber: bigint;
      blockHash: Hex;
      /** Base units received, in log order. */
      deposits: readonly {token: Address; from: Address; amount: bigint; txHash: Hex; logIndex: number}[];
      /** `Paid` events of this chain's custody: cumulative lots now paid to the wallet. */
      payouts: readonly {token: Address; wallet: Address; cumulative: bigint}[];
      /** Epoch active on this chain's custody at `blockNumber` (0 before the first). */
      activeEpoch: bigint;
      kills: number;
      /** Forced withdrawals and their answers, in log order. */
      requests?: readonly ForcedEvent[];
      /** The custody froze in a block ≤ `blockNumber`: for ever. */
      frozen?: boolean;
    }
  | {
      type: 'placeOrder';
      wallet: Address;
      /** Which of the wallet's sub-accounts; absent or 0: the main account. So everywhere. */
      sub?: number;
      market: string;
      side: 'buy' | 'sell';
      orderType: 'limit' | 'market';
      /** 1e-6 USDC per whole base unit; absent for market orders. */
      price?: bigint;
      quantity: bigint;
      timeInForce: 'GTC' | 'IOC' | 'FOK' | 'GTD';
      /**
       * 1 to 64 characters, the account's own. Again with the same order, within the last 2^15 to 2^16 orders of all: accepted, nothing changes and
       * `orderRepeated` answers as the first time. With another order: refused. An amended order keeps its id, and its repetition answers its new number.
       */
      clientOrderId: string;
      /** Never takes. */
      postOnly?: boolean;
      /** Perpetual: only shrinks the position. */
      reduceOnly?: boolean;
      /** What gives way when it meets an order of its own wallet, of whichever account; `cancelTaker` unless said. */
      selfTrade?: 'cancelTaker' | 'cancelMaker' | 'cancelBoth' | 'decrement';
      /** Milliseconds, for `GTD`. */
      expiresAt?: bigint;
      /** Base lots an iceberg shows. */
      displayQuantity?: bigint;
      /** Cancelled by the account's dead-man timer. */
      deadMan?: boolean;
      /** With `deadMan`: an open lease of the account, with which the order ends too. */
      lease?: number;
    }
  /** New price and open quantity; keeps its place when only the quantity falls, else it becomes a new order. */
  | {type: 'amendOrder'; wallet: Address; sub?: number; orderId: bigint; price: bigint; quantity: bigint}
  /** All open orders, of one market or of all. */
  | {type: 'cancelAll'; wallet: Address; sub?: number; market?: string}
  /** One source's price of the underlying; the index is the median of the fresh ones that agree. */
  | {type: 'setSourcePrice'; market: string; source: number; price: bigint}
  /** Cross or isolated margin in one perpetual, while the account has nothing there. */
  | {type: 'setMarginMode'; wallet: Address; sub?: number; market: string; mode: 'cross' | 'isolated'}
  /** Settlement lots into (positive) or out of an isolated position. */
  | {type: 'moveCollateral'; wallet: Address; sub?: number; market: string; lots: bigint}
  /** For all accounts of the wallet: operator. */
  | {type: 'setFeeTier'; wallet: Address; tier: number}
  /**
   * The account's dead-man orders are cancelled at `at` unless armed anew; absent: disarmed. Milliseconds. With `lease`: only those placed
   * under this lease, which `opens` opens, a later `at` keeps and its absence ends at once, its orders with it.
   */
  | {type: 'armDeadMan'; wallet: Address; sub?: number; at?: bigint; lease?: number; opens?: boolean}
  /**
   * Who may trade how: operator. `cancelOnly` and `halted` take no orders and both let cancel; marks, funding and liquidation go on. A delisted
   * market stays delisted.
   */
  | {type: 'setMarketStatus'; market: string; status: 'open' | 'cancelOnly' | 'halted'}
  /**
   * Lists a market: operator. Quantities are multiples of `lot` base lots, prices of `tick` (1e-6 quote per whole base) below `tick · ladderTicks`;
   * tick · lot must be worth whole quote lots. A name is used once for ever. A perpetual settles in the settlement currency; its base may be something
   * no custody holds, then `baseDecimals` says how many decimals a base lot has. `ladderTicks` is a power of two, 2^10 to 2^24.
   */
  | {
      type: 'createMarket'; market: string; kind: 'spot' | 'perpetual'; base: string; baseDecimals?: number; quote: string; tick: bigint; lot: bigint;
      ladderTicks: number; terms: Pick<MarketTermsInput, 'fees'> & Partial<MarketTermsInput>; sessions?: readonly SessionInput[];
    }
  /**
   * New terms, the others stay: operator. Positions meet new margin rates at the next mark. On a spot market waiting purchases hold the new worst
   * fee; where that rose, from the newest back they are cancelled (`margin`) while their account has less free than nothing. Tick, lot and currencies never change.
   */
  | {type: 'changeMarket'; market: string; terms: Partial<MarketTermsInput>}
  /**
   * Ends a market for ever: operator. In this order: `marketStatusSet`, its orders (purchases from the best price, then sales), triggers, parents and
   * novation offers by id are closed, auto-rolls forgotten, every position by account number settled at the last mark, isolated modes ended. Funding
   * since the last hour is not paid.
   */
  | {type: 'delistMarket'; market: string}
  /** A conditional order, or two of which one cancels the other. */
  | {type: 'placeTrigger'; wallet: Address; sub?: number; market: string; conditions: readonly TriggerCondition[]}
  | {type: 'cancelTrigger'; wallet: Address; sub?: number; triggerId: bigint}
  /** A large order worked in slices by the clock; `vwap` follows the hours in which the market trades. */
  | {
      type: 'placeParent'; wallet: Address; sub?: number; market: string; side: 'buy' | 'sell'; quantity: bigint; strategy: 'twap' | 'vwap'; slices: number;
      intervalMs: number; limitPrice?: bigint; reduceOnly?: boolean;
    }
  | {type: 'cancelParent'; wallet: Address; sub?: number; parentId: bigint}
  /** Open gain and open loss, settlement lots, at which the position is re-struck at the mark; 0 = never. */
  | {type: 'setAutoRoll'; wallet: Address; sub?: number; market: string; takeLots: bigint; lossLots: bigint}
  /**
   * The holder's consent: `size` of its position (its own sign) to another account; no price = the mark at acceptance, else within 1 % of it.
   * Giver and receiver hold it cross; after it the giver has maintenance, the receiver initial margin. Between accounts of one wallet it is done at once.
   */
  | {type: 'offerNovation'; wallet: Address; sub?: number; to: Address; toSub?: number; market: string; size: bigint; price?: bigint}
  | {type: 'acceptNovation'; wallet: Address; sub?: number; offerId: bigint}
  | {type: 'withdrawNovation'; wallet: Address; sub?: number; offerId: bigint}
  /**
   * Membership of a market's liquidity programme (paper A2): operator; `none` ends it. A `maker` quotes at least `minimum` base lots on both sides within
   * `spreadPpm` (2·(ask − bid)/(ask + bid), each order against the own best price opposite) for `timePpm` of each session's time, measured at ticks: a tick
   * answers for the time since the last one, 10 s at most, while the market is open. At the session's end (without a calendar: each day, UTC)
   * `obligationReported` tells what it kept; while in good standing, at first and after a kept session, it pays ⌊fee·⌊feePpm·session's makerFeePpm/10⁶⌋/10⁶⌋
   * as maker fee rate. A `longHedger` buys freely and sells only what shrinks its long position, its other open sales counted; a `shortHedger` the reverse; both
   * pay the reduced maker fee always. New terms start the measuring anew.
   */
  | {
      type: 'setProgramme'; wallet: Address; sub?: number; market: string; programme: 'none' | 'maker' | 'longHedger' | 'shortHedger'; feePpm: number;
      spreadPpm?: number; minimum?: bigint; timePpm?: number;
    }
  /** The week of a market in sessions (paper appendix A2): operator. */
  | {type: 'setCalendar'; market: string; sessions: readonly SessionInput[]}
  /**
   * 1 to 256 order commands in turn. Best effort: each on its own, a refused one is told (`batchItemRefused`) and does not stop the rest. `atomic`: the
   * first refused one refuses the batch (`BATCH_REFUSED`) and the state is as before it. Triggers look at prices after the whole batch.
   */
  | {type: 'batch'; atomic?: boolean; commands: readonly Extract<Command, {type: 'placeOrder' | 'cancelOrder' | 'amendOrder' | 'cancelAll'}>[]}
  /**
   * 128 random bits (operator, often, never told): they draw in which second of each hour accounts are sampled for the Liquidation Fund's excess, from the
   * hour after the one already drawn (`venue/incentives.ts`, sampleMoment). Without any it is on the hour.
   */
  | {type: 'setSampleSeed'; seed: Hex}
  /** Moves the core's clock to the command's time; what is due happens. */
  | {type: 'tick'}
  | {type: 'cancelOrder'; wallet: Address; sub?: number; orderId: bigint}
  | {type: 'requestWithdrawal'; wallet: Address; chainId: number; token: Address; lots: bigint}
  | {type: 'cancelWithdrawal'; wallet: Address; chainId: number; token: Address}
  /**
   * Free lots to another account, without fee. `toSub` only within one wallet: another wallet receives in its main account. The Liquidation Fund's
   * wallet may receive, the other system rows not.
   */
  | {type: 'transfer'; from: Address; fromSub?: number; to: Address; toSub?: number; chainId: number; token: Address; lots: bigint}
  | {type: 'setMark'; market: string; price: bigint}
  /** Seals an epoch: settles open PnL into claims, fixes rows, withdrawals and payouts (PROTOCOL §2, §3, §9). */
  | {type: 'seal'; epoch: bigint; snapshotTime: bigint}
  | {type: 'decideEpoch'; epoch: bigint; outcome: 'approved' | 'dead'};

/** What may change while a market is open. Rates are ppm; amounts settlement lots, `openInterestMax` base lots rounded down to market lots. */
export type MarketTermsInput = {
  /** By tier, 1 to 32; 0 to 10 % of the notional. A negative maker rate is a rebate, no more than the least taker rate. */
  fees: readonly {makerPpm: number; takerPpm: number}[];
  /** Share of a perpetual's fees that feeds the Liquidation Fund. */
  fundSharePpm: number;
  /** Perpetuals, 1 to 8 by rising value: rates for positions worth up to `upTo`; the last tier is open. */
  margins: readonly {upTo: bigint; initialPpm: number; maintenancePpm: number}[];
  /** How far beyond the mark (spot: the last price) an order may be priced against itself; 0 = no band. */
  bandPpm: number;
  /** How far from the best price a market order takes. */
  marketBandPpm: number;
  /** What the Liquidation Fund may charge, ppm of the value it takes; at most the first tier's maintenance. */
  penaltyPpm: number;
  /** Long side; 0 = no cap. */
  openInterestMax: bigint;
  /** Value of open interest from which initial margin grows, and at which it is 100 %; 0 = never. */
  interestFrom: bigint;
  interestFull: bigint;
  /** What the impact price buys or sells; 0 = the best price. */
  impactNotional: bigint;
  /** Per hour, parts per 10⁹, −0.1 % to 0.1 %. */
  fundingInterestPpb: number;
  /** |funding rate| ≤ this share of (initial − maintenance margin of the first tier); sessions have their own. */
  fundingClampPpm: number;
  /** Hourly interest under symmetric liquidation of a position without any collateral. */
  collateralInterestPpm: number;
};

/**
 * A part of a market's week, from `start` minutes after Monday 00:00 UTC until the next one. Shares (`feePpm` of the fees, `fundingClampPpm`, `bandPpm`,
 * `makerFeePpm` of the maker fee of programme members, `makerSizePpm`, `makerTimePpm`) are 0 to 100 %; multiples (`marginPpm` of margin rates, `warnPpm` of
 * maintenance below which accounts are warned half an hour before, `makerSpreadPpm`) 100 to 1000 %. What is left out is 100 %.
 */
export type SessionInput = {
  start: number; feePpm: number; fundingClampPpm: number; bandPpm: number; marginPpm: number;
  warnPpm?: number; makerFeePpm?: number; makerSpreadPpm?: number; makerSizePpm?: number; makerTimePpm?: number;
};

/** `lots` proven as due, `baseline` authorised by then, cumulative; `exit`: positions are to be closed first. */
export type ForcedEvent =
  | {kind: 'forced'; token: Address; wallet: Address; lots: bigint; baseline: bigint; exit: boolean}
  | {kind: 'served'; token: Address; wallet: Address};

export type TriggerCondition = {
  by: 'mark' | 'index' | 'last';
  /** Fires when the price is at or above (`rise`) or at or below (`fall`) this. */
  direction: 'rise' | 'fall';
  price: bigint;
  side: 'buy' | 'sell';
  quantity: bigint;
  /** Absent: a market order. */
  limitPrice?: bigint;
  reduceOnly?: boolean;
  /** The price follows the best one since placing at this distance. */
  trail?: bigint;
};

/** Typed refusal; state is unchanged. */
export type Rejection =
  | {code: 'UNKNOWN_ACCOUNT'; wallet: Address}
  | {code: 'UNKNOWN_MARKET'; market: string}
  | {code: 'UNKNOWN_ASSET'; chainId: number; token: Address}
  | {code: 'UNKNOWN_ORDER'; orderId: bigint}
  | {code: 'INVALID_QUANTITY'; reason: string}
  | {code: 'INVALID_PRICE'; reason: string}
  | {code: 'INSUFFICIENT_FUNDS'; needed: bigint; available: bigint}
  | {code: 'INSUFFICIENT_MARGIN'; needed: bigint; available: bigint}
  | {code: 'NOT_WITHDRAWABLE_YET'; withdrawable: bigint; reason: string}
  /** The chain's custody is frozen for ever: what it owes leaves by escape alone, and nothing moves here any more. */
  | {code: 'CUSTODY_FROZEN'; chainId: number}
  /** The chain's active root is older than a day: no trading and no reallocation until a newer one is active. Cancels are taken. */
  | {code: 'ROOT_TOO_OLD'; chainId: number}
  | {code: 'BELOW_MINIMUM'; minimum: bigint}
  | {code: 'NOTHING_TO_CANCEL'}
  | {code: 'NO_MARK'; market: string}
  | {code: 'NO_LIQUIDITY'; market: string}
  | {code: 'WOULD_SELF_TRADE'}
  /** The id was used for another order than this one; the same one is accepted again (`orderRepeated`). */
  | {code: 'DUPLICATE_CLIENT_ORDER_ID'; orderId: bigint}
  /** An atomic batch: the item and its own refusal. */
  | {code: 'BATCH_REFUSED'; index: number; item: string}
  | {code: 'WOULD_TAKE'}
  | {code: 'WOULD_INCREASE'}
  /** A hedger's order against its side that does more than reduce. */
  | {code: 'OUTSIDE_PROGRAMME'; market: string}
  | {code: 'PRICE_OUT_OF_BAND'; market: string}
  | {code: 'MARKET_CLOSED'; market: string}
  | {code: 'OPEN_INTEREST_CAP'; market: string}
  /** A limit of the engine: orders of an account or of all, value of an order or position. */
  | {code: 'LIMIT_EXCEEDED'; reason: string}
  | {code: 'INVALID_ORDER'; reason: string}
  | {code: 'WRONG_SEQUENCE'; reason: string}
  | {code: 'EPOCH_UNDECIDED'; epoch: bigint}
  | {code: 'EPOCH_OUT_OF_ORDER'; expected: bigint}
  | {code: 'SHEET_NOT_SOLVABLE'; reason: string}
  /** Genesis with rules the core cannot run; the reason names the entry. */
  | {code: 'INVALID_RULES'; reason: string}
  /** A market that cannot be listed or changed so. */
  | {code: 'INVALID_MARKET'; reason: string}
  /** A system row, a custody or a token where a user's wallet is expected. */
  | {code: 'RESERVED_WALLET'; wallet: Address};
