/** Epochs: order, variation margin, withdrawals through their states, V11, dead epochs, blindings. */
import {blindingFor} from '@pobs/protocol';
import {describe, expect, test} from 'vitest';
import {buildRules, ETH, ETHER, Exchange, L1, L1_USDC, L2, L2_USDC, rowsOf, secretOf, USDC, WALLETS} from '../../test/model/exchange.ts';
import {SheetRules} from '../../test/model/sheet-rules.ts';
import {accountView, epochsView, sealedEpoch, withdrawableOf} from './queries.ts';

const [ALICE, BOB, CAROL] = WALLETS as [`0x${string}`, `0x${string}`, `0x${string}`];

/** Alice 10000 USDC on L1, Bob 10000 USDC on L2, Carol 5 ETH on L2. */
function funded(rules = buildRules()): Exchange {
  const exchange = new Exchange(rules).bind(ALICE, BOB, CAROL);
  exchange.deposit(ALICE, L1, L1_USDC, 10_000n * USDC);
  exchange.deposit(BOB, L2, L2_USDC, 10_000n * USDC);
  exchange.deposit(CAROL, L2, ETHER, 5n * ETH);
  return exchange;
}

/** Alice buys one ETH of Carol and is one ETH-PERP long against Bob, 100 USDC in profit. */
function traded(rules = buildRules()): Exchange {
  const exchange = funded(rules);
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
  exchange.order(CAROL, {side: 'sell', price: 2_000n * USDC, quantity: ETH});
  exchange.order(ALICE, {side: 'buy', price: 2_000n * USDC, quantity: ETH});
  exchange.order(BOB, {market: 'ETH-PERP', side: 'sell', price: 2_000n * USDC, quantity: ETH});
  exchange.order(ALICE, {market: 'ETH-PERP', side: 'buy', quantity: ETH});
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_100n * USDC});
  return exchange;
}

const withdraw = (wallet: `0x${string}`, chainId: number, token: `0x${string}`, lots: bigint) => ({type: 'requestWithdrawal', wallet, chainId, token, lots}) as const;

describe('order of epochs', () => {
  test('numbers burn, time rises, an undecided epoch stops the next', () => {
    const exchange = funded();
    exchange.seal(3n);
    expect(epochsView(exchange.core)).toEqual({lastSealed: 3n, lastApproved: 0n, undecided: 3n, base: 0n});
    expect(exchange.refusal({type: 'seal', epoch: 4n, snapshotTime: 9_999_999n})).toBe('EPOCH_UNDECIDED');
    exchange.decide(3n, 'dead');
    expect(exchange.decide(3n, 'dead')).toEqual([]);
    expect(exchange.refusal({type: 'decideEpoch', epoch: 3n, outcome: 'approved'})).toBe('WRONG_SEQUENCE');
    expect(exchange.refusal({type: 'seal', epoch: 2n, snapshotTime: 9_999_999n})).toBe('EPOCH_OUT_OF_ORDER');
    expect(exchange.refusal({type: 'seal', epoch: 4n, snapshotTime: 1n})).toBe('WRONG_SEQUENCE');
    exchange.seal(7n);
    exchange.decide(7n, 'approved');
    expect(exchange.refusal({type: 'seal', epoch: 7n, snapshotTime: 9_999_999n})).toBe('EPOCH_OUT_OF_ORDER');
  });

  test('a dead number may be sealed again, with the withdrawals it gave back', () => {
    const exchange = funded();
    exchange.must(withdraw(ALICE, L1, L1_USDC, 10n * USDC));
    const first = exchange.seal(1n);
    exchange.decide(1n, 'dead');
    exchange.must({type: 'seal', epoch: 1n, snapshotTime: first.snapshotTime + 1n});
    const again = sealedEpoch(exchange.core, 1n)!;
    expect(again.payouts).toEqual(first.payouts);
    expect(again.snapshotTime).toBeGreaterThan(first.snapshotTime);
  });

  test('every chain must have told a final block', () => {
    const exchange = new Exchange().bind(ALICE);
    exchange.deposit(ALICE, L1, L1_USDC, 1n);
    expect(exchange.refusal({type: 'seal', epoch: 1n, snapshotTime: 1n})).toBe('WRONG_SEQUENCE');
  });

  test('an epoch active on a chain cannot be dead, and a dead one not active', () => {
    const exchange = funded();
    exchange.seal(1n);
    exchange.advance(L2, {activeEpoch: 1n});
    expect(exchange.refusal({type: 'decideEpoch', epoch: 1n, outcome: 'dead'})).toBe('WRONG_SEQUENCE');
    exchange.decide(1n, 'approved');
    exchange.seal(2n);
    exchange.decide(2n, 'dead');
    expect(exchange.refusal(exchange.advanceCommand(L2, {activeEpoch: 2n}))).toBe('WRONG_SEQUENCE');
  });
});

