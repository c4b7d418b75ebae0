import {encodeFunctionData, type Address, type Hex} from 'viem';
import {retryableAbi} from '../abi.ts';
import {ZERO32, parseRetryable, retryHash, submissionFee, ticketId, word, type Retryable} from '../encoding.ts';
import {ARB_RETRYABLE_TX, arbRetryableTx} from '../precompiles.ts';
import {accountForTicket} from './ticket-accounting.ts';
import type {RelayBook} from './book.ts';
import type {L2Executor} from './l2-executor.ts';

/** A message of the L1 bridge; `sender` is already aliased by the inbox. */
export type InboxMessage = {
  index: bigint;
  kind: number;
  sender: Address;
  baseFeeL1: bigint;
  payload: Hex;
};

type RetryableDeps = {
  l2: L2Executor;
  book: RelayBook;
  chainId: bigint;
  log: (line: string) => void;
};

type Redeem = {
  id: Hex;
  retryHash: Hex;
  gas: bigint;
  refundTo: Address;
  /** Wei per gas that unused gas is refunded at; 0 for a manual redeem, whose gas the caller paid. */
  refundPerGas: bigint;
  call: {from: Address; to: Address; value: bigint; data: Hex};
};

/** Creates tickets and runs their redeem attempts, as ArbOS does. */
export class Retryables {
  readonly #deps: RetryableDeps;

  constructor(deps: RetryableDeps) {
    this.#deps = deps;
  }

  /** Creates the ticket of an inbox message and tries the first redeem. */
  async submit(message: InboxMessage): Promise<void> {
    const {l2, book, chainId, log} = this.#deps;
    const {index, sender: from, baseFeeL1: l1BaseFee} = message;
    const retryable = parseRetryable(message.payload);
    const id = ticketId({chainId, index, from, l1BaseFee, retryable});
    const fee = submissionFee(retryable.data, l1BaseFee);
    const baseFee = BigInt((await l2.rpc.latestBlock()).baseFeePerGas);
    const balanceBefore = await l2.rpc.balance(from);
    const account = accountForTicket({retryable, submissionFee: fee, baseFee, balanceBefore});
    const alias = {nitroHash: id, kind: 0x69, requestId: word(index), from, to: ARB_RETRYABLE_TX} as const;

    if (!account.created) {
      await l2.addBalance(from, retryable.deposit);
      const receipt = await l2.asSystem(ARB_RETRYABLE_TX, '0x', {gas: 50_000n});
      book.addAlias({...alias, realHash: receipt.transactionHash, failed: true});
      log(`message ${index}: ticket ${id} not created, the deposit stays with ${from}`);
      return;
    }

    const retry = retryHash({
      chainId,
      nonce: 0n,
      from,
      gasFeeCap: baseFee,
      gas: retryable.gasLimit,
      to: retryable.to,
      value: retryable.l2CallValue,
      data: retryable.data,
      ticketId: id,
      refundTo: retryable.feeRefund,
      maxRefund: account.maxRefund,
      submissionFeeRefund: fee,
    });
    const announced = await this.#announce(id, account.autoRedeem ? retry : ZERO32, retryable, account.maxRefund, fee);
    await l2.addBalance(from, account.senderBalance - balanceBefore);
    await l2.addBalance(retryable.feeRefund, account.feeRefund);
    book.addAlias({...alias, realHash: announced.transactionHash});

    const call = {from, to: retryable.to, value: retryable.l2CallValue, data: retryable.data};
    const {gasLimit: gas, feeRefund: refundTo} = retryable;
    const redeemed =
      account.autoRedeem && (await this.redeem({id, retryHash: retry, gas, refundTo, refundPerGas: baseFee, call}));
    if (!redeemed) await this.#store(id, from, retryable, account.autoRedeem ? 1 : 0);
    book.resolve(retry);
    log(`message ${index}: ticket ${id} ${redeemed ? 'redeemed' : 'kept'}`);
  }

  /** One attempt: call value out of the escrow, call from the alias. `false`: the value is back in the escrow. */
  async redeem(attempt: Redeem): Promise<boolean> {
    const {l2, book, log} = this.#deps;
    const {id, gas, call} = attempt;
    // The relay pays; twice the base fee leaves room for the next blocks.
    const price = BigInt((await l2.rpc.latestBlock()).baseFeePerGas) * 2n + 1n;
    await l2.addBalance(call.from, call.value + gas * price);
    const to = BigInt(call.to) === 0n ? null : call.to;
    const receipt = await l2.asAlias({...call, to, gas, maxFeePerGas: price}).catch((error: unknown) => {
      log(`ticket ${id}: redeem not executable: ${String(error)}`);
      return undefined;
    });
    const gasUsed = BigInt(receipt?.gasUsed ?? 0);
    const spent = receipt === undefined ? 0n : gasUsed * BigInt(receipt.effectiveGasPrice);
    const succeeded = receipt?.status === '0x1';
    await l2.addBalance(call.from, spent - gas * price - (succeeded ? 0n : call.value));
    await l2.addBalance(attempt.refundTo, (gas - gasUsed) * attempt.refundPerGas);
    if (receipt !== undefined) {
      book.addAlias({
        nitroHash: attempt.retryHash,
        realHash: receipt.transactionHash,
        kind: 0x68,
        requestId: ZERO32,
        from: call.from,
        to: call.to,
        ticketId: id,
      });
    }
    return succeeded;
  }

  /** Runs a redeem that somebody asked for on L2. A ticket that is gone resolves without an attempt. */
  async redeemManually(request: {id: Hex; retryHash: Hex; gas: bigint; donor: Address}): Promise<void> {
    const {l2, book} = this.#deps;
    const {id, retryHash: retry, gas, donor} = request;
    const call = await l2.rpc.read(arbRetryableTx, 'emuTicket', [id]).catch(() => undefined);
    if (call !== undefined) {
      const attempt = {id, retryHash: retry, gas, refundTo: donor, refundPerGas: 0n, call};
      if (await this.redeem(attempt)) {
        const data = encodeFunctionData({abi: retryableAbi, functionName: 'emuDelete', args: [id]});
        await l2.asSystem(ARB_RETRYABLE_TX, data, {gas: 500_000n});
      }
    }
    book.resolve(retry);
  }

  async #announce(id: Hex, retry: Hex, retryable: Retryable, maxRefund: bigint, fee: bigint) {
    const data = encodeFunctionData({
      abi: retryableAbi,
      functionName: 'emuAnnounce',
      args: [id, retry, retryable.gasLimit, retryable.feeRefund, maxRefund, fee],
    });
    return this.#deps.l2.asSystem(ARB_RETRYABLE_TX, data, {gas: 100_000n});
  }

  async #store(id: Hex, from: Address, retryable: Retryable, tries: number): Promise<void> {
    const {l2} = this.#deps;
    const {to, callValueRefund, l2CallValue, data: callData} = retryable;
    const created = BigInt((await l2.rpc.latestBlock()).timestamp);
    const data = encodeFunctionData({
      abi: retryableAbi,
      functionName: 'emuStore',
      args: [id, from, to, callValueRefund, l2CallValue, created, tries, callData],
    });
    const bytes = BigInt(callData.length / 2 - 1);
    await l2.asSystem(ARB_RETRYABLE_TX, data, {gas: 1_000_000n + 1000n * bytes});
  }
}
