/**
 * Auto-roll and novation (paper §3.4). A roll realises a position's open PnL and re-strikes it at the mark when it passes the owner's threshold,
 * for a discounted fee: a rolled winner is no unrealised winner any more (paper footnote 13). Novation moves a position to another account.
 */
import {NONE, SYSTEM} from './accounts.ts';
import {isUser} from './claims.ts';
import {EVENT, REASON, type Reason, SIDE} from './codes.ts';
import {applyFill, dropIfIdle, findPosition, openPosition} from './exposure.ts';
import {isWhole, PPM, ppmCeil, VALUE_MAX} from './integers.ts';
import {assess, assessBucket} from './margin.ts';
import {isPrice, type Market, MARKET_STATUS} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import {breaksProgramme} from './programmes.ts';
import {head} from './records.ts';
import {reservePerpetual} from './reserve.ts';
import type {Venue} from './venue.ts';

/** Roll fee as a share of the worst taker fee. */
const ROLL_FEE_PPM = 200_000;
/** An agreed novation price lies within this of the mark. */
const NOVATION_BAND_PPM = 10_000;

/** Settlement lots of open gain, and of open loss, at which a position rolls; 0 = never. */
export type RollSetting = {take: number; loss: number};

export function setAutoRoll(venue: Venue, account: number, index: number, {take, loss}: RollSetting): Reason {
  const market = venue.markets[index];
  if (!isUser(venue, account)) return REASON.unknownAccount;
  if (market === undefined || !market.perpetual) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  if (!isWhole(take, 0, VALUE_MAX) || !isWhole(loss, 0, VALUE_MAX)) return REASON.badAmount;
  if (take === 0 && loss === 0) market.rolls.delete(account);
  else market.rolls.set(account, {take, loss});
  venue.log.push(head(EVENT.rolled, 0, index), account, 0, 0, 0, 0, 0, 0, take, loss, 0, 0);
  return REASON.none;
}

/** At each mark, before anybody is liquidated, by account number. */
export function rollPositions(venue: Venue, market: Market): void {
  if (market.rolls.size === 0) return;
  for (const account of [...market.rolls.keys()].sort((a, b) => a - b)) {
    const slot = findPosition(venue, account, market.index);
    if (slot === NONE || venue.positions.quantity[slot] === 0) continue;
    const {take, loss} = market.rolls.get(account)!;
    const value = venue.positions.quantity[slot]! * market.mark * market.unit;
    const pnl = value - venue.positions.cost[slot]!;
    if ((take > 0 && pnl >= take) || (loss > 0 && -pnl >= loss)) roll(venue, market, slot, pnl);
  }
}

/** Equity changes by the fee alone; an account that the fee would bring under maintenance is left as it is. */
function roll(venue: Venue, market: Market, slot: number, pnl: number): void {
  const {positions, accounts} = venue;
  const account = positions.account[slot]!;
  const value = positions.quantity[slot]! * market.mark * market.unit;
  const fee = ppmCeil(ppmCeil(Math.abs(value), market.worstTakerPpm), ROLL_FEE_PPM);
  const {equity, maintenance} = assessBucket(venue, slot);
  if (equity - fee < maintenance) return;
  const isolated = (positions.flags[slot]! & POSITION_FLAG.isolated) !== 0;
  if (isolated) positions.collateral[slot]! += pnl - fee;
  else accounts.cash[account]! += pnl - fee;
  positions.cost[slot] = value;
  accounts.cash[SYSTEM.fees]! += fee;
  venue.log.push(head(EVENT.rolled, 1, market.index), account, positions.quantity[slot]!, market.mark, 0, 0, 0, 0, pnl, fee, 0, 0);
}

/** Waits for the receiver's consent. `price` 0 = the mark at that moment. */
export type Offer = {from: number; to: number; market: number; lots: number; price: number};

export class Offers {
  last = 0;
  readonly open = new Map<number, Offer>();
}

/**
 * The holder's consent: `lots` of its position (its own sign) to another account. Replaces nothing; an offer is taken once or withdrawn. Between
 * accounts of one owner one consent is both: the position moves at once, under the conditions of {@link acceptNovation}.
 */
export function offerNovation(venue: Venue, offer: Offer): Reason {
  const market = venue.markets[offer.market];
  if (!isUser(venue, offer.from) || !isUser(venue, offer.to) || offer.from === offer.to) return REASON.unknownAccount;
  if (market === undefined || !market.perpetual) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  if (offer.price !== 0 && !isPrice(market, offer.price)) return REASON.badPrice;
  if (!isWhole(Math.abs(offer.lots), 1, VALUE_MAX)) return REASON.badQuantity;
  if (ownerOf(venue, offer.from) === ownerOf(venue, offer.to)) return novateOwn(venue, market, offer);
  for (const known of venue.offers.open.values()) if (known.from === offer.from && known.market === offer.market) return REASON.positionOpen;
  venue.offers.last += 1;
  venue.offers.open.set(venue.offers.last, {...offer});
  venue.log.push(head(EVENT.novated, 0, offer.market), offer.from, offer.to, offer.price, 0, 0, 0, 0, offer.lots, venue.offers.last, 0, 0);
  return REASON.none;
}