describe('the sealed sheet', () => {
  test('open profit becomes claims of the loser\'s custody assets, once', () => {
    const exchange = traded();
    const first = exchange.complete(1n);
    const won = rowsOf(first, L2, L2_USDC).get(ALICE)!;
    // 100 of profit less the taker fee of 1 USDC, rounded down; it lies where Bob had deposited.
    expect(won).toEqual({total: 99n * USDC, withdrawable: 0n, withdrawal: 0n});
    expect(rowsOf(first, L2, L2_USDC).get(BOB)?.total).toBe(10_000n * USDC - 100n * USDC - 400_000n);
    expect(rowsOf(first, L2, L2_USDC).get('0x0000000000000000000000000000000000000001')?.total).toBe(1_120_000n);
    expect(rowsOf(first, L2, L2_USDC).get('0x0000000000000000000000000000000000000002')?.total).toBe(280_000n); // a fifth of the fees
    expect(accountView(exchange.core, ALICE)!.positions[0]).toMatchObject({unrealisedPnl: 100n * USDC});
    const second = exchange.complete(2n);
    expect(rowsOf(second, L2, L2_USDC).get(ALICE)?.total).toBe(99n * USDC);
  });

  test('rows carry the era\'s blinding; system rows zero', () => {
    const exchange = traded();
    for (const epoch of [2n, 3n]) {
      const sealed = exchange.complete(epoch);
      expect(sealed.era).toBe(epoch === 2n ? 0 : 1);
      const rows = sealed.assets.flatMap((asset) => asset.rows);
      expect(rows.find(({wallet}) => wallet === ALICE)?.blinding).toBe(blindingFor(secretOf(ALICE), sealed.era));
      expect(rows.find(({wallet}) => wallet.endsWith('0001'))?.blinding).toBe(`0x${'0'.repeat(64)}`);
    }
  });

  test('lines name the last final blocks', () => {
    const sealed = traded().seal(1n);
    expect(sealed.chains.map(({chainId, blockNumber}) => [chainId, blockNumber])).toEqual([[L1, 10n], [L2, 20n]]);
    expect(sealed.assets.map(({chainId, token}) => [chainId, token])).toEqual([[L1, ETHER], [L1, L1_USDC], [L2, ETHER], [L2, L2_USDC]]);
  });
});

