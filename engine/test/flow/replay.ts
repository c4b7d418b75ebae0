/**
 * A recorded market through the venue. Market makers keep one order at each price level of the recording, takers trade as the recording's
 * takers did, mark and index follow the middle of its book each second, and some accounts hold positions at the highest leverage.
 */
import {createHash} from 'node:crypto';
import {FIRST_USER, OUTSIDE} from '../../src/core/venue/accounts.ts';
import {post} from '../../src/core/venue/claims.ts';
import {COMMAND, EVENT, ORDER_FLAG, TIME_IN_FORCE} from '../../src/core/venue/codes.ts';
import {applyRecord} from '../../src/core/venue/dispatch.ts';
import {venueBytes} from '../../src/core/venue/image.ts';
import {LEG} from '../../src/core/venue/legs.ts';
import {MARKET_KIND, type MarketSpec} from '../../src/core/venue/market.ts';
import {codeOf, detailOf, head, RECORD_WORDS, RecordLog} from '../../src/core/venue/records.ts';
import {Venue} from '../../src/core/venue/venue.ts';
import type {Grid, Level, MarketMessage} from './market-data.ts';

export type Instrument = Grid & {spec: MarketSpec};

const instrument = (name: string, perPrice: number, perQuantity: number): Instrument => ({
  perPrice, perQuantity,
  spec: {
    name, kind: MARKET_KIND.perpetual, base: 0, quote: 1, tick: 1e6 / perPrice, lot: 1e9 / perQuantity, unit: 1e6 / perPrice / perQuantity, ladderTicks: 2 ** 20,
    fees: [{makerPpm: -50, takerPpm: 400}], fundSharePpm: 200_000, margins: [{upTo: 2 ** 50, initialPpm: 5_000, maintenancePpm: 2_500}],
    bandPpm: 100_000, marketBandPpm: 50_000, penaltyPpm: 1_000, openInterestMax: 0, interestFrom: 0, interestFull: 0,
  },
});

export const INSTRUMENTS: Readonly<Record<string, Instrument>> = {btcusdt: instrument('BTC-PERP', 10, 1_000), ethusdt: instrument('ETH-PERP', 100, 1_000)};

const MAKERS = 64;
const TAKERS = 200;
const LEVERAGED = 100;
/** Levels further than this from the middle are not mirrored, ppm. */
const MIRRORED_PPM = 4_000;
const MAKER_LOTS = 1e14;
const TAKER_LOTS = 1e13;
/** Of a leveraged account's position: equity a little above initial margin and the taker's fee. */
const LEVERAGED_PPM = 6_200;
const SECOND = 1_000;

/** A maker's order at one price. */
type Resting = {account: number; slot: number; sequence: number; quantity: number};

export class MarketReplay {
  readonly venue: Venue;
  readonly #levels = new Map<number, Resting>();
  readonly #record = new RecordLog(1);
  #best: {bid: Level; ask: Level} | undefined;
  #nextSecond = 0;
  #turn = 0;
  #leveraged = 0;
  commands = 0;
  /** Messages of the book ticker, and those after which the venue's best prices were the recording's, or within one basis point. */
  tickers = 0;
  exact = 0;
  near = 0;
  fundLeast = Number.POSITIVE_INFINITY;
  readonly events = new Map<number, number>();
  liquidations = 0;

  constructor({spec}: Instrument) {
    this.venue = new Venue({currencyOf: [0, 1], currencies: 2, settlement: 1});
    const {venue} = this;
    for (let account = 0; account < FIRST_USER + MAKERS + TAKERS + LEVERAGED; account += 1) venue.accounts.add();
    venue.addMarket(spec);
    post(venue, OUTSIDE, 1, 1, 1e12, LEG.deposit);
    for (let index = 0; index < MAKERS + TAKERS; index += 1) post(venue, OUTSIDE, FIRST_USER + index, 1, index < MAKERS ? MAKER_LOTS : TAKER_LOTS, LEG.deposit);
    venue.log.clear();
  }

