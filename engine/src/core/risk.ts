/**
 * Cross margin in the settlement currency, exact: everything is in fine units, nothing rounds.
 * An order reserves its worst fill (limit price against the mark, plus the taker fee), so a fill never makes an account worse than reserved.
 */
import {abs, BPS, ceilDiv, FINE, max} from './amounts.ts';
import {spendable} from './ledger.ts';
import type {Account, Market, State} from './state.ts';

/** A perpetual order not in the book yet. */
export type Prospect = {market: Market; side: 'buy' | 'sell'; quantity: bigint; lossNano: bigint; notionalNano: bigint};

export type Risk = {
  /** Spendable claims − spot holds + all PnL not yet settled. */
  equity: bigint;
  /** Realised and open PnL since the last settlement. */
  pnl: bigint;
  /** Needed to take on positions and orders. */
  initial: bigint;
  /** Below it, with every order filled at its worst, positions could fall under maintenance: orders must go. */
  maintenanceWithOrders: bigint;
  /** Below it positions are closed. */
  maintenance: bigint;
};

/** Nano by which a fill at `price` is worse than the mark; never negative. */
export const lossAgainstMark = (side: 'buy' | 'sell', price: bigint, mark: bigint): bigint =>
  max(0n, side === 'buy' ? price - mark : mark - price);

/** PnL not yet turned into claims, fine units. */
export function unsettledPnl(state: State, account: Account): bigint {
  let total = account.pending;
  for (const [name, position] of account.positions) {
    total += (position.size * state.markets.get(name)!.mark - position.settleCost) * BPS;
  }
  return total;
}

type Exposure = {buys: bigint; sells: bigint; loss: bigint};

function addExposure(found: Map<Market, Exposure>, {market, side, quantity, lossNano, notionalNano}: Prospect): void {
  const entry = found.get(market) ?? {buys: 0n, sells: 0n, loss: 0n};
  if (side === 'buy') entry.buys += quantity;
  else entry.sells += quantity;
  entry.loss += lossNano * BPS + notionalNano * market.spec.takerFeeBps;
  found.set(market, entry);
}

/** Open quantity by side and the fine units its worst fills and fees would cost, by market. */
function exposures(account: Account, prospect: Prospect | undefined): Map<Market, Exposure> {
  const found = new Map<Market, Exposure>();
  for (const {market, side, price, remaining} of account.orders.values()) {
    if (market.spec.kind !== 'perpetual') continue;
    const lossNano = lossAgainstMark(side, price, market.mark) * remaining;
    addExposure(found, {market, side, quantity: remaining, lossNano, notionalNano: price * remaining});
  }
  if (prospect) addExposure(found, prospect);
  return found;
}

/** Largest position, either way, the open orders could lead to. */
const largest = (size: bigint, {buys, sells}: Exposure): bigint => max(abs(size + buys), abs(size - sells));

/** Risk of the account, with `prospect` as if it were in the book. */
export function riskOf(state: State, account: Account, prospect?: Prospect): Risk {
  const pnl = unsettledPnl(state, account);
  const cash = spendable(state, account, state.settlementCurrency) - account.holds[state.settlementCurrency]!;
  const risk: Risk = {equity: cash * FINE + pnl, pnl, initial: 0n, maintenanceWithOrders: 0n, maintenance: 0n};
  if (!prospect && account.positions.size === 0 && account.orders.size === 0) return risk;
  const open = exposures(account, prospect);
  const markets = new Set([...open.keys(), ...[...account.positions.keys()].map((name) => state.markets.get(name)!)]);
  for (const market of markets) {
    const {initialMarginBps, maintenanceMarginBps} = market.spec;
    const exposure = open.get(market) ?? {buys: 0n, sells: 0n, loss: 0n};
    const size = account.positions.get(market.spec.name)?.size ?? 0n;
    const notional = largest(size, exposure) * market.mark;
    risk.initial += notional * initialMarginBps + exposure.loss;
    risk.maintenanceWithOrders += notional * maintenanceMarginBps + exposure.loss;
    risk.maintenance += abs(size) * market.mark * maintenanceMarginBps;
  }
  return risk;
}

/** `prospect` only shrinks the position, whatever part of it and of the open orders fills. */
export function reducesOnly(account: Account, prospect: Prospect): boolean {
  const size = account.positions.get(prospect.market.spec.name)?.size ?? 0n;
  const before = exposures(account, undefined).get(prospect.market) ?? {buys: 0n, sells: 0n, loss: 0n};
  const after = exposures(account, prospect).get(prospect.market)!;
  return largest(size, after) <= largest(size, before) && (prospect.side === 'buy' ? size < 0n : size > 0n);
}

/** What the account may spend of a currency right now, lots; negative when margin is short. Open gains are no cash. */
export function freeRaw(state: State, account: Account, currency: number): bigint {
  const cash = spendable(state, account, currency) - account.holds[currency]!;
  const exposed = account.pending !== 0n || account.positions.size > 0 || account.orders.size > 0;
  if (currency !== state.settlementCurrency || !exposed) return cash;
  const {initial, pnl} = riskOf(state, account);
  return cash - max(0n, ceilDiv(initial - pnl, FINE));
}

export const free = (state: State, account: Account, currency: number): bigint => max(0n, freeRaw(state, account, currency));