const ownerOf = ({owners}: Venue, account: number): number => owners.get(account) ?? account;

function novateOwn(venue: Venue, market: Market, offer: Offer): Reason {
  const refused = checkNovation(venue, market, offer, findPosition(venue, offer.from, market.index));
  if (refused !== REASON.none) return refused;
  venue.offers.last += 1;
  move(venue, market, offer, venue.offers.last);
  return REASON.none;
}

export function withdrawOffer(venue: Venue, account: number, id: number): Reason {
  const offer = venue.offers.open.get(id);
  if (offer === undefined || (offer.from !== account && offer.to !== account)) return REASON.unknownOrder;
  venue.offers.open.delete(id);
  venue.log.push(head(EVENT.novated, 2, offer.market), offer.from, offer.to, 0, 0, 0, 0, 0, offer.lots, id, 0, 0);
  return REASON.none;
}

/** Withdraws every offer in a market, by id. */
export function closeOffers(venue: Venue, market: number): void {
  for (const [id, offer] of venue.offers.open) if (offer.market === market) withdrawOffer(venue, offer.from, id);
}

/** The receiver's consent: the receiver keeps initial margin, the giver maintenance; Σ positions and open interest stay. */
export function acceptNovation(venue: Venue, account: number, id: number): Reason {
  const offer = venue.offers.open.get(id);
  if (offer === undefined || offer.to !== account) return REASON.noConsent;
  const market = venue.markets[offer.market]!;
  const giver = findPosition(venue, offer.from, market.index);
  const refused = checkNovation(venue, market, offer, giver);
  if (refused !== REASON.none) return refused;
  venue.offers.open.delete(id);
  move(venue, market, offer, id);
  return REASON.none;
}

function move(venue: Venue, market: Market, offer: Offer, id: number): void {
  const price = offer.price === 0 ? market.mark : offer.price;
  const giver = findPosition(venue, offer.from, market.index);
  const receiver = openPosition(venue, offer.to, market);
  applyFill(venue, giver, -offer.lots, price);
  applyFill(venue, receiver, offer.lots, price);
  venue.log.push(head(EVENT.novated, 1, market.index), offer.from, offer.to, price, 0, 0, 0, 0, offer.lots, id, 0, 0);
  dropIfIdle(venue, giver);
  dropIfIdle(venue, receiver);
}

function checkNovation(venue: Venue, market: Market, offer: Offer, giver: number): Reason {
  if (venue.roots.old) return REASON.rootTooOld;
  const {positions, margin} = venue;
  const held = giver === NONE ? 0 : positions.quantity[giver]!;
  if (held === 0 || Math.sign(held) !== Math.sign(offer.lots) || Math.abs(offer.lots) > Math.abs(held)) return REASON.noPosition;
  const known = findPosition(venue, offer.to, market.index);
  const flags = positions.flags[giver]! | (known === NONE ? 0 : positions.flags[known]!);
  if ((flags & POSITION_FLAG.isolated) !== 0) return REASON.badFlags;
  if (offer.price !== 0 && Math.abs(offer.price - market.mark) * PPM > NOVATION_BAND_PPM * market.mark) return REASON.priceOutOfBand;
  if (breaksProgramme(venue, market, offer.to, offer.lots > 0 ? SIDE.buy : SIDE.sell, Math.abs(offer.lots))) return REASON.outsideProgramme;
  const gain = offer.lots * ((offer.price || market.mark) - market.mark) * market.unit;
  assess(venue, offer.from);
  if (margin.equity < margin.maintenance) return REASON.inLiquidation;
  if (margin.equity + gain < margin.maintenance) {
    venue.needed = margin.maintenance;
    venue.available = Math.max(0, margin.equity + gain);
    return REASON.insufficientMargin;
  }
  return receiverBears(venue, market, offer, gain) ? REASON.none : REASON.insufficientMargin;
}

/** Initial margin with the lots as if they were an open order of the receiver. */
function receiverBears(venue: Venue, market: Market, offer: Offer, gain: number): boolean {
  const {used} = venue.positions;
  const known = findPosition(venue, offer.to, market.index);
  const slot = known === NONE ? openPosition(venue, offer.to, market) : known;
  const side = offer.lots > 0 ? 0 : 1;
  reservePerpetual(venue, slot, market, side, Math.abs(offer.lots), 0);
  const {equity, initial} = assess(venue, offer.to);
  reservePerpetual(venue, slot, market, side, -Math.abs(offer.lots), 0);
  if (known === NONE) {
    dropIfIdle(venue, slot);
    venue.positions.retract(used);
  }
  venue.needed = initial;
  venue.available = Math.max(0, equity - gain);
  return equity - gain >= initial;
}
