/** Sub-accounts: own money, positions, margin and orders; one row per wallet on the sheet. */
import {describe, expect, test} from 'vitest';
import {ETH, Exchange, L1, L1_USDC, L2, L2_USDC, rowsOf, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants, brokenSettlement} from '../../test/model/invariants.ts';
import {SheetRules} from '../../test/model/sheet-rules.ts';
import type {Command} from './commands.ts';
import {accountView, digest, openOrder, withdrawableOf} from './queries.ts';
import {restoreSnapshot, takeSnapshot} from './snapshot.ts';
import {userAccount} from './state.ts';
import {gatherSubAccounts} from './withdrawals.ts';

const [A, B] = WALLETS as [`0x${string}`, `0x${string}`];
const market = 'ETH-PERP';
const P = 2_000n * USDC;
const asset = {chainId: L1, token: L1_USDC};

function opened(): Exchange {
  const it = new Exchange().bind(A, B);
  for (const wallet of [A, B]) {
    it.deposit(wallet, L1, L1_USDC, 100_000n * USDC);
    it.deposit(wallet, L2, L2_USDC, 10n * USDC);
  }
  it.must({type: 'setMark', market, price: P});
  it.must({type: 'setFeeTier', wallet: A, tier: 1});
  it.must({type: 'createSubAccount', wallet: A, sub: 1});
  it.must({type: 'createSubAccount', wallet: A, sub: 2});
  it.must({type: 'transfer', from: A, to: A, toSub: 1, ...asset, lots: 20_000n * USDC});
  it.must({type: 'transfer', from: A, to: A, toSub: 2, ...asset, lots: 5_000n * USDC});
  return it;
}

const equity = (it: Exchange, wallet: `0x${string}`, sub = 0): bigint => accountView(it.core, wallet, sub)!.margin.equity;

