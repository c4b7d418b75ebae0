import {linesTree} from '@pobs/protocol';
import type {Hex} from 'viem';
import {SequencerError} from '../errors.ts';
import type {CustodyChain, Logger, Vault} from './ports.ts';
import type {VoteCollector} from './vote-collector.ts';

export type SettlerOptions = {maxAgeSeconds: number};
export type SettlerDeps = {vault: Vault; votes: VoteCollector; logger: Logger};

export type Settlement = {tx?: Hex; skipped?: boolean};

/** Brings an approved epoch's line to its custody, once: what the custody holds decides whether it still has to be done. */
export class Settler {
  readonly #options: SettlerOptions;
  readonly #deps: SettlerDeps;

  constructor(options: SettlerOptions, deps: SettlerDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * `skipped` when the custody already has a newer root, or takes this one no more: payouts are cumulative, so a later
   * epoch carries everything.
   *
   * @throws {ChainError}; {SequencerError} `FILES_MISSING`
   */
  async settle(epoch: bigint, chain: CustodyChain): Promise<Settlement> {
    const {vault, votes, logger} = this.#deps;
    const {active, pending} = await chain.roots('latest');
    if (active.epoch === epoch || pending.epoch === epoch) return {};
    if (active.epoch > epoch || pending.epoch > epoch) return {skipped: true};
    const built = await vault.load(epoch);
    if (!built) throw new SequencerError({code: 'FILES_MISSING', epoch});
    if ((await chain.time()) > built.summary.snapshotTime + BigInt(this.#options.maxAgeSeconds)) {
      logger.warn({epoch, chainId: chain.chainId}, 'Too old to settle: its payouts ride a later epoch');
      return {skipped: true};
    }
    const certificate = await votes.approval(epoch);
    const index = built.lines.findIndex(({chainId, custody}) => chainId === BigInt(chain.chainId) && custody.toLowerCase() === chain.custody.toLowerCase());
    if (index < 0) throw new Error(`Epoch ${epoch} has no line for chain ${chain.chainId}`);
    const tx = await chain.settle({
      summary: built.summary, line: built.lines[index]!, lineIndex: BigInt(index), linePath: linesTree(built.lines).prove(index),
      treeHashes: built.treeHashes[index]!, certificate,
    });
    return {tx};
  }
}
