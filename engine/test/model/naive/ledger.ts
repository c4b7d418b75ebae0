/** Double entry over custody assets: every change of a claim is a leg. */
import type {Event} from '../../../src/core/events.ts';
import {max, min, sum} from './numbers.ts';
import {assess} from './margin.ts';
import {type Account, OUTSIDE, type World} from './world.ts';

type LegKind = Extract<Event, {type: 'legPosted'}>['kind'];

export const spendable = (account: Account, asset: number): bigint => account.claims[asset]! - account.requested[asset]! - account.sealed[asset]!;

/** Lots of a currency the account can spend, and what its waiting spot orders hold of it. */
export const balance = (world: World, account: Account, currency: string): bigint =>
  sum(world.assets.filter((asset) => asset.currency === currency).map(({index}) => spendable(account, index)));

export const held = (world: World, account: number, currency: string): bigint => sum(world.orders
  .filter((order) => order.account === account && order.place > 0n && !order.market.spec.perpetual && holdCurrency(order) === currency)
  .map((order) => hold(order, order.left)));

type HoldOf = Pick<World['orders'][number], 'market' | 'side' | 'price'>;

const holdCurrency = ({market, side}: HoldOf): string => (side === 'buy' ? market.spec.quote : market.spec.base);

/** A purchase holds its payment and the worst fee on it, a sale its lots. */
export function hold({market, side, price}: HoldOf, lots: bigint): bigint {
  const {spec} = market;
  if (side === 'sell') return lots * spec.lot;
  const value = lots * price * spec.unit;
  return value + (value * worstFee(market) + 999_999n) / 1_000_000n;
}

export const worstFee = ({spec}: HoldOf['market']): bigint => spec.fees.reduce((worst, {taker}) => max(worst, taker), 0n);

export const unheld = (world: World, account: Account, currency: string): bigint => balance(world, account, currency) - held(world, account.number, currency);

/** What may be spent of a currency: of the settlement currency never open gains, never what margin needs. May be negative. */
export function free(world: World, account: Account, currency: string): bigint {
  const able = unheld(world, account, currency);
  if (currency !== world.settlement) return able;
  const {equity, initial} = assess(world, account.number);
  return min(able, equity - initial);
}

export function post(world: World, leg: {from: number; to: number; asset: number; lots: bigint; kind: LegKind}): void {
  const {from, to, asset, lots, kind} = leg;
  if (lots <= 0n) throw new Error('a leg moves at least one lot');
  if (from !== OUTSIDE) world.accounts[from]!.claims[asset]! -= lots;
  if (to !== OUTSIDE) world.accounts[to]!.claims[asset]! += lots;
  if (from !== OUTSIDE && spendable(world.accounts[from]!, asset) < 0n) throw new Error(`account ${from} cannot pay ${lots} of asset ${asset}`);
  world.lastLeg += 1n;
  world.legs.push({seq: world.lastLeg, ...leg});
  const {chainId, token} = world.assets[asset]!;
  const [giver, taker] = [world.who(from), world.who(to)];
  world.tell({
    type: 'legPosted', seq: world.lastLeg, from: giver.wallet, ...(giver.sub && {fromSub: giver.sub}), to: taker.wallet, ...(taker.sub && {toSub: taker.sub}), lots, kind, chainId, token,
  });
}

/** Pays from the largest custody asset first, ties by asset order. */
export function pay(world: World, {from, to, currency, lots, kind}: {from: number; to: number; currency: string; lots: bigint; kind: LegKind}): void {
  const payer = world.accounts[from]!;
  const pieces = world.assets.filter((asset) => asset.currency === currency).map(({index}) => ({index, able: spendable(payer, index)}));
  pieces.sort((a, b) => (a.able === b.able ? a.index - b.index : a.able > b.able ? -1 : 1));
  let left = lots;
  for (const {index, able} of pieces) {
    const part = min(left, able);
    if (part > 0n) post(world, {from, to, asset: index, lots: part, kind});
    left -= max(part, 0n);
  }
  if (left > 0n) throw new Error(`account ${from} cannot pay ${lots} ${currency}`);
}
