import {zeroAddress} from 'viem';
import {describe, expect, test} from 'vitest';
import type {Side, TransferState, TreasuryChain, TreasuryRule} from './ports.ts';
import {transferOf, TreasuryDuty} from './treasury-duty.ts';

const RULE: TreasuryRule = {
  symbol: 'ETH', l1Token: zeroAddress, l2Token: zeroAddress, l1: {floor: 100n, target: 200n}, l2: {floor: 50n, target: 80n}, transferMin: 10n, transferMax: 60n,
};

describe('the limits', () => {
  test.each<[what: string, to: Side, here: bigint, there: bigint, amount: bigint]>([
    ['an end at its floor is left alone', 'l2', 50n, 1_000n, 0n],
    ['one below it is filled up to its target', 'l2', 49n, 1_000n, 31n],
    ['by no more than the largest transfer', 'l1', 0n, 1_000n, 60n],
    ['from what the other holds above its own target', 'l2', 0n, 230n, 30n],
    ['never from what it needs itself', 'l2', 0n, 200n, 0n],
    ['and not at all for less than a transfer is worth', 'l2', 0n, 209n, 0n],
  ])('%s', (_, to, here, there, amount) => {
    expect(transferOf(RULE, {to, here, there})).toBe(amount);
  });
});

class FakeTreasury implements TreasuryChain {
  held: Record<Side, bigint> = {l1: 500n, l2: 0n};
  state: TransferState = 'arrived';
  readonly sent: [Side, bigint][] = [];
  redeemed = 0;
  balance = async (side: Side) => this.held[side];
  newestTransfer = async () => this.state;
  async send(from: Side, _: TreasuryRule, amount: bigint) {
    this.sent.push([from, amount]);
    this.held[from] -= amount;
    this.state = 'under way';
    return '0x01' as const;
  }
  async redeem() {
    this.redeemed += 1;
    this.state = 'under way';
    return '0x02' as const;
  }
}

test('what is under way is not sent twice; a transfer whose first run failed on L2 is run again', async () => {
  const chain = new FakeTreasury();
  const duty = new TreasuryDuty([RULE], {chain});
  expect(await duty.step()).toMatchObject({what: 'sent reserves to L2', amount: 60n});
  expect(await duty.step()).toBeUndefined();
  chain.state = 'redeemable';
  expect(await duty.step()).toMatchObject({what: 'ran a transfer to L2 again'});
  chain.held.l2 = 60n;
  chain.state = 'arrived';
  expect(await duty.step()).toBeUndefined();
  expect([chain.sent, chain.redeemed]).toEqual([[['l1', 60n]], 1]);
});
