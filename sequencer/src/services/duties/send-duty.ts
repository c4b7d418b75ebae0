import {ChainError} from '@pobs/protocol/chain';
import type {Logger} from '../ports.ts';
import type {Done, Duty, SendChain, SentMessage} from './ports.ts';

export type SendDeps = {chain: SendChain; logger: Logger};

/**
 * Executes on L1 what this system's contracts sent there from L2: reports of absence to the court, the treasury's
 * reserves to its other end. Each is executable once the assertion that holds it is confirmed (about 6.4 days on
 * Ethereum), by anybody; nobody else does it.
 */
export class SendDuty implements Duty {
  readonly name = 'messages to L1';
  readonly #deps: SendDeps;
  /** Messages whose call L1 refuses now, and why: told once. */
  readonly #refused = new Map<bigint, string>();

  constructor(deps: SendDeps) {
    this.#deps = deps;
  }

  async step(): Promise<Done | undefined> {
    const {chain} = this.#deps;
    for (const message of await chain.pending()) {
      const proof = await chain.proof(message);
      // Assertions confirm in the order of L2's blocks: nothing after this one can be executed either.
      if (proof === undefined) return undefined;
      const done = await this.#execute(message, proof);
      if (done !== undefined) return done;
    }
    return undefined;
  }

  /** A message that its receiver refuses stays executable and must hold up no other. */
  async #execute(message: SentMessage, proof: Parameters<SendChain['execute']>[1]): Promise<Done | undefined> {
    const {chain, logger} = this.#deps;
    const {position, what} = message;
    try {
      const tx = await chain.execute(message, proof);
      this.#refused.delete(position);
      return {what: `executed on L1: ${what}`, position, tx};
    } catch (error) {
      if (!(error instanceof ChainError) || error.data.code !== 'CHAIN_REVERTED') throw error;
      if (this.#refused.get(position) !== error.message) logger.warn({position, message: what, reason: error.message}, 'L1 refuses a message: it is tried again');
      this.#refused.set(position, error.message);
      return undefined;
    }
  }
}
