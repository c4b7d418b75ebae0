import {ChainError} from '@pobs/protocol/chain';
import {SequencerError} from '../errors.ts';
import type {Logger, Sets, TermChain, ValidatorSet} from './ports.ts';

export type TermKeeperDeps = {terms: TermChain; sets: Sets; logger: Logger};

/** Fixes a term on L1 when it is due and brings its header to L2, in order, by tickets that anybody may send again. */
export class TermKeeper {
  readonly #deps: TermKeeperDeps;

  constructor(deps: TermKeeperDeps) {
    this.#deps = deps;
  }

  /**
   * One pass; does at most one thing and waits for nothing.
   *
   * @returns True when nothing is left to do.
   * @throws {SequencerError} `NO_TERM` when there is no set and none can be fixed yet.
   */
  async step(): Promise<boolean> {
    const latest = await this.#fixIfDue();
    return this.sendNext(latest);
  }

  /**
   * The set whose term covers `time`, once L2 knows it.
   *
   * @throws {SequencerError} `NO_TERM`, `TERM_NOT_SENT`: both may succeed later.
   */
  async setFor(time: bigint): Promise<ValidatorSet> {
    const {terms, sets} = this.#deps;
    const set = await sets.setAt(time);
    if (!set) throw new SequencerError({code: 'NO_TERM', detail: `No validator set's term covers ${time}`});
    const {setId} = set.header;
    if ((await terms.latestOnL2()) < setId) throw new SequencerError({code: 'TERM_NOT_SENT', setId, status: await terms.ticket(setId)});
    return set;
  }

  /** A term is fixed while the one before runs; the registry itself refuses to fix one too early. */
  async #fixIfDue(): Promise<number> {
    const {terms, logger} = this.#deps;
    const latest = await terms.latestHeader();
    if (latest && latest.activeFrom > (await terms.time())) return latest.setId;
    const prepared = await terms.prepareTerm();
    if (prepared) {
      logger.info({tx: prepared}, 'Moved validators in, out or between seats');
      return latest?.setId ?? 0;
    }
    try {
      const tx = await terms.fixTerm();
      const setId = (latest?.setId ?? 0) + 1;
      logger.info({setId, tx}, 'Fixed a term');
      return setId;
    } catch (error) {
      if (!(error instanceof ChainError) || error.data.code !== 'CHAIN_REVERTED') throw error;
      if (latest) return latest.setId;
      throw new SequencerError({code: 'NO_TERM', detail: `There is no validator set yet: ${error.message.replace(/\.$/, '')}`}, {cause: error});
    }
  }

  /**
   * Sends the header after L2's newest, or sees to its ticket. Newer headers only are taken there, so each waits for
   * the one before.
   *
   * @returns True when L2 has all of them.
   */
  async sendNext(latest: number): Promise<boolean> {
    const {terms, logger} = this.#deps;
    const onL2 = await terms.latestOnL2();
    if (onL2 >= latest) return true;
    const setId = onL2 + 1;
    switch (await terms.ticket(setId)) {
      case 'waiting':
        return false;
      case 'redeemable':
        logger.warn({setId, tx: await terms.redeem(setId)}, 'Redeemed a ticket whose first redeem failed');
        return false;
      case 'redeemed':
        // The ticket ran between the two reads; if L2 still lacks the set, it is sent again.
        if ((await terms.latestOnL2()) >= setId) return setId >= latest;
      // falls through
      case 'none':
      case 'failed':
        logger.info({setId, tx: await terms.sendTerm(setId)}, 'Sent a term to L2');
        return false;
    }
  }
}
