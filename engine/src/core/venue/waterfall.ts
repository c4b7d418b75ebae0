/**
 * A closed loser below zero (the paper leaves this open; see the engine's decision record): the Liquidation Fund pays first, then the winners
 * it was paired with, out of what the pairing gave them, then all whom this mark gave anything, in proportion to it.
 * If every account was solvent before the mark, the last stage suffices: losses are opposite gains. Flat accounts never pay.
 */
import {NONE, SYSTEM} from './accounts.ts';
import {EVENT} from './codes.ts';
import {findPosition, tellCollateral} from './exposure.ts';
import {splitByWeight} from './integers.ts';
import {assess, assessBucket} from './margin.ts';
import {POSITION_FLAG} from './positions.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export const STAGE = {fund: 0, paired: 1, gain: 2, uncovered: 3} as const;

/** What the running command has done to the holders of its market. */
export class Episode {
  /** Realised gains of paired winners since the last loser was covered, by account. */
  readonly paired = new Map<number, number>();
  /** Gain each account had from this mark, less what it has paid of it. All stand on one side of the market: that which the mark favours. */
  readonly gains = new Map<number, number>();
}

/** Pays `deficit` into the account's cash. Answers what nobody could pay. */
export function coverDeficit(venue: Venue, {account, deficit, episode}: {account: number; deficit: number; episode: Episode}): number {
  let left = deficit - payFromFund(venue, account, deficit);
  if (left > 0) {
    const winners = [...episode.paired].filter(([winner]) => winner !== account && winner !== SYSTEM.liquidationFund);
    left -= collect(venue, account, left, STAGE.paired, winners.map(([winner, gain]) => ({winner, cap: gain})), episode);
  }
  if (left > 0) {
    const winners = [...episode.gains].filter(([winner, gain]) => winner !== account && gain > 0);
    left -= collect(venue, account, left, STAGE.gain, winners.map(([winner, gain]) => ({winner, cap: gain})), episode);
  }
  episode.paired.clear();
  if (left > 0) tell(venue, STAGE.uncovered, account, NONE, left);
  return left;
}

function payFromFund(venue: Venue, account: number, deficit: number): number {
  if (account === SYSTEM.liquidationFund) return 0;
  const {equity, maintenance} = assess(venue, SYSTEM.liquidationFund);
  const part = Math.min(deficit, Math.max(0, equity - maintenance));
  if (part === 0) return 0;
  venue.accounts.cash[SYSTEM.liquidationFund]! -= part;
  venue.accounts.cash[account]! += part;
  tell(venue, STAGE.fund, account, SYSTEM.liquidationFund, part);
  return part;
}

type Payer = {winner: number; cap: number};

/** Takes up to `amount` from the payers in proportion to their caps, none beyond its cap or below zero. */
function collect(venue: Venue, account: number, amount: number, stage: number, payers: Payer[], episode: Episode): number {
  const able = payers.sort((a, b) => a.winner - b.winner).map(({winner, cap}) => ({winner, cap: Math.min(cap, wealthOf(venue, winner))}));
  const total = able.reduce((sum, {cap}) => sum + cap, 0);
  const taken = Math.min(amount, total);
  if (taken === 0) return 0;
  splitByWeight(taken, able.map(({cap}) => cap)).forEach((share, index) => {
    if (share === 0) return;
    const {winner} = able[index]!;
    charge(venue, winner, share);
    venue.accounts.cash[account]! += share;
    const gain = episode.gains.get(winner);
    if (gain !== undefined) episode.gains.set(winner, gain - share);
    tell(venue, stage, account, winner, share);
  });
  return taken;
}

/** What the account could pay now without going below zero: cross equity and every isolated bucket's. */
function wealthOf(venue: Venue, account: number): number {
  const {accounts, positions} = venue;
  let wealth = Math.max(0, assess(venue, account).equity);
  for (let slot = accounts.firstPosition[account]!; slot !== NONE; slot = positions.next[slot]!) {
    if ((positions.flags[slot]! & POSITION_FLAG.isolated) !== 0) wealth += Math.max(0, assessBucket(venue, slot).equity);
  }
  return wealth;
}

/** Cross equity pays first, isolated buckets by market the rest. */
function charge(venue: Venue, account: number, lots: number): void {
  const {accounts, positions} = venue;
  const cross = Math.min(lots, Math.max(0, assess(venue, account).equity));
  accounts.cash[account]! -= cross;
  let left = lots - cross;
  for (let index = 0; index < venue.markets.length && left > 0; index += 1) {
    const slot = findPosition(venue, account, index);
    if (slot === NONE || (positions.flags[slot]! & POSITION_FLAG.isolated) === 0) continue;
    const part = Math.min(left, Math.max(0, assessBucket(venue, slot).equity));
    positions.collateral[slot]! -= part;
    tellCollateral(venue, slot, -part);
    left -= part;
  }
}

function tell(venue: Venue, stage: number, loser: number, payer: number, lots: number): void {
  venue.log.push(head(EVENT.haircut, stage, 0), loser, payer, 0, 0, 0, 0, 0, lots, 0, 0, 0);
}
