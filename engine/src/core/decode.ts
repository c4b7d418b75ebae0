/** The venue's records as events of the interfaces: wallets, market names, whole currency lots, prices in 10⁻⁶ quote per base. */
import type {Address} from 'viem';
import {big} from './amounts.ts';
import type {CloseReason, Event} from './events.ts';
import {type State, ZERO_ADDRESS} from './state.ts';
import {CLOSE, CLOSE_NAMES, EVENT, ORDER_FLAG, REASON_NAMES, TIME_IN_FORCE} from './venue/codes.ts';
import {LEG_KINDS} from './venue/legs.ts';
import type {Market} from './venue/market.ts';
import {orderId} from './venue/order-pool.ts';
import {codeOf, detailOf, readRecord, type Record64, RECORD_DOUBLES, RECORD_WORDS} from './venue/records.ts';

export const TIME_IN_FORCE_NAMES = ['GTC', 'IOC', 'FOK', 'GTD'] as const;
const ANSWERS = ['open', 'filled', 'cancelled'] as const;
const LIQUIDATED_BY = ['fund', 'symmetric', 'counterparty'] as const;
const COVERED_BY = ['fund', 'pairedWinner', 'markWinner', 'nobody'] as const;

/** Interface price of ticks. */
export const priceOf = ({spec}: Market, ticks: number): bigint => big(ticks) * big(spec.tick);

/** Base currency lots of market lots. */
export const quantityOf = ({spec}: Market, lots: number): bigint => big(lots) * big(spec.lot);

/** Entry price of a position: |cost| per whole base unit, rounded down; 0 when flat. */
export function entryPriceOf(market: Market, lots: number, cost: number): bigint {
  if (lots === 0) return 0n;
  return (big(Math.abs(cost)) * big(market.spec.tick)) / (big(Math.abs(lots)) * big(market.unit));
}

/** Decodes the venue's records. Client ids that came as text are in the state since their placing and leave it when their order closes. */
export function decodeEvents(state: State): Event[] {
  const {log} = state.venue;
  const events: Event[] = [];
  for (let index = 0; index < log.length; index += 1) {
    const event = decodeEvent(state, readRecord(log, index));
    if (event) events.push(event);
  }
  return events;
}

/** What decoding does to the state, where the records stay as they are: text client ids of closed orders go, those of amended ones move on. */
export function keepTexts({venue: {log}, clientTexts}: State): void {
  if (clientTexts.size === 0) return;
  let moving: string | undefined;
  for (let index = 0; index < log.length; index += 1) {
    const head = log.words[index * RECORD_WORDS]!;
    const sequence = log.doubles[index * RECORD_DOUBLES + 4]!;
    if (codeOf(head) === EVENT.closed) {
      if (detailOf(head) === CLOSE.amended) moving = clientTexts.get(sequence);
      clientTexts.delete(sequence);
    } else if (codeOf(head) === EVENT.accepted && moving !== undefined) {
      clientTexts.set(sequence, moving);
      moving = undefined;
    }
  }
}

function decodeEvent(state: State, record: Record64): Event | undefined {
  const {code, detail, words, doubles} = record;
  const holder = holderIn(state);
  switch (code) {
    case EVENT.leg: {
      const {chainId, token} = state.assets[record.market]!;
      const [from, to] = [holder(words[0]!), holder(words[1]!)];
      return {
        type: 'legPosted', seq: big(doubles[0]!), from: from.wallet, ...(from.sub && {fromSub: from.sub}), to: to.wallet, ...(to.sub && {toSub: to.sub}),
        lots: big(doubles[1]!), kind: LEG_KINDS[detail]!, chainId, token,
      };
    }
    case EVENT.requestReturned: {
      const {chainId, token} = state.assets[record.market]!;
      return {type: 'withdrawalCancelled', wallet: holder(words[0]!).wallet, chainId, token, lots: big(doubles[0]!), reason: 'shortfall'};
    }
    case EVENT.haircut: {
      const payer = holder(words[1]!);
      return {
        type: 'shortfallCovered', ...holder(words[0]!), lots: big(doubles[0]!), by: COVERED_BY[detail]!, ...(words[1]! >= 0 && {payer: payer.wallet}),
        ...(payer.sub && {payerSub: payer.sub}),
      };
    }
    case EVENT.excess:
      if (detail === 1) return {type: 'sampleSeedSet'};
      return {type: 'excessDistributed', ...holder(words[0]!), lots: big(doubles[0]!)};
    case EVENT.tick:
      return {type: 'ticked'};
    case EVENT.roots: {
      if (detail === 0) return {type: 'tradingResumed'};
      const {chainId, activeEpoch} = state.chains[record.market]!;
      return {type: 'tradingHalted', chainId, epoch: activeEpoch};
    }
    default:
      return decodeMarketEvent(state, record, holder);
  }
}

