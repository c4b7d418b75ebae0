/** A closed loser below zero: the fund pays, then the winners it was paired with, then everybody whom this mark gave something. */
import type {Event} from '../../../src/core/events.ts';
import {assess, assessBucket} from './margin.ts';
import {max, min, split, sum} from './numbers.ts';
import {FUND, type Position, type World} from './world.ts';

/** What the running pass has done: gains realised against the present loser, and each holder's gain from the mark, less what it paid of it. */
export type Episode = {paired: Map<number, bigint>; gains: Map<number, bigint>};

type By = Extract<Event, {type: 'shortfallCovered'}>['by'];

export function coverDeficit(world: World, {account, deficit, episode}: {account: number; deficit: bigint; episode: Episode}): void {
  let left = deficit - payFromFund(world, account, deficit);
  const paired = [...episode.paired].filter(([winner]) => winner !== account && winner !== FUND);
  left -= collect(world, {account, lots: left, by: 'pairedWinner', caps: paired, episode});
  const gained = [...episode.gains].filter(([winner, gain]) => winner !== account && gain > 0n);
  left -= collect(world, {account, lots: left, by: 'markWinner', caps: gained, episode});
  episode.paired.clear();
  if (left > 0n) tell(world, account, left, 'nobody');
}

/** What the fund has beyond its own maintenance. */
function payFromFund(world: World, account: number, deficit: bigint): bigint {
  if (account === FUND) return 0n;
  const {equity, maintenance} = assess(world, FUND);
  const part = min(deficit, max(0n, equity - maintenance));
  if (part === 0n) return 0n;
  world.accounts[FUND]!.cash -= part;
  world.accounts[account]!.cash += part;
  tell(world, account, part, 'fund', FUND);
  return part;
}

/** Up to `lots` from the payers in proportion to their caps, none beyond its cap or below zero. */
function collect(world: World, {account, lots, by, caps, episode}: {account: number; lots: bigint; by: By; caps: [number, bigint][]; episode: Episode}): bigint {
  const able = caps.sort(([a], [b]) => a - b).map(([payer, cap]) => ({payer, cap: min(cap, wealth(world, payer))}));
  const taken = min(lots, sum(able.map(({cap}) => cap)));
  split(taken, able.map(({cap}) => cap)).forEach((share, index) => {
    if (share === 0n) return;
    const {payer} = able[index]!;
    charge(world, payer, share);
    world.accounts[account]!.cash += share;
    const gain = episode.gains.get(payer);
    if (gain !== undefined) episode.gains.set(payer, gain - share);
    tell(world, account, share, by, payer);
  });
  return taken;
}

const buckets = (world: World, account: number): {position: Position; equity: bigint}[] => world.positions
  .filter((position) => position.account === account && position.isolated)
  .sort((a, b) => a.market.index - b.market.index)
  .map((position) => ({position, equity: max(0n, assessBucket(world, position).equity)}));

const wealth = (world: World, account: number): bigint => max(0n, assess(world, account).equity) + sum(buckets(world, account).map(({equity}) => equity));

/** Cross equity first, isolated buckets by market the rest. */
function charge(world: World, account: number, lots: bigint): void {
  const cross = min(lots, max(0n, assess(world, account).equity));
  world.accounts[account]!.cash -= cross;
  let left = lots - cross;
  for (const {position, equity} of buckets(world, account)) {
    const part = min(left, equity);
    position.collateral -= part;
    left -= part;
  }
}

function tell(world: World, account: number, lots: bigint, by: By, payer?: number): void {
  const paid = payer === undefined ? {} : {payer: world.wallet(payer), ...(world.accounts[payer]!.sub > 0 && {payerSub: world.accounts[payer]!.sub})};
  world.tell({type: 'shortfallCovered', ...world.who(account), lots, by, ...paid});
}
