/** Finding, opening and dropping position records, and the exact arithmetic of a fill (research: cost basis never rounds away). */
import {NONE} from './accounts.ts';
import {EVENT} from './codes.ts';
import {mulDivFloor} from './integers.ts';
import type {Market} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export function findPosition({accounts, positions}: Venue, account: number, market: number): number {
  let slot = accounts.firstPosition[account]!;
  while (slot !== NONE && positions.market[slot] !== market) slot = positions.next[slot]!;
  return slot;
}

export function openPosition(venue: Venue, account: number, market: Market): number {
  const known = findPosition(venue, account, market.index);
  if (known !== NONE) return known;
  const {accounts, positions} = venue;
  if (venue.undo.active) venue.undo.nextPosition(venue, account, market);
  const slot = positions.take(account, market.index);
  positions.next[slot] = accounts.firstPosition[account]!;
  accounts.firstPosition[account] = slot;
  positions.setHolder(slot, market.addHolder(slot));
  return slot;
}

/** Frees a record that holds nothing any more. */
export function dropIfIdle(venue: Venue, slot: number): void {
  const {accounts, positions} = venue;
  if (!positions.isIdle(slot)) return;
  const market = venue.markets[positions.market[slot]!]!;
  const account = positions.account[slot]!;
  if (venue.undo.active) venue.undo.leaving(venue, slot);
  let before = accounts.firstPosition[account]!;
  if (before === slot) accounts.firstPosition[account] = positions.next[slot]!;
  else {
    while (positions.next[before] !== slot) before = positions.next[before]!;
    positions.next[before] = positions.next[slot]!;
  }
  const place = positions.holder(slot);
  market.holderCount -= 1;
  const moved = market.holders[market.holderCount]!;
  market.holders[place] = moved;
  positions.setHolder(moved, place);
  positions.free(slot);
}

/** Lots came into (positive) or went out of an isolated bucket, from or to the account's cash. */
export function tellCollateral({log, positions}: Venue, slot: number, lots: number): void {
  if (lots !== 0) log.push(head(EVENT.margin, 2, positions.market[slot]!), positions.account[slot]!, 0, 0, 0, 0, 0, 0, positions.collateral[slot]!, lots, 0, 0);
}

/** Value of a position at a price, signed. */
export const valueAt = (venue: Venue, slot: number, price: number): number =>
  venue.positions.quantity[slot]! * price * venue.markets[venue.positions.market[slot]!]!.unit;

/** Unrealised PnL at the mark. */
export function openPnl(venue: Venue, slot: number): number {
  const market = venue.markets[venue.positions.market[slot]!]!;
  return venue.positions.quantity[slot]! * market.mark * market.unit - venue.positions.cost[slot]!;
}

/**
 * Adds signed lots at a price. What closes is realised against the average cost: the share of the basis that leaves it is rounded,
 * and what leaves enters the realised PnL, so Σ over accounts of (cash + collateral − cost) never changes. Returns the realised PnL.
 */
export function applyFill(venue: Venue, slot: number, lots: number, price: number): number {
  const {accounts, positions} = venue;
  if (venue.undo.active) {
    venue.undo.position(venue, slot);
    venue.undo.account(venue, positions.account[slot]!);
  }
  const market = venue.markets[positions.market[slot]!]!;
  const held = positions.quantity[slot]!;
  const value = lots * price * market.unit;
  if (held > 0) market.openInterest -= held;
  const after = held + lots;
  positions.quantity[slot] = after;
  if (after > 0) market.openInterest += after;
  let realised = 0;
  if (held === 0 || (held > 0) === (lots > 0)) positions.cost[slot]! += value;
  else {
    const cost = positions.cost[slot]!;
    const size = Math.abs(held);
    const closing = Math.min(size, Math.abs(lots));
    if (closing < size) {
      const part = cost < 0 ? -mulDivFloor(-cost, closing, size) : mulDivFloor(cost, closing, size);
      realised = -value - part;
      positions.cost[slot] = cost - part;
    } else {
      realised = held * price * market.unit - cost;
      positions.cost[slot] = after * price * market.unit;
    }
    const account = positions.account[slot]!;
    if ((positions.flags[slot]! & POSITION_FLAG.isolated) === 0) accounts.cash[account]! += realised;
    else realiseIsolated(venue, slot, {realised, closing, size, gain: lots * (market.mark - price) * market.unit});
  }
  venue.log.push(head(EVENT.position, 0, market.index), positions.account[slot]!, after, lots, price, 0, 0, 0, positions.cost[slot]!, realised, positions.collateral[slot]!, 0);
  return realised;
}

type Closing = {realised: number; closing: number; size: number; gain: number};

/**
 * An isolated position realises into its collateral and gives back what the closed lots have of its equity at the mark, less what their own price
 * costs them (so that the lots left keep theirs, however many fills an order has), but never open gains.
 * Closed wholly it gives back everything; a debt is then the account's, for its liquidation or the waterfall to answer.
 */
function realiseIsolated(venue: Venue, slot: number, {realised, closing, size, gain}: Closing): void {
  const {positions, accounts} = venue;
  const available = positions.collateral[slot]! + realised;
  let freed = available;
  if (closing < size) {
    const market = venue.markets[positions.market[slot]!]!;
    const equity = available + positions.quantity[slot]! * market.mark * market.unit - positions.cost[slot]! - gain;
    freed = Math.max(0, Math.min(available, (equity > 0 ? mulDivFloor(equity, closing, size) : 0) + gain));
  }
  positions.collateral[slot] = available - freed;
  accounts.cash[positions.account[slot]!]! += freed;
}
