/** Retryable tickets: L1 to L2, in minutes. */
import {ParentToChildMessageGasEstimator, ParentToChildMessageStatus, ParentTransactionReceipt} from '@arbitrum/sdk';
import {BigNumber, Wallet} from 'ethers';
import type {Address, Hex} from 'viem';
import type {TicketState} from '../../services/ports.ts';
import {ArbitrumConnection} from './connection.ts';

/** Head room over the estimates: fees may rise before the ticket arrives. */
const MARGIN_PERCENT = BigNumber.from(100);

export type TicketQuote = {maxSubmissionCost: bigint; gasLimit: bigint; maxFeePerGas: bigint; value: bigint};

/** A call from an L1 contract to L2; `value` wei leave with it. */
export type TicketCall = {from: Address; to: Address; data: Hex; refundTo: Address; value?: bigint};

export class ArbitrumTickets {
  readonly #chains: ArbitrumConnection;

  constructor(chains: ArbitrumConnection) {
    this.#chains = chains;
  }

  /** What a ticket costs beside the value it carries, wei; its gas is estimated from the sender's alias. */
  async quote({from, to, data, refundTo, value = 0n}: TicketCall): Promise<TicketQuote> {
    const {l1, l2} = this.#chains;
    return this.#chains.run('createRetryableTicket', async () => {
      const {baseFeePerGas} = await l1.getBlock('latest');
      const margin = {percentIncrease: MARGIN_PERCENT};
      const estimate = await new ParentToChildMessageGasEstimator(l2).estimateAll(
        {from, to, data, l2CallValue: BigNumber.from(value), excessFeeRefundAddress: refundTo, callValueRefundAddress: refundTo},
        baseFeePerGas ?? BigNumber.from(0), l1, {gasLimit: margin, maxFeePerGas: margin, maxSubmissionFee: margin},
      );
      const maxSubmissionCost = estimate.maxSubmissionCost.toBigInt();
      const gasLimit = estimate.gasLimit.toBigInt();
      const maxFeePerGas = estimate.maxFeePerGas.toBigInt();
      return {maxSubmissionCost, gasLimit, maxFeePerGas, value: maxSubmissionCost + gasLimit * maxFeePerGas};
    });
  }

  /** What became of the ticket that an L1 transaction created. */
  async status(l1Transaction: Hex): Promise<TicketState> {
    const {l1, l2} = this.#chains;
    return this.#chains.run('the ticket', async () => {
      const receipt = await l1.getTransactionReceipt(l1Transaction);
      if (!receipt) return 'none';
      const [message] = await new ParentTransactionReceipt(receipt).getParentToChildMessages(l2);
      if (!message) return 'none';
      switch (await message.status()) {
        case ParentToChildMessageStatus.REDEEMED:
          return 'redeemed';
        case ParentToChildMessageStatus.FUNDS_DEPOSITED_ON_CHILD:
          return 'redeemable';
        case ParentToChildMessageStatus.NOT_YET_CREATED:
          return 'waiting';
        default:
          return 'failed';
      }
    });
  }

  /** Runs the ticket's call now; `key` pays the gas on L2. */
  async redeem(l1Transaction: Hex, key: Hex): Promise<Hex> {
    const {l1, l2} = this.#chains;
    return this.#chains.run('redeem', async () => {
      const receipt = new ParentTransactionReceipt(await l1.getTransactionReceipt(l1Transaction));
      const [message] = await receipt.getParentToChildMessages(new Wallet(key, l2));
      if (!message) throw new Error(`transaction ${l1Transaction} carries no ticket`);
      const sent = await message.redeem();
      await sent.wait();
      return sent.hash as Hex;
    });
  }
}
