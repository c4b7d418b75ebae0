import {type PayoutRow, payoutTree} from '@pobs/protocol';
import type {Hex} from 'viem';
import {pause} from './pause.ts';
import type {CustodyChain, Logger, PayoutClaim} from './ports.ts';

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
    const due = await unpaid(chain, claimsOf(chain, payouts));
    const txs: Hex[] = [];
    for (let at = 0; at < due.length; at += this.#options.batchSize) {
      txs.push(await chain.distribute(epoch, due.slice(at, at + this.#options.batchSize)));
    }
    const deferred = due.length === 0 ? [] : await unpaid(chain, due);
    if (deferred.length > 0) this.#deps.logger.warn({epoch, chainId: chain.chainId, wallets: deferred.map(({wallet}) => wallet)}, 'Payouts were deferred');
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

/** Claims in the tree's order, each with its path. */
function claimsOf(chain: CustodyChain, payouts: readonly PayoutRow[]): PayoutClaim[] {
  const tree = payoutTree(chain, payouts);
  return tree.rows.map((row, index) => ({...row, index, path: tree.prove(index)}));
}

async function unpaid(chain: CustodyChain, claims: readonly PayoutClaim[]): Promise<PayoutClaim[]> {
  const paid = await chain.paid(claims);
  return claims.filter(({cumulative}, i) => cumulative > paid[i]!);
}
