import type {Address} from 'viem';
import {bridgeAbi} from '../abi.ts';
import type {RollupAddresses} from '../deploy-rollup.ts';
import type {Exclusive} from '../exclusive.ts';
import type {Rpc} from '../rpc.ts';
import {sleep} from '../sleep.ts';
import {RelayBook, type RelayState} from './book.ts';
import {Inbound} from './inbound.ts';
import {L2Executor} from './l2-executor.ts';
import {L2Watcher} from './l2-watcher.ts';
import {Outbound} from './outbound.ts';
import {Retryables} from './retryables.ts';

export type RelayDeps = {
  l1: Rpc;
  l2: Rpc;
  rollup: RollupAddresses;
  /** L1 account that posts batches and assertions. */
  relay: Address;
  /** Shared with whatever must not run in the middle of a delivery. */
  exclusive: Exclusive;
  log: (line: string) => void;
};

/** Stands for the L2's sequencer, batch poster and validator. It is trusted: the simulated L2 proves nothing. */
export class Relay {
  readonly book: RelayBook;
  readonly #deps: RelayDeps;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #watcher: L2Watcher;

  private constructor(deps: RelayDeps, book: RelayBook, chainId: bigint) {
    const {l1, rollup, relay, log} = deps;
    const l2 = new L2Executor(deps.l2);
    const retryables = new Retryables({l2, book, chainId, log});
    this.#deps = deps;
    this.book = book;
    this.#inbound = new Inbound({l1, l2, book, retryables, rollup, chainId, log});
    this.#watcher = new L2Watcher({l2, book, retryables});
    const nextMessage = (): bigint => this.#inbound.nextMessage;
    this.#outbound = new Outbound({l1, l2: deps.l2, book, rollup, relay, nextMessage, log});
  }

  /** @param saved - State of the same snapshot as the chains; absent on new chains. */
  static async open(deps: RelayDeps, saved?: RelayState): Promise<Relay> {
    const chainId = BigInt(await deps.l2.send<string>('eth_chainId'));
    const creation = Number(deps.rollup.creationBlock);
    const book = saved === undefined ? new RelayBook({l1Cursor: creation - 1}) : RelayBook.load(saved);
    const relay = new Relay(deps, book, chainId);
    await relay.#sync();
    return relay;
  }

  async run(signal: AbortSignal, options: {pollMs: number}): Promise<void> {
    const {exclusive, log} = this.#deps;
    while (!signal.aborted) {
      try {
        await exclusive.run(() => this.step());
      } catch (error) {
        if (!signal.aborted) log(`relay step failed: ${String(error)}`);
      }
      await sleep(options.pollMs, signal);
    }
  }

  /** One round. Public so that tests drive it without a timer. */
  async step(): Promise<void> {
    await this.#inbound.step();
    await this.#watcher.step();
    await this.#outbound.step();
  }

  /** After a reorg of either chain down to the given heads, inclusive. */
  async rewind(heads: {l1Block: number; l2Block: number}): Promise<void> {
    const {l1, rollup} = this.#deps;
    this.book.rewind(heads);
    await this.#sync();
    await this.#inbound.rewindTo(await l1.read({address: rollup.bridge, abi: bridgeAbi}, 'delayedMessageCount', []));
    // A message that L2 lost lies in an L1 block already read: read them all again, delivered ones are skipped.
    this.book.l1Cursor = Number(rollup.creationBlock) - 1;
  }

  async #sync(): Promise<void> {
    await this.#inbound.sync();
    await this.#watcher.step();
    await this.#outbound.sync();
  }
}
