/** Markets by command: listed, changed while open, halted and delisted. */
import {describe, expect, test} from 'vitest';
import {ETH, Exchange, L1, L1_USDC, L2, L2_USDC, ETHER, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import type {Command, MarketTermsInput} from './commands.ts';
import {accountView, bookView, digest, marketViews} from './queries.ts';
import {restoreSnapshot, takeSnapshot} from './snapshot.ts';

type Create = Extract<Command, {type: 'createMarket'}>;
const [A, B, C] = WALLETS as [typeof WALLETS[0], typeof WALLETS[0], typeof WALLETS[0]];

const terms: MarketTermsInput = {
  fees: [{makerPpm: 200, takerPpm: 500}], fundSharePpm: 200_000, margins: [{upTo: 2n ** 50n, initialPpm: 100_000, maintenancePpm: 50_000}], bandPpm: 500_000,
  marketBandPpm: 200_000, penaltyPpm: 10_000, openInterestMax: 0n, interestFrom: 0n, interestFull: 0n, impactNotional: 0n, fundingInterestPpb: 12_500,
  fundingClampPpm: 600_000, collateralInterestPpm: 100,
};
/** An ounce of gold in 10⁻⁶ lots: a cent per thousandth of an ounce is 10 micro-dollars. */
const gold: Create = {
  type: 'createMarket', market: 'XAU-PERP', kind: 'perpetual', base: 'XAU', baseDecimals: 6, quote: 'USDC', tick: 10_000n, lot: 1_000n, ladderTicks: 2 ** 20, terms,
};


const funded = (): Exchange => {
  const it = new Exchange();
  for (const wallet of [A, B, C]) {
    it.bind(wallet);
    it.deposit(wallet, L1, L1_USDC, 1n);
    it.deposit(wallet, L2, L2_USDC, 100_000n * USDC);
    it.deposit(wallet, L2, ETHER, 100n * ETH);
  }
  return it;
};

const refused = (it: Exchange, command: Command) => {
  const before = digest(it.core);
  const code = it.refusal(command);
  if (code !== 'accepted') expect(digest(it.core)).toBe(before);
  return code;
};

describe('listing', () => {
  test('a perpetual on something no custody holds trades, marks and settles like any other', () => {
    const it = funded();
    expect(it.must(gold).map(({type}) => type)).toEqual(['marketCreated']);
    it.must({type: 'setMark', market: 'XAU-PERP', price: 2_000n * USDC});
    it.order(A, {market: 'XAU-PERP', side: 'sell', price: 2_000n * USDC, quantity: 5_000_000n});
    it.order(B, {market: 'XAU-PERP', side: 'buy', quantity: 2_000_000n});
    expect(accountView(it.core, B)!.positions).toMatchObject([{market: 'XAU-PERP', size: 2_000_000n, entryPrice: 2_000n * USDC}]);
    it.must({type: 'setMark', market: 'XAU-PERP', price: 2_100n * USDC});
    expect(accountView(it.core, B)!.positions[0]!.unrealisedPnl).toBe(200n * USDC);
    expect(marketViews(it.core).at(-1)).toMatchObject({market: 'XAU-PERP', base: 'XAU', kind: 'perpetual', openInterest: 2_000_000n});
    it.complete(1n);
    expect(brokenInvariants(it.core)).toEqual([]);
  });

  test('every field is checked, and a refused listing leaves no trace', () => {
    const it = funded();
    it.must(gold);
    const next = {...gold, market: 'XAG-PERP'};
    const bad: [string, Command][] = [
      ['name taken', gold], ['small letters', {...next, market: 'xag'}], ['no name', {...next, market: ''}], ['unknown quote', {...next, quote: 'EUR'}],
      ['perpetual in another currency', {...next, quote: 'ETH'}], ['no decimals', {...next, baseDecimals: undefined}], ['fractional unit', {...next, lot: 1n}],
      ['zero tick', {...next, tick: 0n}], ['negative lot', {...next, lot: -1_000n}], ['huge tick', {...next, tick: 2n ** 80n}], ['ladder', {...next, ladderTicks: 1_000}],
      ['spot of a stranger', {...next, kind: 'spot'}], ['base name', {...next, base: 'X A'}], ['no fees', {...next, terms: {...terms, fees: []}}],
      ['rebate above the fee', {...next, terms: {...terms, fees: [{makerPpm: -600, takerPpm: 500}]}}], ['NaN', {...next, terms: {...terms, bandPpm: Number.NaN}}],
      ['no margins', {...next, terms: {...terms, margins: []}}], ['maintenance above initial', {...next, terms: {...terms, margins: [{upTo: 1n, initialPpm: 1, maintenancePpm: 2}]}}],
      ['penalty', {...next, terms: {...terms, penaltyPpm: 50_001}}], ['negative cap', {...next, terms: {...terms, openInterestMax: -1n}}],
      ['impact notional', {...next, terms: {...terms, impactNotional: 2n ** 60n}}], ['fund share', {...next, terms: {...terms, fundSharePpm: 1_000_001}}],
      ['interest', {...next, terms: {...terms, collateralInterestPpm: 10_001}}], ['clamp', {...next, terms: {...terms, fundingClampPpm: -1}}],
    ];
    for (const [what, command] of bad) expect([what, refused(it, command)]).toEqual([what, 'INVALID_MARKET']);
    const calendar = {...next, sessions: [{start: 5, feePpm: 0, fundingClampPpm: 0, bandPpm: 0, marginPpm: 0}]};
    expect(refused(it, calendar)).toBe('INVALID_ORDER');
  });

  test('at most 256 markets', () => {
    const it = funded();
    for (let index = 2; index < 256; index += 1) it.must({...gold, market: `M${index}`, ladderTicks: 1_024});
    expect(refused(it, {...gold, market: 'ONE-MORE'})).toBe('INVALID_MARKET');
  });
});

describe('changing', () => {
  test('new fees, margins and caps hold at once for orders and from the next mark for positions', () => {
    const it = funded();
    it.must(gold);
    it.must({type: 'setMark', market: 'XAU-PERP', price: 2_000n * USDC});
    it.order(A, {market: 'XAU-PERP', side: 'sell', price: 2_000n * USDC, quantity: 100_000_000n});
    it.order(B, {market: 'XAU-PERP', side: 'buy', quantity: 100_000_000n});
    const margin = () => accountView(it.core, B)!.margin;
    expect(margin()).toMatchObject({initial: 20_000n * USDC, maintenance: 10_000n * USDC});
    it.must({type: 'changeMarket', market: 'XAU-PERP', terms: {margins: [{upTo: 1n, initialPpm: 600_000, maintenancePpm: 550_000}], openInterestMax: 100_000_000n}});
    expect(margin().maintenance).toBe(110_000n * USDC);
    expect(accountView(it.core, B)!.positions).toHaveLength(1);
    expect(it.refusal(it.orderCommand(C, {market: 'XAU-PERP', side: 'buy', price: 1_900n * USDC, quantity: 1_000n}))).toBe('OPEN_INTEREST_CAP');
    it.must({type: 'setMark', market: 'XAU-PERP', price: 2_000n * USDC});
    expect(accountView(it.core, B)!.positions).toHaveLength(0);
    expect(brokenInvariants(it.core)).toEqual([]);
    expect(refused(it, {type: 'changeMarket', market: 'XAU-PERP', terms: {penaltyPpm: 560_000}})).toBe('INVALID_MARKET');
    expect(refused(it, {type: 'changeMarket', market: 'NONE', terms: {}})).toBe('UNKNOWN_MARKET');
  });

  test('waiting spot purchases hold the new worst fee; what cannot is cancelled, the newest first', () => {
    const it = funded();
    const price = 2_000n * USDC;
    it.order(A, {side: 'buy', price, quantity: 24n * ETH});
    it.order(A, {side: 'buy', price: price - 10_000n, quantity: 25n * ETH});
    const held = () => accountView(it.core, A)!.balances.find(({token}) => token === L2_USDC)!.held;
    expect(held()).toBe(98_097_750n * 1_000n - 250_000n + 250n * 999n);
    it.must({type: 'changeMarket', market: 'ETH-USDC', terms: {fees: [{makerPpm: 500, takerPpm: 20_000}]}});
    expect(brokenInvariants(it.core)).toEqual([]);
    expect(held()).toBe(99_959_745n * 1_000n);
    const events = it.must({type: 'changeMarket', market: 'ETH-USDC', terms: {fees: [{makerPpm: 500, takerPpm: 40_000}]}});
    expect(events.filter(({type}) => type === 'orderClosed')).toMatchObject([{reason: 'margin', market: 'ETH-USDC'}]);
    expect(bookView(it.core, {market: 'ETH-USDC', levels: 5})!.bids).toMatchObject([{price}]);
    it.must({type: 'changeMarket', market: 'ETH-USDC', terms: {fees: [{makerPpm: 0, takerPpm: 0}]}});
    expect(held()).toBe(48_000n * USDC);
    expect(brokenInvariants(it.core)).toEqual([]);
  });
});

describe('delisting', () => {
  test('cancels, settles at the last mark, and takes nothing any more', () => {
    const it = funded();
    it.must(gold);
    const market = 'XAU-PERP';
    it.must({type: 'setMark', market, price: 2_000n * USDC});
    it.must({type: 'setMarginMode', wallet: C, market, mode: 'isolated'});
    it.order(A, {market, side: 'sell', price: 2_000n * USDC, quantity: 10_000_000n});
    it.order(B, {market, side: 'buy', quantity: 4_000_000n});
    it.order(C, {market, side: 'buy', quantity: 4_000_000n});
    it.order(B, {market, side: 'buy', price: 1_900n * USDC, quantity: 1_000_000n});
    it.must({type: 'placeTrigger', wallet: A, market, conditions: [{by: 'mark', direction: 'rise', price: 2_500n * USDC, side: 'buy', quantity: 1_000n}]});
    it.must({type: 'placeParent', wallet: A, market, side: 'buy', quantity: 10_000n, strategy: 'twap', slices: 5, intervalMs: 1_000});
    it.must({type: 'offerNovation', wallet: B, to: C, market, size: 1_000n});
    it.must({type: 'setAutoRoll', wallet: B, market, takeLots: 1n, lossLots: 0n});
    it.must({type: 'setMark', market, price: 2_050n * USDC});
    const equity = [A, B, C].map((wallet) => accountView(it.core, wallet)!.margin.equity);
    const events = it.must({type: 'delistMarket', market});
    expect(events[0]).toEqual({type: 'marketStatusSet', market, status: 'delisted', settlementPrice: 2_050n * USDC});
    for (const type of ['orderClosed', 'triggerClosed', 'parentClosed', 'novationWithdrawn', 'positionChanged', 'marginModeSet'] as const) {
      expect([type, events.some((event) => event.type === type)]).toEqual([type, true]);
    }
    expect(brokenInvariants(it.core)).toEqual([]);
    const after = [A, B, C].map((wallet) => accountView(it.core, wallet)!);
    expect(after.flatMap(({positions, orders}) => [...positions, ...orders])).toEqual([]);
    // The isolated bucket is the account's again.
    const isolated = after[2]!.margin.equity - equity[2]!;
    expect([after[0]!.margin.equity - equity[0]!, after[1]!.margin.equity - equity[1]!, isolated > 0n]).toEqual([0n, 0n, true]);
    const closed: Command[] = [
      it.orderCommand(A, {market, side: 'buy', price: 2_000n * USDC, quantity: 1_000n}), {type: 'setMark', market, price: 1n * USDC}, {type: 'delistMarket', market},
      {type: 'setSourcePrice', market, source: 0, price: USDC}, {type: 'setMarketStatus', market, status: 'open'}, {type: 'setMarginMode', wallet: A, market, mode: 'isolated'},
      {type: 'setAutoRoll', wallet: A, market, takeLots: 1n, lossLots: 0n}, {type: 'changeMarket', market, terms: {}}, {type: 'setCalendar', market, sessions: []},
      {type: 'placeParent', wallet: A, market, side: 'buy', quantity: 10_000n, strategy: 'twap', slices: 5, intervalMs: 1_000},
      {type: 'placeTrigger', wallet: A, market, conditions: [{by: 'mark', direction: 'rise', price: 2_500n * USDC, side: 'buy', quantity: 1_000n}]},
      {type: 'offerNovation', wallet: B, to: C, market, size: 1_000n},
    ];
    for (const command of closed) expect([command.type, refused(it, command)]).toEqual([command.type, 'MARKET_CLOSED']);
    expect(refused(it, {...gold})).toBe('INVALID_MARKET');
    it.must({type: 'tick'});
    it.complete(1n);
    const restored = restoreSnapshot(takeSnapshot(it.core));
    expect(digest(restored)).toBe(digest(it.core));
    it.must({...gold, market: 'XAU2-PERP'});
    expect(restored.apply({...gold, market: 'XAU2-PERP'}, it.history.at(-1)!.at).ok).toBe(true);
    expect(digest(restored)).toBe(digest(it.core));
  });
});