describe('sub-accounts', () => {
  test('are numbered, start with the fee tier, and a wrong number leaves no trace', () => {
    const it = opened();
    expect(accountView(it.core, A)).toMatchObject({sub: 0, subAccounts: 2});
    expect(it.core.state.venue.accounts.feeTier[accountView(it.core, A, 2)!.account]).toBe(1);
    const before = digest(it.core);
    const bad: Command[] = [{type: 'createSubAccount', wallet: A, sub: 2}, {type: 'createSubAccount', wallet: A, sub: 4}, {type: 'createSubAccount', wallet: A, sub: Number.NaN}];
    for (const command of bad) expect(it.refusal(command)).toBe('WRONG_SEQUENCE');
    expect(it.refusal({type: 'createSubAccount', wallet: WALLETS[4]!, sub: 1})).toBe('UNKNOWN_ACCOUNT');
    expect(it.refusal({...it.orderCommand(A, {market, side: 'buy', price: P, quantity: ETH}), sub: 3})).toBe('UNKNOWN_ACCOUNT');
    expect(digest(it.core)).toBe(before);
    for (let sub = 3; sub <= 64; sub += 1) it.must({type: 'createSubAccount', wallet: A, sub});
    expect(it.refusal({type: 'createSubAccount', wallet: A, sub: 65})).toBe('LIMIT_EXCEEDED');
  });

  test('trade, are margined and liquidated on their own; orders and events name them', () => {
    const it = opened();
    it.order(B, {market, side: 'sell', price: P, quantity: 100n * ETH});
    expect(it.refusal({...it.orderCommand(A, {market, side: 'buy', price: P, quantity: 45n * ETH}), sub: 2})).toBe('INSUFFICIENT_MARGIN');
    const events = it.must({...it.orderCommand(A, {market, side: 'buy', price: P, quantity: 20n * ETH}), sub: 2});
    expect(events.find(({type}) => type === 'tradeExecuted')).toMatchObject({taker: A, takerSub: 2, maker: B});
    expect(events.find(({type}) => type === 'orderAccepted')).toMatchObject({wallet: A, sub: 2});
    expect(accountView(it.core, A)!.positions).toEqual([]);
    expect(accountView(it.core, A, 2)!.positions).toMatchObject([{size: 20n * ETH}]);
    const [rested] = it.must({...it.orderCommand(A, {market, side: 'buy', price: P - 100n * USDC, quantity: ETH}), sub: 1}).filter(({type}) => type === 'orderRested');
    const {orderId} = rested as {orderId: bigint};
    expect(openOrder(it.core, orderId)).toMatchObject({wallet: A, sub: 1});
    expect(it.refusal({type: 'cancelOrder', wallet: A, orderId})).toBe('UNKNOWN_ORDER');
    it.must({type: 'amendOrder', wallet: A, sub: 1, orderId, price: P - 100n * USDC, quantity: ETH / 2n});
    it.must({type: 'cancelOrder', wallet: A, sub: 1, orderId});
    const before = [equity(it, A), equity(it, A, 1)];
    const fell = it.must({type: 'setMark', market, price: 1_790n * USDC});
    expect(fell.filter(({type}) => type === 'positionLiquidated')[0]).toMatchObject({wallet: A, sub: 2});
    expect([equity(it, A), equity(it, A, 1)]).toEqual(before);
    expect(equity(it, A, 2)).toBeGreaterThanOrEqual(0n);
    expect(brokenInvariants(it.core)).toEqual([]);
    it.must({type: 'setMarginMode', wallet: A, sub: 1, market, mode: 'isolated'});
    it.must({type: 'armDeadMan', wallet: A, sub: 1, at: 10_000n});
    it.must({type: 'placeTrigger', wallet: A, sub: 1, market, conditions: [{by: 'mark', direction: 'rise', price: 3n * P, side: 'buy', quantity: ETH}]});
    it.must({type: 'cancelTrigger', wallet: A, sub: 1, triggerId: 1n});
    it.must({type: 'cancelAll', wallet: A, sub: 1});
    const restored = restoreSnapshot(takeSnapshot(it.core));
    expect(digest(restored)).toBe(digest(it.core));
    expect(accountView(restored, A, 2)).toEqual(accountView(it.core, A, 2));
  });

  test('do not trade with each other: the self-trade rule of the one that comes decides', () => {
    const resting = (it: Exchange, sub: number, side: 'buy' | 'sell' = 'sell') => it.must({...it.orderCommand(A, {market, side, price: P, quantity: 3n * ETH}), sub});
    const taking = (it: Exchange, sub: number, change: object = {}): Command => ({...it.orderCommand(A, {market, side: 'buy', price: P, quantity: 2n * ETH, ...change}), sub});
    const open = (it: Exchange): (bigint | undefined)[] => [0, 1, 2].map((sub) => accountView(it.core, A, sub)!.orders[0]?.quantity);
    for (const [rests, comes] of [[1, 2], [0, 1], [2, 0]] as const) {
      const it = opened();
      resting(it, rests);
      const before = digest(it.core);
      for (const change of [{}, {timeInForce: 'FOK', selfTrade: 'cancelBoth'}, {timeInForce: 'FOK', selfTrade: 'decrement'}]) expect(it.refusal(taking(it, comes, change))).toBe('WOULD_SELF_TRADE');
      expect(digest(it.core)).toBe(before);
      // Both shrink by the smaller one.
      expect(it.must(taking(it, comes, {selfTrade: 'decrement'})).some(({type}) => type === 'tradeExecuted')).toBe(false);
      expect(open(it).filter((quantity) => quantity !== undefined)).toEqual([ETH]);
      expect(open(it)[rests]).toBe(ETH);
      it.must(taking(it, comes, {selfTrade: 'cancelMaker'}));
      expect(open(it)[rests]).toBeUndefined();
      expect(open(it)[comes]).toBe(2n * ETH);
      it.must({...it.orderCommand(A, {market, side: 'sell', price: P, quantity: ETH, selfTrade: 'cancelBoth'}), sub: rests});
      expect(open(it)).toEqual([undefined, undefined, undefined]);
      // Restored from an image they still know each other.
      resting(it, rests);
      const copy = restoreSnapshot(takeSnapshot(it.core));
      const order = taking(it, comes);
      expect(copy.apply(order, it.history.at(-1)!.at + 5n)).toMatchObject({ok: false, rejection: {code: 'WOULD_SELF_TRADE'}});
      expect(brokenInvariants(it.core)).toEqual([]);
    }
  });

  test('money moves freely within the wallet, out of it to main accounts alone, and leaves by the main account', () => {
    const it = opened();
    expect(it.refusal({type: 'transfer', from: B, to: A, toSub: 1, ...asset, lots: 1n})).toBe('UNKNOWN_ACCOUNT');
    expect(it.refusal({type: 'transfer', from: A, fromSub: 1, to: A, toSub: 1, ...asset, lots: 1n})).toBe('INVALID_QUANTITY');
    expect(it.refusal({type: 'transfer', from: A, fromSub: 1, to: A, ...asset, lots: 20_000n * USDC + 1n})).toBe('INSUFFICIENT_FUNDS');
    const events = it.must({type: 'transfer', from: A, fromSub: 1, to: A, toSub: 2, ...asset, lots: 1_000n * USDC});
    expect(events.at(-1)).toMatchObject({type: 'transferred', fromSub: 1, toSub: 2});
    it.must({type: 'transfer', from: A, fromSub: 1, to: B, ...asset, lots: 1n});
    expect(withdrawableOf(it.core, {wallet: A, ...asset})).toBe(75_000n * USDC);
    expect(it.refusal({type: 'requestWithdrawal', wallet: A, ...asset, lots: 75_000n * USDC + 1n})).toBe('INSUFFICIENT_FUNDS');
    it.must({type: 'requestWithdrawal', wallet: A, ...asset, lots: 75_000n * USDC});
    const row = rowsOf(it.seal(1n), L1, L1_USDC).get(A)!;
    expect(row).toEqual({total: 100_000n * USDC - 1n, withdrawable: 100_000n * USDC - 1n, withdrawal: 75_000n * USDC});
    expect(brokenInvariants(it.core)).toEqual([]);
  });

  test('what a row may withdraw can be gathered in the main account', () => {
    const it = opened();
    const emitted: string[] = [];
    const {state} = it.core;
    gatherSubAccounts({state, emit: ({type}) => void emitted.push(type)}, userAccount(state, A)!);
    expect(emitted).toEqual(['transferred', 'transferred']);
    expect(withdrawableOf(it.core, {wallet: A, ...asset})).toBe(100_000n * USDC);
  });
});

