/**
 * Keeps one chain followed: checks that it is the right one, credits its final blocks, indexes its head.
 * A failing RPC or database is retried at every poll, with one log line when it starts and one when it ends.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {PobsError} from '@pobs/protocol';
import {BaseError} from 'viem';
import type {ChainReader} from './chain-reader.ts';
import type {Creditor, CreditStep} from './creditor.ts';
import type {BlockRef} from './events.ts';
import type {HeadIndexer} from './head-indexer.ts';
import type {ChainStore, CorePort, Log} from './ports.ts';

/** Repeating helps with none of these: the configuration is wrong. */
export class ChainMismatchError extends PobsError<
  | {code: 'WRONG_CHAIN_ID'; chainId: number; found: number}
  | {code: 'OTHER_CHAIN_IN_DATABASE'; chainId: number; stored: string; found: string}
  | {code: 'OTHER_CHAIN_IN_JOURNAL'; chainId: number; blockNumber: bigint; stored: string; found: string}
> {}

export type ChainStatus = {
  chainId: number;
  state: 'connecting' | 'following' | 'failing' | 'reorganised';
  head?: BlockRef;
  creditedBlock?: bigint;
  /** Why it fails or stopped, one sentence. */
  problem?: string;
};

type Deps = {reader: ChainReader; creditor: Creditor; indexer: HeadIndexer; store: ChainStore; core: CorePort; log: Log};
type Part = 'credit' | 'index';

export class ChainFollower {
  readonly #pollIntervalMs: number;
  readonly #deps: Deps;
  readonly #problems = new Map<Part | 'connect', string>();
  #connected = false;
  #head: BlockRef | undefined;
  #creditedBlock: bigint | undefined;

  constructor({pollIntervalMs}: {pollIntervalMs: number}, deps: Deps) {
    this.#pollIntervalMs = pollIntervalMs;
    this.#deps = deps;
  }

  status(): ChainStatus {
    const {chainId} = this.#deps.reader;
    const problem = [...this.#problems.values()][0];
    const reorganised = this.#problems.get('credit')?.startsWith(REORGANISED);
    return {
      chainId,
      state: !this.#connected ? 'connecting' : reorganised ? 'reorganised' : problem ? 'failing' : 'following',
      head: this.#head,
      creditedBlock: this.#creditedBlock,
      problem,
    };
  }

  /** Resolves once `signal` aborts. @throws {ChainMismatchError} */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#connected) {
      await this.#attempt('connect', () => this.connect());
      if (!this.#connected) await pause(this.#pollIntervalMs, signal);
    }
    await Promise.all([this.#loop('credit', () => this.creditOnce(), signal), this.#loop('index', () => this.indexOnce(), signal)]);
  }

  /** Makes sure that RPC, database and journal speak of one chain. @throws {ChainMismatchError} */
  async connect(): Promise<void> {
    const {reader, indexer, store, core} = this.#deps;
    const {chainId} = reader;
    const found = await reader.remoteChainId();
    if (found !== chainId) throw new ChainMismatchError({code: 'WRONG_CHAIN_ID', chainId, found});
    const [genesis, cursor] = [await indexer.genesis(), await store.cursor(chainId)];
    if (cursor && cursor.genesisHash !== genesis.hash) {
      throw new ChainMismatchError({code: 'OTHER_CHAIN_IN_DATABASE', chainId, stored: cursor.genesisHash, found: genesis.hash});
    }
    const credited = await core.height(chainId);
    this.#creditedBlock = credited?.blockNumber;
    const block = credited && await reader.block(credited.blockNumber);
    // Without a database that knows this chain, a journal whose block is not on it was written for another one.
    if (credited && block?.hash !== credited.blockHash && !cursor) {
      throw new ChainMismatchError({
        code: 'OTHER_CHAIN_IN_JOURNAL', chainId, blockNumber: credited.blockNumber, stored: credited.blockHash, found: block?.hash ?? 'nothing',
      });
    }
    this.#head = await reader.head();
    this.#connected = true;
  }

  /** One step of crediting; true when there may be more to do at once. */
  async creditOnce(): Promise<boolean> {
    const step = await this.#deps.creditor.step();
    this.#noteCredit(step);
    return step.kind === 'advanced' && (this.#head?.number ?? 0n) - step.to > 10_000n;
  }

  /** One step of indexing; true when there is more to do at once. */
  async indexOnce(): Promise<boolean> {
    const {indexer, reader, log} = this.#deps;
    const step = await indexer.step();
    if (step.kind === 'rolledBack') log.warn({chainId: reader.chainId, from: step.from, to: step.to}, 'Chain reorganised; read models rolled back');
    await indexer.fillReserves();
    return step.kind === 'rolledBack' || (step.kind === 'appended' && step.behind > 0n);
  }

  #noteCredit(step: CreditStep): void {
    const {log, reader} = this.#deps;
    const {chainId} = reader;
    switch (step.kind) {
      case 'advanced':
        this.#creditedBlock = step.to;
        if (step.deposits > 0 || step.payouts > 0) log.info({chainId, ...step}, 'Credited final blocks');
        break;
      case 'reorganised': {
        const problem = `${REORGANISED}: block ${step.blockNumber} of chain ${chainId}, whose deposits are credited, is no longer on the chain; crediting of this chain stopped`;
        if (this.#problems.get('credit') !== problem) log.error({chainId, ...step}, 'Chain reorganised below its finality; crediting stopped');
        this.#problems.set('credit', problem);
        return;
      }
      case 'refused':
        throw new Error(`the core refused to advance chain ${chainId}: ${step.reason}`);
      default:
    }
    this.#recovered('credit');
  }

  async #loop(part: Part, step: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let more = false;
      await this.#attempt(part, async () => {
        more = await step();
        if (part === 'index') this.#recovered(part);
        this.#head = await this.#deps.reader.head();
      });
      if (!more) await pause(this.#pollIntervalMs, signal);
    }
  }

  async #attempt(part: Part | 'connect', step: () => Promise<void>): Promise<void> {
    try {
      await step();
      if (part === 'connect') this.#recovered(part);
    } catch (error) {
      if (error instanceof ChainMismatchError) throw error;
      const reason = reasonOf(error);
      if (!this.#problems.has(part)) this.#deps.log.warn({chainId: this.#deps.reader.chainId, part, reason}, 'Chain cannot be followed; trying again');
      this.#problems.set(part, `chain ${this.#deps.reader.chainId}: ${reason}`);
    }
  }

  #recovered(part: Part | 'connect'): void {
    if (this.#problems.delete(part)) this.#deps.log.info({chainId: this.#deps.reader.chainId, part}, 'Chain is followed again');
  }
}

const REORGANISED = 'reorganised below finality';

const reasonOf = (error: unknown): string =>
  error instanceof BaseError ? error.shortMessage : error instanceof Error ? error.message : String(error);

// The only rejection is the abort, which the loops' conditions handle.
const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, {signal}).catch(() => {});
