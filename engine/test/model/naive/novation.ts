/** Novation: a position moves to another account, with both consents. */
import type {Event} from '../../../src/core/events.ts';
import {change} from './fills.ts';
import {assess} from './margin.ts';
import {plainOrder} from './orders.ts';
import {breaksProgramme} from './programmes.ts';
import {abs, max, PPM, sign} from './numbers.ts';
import {type Account, lotsOf, type Market, type Offer, type Refusal, refuse, ticksOf, type World} from './world.ts';

/** An agreed price lies within this of the mark. */
const BAND = 10_000n;

function tell(world: World, type: Extract<Event, {offerId: bigint}>['type'], {id, from, to, market, lots}: Offer): void {
  world.tell({type, offerId: id, market: market.spec.name, ...world.who(from), to: world.wallet(to), ...(world.accounts[to]!.sub > 0 && {toSub: world.accounts[to]!.sub}), size: lots * market.spec.lot});
}

export function offerNovation(world: World, from: Account, to: Account, market: Market, size: bigint, price: bigint | undefined): Refusal | undefined {
  const lots = lotsOf(market, abs(size));
  if (lots === undefined) return refuse('badQuantity');
  const ticks = price === undefined ? 0n : ticksOf(market, price);
  if (ticks === undefined) return refuse('badPrice');
  if (from === to) return refuse('unknownAccount');
  if (!market.spec.perpetual) return refuse('unknownMarket');
  if (market.status === 'delisted') return refuse('marketHalted');
  if (from.owner === to.owner) return novateOwn(world, {id: 0n, from: from.number, to: to.number, market, lots: sign(size) * lots, price: ticks});
  if (world.offers.some((known) => known.from === from.number && known.market === market)) return refuse('positionOpen');
  world.lastOffer += 1n;
  const offer = {id: world.lastOffer, from: from.number, to: to.number, market, lots: sign(size) * lots, price: ticks};
  world.offers.push(offer);
  tell(world, 'novationOffered', offer);
  return undefined;
}

export function withdrawNovation(world: World, {number}: Account, id: bigint): Refusal | undefined {
  const offer = world.offers.find((known) => known.id === id && (known.from === number || known.to === number));
  if (!offer) return refuse('unknownOrder', {orderId: id});
  world.offers = world.offers.filter((known) => known !== offer);
  tell(world, 'novationWithdrawn', offer);
  return undefined;
}

/** The receiver keeps initial margin, the giver maintenance; the sum of positions stays. */
export function acceptNovation(world: World, {number}: Account, id: bigint): Refusal | undefined {
  const offer = world.offers.find((known) => known.id === id && known.to === number);
  if (!offer) return refuse('unknownOrder', {orderId: id});
  const refused = check(world, offer);
  if (refused) return refused;
  world.offers = world.offers.filter((known) => known !== offer);
  move(world, offer);
  return undefined;
}

/** Between accounts of one wallet one consent is both. */
function novateOwn(world: World, offer: Offer): Refusal | undefined {
  const refused = check(world, offer);
  if (refused) return refused;
  world.lastOffer += 1n;
  move(world, {...offer, id: world.lastOffer});
  return undefined;
}

function move(world: World, offer: Offer): void {
  const {from, to, market, lots} = offer;
  const price = offer.price || market.mark;
  change(world, world.position(from, market), -lots, price);
  change(world, world.position(to, market), lots, price);
  tell(world, 'novationAccepted', offer);
}

function check(world: World, {from, to, market, lots, price}: Offer): Refusal | undefined {
  if (world.halted) return refuse('rootTooOld');
  const [giver, receiver] = [world.position(from, market), world.position(to, market)];
  if (giver.lots === 0n || sign(giver.lots) !== sign(lots) || abs(lots) > abs(giver.lots)) return refuse('noPosition');
  if (giver.isolated || receiver.isolated) return refuse('badFlags');
  if (price > 0n && abs(price - market.mark) * PPM > BAND * market.mark) return refuse('priceOutOfBand');
  if (breaksProgramme(world, {market, account: to, side: lots > 0n ? 'buy' : 'sell', left: abs(lots)})) return refuse('outsideProgramme');
  // What the price gives the giver and takes from the receiver, against the mark.
  const gain = lots * ((price || market.mark) - market.mark) * market.spec.unit;
  const giving = assess(world, from);
  if (giving.equity < giving.maintenance) return refuse('inLiquidation');
  if (giving.equity + gain < giving.maintenance) return refuse('insufficientMargin', {needed: giving.maintenance, available: max(0n, giving.equity + gain)});
  // As if the lots were an open order of the receiver.
  world.orders.push(plainOrder(to, market, lots > 0n ? 'buy' : 'sell', market.mark, abs(lots)));
  const {equity, initial} = assess(world, to);
  world.orders.pop();
  return equity - gain < initial ? refuse('insufficientMargin', {needed: initial, available: max(0n, equity - gain)}) : undefined;
}