describe('the sheet', () => {
  test('one row per wallet, the sum of its accounts; what they win from each other moves no row', () => {
    const it = opened();
    const rules = new SheetRules(it.core.state.rules);
    for (const {command} of it.history) rules.follow(command);
    const must = (command: Command): void => {
      it.must(command);
      rules.follow(command);
    };
    // Sub-account 1 is as long as sub-account 2 is short, with Bob between them; the main account a little against Bob.
    for (const [own, their, number] of [['sell', 'buy', 2], ['buy', 'sell', 1]] as const) {
      must(it.orderCommand(B, {market, side: their, price: P, quantity: 20n * ETH}));
      must({...it.orderCommand(A, {market, side: own, price: P, quantity: 20n * ETH, timeInForce: 'IOC'}), sub: number});
    }
    must(it.orderCommand(B, {market, side: 'sell', price: P, quantity: 5n * ETH}));
    must(it.orderCommand(A, {market, side: 'buy', price: P, quantity: 5n * ETH}));
    must({type: 'setMark', market, price: P + 100n * USDC});
    const before = [1, 2].map((sub) => equity(it, A, sub));
    const sealing: Command = {type: 'seal', epoch: 1n, snapshotTime: 1_000_001n};
    const events = it.must(sealing);
    const sealed = it.core.state.sealedEpochs.get(1n)!;
    expect(rules.follow(sealing, sealed)).toEqual([]);
    expect(brokenSettlement(it.core)).toEqual([]);
    expect([1, 2].map((sub) => equity(it, A, sub))).toEqual(before);
    expect(sealed.assets.map(({rows}) => rows.filter(({wallet}) => wallet === A).length)).toEqual(sealed.assets.map(({rows}) => (rows.some(({wallet}) => wallet === A) ? 1 : 0)));
    const row = rowsOf(sealed, L1, L1_USDC).get(A)!.total + rowsOf(sealed, L2, L2_USDC).get(A)!.total;
    expect(row).toBe([0, 1, 2].reduce((sum, sub) => sum + accountView(it.core, A, sub)!.balances.filter(({symbol}) => symbol === 'USDC').reduce((lots, {total}) => lots + total, 0n), 0n));
    expect(sealed.legs.every(({from, to}) => from !== to)).toBe(true);
    expect(events.filter(({type}) => type === 'pnlSettled').map((event) => ('sub' in event ? event.sub : 0))).toContain(2);
    // What Bob lost is all that reached the wallet's row beyond fees.
    const pnl = sealed.legs.filter(({kind, to}) => kind === 'pnl' && to === A).reduce((sum, {lots}) => sum + lots, 0n);
    expect(pnl).toBeLessThanOrEqual(500n * USDC);
    it.decide(1n, 'approved');
    for (const chainId of [L1, L2]) it.advance(chainId, {activeEpoch: 1n});
    const next = it.seal(2n);
    expect(rowsOf(next, L1, L1_USDC).get(A)!.withdrawable).toBeLessThanOrEqual(rowsOf(next, L1, L1_USDC).get(A)!.total);
  });

  test('a position moves between accounts of one wallet by one consent', () => {
    const it = opened();
    it.order(B, {market, side: 'sell', price: P, quantity: 5n * ETH});
    it.order(A, {market, side: 'buy', price: P, quantity: 5n * ETH});
    const before = digest(it.core);
    expect(it.refusal({type: 'offerNovation', wallet: A, to: A, toSub: 1, market, size: 6n * ETH})).toBe('INVALID_ORDER');
    expect(it.refusal({type: 'offerNovation', wallet: A, to: A, market, size: ETH})).toBe('UNKNOWN_ACCOUNT');
    expect(digest(it.core)).toBe(before);
    const events = it.must({type: 'offerNovation', wallet: A, to: A, toSub: 1, market, size: 3n * ETH});
    expect(events.map(({type}) => type)).toEqual(['positionChanged', 'positionChanged', 'novationAccepted']);
    expect([0, 1].map((sub) => accountView(it.core, A, sub)!.positions[0]!.size)).toEqual([2n * ETH, 3n * ETH]);
    // To somebody else it stays an offer.
    it.must({type: 'offerNovation', wallet: A, sub: 1, to: B, market, size: ETH});
    it.must({type: 'acceptNovation', wallet: B, offerId: 2n});
    expect(brokenInvariants(it.core)).toEqual([]);
  });
});
