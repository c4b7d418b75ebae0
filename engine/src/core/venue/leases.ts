/**
 * Dead-man timers. An account has one for all its marked orders (`ORDER_FLAG.deadMan`), and one per lease for those that were placed under it:
 * whoever trades over several connections gives each its own lease, and what ends with one leaves the orders of the others.
 */
import {CLOSE, leaseOf, ORDER_FLAG} from './codes.ts';
import {cancelOrders} from './lifecycle.ts';
import {TIMER} from './timers.ts';
import type {Venue} from './venue.ts';

/** Of the timer of an account's lease; lease 0 is the account itself. */
export const timerKey = (account: number, lease: number): number => account + lease * 2 ** 32;

/** Sets the timer anew, or disarms it with 0. A lease is never disarmed: it ends. */
export function armDeadMan(venue: Venue, account: number, at: number, lease = 0): void {
  const key = timerKey(account, lease);
  venue.deadMen.set(key, at);
  if (at === 0) venue.deadMen.delete(key);
  else venue.timers.push(at, TIMER.deadMan, account, lease);
}

/** A timer ran out; only the newest arming counts, older ones find another moment in the table. */
export function fireDeadMan(venue: Venue, account: number, lease: number, at: number): void {
  if (venue.deadMen.get(timerKey(account, lease)) === at) endLease(venue, account, lease);
}

/** The orders go now, and the number is free again. */
export function endLease(venue: Venue, account: number, lease: number): void {
  venue.deadMen.delete(timerKey(account, lease));
  cancelOrders(venue, account, CLOSE.deadMan, (meta) => (lease === 0 ? (meta & ORDER_FLAG.deadMan) !== 0 : leaseOf(meta) === lease));
}
