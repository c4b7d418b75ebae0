import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Retryable} from '../encoding.ts';
import {accountForTicket} from './ticket-accounting.ts';

const ADDRESS = '0x00000000000000000000000000000000000000aa';

function retryable(fields: Partial<Retryable>): Retryable {
  return {
    to: ADDRESS,
    l2CallValue: 0n,
    deposit: 0n,
    maxSubmissionCost: 0n,
    feeRefund: ADDRESS,
    callValueRefund: ADDRESS,
    gasLimit: 100_000n,
    maxFeePerGas: 10n,
    data: '0x',
    ...fields,
  };
}

test('a fully paid ticket is redeemed at once, and what was paid too much is refunded', () => {
  const ticket = retryable({l2CallValue: 50n, maxSubmissionCost: 500n, deposit: 50n + 500n + 1_000_000n});
  const result = accountForTicket({retryable: ticket, submissionFee: 200n, baseFee: 4n, balanceBefore: 0n});

  // 300 of the submission cost, and 6 of 10 wei per gas.
  expect(result).toEqual({created: true, autoRedeem: true, senderBalance: 0n, feeRefund: 600_300n, maxRefund: 0n});
});

test('without gas for the redeem the ticket is only kept', () => {
  const ticket = retryable({maxSubmissionCost: 500n, deposit: 500n});
  const result = accountForTicket({retryable: ticket, submissionFee: 500n, baseFee: 4n, balanceBefore: 0n});

  expect(result).toMatchObject({created: true, autoRedeem: false});
});

test.each([
  ['the submission cost is below the fee', {maxSubmissionCost: 100n, deposit: 2_000_000n}],
  ['the call value is not covered', {maxSubmissionCost: 500n, l2CallValue: 1000n, deposit: 1200n}],
])('no ticket when %s', (_, fields) => {
  const input = {retryable: retryable(fields), submissionFee: 300n, baseFee: 4n, balanceBefore: 0n};

  expect(accountForTicket(input)).toEqual({created: false});
});

test('no wei is created and none is lost', () => {
  const wei = fc.bigInt({min: 0n, max: 10n ** 7n});
  const input = fc.record({
    deposit: wei,
    l2CallValue: wei,
    maxSubmissionCost: wei,
    submissionFee: wei,
    balanceBefore: wei,
    gasLimit: fc.bigInt({min: 0n, max: 200_000n}),
    maxFeePerGas: fc.bigInt({min: 0n, max: 20n}),
    baseFee: fc.bigInt({min: 0n, max: 20n}),
  });
  fc.assert(
    fc.property(input, ({submissionFee, baseFee, balanceBefore, ...fields}) => {
      const result = accountForTicket({retryable: retryable(fields), submissionFee, baseFee, balanceBefore});
      if (!result.created) return;
      const redeemGas = result.autoRedeem ? baseFee * fields.gasLimit : 0n;
      const spent = submissionFee + fields.l2CallValue + redeemGas;
      expect(result.senderBalance + result.feeRefund + spent).toBe(balanceBefore + fields.deposit);
      expect(result.senderBalance).toBeGreaterThanOrEqual(0n);
    }),
  );
});
