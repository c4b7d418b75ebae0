/** A sealed epoch is what the builder takes: every epoch of a small history builds, after its way through JSON. */
import {ageRecipient, domainSalt, fromJson, type SealedEpoch, toJson} from '@pobs/protocol';
import {buildEpoch} from '@pobs/protocol/builder';
import type {Hex} from 'viem';
import {expect, test} from 'vitest';
import {buildRules, ETH, ETHER, Exchange, L1, L1_USDC, L2, L2_USDC, USDC, WALLETS} from './exchange.ts';

const [ALICE, BOB, CAROL] = WALLETS as [Hex, Hex, Hex];
const zero: Hex = `0x${'0'.repeat(64)}`;
const rules = buildRules({withdrawEvery: [2, 1], fee: 5n});

/** Builds on the newest approved epoch; answers the violations, none when it built. */
class Chain {
  #parent = zero;
  #logRoot = zero;
  #approved: {epoch: bigint; snapshotTime: bigint} | undefined;

  async add(sealed: SealedEpoch, {approved}: {approved: boolean}): Promise<unknown[]> {
    const built = await buildEpoch({
      sealed: fromJson(toJson(sealed)), setId: 1, parent: this.#parent, previousLogRoot: this.#logRoot, rules, salt: domainSalt(BigInt(L1), rules.registry),
      auditor: ageRecipient(`0x${'0'.repeat(62)}09`), logSecret: `0x${'77'.repeat(32)}`, ...(this.#approved && {facts: {approved: this.#approved}}),
    });
    if (!built.ok) return built.violations;
    if (approved) {
      this.#parent = built.digest;
      this.#logRoot = built.logHead;
      this.#approved = {epoch: sealed.epoch, snapshotTime: sealed.snapshotTime};
    }
    return [];
  }
}

test('deposits, trades, PnL, withdrawals and a dead epoch', async () => {
  const exchange = new Exchange(rules).bind(ALICE, BOB);
  const chain = new Chain();
  exchange.deposit(ALICE, L1, L1_USDC, 10_000n * USDC);
  exchange.deposit(BOB, L2, L2_USDC, 10_000n * USDC);
  exchange.deposit(CAROL, L2, ETHER, 5n * ETH);
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
  exchange.order(BOB, {market: 'ETH-PERP', side: 'sell', price: 2_000_030_000n, quantity: 1_234_500_000n});
  exchange.order(ALICE, {market: 'ETH-PERP', side: 'buy', quantity: ETH});
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_087n * USDC + 130_000n});
  exchange.must({type: 'requestWithdrawal', wallet: BOB, chainId: L2, token: L2_USDC, lots: 700n});
  expect(await chain.add(exchange.complete(1n), {approved: true})).toEqual([]);

  exchange.bind(CAROL);
  exchange.order(CAROL, {side: 'sell', price: 1_999_990_000n, quantity: 1_000_100_000n});
  exchange.order(ALICE, {side: 'buy', quantity: 999_900_000n});
  exchange.must({type: 'requestWithdrawal', wallet: ALICE, chainId: L2, token: L2_USDC, lots: 11n * USDC});
  exchange.must({type: 'requestWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC, lots: 50n});
  expect(await chain.add(exchange.seal(2n), {approved: false})).toEqual([]);
  exchange.decide(2n, 'dead');
  exchange.advance(L2, {payouts: [{token: L2_USDC, wallet: BOB, cumulative: 700n}]});
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 1_900n * USDC});
  expect(await chain.add(exchange.complete(4n), {approved: true})).toEqual([]);
  expect(await chain.add(exchange.complete(5n), {approved: true})).toEqual([]);
});
