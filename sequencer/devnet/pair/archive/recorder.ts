import {numberToHex} from 'viem';
import {Exclusive} from '../exclusive.ts';
import {RpcError, type Rpc, type RpcBlock} from '../rpc.ts';
import {sleep} from '../sleep.ts';
import {undoOf, type StateJournal, type TracedDiff} from './journal.ts';

const POLL_MS = 150;
const BLOCKS_PER_BATCH = 50;
const TRACER = {tracer: 'prestateTracer', tracerConfig: {diffMode: true}};

/** Follows one chain and journals each new block while the node still holds the state before it. */
export class StateRecorder {
  readonly #rpc: Rpc;
  readonly #journal: StateJournal;
  readonly #log: (line: string) => void;
  readonly #steps = new Exclusive();

  constructor(deps: {rpc: Rpc; journal: StateJournal; log: (line: string) => void}) {
    this.#rpc = deps.rpc;
    this.#journal = deps.journal;
    this.#log = deps.log;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.step().catch((error: unknown) => {
        if (!signal.aborted) this.#log(`state not journalled: ${String(error)}`);
      });
      await sleep(POLL_MS, signal);
    }
  }

  /** Journals up to the chain's head. */
  step(): Promise<void> {
    return this.#steps.run(async () => {
      const head = Number(await this.#rpc.blockNumber());
      while (this.#journal.head < head) {
        const from = this.#journal.head + 1;
        await this.#record(from, Math.min(from + BLOCKS_PER_BATCH - 1, head));
      }
    });
  }

  /** After a reorg. */
  rewind(block: number): Promise<void> {
    return this.#steps.run(async () => this.#journal.rewind(block));
  }

  async #record(from: number, to: number): Promise<void> {
    const numbers = Array.from({length: to - from + 1}, (_, index) => from + index);
    const blocks = await this.#rpc.batch(numbers.map((number) => ['eth_getBlockByNumber', [numberToHex(number), false]]));
    for (const [index, number] of numbers.entries()) {
      const isEmpty = (blocks[index] as RpcBlock).transactions.length === 0;
      if (isEmpty) this.#journal.append(number);
      else await this.#trace(number);
    }
  }

  async #trace(block: number): Promise<void> {
    try {
      const params = [numberToHex(block), TRACER];
      const traces = await this.#rpc.send<{result: TracedDiff}[]>('debug_traceBlockByNumber', params);
      this.#journal.append(block, undoOf(traces.map(({result}) => result)));
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#log(`block ${block} can not be traced, earlier states are lost: ${error.message}`);
      this.#journal.skip(block);
    }
  }
}
