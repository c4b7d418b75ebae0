/**
 * What happened, in the past tense. The core returns events in order; the node numbers them gap-free ({@link NumberedEvent}).
 * Wallets, tokens and custodies are lower-case; `sub` names a sub-account of the wallet and is absent for its main account; amounts are lots; prices 1e-6 USDC per whole base unit.
 */
import type {LegKind} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import type {MarketTermsInput} from './commands.ts';
import type {CLOSE_NAMES} from './venue/codes.ts';

/** One custody asset inside an event. */
export type AssetRef = {chainId: number; token: Address};

export type CloseReason = (typeof CLOSE_NAMES)[number];

/** All terms of a market, defaults filled in. */
export type MarketTermsView = MarketTermsInput;

export type Event =
  | {type: 'genesisApplied'; assets: number; markets: readonly string[]}
  | {type: 'accountBound'; wallet: Address; account: number; viewingKey?: string}
  | {type: 'subAccountCreated'; wallet: Address; sub: number; account: number}
  | {type: 'chainAdvanced'; chainId: number; blockNumber: bigint; blockHash: Hex; activeEpoch: bigint; kills: number}
  /** `lots` may be 0: dust adds to the sender's cumulative amount. `matched` = credited to the sender's own row. */
  | ({type: 'depositCredited'; wallet: Address; amount: bigint; lots: bigint; matched: boolean; txHash: Hex; logIndex: number; blockNumber: bigint} & AssetRef)
  | ({type: 'payoutObserved'; wallet: Address; cumulative: bigint} & AssetRef)
  | {
      type: 'orderAccepted'; orderId: bigint; market: string; wallet: Address; sub?: number; side: 'buy' | 'sell'; orderType: 'limit' | 'market';
      price?: bigint; quantity: bigint; timeInForce: 'GTC' | 'IOC' | 'FOK' | 'GTD'; clientOrderId: string;
    }
  /** A client id came again with the same order: nothing changed, `filled` and `state` are what its placing answered. */
  | {type: 'orderRepeated'; orderId: bigint; market: string; wallet: Address; sub?: number; filled: bigint; state: 'open' | 'filled' | 'cancelled'}
  /** One fill. `quoteLots` = what the buyer paid on a spot market, ⌊notional⌋ on a perpetual one; fees in settlement currency lots. */
  | {
      type: 'tradeExecuted'; tradeId: bigint; market: string; price: bigint; quantity: bigint; quoteLots: bigint; takerSide: 'buy' | 'sell';
      makerOrderId: bigint; takerOrderId: bigint; maker: Address; makerSub?: number; taker: Address; takerSub?: number; makerFeeLots: bigint; takerFeeLots: bigint;
    }
  /**
   * A smaller quantity in place, by its owner or by the self-trade rule `decrement` (then also of the incoming order, before it rests or ends);
   * `quantity` is the whole order's, what it has filled included.
   */
  | {type: 'orderAmended'; orderId: bigint; market: string; wallet: Address; sub?: number; quantity: bigint}
  /** The order waits in the book; what it has filled so far is `quantity − remaining`. */
  | {type: 'orderRested'; orderId: bigint; market: string; wallet: Address; sub?: number; remaining: bigint}
  | {type: 'orderClosed'; orderId: bigint; market: string; wallet: Address; sub?: number; state: 'filled' | 'cancelled'; filled: bigint; reason: CloseReason}
  /** New quantity of one price level (0: level gone); applying all of them in order rebuilds the book. */
  | {type: 'bookChanged'; market: string; side: 'buy' | 'sell'; price: bigint; quantity: bigint}
  /**
   * `size` in base lots (negative: short); `entryPrice` rounded down; `realisedPnl` of this change against the entry. `cost` is the exact signed basis and
   * `collateral` the isolated bucket after it, settlement lots. The account's cash changed by realisedPnl less what the bucket gained.
   */
  | {
      type: 'positionChanged'; market: string; wallet: Address; sub?: number; size: bigint; entryPrice: bigint; realisedPnl: bigint; cost: bigint; collateral: bigint;
    }
  | {type: 'markSet'; market: string; price: bigint}
  | ({type: 'transferred'; from: Address; fromSub?: number; to: Address; toSub?: number; lots: bigint} & AssetRef)
  /** `requested` is the whole open request of this wallet and asset after adding `lots`; `fee` was charged on top. */
  | ({type: 'withdrawalRequested'; wallet: Address; lots: bigint; fee: bigint; requested: bigint} & AssetRef)
  /** `shortfall`: set aside again to cover the account's own loss. */
  | ({type: 'withdrawalCancelled'; wallet: Address; lots: bigint; reason: 'user' | 'shortfall'} & AssetRef)
  | ({type: 'withdrawalSealed'; epoch: bigint; wallet: Address; lots: bigint} & AssetRef)
  /** Stays `requested`: at the seal it exceeded what could leave. */
  | ({type: 'withdrawalDeferred'; epoch: bigint; wallet: Address; lots: bigint; withdrawable: bigint} & AssetRef)
  | ({type: 'withdrawalAuthorised'; epoch: bigint; wallet: Address; lots: bigint; cumulative: bigint} & AssetRef)
  /** A wallet asked its custody directly; `lots` were proven as due. */
  | ({type: 'withdrawalForced'; wallet: Address; lots: bigint; exit: boolean} & AssetRef)
  | ({type: 'forcedWithdrawalServed'; wallet: Address} & AssetRef)
  /** `epoch` is the last one active there. */
  | {type: 'custodyFrozen'; chainId: number; epoch: bigint}
  /** The root of `epoch`, the one active there, is older than a day: trading and reallocation halt until no custody's is. */
  | {type: 'tradingHalted'; chainId: number; epoch: bigint}
  | {type: 'tradingResumed'}
  /** The epoch died: the withdrawal is `requested` again. */
  | ({type: 'withdrawalReturned'; epoch: bigint; wallet: Address; lots: bigint} & AssetRef)
  | {type: 'ticked'}
  | {type: 'triggerPlaced'; triggerId: bigint; market: string; wallet: Address; sub?: number; side: 'buy' | 'sell'; price: bigint; quantity: bigint}
  /** What the order it became was refused for; `none` = accepted. */
  | {type: 'triggerFired'; triggerId: bigint; market: string; wallet: Address; sub?: number; refused: string}
  | {type: 'triggerClosed'; triggerId: bigint; market: string; wallet: Address; sub?: number; reason: CloseReason}
  | {type: 'parentPlaced'; parentId: bigint; market: string; wallet: Address; sub?: number; side: 'buy' | 'sell'; quantity: bigint; slices: number}
  | {type: 'parentClosed'; parentId: bigint; market: string; wallet: Address; sub?: number; filled: bigint; reason: CloseReason}
  | {type: 'autoRollSet'; market: string; wallet: Address; sub?: number; takeLots: bigint; lossLots: bigint}
  /** `realised` became cash, the entry is the mark now. */
  | {type: 'positionRolled'; market: string; wallet: Address; sub?: number; size: bigint; price: bigint; realised: bigint; fee: bigint}
  | {type: 'novationOffered' | 'novationAccepted' | 'novationWithdrawn'; offerId: bigint; market: string; wallet: Address; sub?: number; to: Address; toSub?: number; size: bigint}
  | {type: 'calendarSet'; market: string; sessions: number}
  | {type: 'sessionEntered'; market: string; session: number}
  /** The next session's margin would find this account below maintenance. */
  | {type: 'liquidationWarned'; market: string; wallet: Address; sub?: number; equity: bigint; needed: bigint}
  | {
      type: 'programmeSet'; market: string; wallet: Address; sub?: number; programme: 'none' | 'maker' | 'longHedger' | 'shortHedger'; feePpm: number;
      spreadPpm: number; minimum: bigint; timePpm: number;
    }
  /** At the end of a session (−1: a day without a calendar): share of the time a maker quoted as it had promised, and the share asked; ppm. */
  | {type: 'obligationReported'; market: string; wallet: Address; sub?: number; session: number; keptPpm: number; askedPpm: number; met: boolean}
  | {type: 'batchItemRefused'; index: number; code: string}
  | {type: 'indexSet'; market: string; source: number; sourcePrice: bigint; price: bigint}
  /** Settlement lots, negative = paid; `ratePpb` positive: longs pay. */
  | {type: 'fundingSettled'; market: string; wallet: Address; sub?: number; lots: bigint; ratePpb: bigint}
  /** Between over- and under-collateralised accounts while symmetric liquidation is active. */
  | {type: 'interestSettled'; market: string; wallet: Address; sub?: number; lots: bigint}
  /** What draws the moments of the coming samples; the seed itself is not told. */
  | {type: 'sampleSeedSet'}
  /** Excess of the Liquidation Fund, to the best collateralised. */
  | {type: 'excessDistributed'; wallet: Address; sub?: number; lots: bigint}
  | {type: 'marginModeSet'; market: string; wallet: Address; sub?: number; mode: 'cross' | 'isolated'}
  /** From (positive `lots`) or to the account's cash: moved by its owner, bound by a fill, or taken for a winner's share of a loss. */
  | {type: 'collateralMoved'; market: string; wallet: Address; sub?: number; lots: bigint; collateral: bigint}
  | {type: 'feeTierSet'; wallet: Address; sub?: number; tier: number}
  | {type: 'deadManArmed'; wallet: Address; sub?: number; lease?: number; at: bigint}
  /** `settlementPrice`, of a delisted perpetual: what the positions that follow are settled at. */
  | {type: 'marketStatusSet'; market: string; status: 'open' | 'cancelOnly' | 'halted' | 'delisted'; settlementPrice?: bigint}
  /** `unit` = quote lots that one tick of one `lot` is worth. */
  | {
      type: 'marketCreated'; market: string; index: number; kind: 'spot' | 'perpetual'; base: string; quote: string; tick: bigint; lot: bigint; unit: bigint;
      terms: MarketTermsView;
    }
  | {type: 'marketChanged'; market: string; terms: MarketTermsView}
  /** Open and realised perpetual PnL (fees included) became claims at a seal; negative = paid. */
  | {type: 'pnlSettled'; epoch: bigint; wallet: Address; sub?: number; lots: bigint}
  /**
   * A liquidation closed `size` of the account's position at `price`. By the Liquidation Fund, which keeps `charge`; by symmetric liquidation;
   * or as the counterparty of one.
   */
  | {type: 'positionLiquidated'; market: string; wallet: Address; sub?: number; size: bigint; price: bigint; by: 'fund' | 'symmetric' | 'counterparty'; charge: bigint}
  /** Symmetric liquidation began or ended. */
  | {type: 'symmetricLiquidationChanged'; market: string; active: boolean}
  /** Part of a bankrupt account's loss, borne by the fund or by winners; `uncovered` is an incident. */
  | {type: 'shortfallCovered'; wallet: Address; sub?: number; lots: bigint; by: 'fund' | 'pairedWinner' | 'markWinner' | 'nobody'; payer?: Address; payerSub?: number}
  | ({type: 'legPosted'; seq: bigint; from: Address; fromSub?: number; to: Address; toSub?: number; lots: bigint; kind: LegKind} & AssetRef)
  | {type: 'epochSealed'; epoch: bigint; snapshotTime: bigint}
  | {type: 'epochDecided'; epoch: bigint; outcome: 'approved' | 'dead'};

/** An event as the node hands it out: `sequence` is gap-free from 1, `command` the journal sequence that caused it, `at` milliseconds. */
export type NumberedEvent = {sequence: bigint; command: bigint; at: bigint; event: Event};
