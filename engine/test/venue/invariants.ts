/** What must hold of a venue after every command, recomputed from its columns. Returns the broken ones. */
import {NONE} from '../../src/core/venue/accounts.ts';
import {assess, assessBucket, unsettled} from '../../src/core/venue/margin.ts';
import type {Market} from '../../src/core/venue/market.ts';
import {POSITION_FLAG} from '../../src/core/venue/positions.ts';
import {heldCurrency, holdOf, remainingOf} from '../../src/core/venue/reserve.ts';
import type {Venue} from '../../src/core/venue/venue.ts';

/** What a command touched: accounts whose reserves are recomputed from their orders, and markets whose books and holders are walked. */
export type Touched = {accounts: Iterable<number>; markets: readonly Market[]};

/** Everything, unless it is said what was touched; money and everybody's equity always. */
export function brokenVenue(venue: Venue, touched?: Touched): string[] {
  const {accounts, markets} = touched ?? {accounts: Array.from({length: venue.accounts.count}, (_, account) => account), markets: venue.markets};
  return [...brokenMoney(venue), ...markets.flatMap((market) => [...brokenMarket(venue, market)]), ...brokenReserves(venue, accounts), ...brokenEquity(venue)];
}

function* brokenMoney(venue: Venue): Generator<string> {
  const {accounts, assetsOf} = venue;
  let open = 0;
  for (let account = 0; account < accounts.count; account += 1) {
    open += unsettled(venue, account);
    for (const [currency, assets] of assetsOf.entries()) {
      const able = assets.reduce((sum, asset) => sum + accounts.spendable(account, asset), 0);
      if (able !== accounts.balance[account * accounts.currencies + currency]) yield `account ${account}: balance of currency ${currency} ≠ its claims`;
    }
  }
  if (open !== 0) yield `unsettled PnL sums to ${open}`;
}

function* brokenMarket(venue: Venue, market: Market): Generator<string> {
  const {orders, positions} = venue;
  const {ladder} = market;
  if (ladder.bestBid >= ladder.bestAsk) yield `${market.spec.name}: crossed`;
  for (let price = ladder.above(0); price < ladder.ticks; price = ladder.above(price)) {
      let sum = 0;
      let previous = NONE;
      for (let slot = ladder.headAt(price); slot !== NONE; slot = orders.next[slot]!) {
        if (orders.previous[slot] !== previous || orders.price[slot] !== price || orders.quantity[slot]! <= 0) yield `${market.spec.name}: broken list at ${price}`;
        if (orders.side(slot) === 0 ? price > ladder.bestBid : price < ladder.bestAsk) yield `${market.spec.name}: ${price} is better than the best`;
        sum += orders.quantity[slot]!;
        previous = slot;
      }
      if (sum === 0 || sum !== ladder.quantityAt(price)) yield `${market.spec.name}: level ${price} has ${ladder.quantityAt(price)} ≠ ${sum}`;
  }
  let net = 0;
  let long = 0;
  for (let index = 0; index < market.holderCount; index += 1) {
    const slot = market.holders[index]!;
    net += positions.quantity[slot]!;
    long += Math.max(0, positions.quantity[slot]!);
    if (positions.holder(slot) !== index) yield `${market.spec.name}: holder ${slot} misplaced`;
    if (positions.isIdle(slot)) yield `${market.spec.name}: idle record ${slot}`;
  }
  if (net !== 0) yield `${market.spec.name}: positions sum to ${net}`;
  if (long !== market.openInterest) yield `${market.spec.name}: open interest ${market.openInterest} ≠ ${long}`;
}

function* brokenReserves(venue: Venue, touched: Iterable<number>): Generator<string> {
  const {accounts, positions, orders} = venue;
  for (const account of touched) {
    const held = Array.from({length: accounts.currencies}, () => 0);
    const reserved = new Map<number, {buy: number; sell: number; loss: number}>();
    let count = 0;
    for (let slot = accounts.firstOrder[account]!; slot !== NONE; slot = orders.ownerNext[slot]!) {
      count += 1;
      const market = venue.markets[orders.market(slot)]!;
      const open = remainingOf(venue, slot);
      if (!market.perpetual) held[heldCurrency(market, orders.side(slot))]! += holdOf(market, orders.side(slot), orders.price[slot]!, open);
      const entry = reserved.get(market.index) ?? {buy: 0, sell: 0, loss: 0};
      if (orders.side(slot) === 0) entry.buy += open;
      else entry.sell += open;
      entry.loss += orders.loss[slot]! * open * market.unit;
      reserved.set(market.index, entry);
    }
    if (count !== accounts.orderCount[account]) yield `account ${account}: ${accounts.orderCount[account]} orders ≠ ${count}`;
    for (const [currency, lots] of held.entries()) {
      if (accounts.held[account * accounts.currencies + currency] !== lots) yield `account ${account}: holds ${accounts.held[account * accounts.currencies + currency]} ≠ ${lots}`;
      if (accounts.unheld(account, currency) < 0) yield `account ${account}: holds more than it has`;
    }
    for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
      const entry = reserved.get(positions.market[slot]!) ?? {buy: 0, sell: 0, loss: 0};
      if (positions.openBuy[slot] !== entry.buy || positions.openSell[slot] !== entry.sell || positions.openLoss[slot] !== entry.loss) yield `account ${account}: reserve ≠ its orders`;
    }
  }
}

function* brokenEquity(venue: Venue): Generator<string> {
  const {accounts, positions} = venue;
  for (let account = 0; account < accounts.count; account += 1) {
    for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
      if ((positions.flags[slot]! & POSITION_FLAG.isolated) !== 0 && assessBucket(venue, slot).equity < 0) yield `account ${account}: isolated bucket below zero`;
    }
    if (assess(venue, account).equity < 0) yield `account ${account}: equity ${venue.margin.equity} below zero`;
  }
}
