/** Symmetric liquidation: a loser and the most under-collateralised winners close each other at the mid. */
import {best} from './book.ts';
import {change} from './fills.ts';
import {assessBucket, byHealth, openPnl} from './margin.ts';
import {abs, ceilDiv, max, min, PPM, sign} from './numbers.ts';
import type {Episode} from './waterfall.ts';
import type {Market, Position, World} from './world.ts';

const BAND = 10_000n;

/** Mid of the book within 1 % of the mark; the mark where a side is empty. */
function midPrice(world: World, market: Market): bigint {
  const {mark} = market;
  const [bid, ask] = [best(world, market, 'buy'), best(world, market, 'sell')];
  if (bid === 0n || ask === 0n) return mark;
  return min(max((bid + ask) / 2n, max(1n, ceilDiv(mark * (PPM - BAND), PPM))), (mark * (PPM + BAND)) / PPM);
}

/** Opposite holders: winners first, then the least collateralised, then by account. */
function counterparties(world: World, {market, lots}: Position): Position[] {
  const opposite = world.holders(market).filter((position) => sign(position.lots) === -sign(lots));
  const known = opposite.map((position) => ({position, wins: openPnl(position) > 0n, health: assessBucket(world, position)}));
  known.sort((a, b) => Number(b.wins) - Number(a.wins) || byHealth(a.health, b.health) || a.position.account - b.position.account);
  return known.map(({position}) => position);
}

/** Σ positions = 0, so there are always enough counterparties. */
export function closeSymmetrically(world: World, loser: Position, episode: Episode): void {
  const {market} = loser;
  const side = sign(loser.lots);
  const mid = midPrice(world, market);
  for (const winner of counterparties(world, loser)) {
    if (loser.lots === 0n) return;
    const lots = min(abs(loser.lots), abs(winner.lots)) * side;
    const price = bothBear(world, loser, winner, lots, mid) ? mid : market.mark;
    change(world, loser, -lots, price);
    const gain = change(world, winner, lots, price);
    if (gain > 0n) episode.paired.set(winner.account, (episode.paired.get(winner.account) ?? 0n) + gain);
    tellLiquidated(world, loser, {lots, price, by: 'symmetric'});
    tellLiquidated(world, winner, {lots: -lots, price, by: 'counterparty'});
  }
}

/** Neither falls below zero by the difference between mid and mark. */
function bothBear(world: World, loser: Position, winner: Position, lots: bigint, mid: bigint): boolean {
  const gain = lots * (mid - loser.market.mark) * loser.market.spec.unit;
  if (gain < 0n) return assessBucket(world, loser).equity + gain >= 0n;
  return gain === 0n || assessBucket(world, winner).equity - gain >= 0n;
}

type Told = {lots: bigint; price: bigint; by: 'fund' | 'symmetric' | 'counterparty'; charge?: bigint};

export function tellLiquidated(world: World, {account, market}: Position, {lots, price, by, charge = 0n}: Told): void {
  const {name, lot, tick} = market.spec;
  world.tell({type: 'positionLiquidated', market: name, ...world.who(account), size: lots * lot, price: price * tick, by, charge});
}
