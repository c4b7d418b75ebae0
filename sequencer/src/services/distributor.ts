import {type PayoutRow, type PayoutTree, payoutTree} from '@pobs/protocol';
import type {Hex} from 'viem';
import {pause} from './pause.ts';
import type {CustodyChain, Logger, PayoutRange} from './ports.ts';

export type DistributorOptions = {
  /** Payees per transaction, at most 100. */
  batchSize: number;
  pollIntervalMs: number;
};

export type DistributorDeps = {logger: Logger};

export type Distribution = {txs: readonly Hex[]; paid: number; deferred: number};

export const BATCH_SIZE_MAX = 100;

/** Pays what the active root of a custody authorises and is not paid yet. Repeating it pays nothing twice. */
export class Distributor {
  readonly #options: DistributorOptions;
  readonly #deps: DistributorDeps;

  constructor(options: DistributorOptions, deps: DistributorDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Waits for a pending root's dispute window first. Payees that refuse stay unpaid: anybody may claim for them later.
   *
   * @param payouts - The epoch's payout rows of this chain.
   * @returns undefined when the epoch is not active there, or the signal aborts before it is.
   * @throws {ChainError}
   */
  async distribute({epoch, chain, payouts, signal}: {
    epoch: bigint; chain: CustodyChain; payouts: readonly PayoutRow[]; signal: AbortSignal;
  }): Promise<Distribution | undefined> {
    if (!(await this.#untilActive(epoch, chain, signal))) return undefined;
    const tree = payoutTree(chain, payouts);
    const due = await unpaid(chain, tree);
    const txs: Hex[] = [];
    for (const range of rangesOf(tree, due, this.#options.batchSize)) txs.push(await chain.distribute(epoch, range));
    const deferred = due.length === 0 ? [] : await unpaid(chain, tree);
    if (deferred.length > 0) this.#deps.logger.warn({epoch, chainId: chain.chainId, wallets: deferred.map((index) => tree.rows[index]!.wallet)}, 'Payouts were deferred');
    return {txs, paid: due.length - deferred.length, deferred: deferred.length};
  }

  async #untilActive(epoch: bigint, chain: CustodyChain, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const {active, pending, pendingActiveAt} = await chain.roots('latest');
      if (active.epoch === epoch) return true;
      if (pending.epoch !== epoch) return false;
      // `distribute` itself activates a root whose window has passed.
      if ((await chain.time()) >= pendingActiveAt) return true;
      await pause(this.#options.pollIntervalMs, signal);
    }
    return false;
  }
}

/** Ranges of at most `size` leaves that hold every due one; what is paid already between two of them is skipped on chain. */
export function rangesOf(tree: PayoutTree, due: readonly number[], size: number): PayoutRange[] {
  const ranges: PayoutRange[] = [];
  for (let at = 0; at < due.length; ) {
    const first = due[at]!;
    let last = first;
    while (at < due.length && due[at]! - first < size) last = due[at++]!;
    ranges.push({first, leaves: tree.rows.slice(first, last + 1), siblings: tree.proveRange(first, last + 1)});
  }
  return ranges;
}

/** Indices of leaves that are not paid in full, ascending. */
async function unpaid(chain: CustodyChain, {rows}: PayoutTree): Promise<number[]> {
  const paid = await chain.paid(rows);
  return [...rows.keys()].filter((index) => rows[index]!.cumulative > paid[index]!);
}
