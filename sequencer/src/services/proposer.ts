import type {Hex} from 'viem';
import {SequencerError} from '../errors.ts';
import type {EpochChain, Vault} from './ports.ts';

export type ProposerDeps = {chain: EpochChain; vault: Vault};

/** Proposes an epoch on L2, once: the contract's own record decides whether it still has to be done. */
export class Proposer {
  readonly #deps: ProposerDeps;

  constructor(deps: ProposerDeps) {
    this.#deps = deps;
  }

  /**
   * @returns The transaction, or undefined when the epoch was already proposed.
   * @throws {SequencerError} `EPOCH_FOREIGN` when somebody proposed another summary; `FILES_MISSING`; {ChainError}
   */
  async propose(epoch: bigint): Promise<Hex | undefined> {
    const {chain, vault} = this.#deps;
    const [built, proposal] = await Promise.all([vault.load(epoch), chain.proposal(epoch)]);
    if (proposal) {
      if (proposal.digest === built?.digest) return undefined;
      throw new SequencerError({code: 'EPOCH_FOREIGN', epoch, onChain: proposal.digest, ours: built?.digest});
    }
    if (!built) throw new SequencerError({code: 'FILES_MISSING', epoch});
    return chain.propose(built.summary, built.lines);
  }
}