describe('withdrawals', () => {
  test('requested → sealed → authorised → active → paid', () => {
    const exchange = funded();
    const states = () => accountView(exchange.core, ALICE)!.withdrawals.map(({state, lots, epoch}) => [state, lots, epoch]);
    exchange.must(withdraw(ALICE, L1, L1_USDC, 300n));
    exchange.must(withdraw(ALICE, L1, L1_USDC, 200n));
    expect(states()).toEqual([['requested', 500n, undefined]]);
    const sealed = exchange.seal(1n);
    expect(states()).toEqual([['sealed', 500n, 1n]]);
    expect(exchange.refusal({type: 'cancelWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC})).toBe('NOTHING_TO_CANCEL');
    expect(rowsOf(sealed, L1, L1_USDC).get(ALICE)).toEqual({total: 10_000n * USDC, withdrawable: 10_000n * USDC, withdrawal: 500n});
    expect(sealed.assets[1]).toMatchObject({deposited: 10_000n * USDC, authorisedOut: 500n});
    expect(sealed.payouts).toEqual([{chainId: L1, token: L1_USDC, wallet: ALICE, cumulative: 500n, paid: 0n, withdrawal: 500n}]);
    exchange.decide(1n, 'approved');
    expect(states()).toEqual([['authorised', 500n, 1n]]);
    exchange.advance(L1, {activeEpoch: 1n});
    expect(states()).toEqual([['active', 500n, 1n]]);
    exchange.advance(L1, {payouts: [{token: L1_USDC, wallet: ALICE, cumulative: 500n}]});
    expect(states()).toEqual([['paid', 500n, 1n]]);
    exchange.must(withdraw(ALICE, L1, L1_USDC, 40n));
    expect(exchange.seal(2n).payouts).toEqual([{chainId: L1, token: L1_USDC, wallet: ALICE, cumulative: 540n, paid: 500n, withdrawal: 40n}]);
  });

  test('a dead epoch returns them to requested and the next carries them; its legs are told again', () => {
    const rules = buildRules();
    const exchange = traded(rules);
    const sheets = new SheetRules(rules);
    for (const {command} of exchange.history) sheets.follow(command);
    exchange.must(withdraw(ALICE, L1, L1_USDC, 1_000n));
    const dead = exchange.seal(1n);
    expect(sheets.follow({type: 'seal', epoch: 1n, snapshotTime: 1n}, dead)).toEqual([]);
    exchange.decide(1n, 'dead');
    sheets.follow({type: 'decideEpoch', epoch: 1n, outcome: 'dead'});
    expect(accountView(exchange.core, ALICE)!.withdrawals).toMatchObject([{state: 'requested', lots: 1_000n}]);
    exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_050n * USDC});
    const next = exchange.seal(2n);
    expect(sheets.follow({type: 'seal', epoch: 2n, snapshotTime: 2n}, next)).toEqual([]);
    expect(next.legs.slice(0, dead.legs.length)).toEqual(dead.legs);
    expect(rowsOf(next, L1, L1_USDC).get(ALICE)?.withdrawal).toBe(1_000n);
  });

  test('only every n-th epoch carries them', () => {
    const exchange = funded(buildRules({withdrawEvery: [4, 1]}));
    exchange.must(withdraw(ALICE, L1, L1_USDC, 5n));
    exchange.must(withdraw(BOB, L2, L2_USDC, 5n));
    const first = exchange.complete(1n);
    expect([rowsOf(first, L1, L1_USDC).get(ALICE)?.withdrawal, rowsOf(first, L2, L2_USDC).get(BOB)?.withdrawal]).toEqual([0n, 5n]);
    expect(rowsOf(exchange.complete(4n), L1, L1_USDC).get(ALICE)?.withdrawal).toBe(5n);
  });

  test('fee on top, minimum with the full exit excepted', () => {
    const exchange = new Exchange(buildRules({fee: 10n, minimum: 50n})).bind(ALICE);
    exchange.deposit(ALICE, L1, L1_USDC, 100n);
    expect(exchange.refusal(withdraw(ALICE, L1, L1_USDC, 49n))).toBe('BELOW_MINIMUM');
    expect(exchange.refusal(withdraw(ALICE, L1, L1_USDC, 91n))).toBe('INSUFFICIENT_FUNDS');
    exchange.must(withdraw(ALICE, L1, L1_USDC, 60n));
    exchange.must({type: 'cancelWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC});
    expect(withdrawableOf(exchange.core, {wallet: ALICE, chainId: L1, token: L1_USDC})).toBe(90n);
    exchange.bind(BOB).deposit(BOB, L1, L1_USDC, 40n);
    expect(exchange.refusal(withdraw(BOB, L1, L1_USDC, 29n))).toBe('BELOW_MINIMUM');
    exchange.must(withdraw(BOB, L1, L1_USDC, 30n));
  });

  test('margin binds what may leave', () => {
    const exchange = traded();
    // 10000 − 2002 for the ETH; open profit of 99 covers part of the 210 of margin.
    expect(withdrawableOf(exchange.core, {wallet: ALICE, chainId: L1, token: L1_USDC})).toBe(7_998n * USDC - 111n * USDC);
    expect(exchange.refusal(withdraw(ALICE, L1, L1_USDC, 7_900n * USDC))).toBe('INSUFFICIENT_MARGIN');
  });

  test('a request that no longer fits stays requested, whole', () => {
    const exchange = traded();
    exchange.must(withdraw(ALICE, L1, L1_USDC, 7_800n * USDC));
    exchange.must({type: 'setMark', market: 'ETH-PERP', price: 1_950n * USDC});
    const events = exchange.must({type: 'seal', epoch: 1n, snapshotTime: 1n});
    expect(events.find((event) => event.type === 'withdrawalDeferred')).toMatchObject({wallet: ALICE, lots: 7_800n * USDC});
    expect(accountView(exchange.core, ALICE)!.withdrawals).toMatchObject([{state: 'requested', lots: 7_800n * USDC}]);
  });
});

describe('V11', () => {
  test('winnings wait until an epoch that holds them is active on every chain, then leave where they lie', () => {
    const exchange = traded();
    const inEther = withdraw(ALICE, L2, ETHER, ETH / 2n);
    const inDollars = withdraw(CAROL, L1, L1_USDC, 700n * USDC);
    expect(exchange.refusal(inEther)).toBe('NOT_WITHDRAWABLE_YET');
    expect(exchange.refusal(inDollars)).toBe('NOT_WITHDRAWABLE_YET');
    exchange.seal(1n);
    exchange.decide(1n, 'approved');
    exchange.advance(L2, {activeEpoch: 1n});
    expect(exchange.refusal(inEther)).toBe('NOT_WITHDRAWABLE_YET');
    exchange.advance(L1, {activeEpoch: 1n});
    exchange.must(inEther);
    exchange.must(inDollars);
    const second = exchange.complete(2n);
    expect(second.payouts.map(({wallet, chainId, cumulative}) => [wallet, chainId, cumulative])).toEqual([[CAROL, L1, 700n * USDC], [ALICE, L2, ETH / 2n]]);
  });

  test('own deposits leave at once, but not twice through a base that lags', () => {
    const exchange = funded();
    exchange.must(withdraw(BOB, L2, L2_USDC, 6_000n * USDC));
    exchange.seal(1n);
    exchange.decide(1n, 'approved');
    exchange.must({type: 'transfer', from: ALICE, to: BOB, chainId: L1, token: L1_USDC, lots: 5_000n * USDC});
    expect(withdrawableOf(exchange.core, {wallet: BOB, chainId: L2, token: L2_USDC})).toBe(4_000n * USDC);
    expect(withdrawableOf(exchange.core, {wallet: BOB, chainId: L1, token: L1_USDC})).toBe(0n);
    exchange.deposit(BOB, L1, L1_USDC, 7n);
    expect(withdrawableOf(exchange.core, {wallet: BOB, chainId: L1, token: L1_USDC})).toBe(7n);
  });
});