  play(messages: readonly MarketMessage[]): void {
    for (const message of messages) {
      if (message.at >= this.#nextSecond) this.#beat(message.at);
      if (message.kind === 'ticker') this.#follow(message);
      else if (message.kind === 'trade') this.#take(message);
      else this.#deepen(message);
    }
  }

  /** The hour ends: funding is paid. */
  settle(at: number): void {
    this.#give(at, head(COMMAND.tick, 0, 0), 0);
  }

  get digest(): string {
    return createHash('sha256').update(venueBytes(this.venue)).digest('hex');
  }

  #beat(at: number): void {
    this.#nextSecond = at + SECOND;
    if (!this.#best) return;
    const middle = Math.round((this.#best.bid[0] + this.#best.ask[0]) / 2);
    for (let source = 0; source < 3; source += 1) this.#give(at, head(COMMAND.index, source, 0), middle);
    this.#give(at, head(COMMAND.mark, 0, 0), middle);
    this.#give(at, head(COMMAND.tick, 0, 0), 0);
    this.fundLeast = Math.min(this.fundLeast, this.venue.accounts.unheld(1, 1) + this.venue.accounts.cash[1]!);
    if (this.#leveraged < LEVERAGED) this.#openLeveraged(at, middle);
  }

  /** One account more at the highest leverage, long and short in turn, its money a little more than its margin. */
  #openLeveraged(at: number, middle: number): void {
    const account = FIRST_USER + MAKERS + TAKERS + this.#leveraged;
    const quantity = 50;
    const value = quantity * middle * this.venue.markets[0]!.unit;
    post(this.venue, OUTSIDE, account, 1, Math.ceil((value * LEVERAGED_PPM) / 1e6), LEG.deposit);
    const side = this.#leveraged % 2;
    this.#leveraged += 1;
    this.#place(at, {account, side, price: 0, quantity, flags: ORDER_FLAG.market, timeInForce: TIME_IN_FORCE.immediateOrCancel});
  }

  /** The best prices of the recording: nothing better may rest, and these hold what it says. */
  #follow({at, bid, ask}: Extract<MarketMessage, {kind: 'ticker'}>): void {
    this.#best = {bid, ask};
    const {ladder} = this.venue.markets[0]!;
    while (ladder.bestBid > bid[0]) this.#clear(at, ladder.bestBid);
    while (ladder.bestAsk < ask[0]) this.#clear(at, ladder.bestAsk);
    if (this.venue.markets[0]!.mark === 0) this.#beat(at);
    this.#rest(at, 0, bid);
    this.#rest(at, 1, ask);
    this.tickers += 1;
    const off = Math.max(Math.abs(ladder.bestBid - bid[0]), Math.abs(ladder.bestAsk - ask[0]));
    if (off === 0) this.exact += 1;
    if (off * 10_000 <= bid[0]) this.near += 1;
  }

  #deepen({at, bids, asks}: Extract<MarketMessage, {kind: 'depth'}>): void {
    const best = this.#best;
    if (!best) return;
    const reach = Math.floor((best.bid[0] * MIRRORED_PPM) / 1e6);
    for (const level of bids) if (level[0] < best.bid[0] && level[0] > best.bid[0] - reach) this.#rest(at, 0, level);
    for (const level of asks) if (level[0] > best.ask[0] && level[0] < best.ask[0] + reach) this.#rest(at, 1, level);
  }

  #take({at, price, quantity, takerBuys}: Extract<MarketMessage, {kind: 'trade'}>): void {
    this.#turn += 1;
    const account = FIRST_USER + MAKERS + ((this.#turn * 7) % TAKERS);
    this.#place(at, {account, side: takerBuys ? 0 : 1, price, quantity, flags: 0, timeInForce: TIME_IN_FORCE.immediateOrCancel});
  }

  /** The level at a price holds so many lots: the order there is replaced where it holds another number. */
  #rest(at: number, side: number, [price, quantity]: Level): void {
    const {orders} = this.venue;
    const resting = this.#levels.get(price);
    if (resting && orders.holds(resting.slot, resting.sequence)) {
      if (orders.quantity[resting.slot] === quantity) return;
      this.#cancel(at, resting);
    }
    this.#levels.delete(price);
    if (quantity === 0) return;
    this.#turn += 1;
    const account = FIRST_USER + (this.#turn % MAKERS);
    this.#place(at, {account, side, price, quantity, flags: ORDER_FLAG.postOnly, timeInForce: TIME_IN_FORCE.goodTillCancel});
    const slot = this.venue.accounts.firstOrder[account]!;
    if (slot >= 0 && orders.sequence[slot] === orders.last && orders.price[slot] === price) this.#levels.set(price, {account, slot, sequence: orders.last, quantity});
  }

  #clear(at: number, price: number): void {
    const {ladder} = this.venue.markets[0]!;
    const {orders} = this.venue;
    for (let slot = ladder.headAt(price); slot >= 0; slot = ladder.headAt(price)) {
      this.#cancel(at, {account: orders.owner[slot]!, slot, sequence: orders.sequence[slot]!, quantity: 0});
    }
    this.#levels.delete(price);
  }

  #cancel(at: number, {account, slot, sequence}: Resting): void {
    this.#give(at, head(COMMAND.cancel, 0, 0), account, slot, 0, 0, 0, sequence);
  }

  #place(at: number, order: {account: number; side: number; price: number; quantity: number; flags: number; timeInForce: number}): void {
    this.#give(at, head(COMMAND.place, order.side | (order.timeInForce << 1), 0), order.account, order.price, order.quantity, order.flags, 0, 0);
  }

  #give(at: number, first: number, w1: number, w2 = 0, w3 = 0, w4 = 0, w6 = 0, d0 = 0): void {
    this.#record.clear();
    this.#record.push(first, w1, w2, w3, w4, 0, w6, 0, d0, 0, 0, 0);
    applyRecord(this.venue, this.#record, 0, at);
    this.commands += 1;
    const {log} = this.venue;
    for (let index = 0; index < log.length; index += 1) {
      const word = log.words[index * RECORD_WORDS]!;
      const code = codeOf(word);
      this.events.set(code, (this.events.get(code) ?? 0) + 1);
      if (code === EVENT.liquidated && detailOf(word) < 3) this.liquidations += 1;
    }
  }
}
