import {type ChainClient, ChainError, resumeSent, type Send, sendAndWait} from '@pobs/protocol/chain';
import type {Abi, ContractFunctionName, TransactionReceipt} from 'viem';
import type {TransactionLog} from '../services/ports.ts';

/**
 * Sends each purpose's transaction once: it is recorded signed before it leaves, and a sender that was killed in
 * between offers the very same one again. Callers look at the contract's state before they ask at all.
 */
export class Outbox {
  readonly #log: TransactionLog;

  constructor(log: TransactionLog) {
    this.#log = log;
  }

  /** @throws {ChainError} */
  async send<const abi extends Abi | readonly unknown[], name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>>(
    purpose: string, send: Omit<Send<abi, name>, 'onSigned'>,
  ): Promise<TransactionReceipt> {
    const chainId = send.client.chain.id;
    const before = await this.#resume({purpose, client: send.client, functionName: send.functionName});
    if (before) return before;
    const receipt = await sendAndWait<abi, name>({...send, onSigned: (sent) => this.#log.addSent({purpose, chainId, ...sent})} as Send<abi, name>);
    await this.#log.closeSent({hash: receipt.transactionHash, state: 'mined'});
    return receipt;
  }

  /** The receipt of what was sent before a crash, unless it can never be mined. */
  async #resume({purpose, client, functionName}: {purpose: string; client: ChainClient; functionName: string}): Promise<TransactionReceipt | undefined> {
    const sent = await this.#log.findSent({purpose, chainId: client.chain.id});
    if (!sent) return undefined;
    try {
      const receipt = await resumeSent({client, sent, functionName});
      await this.#log.closeSent({hash: sent.hash, state: 'mined'});
      return receipt;
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      const {code} = error.data;
      if (code === 'CHAIN_REVERTED') await this.#log.closeSent({hash: sent.hash, state: 'mined'});
      else if (code === 'CHAIN_TX_REPLACED' || code === 'CHAIN_REFUSED') await this.#log.closeSent({hash: sent.hash, state: 'lost'});
      else throw error;
      return undefined;
    }
  }
}
