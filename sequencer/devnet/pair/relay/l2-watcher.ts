import {decodeEventLog, isAddressEqual, numberToHex} from 'viem';
import {arbSysAbi, retryableAbi} from '../abi.ts';
import {word} from '../encoding.ts';
import {ARB_RETRYABLE_TX, ARB_SYS, arbRetryableTx} from '../precompiles.ts';
import type {RpcLog} from '../rpc.ts';
import type {RelayBook} from './book.ts';
import type {L2Executor} from './l2-executor.ts';
import type {Retryables} from './retryables.ts';

type WatcherDeps = {l2: L2Executor; book: RelayBook; retryables: Retryables};

/** Follows the emulated precompiles on L2: sends to L1, manual redeems, cancelled tickets. */
export class L2Watcher {
  readonly #deps: WatcherDeps;

  constructor(deps: WatcherDeps) {
    this.#deps = deps;
  }

  async step(): Promise<void> {
    const {l2, book} = this.#deps;
    const head = Number(await l2.rpc.blockNumber());
    if (head <= book.l2Cursor) return;
    const logs = await l2.rpc.logs({
      fromBlock: BigInt(book.l2Cursor + 1),
      toBlock: BigInt(head),
      address: [ARB_SYS, ARB_RETRYABLE_TX],
    });
    book.l2Cursor = head;
    for (const log of logs) {
      if (isAddressEqual(log.address, ARB_SYS)) this.#onArbSys(log);
      else await this.#onRetryable(log);
    }
  }

  #onArbSys(log: RpcLog): void {
    const event = decodeEventLog({abi: arbSysAbi, data: log.data, topics: log.topics});
    if (event.eventName !== 'L2ToL1Tx') return;
    const {position, hash} = event.args;
    this.#deps.book.addSend(Number(position), {hash: word(hash), l2Block: Number(log.blockNumber)});
  }

  async #onRetryable(log: RpcLog): Promise<void> {
    const {l2, book, retryables} = this.#deps;
    const event = decodeEventLog({abi: retryableAbi, data: log.data, topics: log.topics});
    if (event.eventName === 'RedeemScheduled') {
      const {ticketId: id, retryTxHash: retryHash, donatedGas: gas, gasDonor: donor} = event.args;
      // A first, automatic redeem is run and resolved where its ticket is created.
      if (!book.isResolved(retryHash)) await retryables.redeemManually({id, retryHash, gas, donor});
    }
    if (event.eventName === 'Canceled') {
      const block = numberToHex(BigInt(log.blockNumber) - 1n);
      const args = [event.args.ticketId] as const;
      const ticket = await l2.rpc.read(arbRetryableTx, 'emuTicket', args, {block}).catch(() => undefined);
      if (ticket !== undefined) await l2.addBalance(ticket.beneficiary, ticket.value);
    }
  }
}
