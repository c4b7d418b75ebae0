import type {Retryable} from '../encoding.ts';

/** Below it a redeem attempt cannot even pay for its own transaction. */
const GAS_TRANSACTION = 21_000n;

export type TicketAccounting =
  | {created: false}
  | {
      created: true;
      /** Enough was paid to try the redeem at once. */
      autoRedeem: boolean;
      /** Balance of the (aliased) sender after deposit, fees, escrow and refund; wei. */
      senderBalance: bigint;
      /** Wei paid back to the fee refund address. */
      feeRefund: bigint;
      /** Upper bound of later refunds, part of the retry hash. */
      maxRefund: bigint;
    };

/**
 * ArbOS' rules for a new ticket: mint the deposit to the sender, take the submission fee, put the call value into
 * escrow, pay the gas of the first redeem, refund the rest as far as it came with the deposit.
 */
export function accountForTicket(input: {
  retryable: Retryable;
  /** Fee for storing the ticket, wei. */
  submissionFee: bigint;
  /** L2 base fee, wei per gas. */
  baseFee: bigint;
  /** Balance of the sender before the ticket, wei. */
  balanceBefore: bigint;
}): TicketAccounting {
  const {retryable, submissionFee, baseFee, balanceBefore} = input;
  const {deposit, l2CallValue, maxSubmissionCost, gasLimit, maxFeePerGas} = retryable;
  let balance = balanceBefore + deposit;
  const affordable = balance >= maxSubmissionCost && balance - maxSubmissionCost >= l2CallValue;
  if (!affordable || maxSubmissionCost < submissionFee) return {created: false};

  // Only what came with the deposit is refunded; the rest of the balance was the sender's before.
  let available = deposit > l2CallValue ? deposit - l2CallValue : 0n;
  const take = (wei: bigint): bigint => {
    const taken = wei < available ? wei : available;
    available -= taken;
    return taken;
  };
  balance -= submissionFee;
  take(submissionFee);
  const submissionRefund = take(maxSubmissionCost - submissionFee);
  balance -= submissionRefund + l2CallValue;

  const autoRedeem = gasLimit >= GAS_TRANSACTION && maxFeePerGas >= baseFee && balance >= maxFeePerGas * gasLimit;
  if (autoRedeem) {
    balance -= baseFee * gasLimit;
    take(baseFee * gasLimit);
  }
  const gasRefund = take((autoRedeem ? maxFeePerGas - baseFee : maxFeePerGas) * gasLimit);
  balance -= gasRefund;
  const feeRefund = submissionRefund + gasRefund;
  return {created: true, autoRedeem, senderBalance: balance, feeRefund, maxRefund: available};
}
