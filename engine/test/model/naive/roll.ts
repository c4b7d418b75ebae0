/** Auto-roll: a position whose open gain or loss passes its owner's threshold is re-struck at the mark, for a fifth of the taker fee. */
import {worstFee} from './ledger.ts';
import {assessBucket, openPnl, valueOf} from './margin.ts';
import {abs, ppmCeil, VALUE_MAX} from './numbers.ts';
import {type Account, FEES, type Market, type Position, type Refusal, refuse, type World} from './world.ts';

export function setAutoRoll({number}: Account, market: Market, take: bigint, loss: bigint): Refusal | undefined {
  if (!market.spec.perpetual) return refuse('unknownMarket');
  if (market.status === 'delisted') return refuse('marketHalted');
  if ([take, loss].some((lots) => lots < 0n || lots > VALUE_MAX)) return refuse('badAmount');
  if (take === 0n && loss === 0n) market.rolls.delete(number);
  else market.rolls.set(number, {take, loss});
  return undefined;
}

/** At each mark, before anybody is liquidated, by account number. */
export function rollPositions(world: World, market: Market): void {
  for (const position of world.holders(market)) {
    const threshold = market.rolls.get(position.account);
    const pnl = openPnl(position);
    if (threshold && ((threshold.take > 0n && pnl >= threshold.take) || (threshold.loss > 0n && -pnl >= threshold.loss))) roll(world, position, pnl);
  }
}

/** Equity changes by the fee alone; whom the fee would bring under maintenance is left as it is. */
function roll(world: World, position: Position, pnl: bigint): void {
  const {market, account, lots} = position;
  const fee = ppmCeil(ppmCeil(abs(valueOf(position)), worstFee(market)), 200_000n);
  const {equity, maintenance} = assessBucket(world, position);
  if (equity - fee < maintenance) return;
  if (position.isolated) position.collateral += pnl - fee;
  else world.accounts[account]!.cash += pnl - fee;
  position.cost = valueOf(position);
  world.accounts[FEES]!.cash += fee;
  const {name, lot, tick} = market.spec;
  world.tell({type: 'positionRolled', market: name, ...world.who(account), size: lots * lot, price: market.mark * tick, realised: pnl, fee});
}