/** An account by its owner's wallet, and which sub-account where it is one. */
export type Holder = {wallet: Address; sub?: number};
type HolderOf = (account: number) => Holder;

export const holderIn = (state: State): HolderOf => (account) => {
  if (account < 0) return {wallet: ZERO_ADDRESS};
  const {wallet, sub} = state.identities[account]!;
  return sub === 0 ? {wallet} : {wallet, sub};
};

function decodeMarketEvent(state: State, record: Record64, holder: HolderOf): Event | undefined {
  const {code, detail, words, doubles} = record;
  const market = state.venue.markets[record.market]!;
  const {name} = market.spec;
  const [w0, w1, w2] = [words[0]!, words[1]!, words[2]!];
  switch (code) {
    case EVENT.accepted: return decodeAccepted(state, market, record, holder);
    case EVENT.repeated:
      return {
        type: 'orderRepeated', orderId: orderId(doubles[0]!, w2), market: name, ...holder(w0), filled: quantityOf(market, w1), state: ANSWERS[detail]!,
      };
    case EVENT.trade: return decodeTrade(market, record, holder);
    case EVENT.rested:
      return {type: 'orderRested', orderId: orderId(doubles[0]!, w2), market: name, ...holder(w0), remaining: quantityOf(market, w1)};
    case EVENT.closed:
      state.clientTexts.delete(doubles[0]!);
      return {
        type: 'orderClosed', orderId: orderId(doubles[0]!, w2), market: name, ...holder(w0), filled: quantityOf(market, w1),
        state: detail === CLOSE.filled ? 'filled' : 'cancelled', reason: CLOSE_NAMES[detail]! as CloseReason,
      };
    case EVENT.amended:
      return {type: 'orderAmended', orderId: orderId(doubles[0]!, w2), market: name, ...holder(w0), quantity: quantityOf(market, w1)};
    case EVENT.level:
      return {type: 'bookChanged', market: name, side: detail === 0 ? 'buy' : 'sell', price: priceOf(market, w0), quantity: quantityOf(market, doubles[0]!)};
    case EVENT.position:
      return {
        type: 'positionChanged', market: name, ...holder(w0), size: quantityOf(market, w1), entryPrice: entryPriceOf(market, w1, doubles[0]!),
        realisedPnl: big(doubles[1]!), cost: big(doubles[0]!), collateral: big(doubles[2]!),
      };
    case EVENT.mark: return {type: 'markSet', market: name, price: priceOf(market, w0)};
    case EVENT.liquidated:
      return {
        type: 'positionLiquidated', market: name, ...holder(w0), size: quantityOf(market, w1), price: priceOf(market, w2), by: LIQUIDATED_BY[detail]!,
        charge: big(doubles[0]!),
      };
    case EVENT.index:
      return {type: 'indexSet', market: name, source: detail, sourcePrice: priceOf(market, w0), price: priceOf(market, w1)};
    case EVENT.funding:
      return {type: 'fundingSettled', market: name, ...holder(w0), lots: big(doubles[0]!), ratePpb: big(doubles[1]!)};
    case EVENT.interest: return {type: 'interestSettled', market: name, ...holder(w0), lots: big(doubles[0]!)};
    case EVENT.margin: return decodeMargin(market, record, holder);
    case EVENT.status:
      return {type: 'marketStatusSet', market: name, status: STATUS_NAMES[detail]!, ...(w0 > 0 && {settlementPrice: priceOf(market, w0)})};
    case EVENT.symmetric: return {type: 'symmetricLiquidationChanged', market: name, active: detail === 1};
    default: return decodeAlgo(market, record, holder);
  }
}

export const PROGRAMMES = ['none', 'maker', 'longHedger', 'shortHedger'] as const;
const NOVATION = ['novationOffered', 'novationAccepted', 'novationWithdrawn'] as const;

