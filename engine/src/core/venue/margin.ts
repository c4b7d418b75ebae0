/**
 * Margin (paper §3.5), exact in settlement lots. Cross: all positions of an account share
 *     equity = spendable claims − spot holds + cash + Σ (value − cost)
 *     initial = Σ ⌈max(|q + open buys|, |q − open sells|)·mark·rate⌉ + loss of orders worse than the mark + worst fee
 *     maintenance = Σ ⌈|value|·rate⌉
 * An isolated position is a bucket of its own: collateral + value − cost against its own maintenance; only its orders lean on the account.
 */
import {NONE} from './accounts.ts';
import {ppmCeil} from './integers.ts';
import type {Market} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import type {Assessment, Venue} from './venue.ts';

/** Fills {@link Venue.margin} for the account's cross bucket. */
export function assess(venue: Venue, account: number): Assessment {
  const {accounts, positions, markets, margin} = venue;
  let equity = accounts.unheld(account, venue.settlement) + accounts.cash[account]!;
  let initial = 0;
  let maintenance = 0;
  let open = 0;
  for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
    const market = markets[positions.market[slot]!]!;
    const quantity = positions.quantity[slot]!;
    const each = market.mark * market.unit;
    const buys = positions.openBuy[slot]!;
    const sells = positions.openSell[slot]!;
    const long = Math.abs(quantity + buys);
    const short = Math.abs(quantity - sells);
    const size = Math.abs(quantity);
    let worst = long > short ? long : short;
    if ((positions.flags[slot]! & POSITION_FLAG.isolated) !== 0) worst = openable(quantity, buys, sells);
    else if (quantity !== 0) {
      const pnl = quantity * each - positions.cost[slot]!;
      open += pnl;
      equity += pnl;
      maintenance += ppmCeil(size * each, market.maintenancePpm(size * each));
    }
    initial += ppmCeil(worst * each, market.initialPpm(worst * each));
    if (buys + sells > 0) initial += positions.openLoss[slot]! + ppmCeil((buys + sells) * each, market.worstTakerPpm);
  }
  margin.equity = equity;
  margin.initial = initial;
  margin.maintenance = maintenance;
  margin.open = open;
  return margin;
}

/**
 * Lots that an isolated position's orders may open on one side: what is beyond its size opens anew, wholly out of the account, since what closing
 * it gives back is not known before.
 */
function openable(quantity: number, buys: number, sells: number): number {
  const long = quantity >= 0 ? buys : Math.max(0, quantity + buys);
  const short = quantity <= 0 ? sells : Math.max(0, sells - quantity);
  return Math.max(long, short);
}

/** Fills {@link Venue.margin} for one position's bucket: its own if isolated, else the account's. */
export function assessBucket(venue: Venue, slot: number): Assessment {
  const {positions, margin} = venue;
  if ((positions.flags[slot]! & POSITION_FLAG.isolated) === 0) return assess(venue, positions.account[slot]!);
  const market = venue.markets[positions.market[slot]!]!;
  const value = positions.quantity[slot]! * market.mark * market.unit;
  const size = Math.abs(value);
  margin.open = value - positions.cost[slot]!;
  margin.equity = positions.collateral[slot]! + margin.open;
  margin.initial = ppmCeil(size, market.initialPpm(size));
  margin.maintenance = ppmCeil(size, market.maintenancePpm(size));
  return margin;
}

/** What an account may spend of a currency: never open gains, never what margin needs. May be negative. */
export function freeOf(venue: Venue, account: number, currency: number): number {
  const {accounts} = venue;
  const unheld = accounts.unheld(account, currency);
  if (currency !== venue.settlement) return unheld;
  if (accounts.cash[account] === 0 && accounts.firstPosition[account] === NONE) return unheld;
  const {equity, initial} = assess(venue, account);
  return Math.min(unheld, equity - initial);
}

/** Everything the account owns in settlement lots beyond its spendable claims: cash, open PnL, isolated buckets. What a seal settles. */
export function unsettled(venue: Venue, account: number): number {
  const {accounts, positions, markets} = venue;
  let total = accounts.cash[account]!;
  for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
    const market = markets[positions.market[slot]!]!;
    total += positions.quantity[slot]! * market.mark * market.unit - positions.cost[slot]! + positions.collateral[slot]!;
  }
  return total;
}

/** Lots by which a price is worse than the mark, in ticks. */
export function lossTicks(market: Market, side: number, price: number): number {
  const worse = side === 0 ? price - market.mark : market.mark - price;
  return worse > 0 && market.mark > 0 ? worse : 0;
}

/** An order only shrinks the position, whatever part of it and of the account's other orders fills. */
export function onlyReduces(venue: Venue, slot: number, side: number): boolean {
  const {positions} = venue;
  const quantity = positions.quantity[slot]!;
  return side === 0
    ? quantity < 0 && quantity + positions.openBuy[slot]! <= 0
    : quantity > 0 && quantity - positions.openSell[slot]! >= 0;
}
