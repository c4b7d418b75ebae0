/** What users look at when they look at risk. */
import {expect, test} from 'vitest';
import {ETH, Exchange, L1, L1_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {accountView, marketViews} from './queries.ts';
import {adlViews, adlViewsOf, fundingView, fundingViews, programmeViews, riskView} from './risk-queries.ts';

const [A, B, C] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];
const market = 'ETH-PERP';
const P = 2_000n * USDC;

function opened(): Exchange {
  const it = new Exchange().bind(A, B, C);
  for (const wallet of [A, B, C]) it.deposit(wallet, L1, L1_USDC, 10_000n * USDC);
  it.must({type: 'setMark', market, price: P});
  it.must({type: 'setMarginMode', wallet: C, market, mode: 'isolated'});
  it.order(B, {market, side: 'sell', price: P, quantity: 30n * ETH});
  it.order(A, {market, side: 'buy', quantity: 20n * ETH});
  it.order(C, {market, side: 'buy', quantity: 10n * ETH});
  return it;
}

test('a liquidation price is where liquidation begins, cross and isolated', () => {
  const it = opened();
  const positionOf = (wallet: `0x${string}`) => accountView(it.core, wallet)!.positions[0]!;
  expect(positionOf(C)).toMatchObject({mode: 'isolated', collateral: 2_000n * USDC, initialMargin: 2_000n * USDC, maintenanceMargin: 1_000n * USDC});
  const [cross, isolated, short] = [A, C, B].map((wallet) => positionOf(wallet).liquidationPrice!);
  expect([cross! < P, isolated! < P, short! > P, isolated! > cross!]).toEqual([true, true, true, true]);
  const liquidatedAt = (price: bigint, wallet: string): boolean =>
    it.must({type: 'setMark', market, price}).some((event) => event.type === 'positionLiquidated' && event.wallet === wallet && event.by !== 'counterparty');
  expect(liquidatedAt(isolated! + 20_000n, C)).toBe(false);
  expect(liquidatedAt(isolated! - 20_000n, C)).toBe(true);
  const again = positionOf(A).liquidationPrice!;
  expect(liquidatedAt(again + 20_000n, A)).toBe(false);
  expect(liquidatedAt(again - 20_000n, A)).toBe(true);
});

test('ranks follow the queue of symmetric liquidation: winners by how little they are collateralised', () => {
  const it = opened();
  it.must({type: 'setMark', market, price: P + 20n * USDC});
  const longs = adlViews(it.core, market)!.filter(({side}) => side === 'long');
  expect(longs.map(({wallet, rank, of, lights}) => [wallet, rank, of, lights])).toEqual([[C.toLowerCase(), 1, 2, 5], [A.toLowerCase(), 2, 2, 3]]);
  expect(adlViewsOf(it.core, B)).toMatchObject([{market, side: 'short', rank: 1, of: 1, lights: 5}]);
  expect(adlViewsOf(it.core, A)).toEqual(longs.filter(({wallet}) => wallet === A.toLowerCase()));
  expect(adlViewsOf(it.core, WALLETS[4]!)).toEqual([]);
  expect(adlViews(it.core, 'NONE')).toBeUndefined();
});

test('funding, the fund, programmes, conditional orders and what the next seal settles', () => {
  const it = opened();
  it.must({type: 'changeMarket', market, terms: {impactNotional: 2_000n * USDC}});
  it.must({type: 'setSourcePrice', market, source: 0, price: P});
  it.must({type: 'setProgramme', wallet: A, market, programme: 'maker', feePpm: 500_000, spreadPpm: 10_000, minimum: ETH, timePpm: 900_000});
  it.order(A, {market, side: 'buy', price: P + 10n * USDC, quantity: 2n * ETH});
  const at = it.history.at(-1)!.at;
  for (const later of [1_000n, 7_000n]) expect(it.core.apply({type: 'tick'}, at + later).ok).toBe(true);
  expect(fundingViews(it.core)).toMatchObject([{market, index: P, impactBid: P + 10n * USDC, premiumPpb: 5_000_000n, samples: 1, predictedPpb: 4_500_000n, lastPpb: 0n}]);
  expect(fundingViews(it.core)[0]!.impactAsk).toBeUndefined();
  expect([fundingView(it.core, market), fundingView(it.core, 'ETH-USDC')]).toEqual([fundingViews(it.core)[0], undefined]);
  expect(riskView(it.core)).toMatchObject({openInterestValue: 60_000n * USDC, markets: [{market, symmetric: false, fundPosition: 0n}]});
  expect(programmeViews(it.core, market)).toMatchObject([{wallet: A.toLowerCase(), programme: 'maker', minimum: ETH, measuredMs: 6_000n, quotedMs: 0n, standing: true}]);
  it.must({type: 'placeTrigger', wallet: A, market, conditions: [{by: 'index', direction: 'fall', price: 1_000n * USDC, side: 'sell', quantity: ETH, reduceOnly: true, trail: USDC}]});
  it.must({type: 'placeParent', wallet: A, market, side: 'sell', quantity: ETH, strategy: 'twap', slices: 4, intervalMs: 60_000, limitPrice: 3n * P});
  it.must({type: 'offerNovation', wallet: A, to: B, market, size: ETH, price: P});
  it.must({type: 'setAutoRoll', wallet: A, market, takeLots: 9n, lossLots: 0n});
  it.must({type: 'armDeadMan', wallet: A, at: at + 60_000n});
  const view = accountView(it.core, A)!;
  expect(view.programmes).toEqual(programmeViews(it.core, market));
  expect(accountView(it.core, B)!.programmes).toEqual([]);
  expect(view).toMatchObject({
    feeTier: 0, deadManAt: at + 60_000n, triggers: [{triggerId: 1n, by: 'index', direction: 'fall', reduceOnly: true, trail: USDC}],
    parents: [{parentId: 1n, strategy: 'twap', slices: 4, done: 0, filled: 0n, limitPrice: 3n * P}], offers: [{offerId: 1n, size: ETH, price: P, to: B.toLowerCase()}],
    positions: [{autoRoll: {takeLots: 9n, lossLots: 0n}}],
  });
  expect(view.unsettled).toBe(-20n * USDC);
  expect(marketViews(it.core).find(({kind}) => kind === 'perpetual')).toMatchObject({status: 'open', terms: {impactNotional: 2_000n * USDC}});
});