/** Triggers, parents, rolls, novations and sessions. */
function decodeAlgo(market: Market, {code, detail, words, doubles}: Record64, holder: HolderOf): Event | undefined {
  const about = {market: market.spec.name, ...holder(code === EVENT.session ? -1 : words[0]!)};
  const side = detail === 0 ? 'buy' : 'sell';
  const id = big(doubles[0]!);
  switch (code) {
    case EVENT.triggerPlaced:
      return {type: 'triggerPlaced', ...about, triggerId: id, side, price: priceOf(market, words[1]!), quantity: quantityOf(market, words[2]!)};
    case EVENT.triggered: return {type: 'triggerFired', ...about, triggerId: id, refused: REASON_NAMES[detail]!};
    case EVENT.triggerClosed: return {type: 'triggerClosed', ...about, triggerId: id, reason: CLOSE_NAMES[detail]!};
    case EVENT.parentPlaced: return {type: 'parentPlaced', ...about, parentId: id, side, quantity: quantityOf(market, words[1]!), slices: words[3]!};
    case EVENT.parentClosed: return {type: 'parentClosed', ...about, parentId: id, filled: quantityOf(market, words[1]!), reason: CLOSE_NAMES[detail]!};
    case EVENT.rolled:
      if (detail === 0) return {type: 'autoRollSet', ...about, takeLots: id, lossLots: big(doubles[1]!)};
      return {type: 'positionRolled', ...about, size: quantityOf(market, words[1]!), price: priceOf(market, words[2]!), realised: id, fee: big(doubles[1]!)};
    case EVENT.novated: {
      const to = holder(words[1]!);
      return {
        type: NOVATION[detail]!, ...about, offerId: big(doubles[1]!), to: to.wallet, ...(to.sub && {toSub: to.sub}), size: quantityOf(market, doubles[0]!),
      };
    }
    case EVENT.session:
      return detail === 1 ? {type: 'calendarSet', market: about.market, sessions: words[0]!} : {type: 'sessionEntered', market: about.market, session: words[0]!};
    case EVENT.programme:
      return {
        type: 'programmeSet', ...about, programme: PROGRAMMES[detail]!, feePpm: words[1]!, spreadPpm: words[2]!, minimum: quantityOf(market, words[3]!), timePpm: words[4]!,
      };
    case EVENT.obligation:
      return {type: 'obligationReported', ...about, session: words[3]!, keptPpm: words[1]!, askedPpm: words[2]!, met: detail === 1};
    case EVENT.warning: return {type: 'liquidationWarned', ...about, equity: id, needed: big(doubles[1]!)};
    default: return undefined;
  }
}

export const STATUS_NAMES = ['open', 'cancelOnly', 'halted', 'delisted'] as const;

function decodeMargin({spec}: Market, {detail, words, doubles}: Record64, holder: HolderOf): Event {
  const of = holder(words[0]!);
  if (detail === 3) return {type: 'feeTierSet', ...of, tier: words[1]!};
  if (detail === 2) return {type: 'collateralMoved', market: spec.name, ...of, lots: big(doubles[1]!), collateral: big(doubles[0]!)};
  return {type: 'marginModeSet', market: spec.name, ...of, mode: detail === 1 ? 'isolated' : 'cross'};
}

function decodeAccepted(state: State, market: Market, {words, doubles}: Record64, holder: HolderOf): Event {
  const [account, price, lots, slot, meta, high, low] = words as [number, number, number, number, number, number, number];
  const sequence = doubles[0]!;
  const text = (high | low) === 0 ? '' : state.clientTexts.get(sequence) ?? clientIdText(high, low);
  const isMarket = (meta & ORDER_FLAG.market) !== 0;
  return {
    type: 'orderAccepted', orderId: orderId(sequence, slot), market: market.spec.name, ...holder(account), side: (meta & ORDER_FLAG.side) === 0 ? 'buy' : 'sell',
    orderType: isMarket ? 'market' : 'limit', ...(!isMarket && {price: priceOf(market, price)}), quantity: quantityOf(market, lots),
    timeInForce: TIME_IN_FORCE_NAMES[(meta >>> ORDER_FLAG.timeInForceShift) & 3] ?? TIME_IN_FORCE_NAMES[TIME_IN_FORCE.goodTillCancel], clientOrderId: text,
  };
}

/** How a binary client id reads where text is shown. */
export const clientIdText = (high: number, low: number): string => `${(high >>> 0).toString(16).padStart(8, '0')}${(low >>> 0).toString(16).padStart(8, '0')}`;

function decodeTrade(market: Market, {detail, words, doubles}: Record64, holder: HolderOf): Event {
  const [maker, taker, lots, price, makerSlot, takerSlot, tradeWord] = words as [number, number, number, number, number, number, number];
  const [makes, takes] = [holder(maker), holder(taker)];
  // The record carries the low 32 bits of the trade number; the market's counter is never that far ahead.
  const behind = (market.trades - tradeWord) % 2 ** 32;
  return {
    type: 'tradeExecuted', tradeId: big(market.trades - (behind < 0 ? behind + 2 ** 32 : behind)), market: market.spec.name, price: priceOf(market, price),
    quantity: quantityOf(market, lots), quoteLots: big(lots * price * market.unit), takerSide: detail === 0 ? 'buy' : 'sell',
    makerOrderId: orderId(doubles[0]!, makerSlot), takerOrderId: orderId(doubles[1]!, takerSlot), maker: makes.wallet, ...(makes.sub && {makerSub: makes.sub}),
    taker: takes.wallet, ...(takes.sub && {takerSub: takes.sub}),
    makerFeeLots: big(doubles[2]!), takerFeeLots: big(doubles[3]!),
  };
}
