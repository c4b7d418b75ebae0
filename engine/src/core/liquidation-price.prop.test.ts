/** The liquidation price shown is where liquidation begins: one tick before it nothing happens, at it the position is liquidated. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Exchange, L1, L1_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {accountView} from './queries.ts';

const [HOLDER, OTHER] = WALLETS as [`0x${string}`, `0x${string}`];
const market = 'ETH-PERP';
const TICK = 10_000n;
const LOT = 1_000_000n;
const MARK = 2_000n * USDC;
const SEED = Number(process.env.POBS_TEST_SEED ?? 20_261_125);
const RUNS = Number(process.env.POBS_TEST_RUNS ?? 200);

/** Rates fall and rise between tiers: nothing says that larger positions need more. */
const tiers = fc.array(fc.record({upTo: fc.integer({min: 1, max: 40_000}), maintenancePpm: fc.integer({min: 1_000, max: 400_000})}), {maxLength: 3})
  .map((some) => [...new Map(some.map((tier) => [tier.upTo, tier])).values()].sort((a, b) => a.upTo - b.upTo));

const scene = fc.record({
  tiers, lastPpm: fc.integer({min: 1_000, max: 400_000}), isLong: fc.boolean(), isIsolated: fc.boolean(), lots: fc.integer({min: 1, max: 20_000}), dollars: fc.integer({min: 100, max: 100_000}),
  drift: fc.integer({min: -500, max: 500}),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

/** An account with one position, or `undefined` where its money does not suffice. */
function open({tiers: below, lastPpm, isLong, isIsolated, lots, dollars, drift}: Scene): Exchange | undefined {
  const it = new Exchange().bind(HOLDER, OTHER);
  it.deposit(HOLDER, L1, L1_USDC, BigInt(dollars) * USDC);
  it.deposit(OTHER, L1, L1_USDC, 900_000_000n * USDC);
  const margins = [...below.map(({upTo, maintenancePpm}) => ({upTo: BigInt(upTo) * USDC, maintenancePpm})), {upTo: 1_000_000_000n * USDC, maintenancePpm: lastPpm}]
    .map((tier) => ({...tier, initialPpm: tier.maintenancePpm}));
  it.must({type: 'changeMarket', market, terms: {margins, penaltyPpm: 0, openInterestMax: 0n}});
  it.must({type: 'setMark', market, price: MARK});
  if (isIsolated) it.must({type: 'setMarginMode', wallet: HOLDER, market, mode: 'isolated'});
  const [own, their] = isLong ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const);
  it.order(OTHER, {market, side: their, price: MARK, quantity: BigInt(lots) * LOT});
  if (!it.try(it.orderCommand(HOLDER, {market, side: own, price: MARK, quantity: BigInt(lots) * LOT})).ok) return undefined;
  it.must({type: 'setMark', market, price: MARK + BigInt(drift) * TICK});
  return accountView(it.core, HOLDER)!.positions.length === 1 ? it : undefined;
}

const isLiquidated = (it: Exchange, price: bigint): boolean =>
  it.must({type: 'setMark', market, price}).some((event) => event.type === 'positionLiquidated' && event.wallet === HOLDER.toLowerCase() && event.by !== 'counterparty');

test(`one tick decides, with any tiers, margin mode and side (seed ${SEED})`, () => {
  let [decided, endless] = [0, 0];
  fc.assert(fc.property(scene, (drawn) => {
    const it = open(drawn);
    if (!it) return;
    const [position] = accountView(it.core, HOLDER)!.positions;
    const {liquidationPrice: price, mark} = position!;
    const safer = drawn.isLong ? TICK : -TICK;
    if (price === undefined) {
      endless += 1;
      // A long that owes nothing is safe at any price there is.
      if (drawn.isLong) expect(isLiquidated(it, TICK)).toBe(false);
      return;
    }
    decided += 1;
    expect(drawn.isLong ? price < mark : price > mark).toBe(true);
    expect(isLiquidated(it, price + safer)).toBe(false);
    expect(accountView(it.core, HOLDER)!.positions[0]!.liquidationPrice).toBe(price);
    expect(isLiquidated(it, price)).toBe(true);
  }), {seed: SEED, numRuns: RUNS});
  expect(decided).toBeGreaterThan(RUNS / 4);
  expect(endless).toBeGreaterThan(0);
});
