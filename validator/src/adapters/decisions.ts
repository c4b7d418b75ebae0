/** Votes and certificates of one epoch as L2 shows them. */
import {type Certificate, certificateOf, type VoteKind} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import {type BlockRange, type ChainClient, inChunks} from '@pobs/protocol/chain';
import {type Address, decodeFunctionData, type Hex} from 'viem';
import type {ShownVote} from '../core/decision.ts';
import type {Proposal} from '../core/proposals.ts';
import {rpc} from './rpc.ts';

export class Decisions {
  readonly #client: ChainClient;
  readonly #manager: Address;

  constructor({client, manager}: {client: ChainClient; manager: Address}) {
    this.#client = client;
    this.#manager = manager;
  }

  async votes(proposal: Proposal): Promise<ShownVote[]> {
    const logs = await this.#events(proposal, (range) => this.#client.getContractEvents({
      address: this.#manager, abi: epochManagerAbi, eventName: 'VoteCast', args: {epoch: proposal.epoch}, ...range, strict: true,
    }));
    return logs.map(({args: {index, kind, rule, signature, validator}}) => ({index, kind: kind as VoteKind, rule, signature, validator}));
  }

  /** Certificates that were accepted, newest and heaviest first. One that a contract submitted is not in the calldata. */
  async certificates(proposal: Proposal): Promise<Certificate[]> {
    const logs = await this.#events(proposal, (range) => this.#client.getContractEvents({
      address: this.#manager, abi: epochManagerAbi, eventName: 'CertificateAccepted', args: {epoch: proposal.epoch}, ...range, strict: true,
    }));
    const found = await Promise.all(logs.toReversed().map(({transactionHash}) => this.#certificateIn(transactionHash, proposal.epoch)));
    return found.filter((each) => each !== undefined);
  }

  async #certificateIn(hash: Hex, epoch: bigint): Promise<Certificate | undefined> {
    const {input, to} = await rpc(this.#client, 'eth_getTransactionByHash', () => this.#client.getTransaction({hash}));
    if (to?.toLowerCase() !== this.#manager.toLowerCase()) return undefined;
    const call = decodeFunctionData({abi: epochManagerAbi, data: input});
    return call.functionName === 'certify' && call.args[0] === epoch ? certificateOf(call.args[1]) : undefined;
  }

  /** Nothing is said of an epoch before it is proposed. */
  async #events<T>({blockNumber}: Proposal, read: (range: BlockRange) => Promise<T[]>): Promise<T[]> {
    const toBlock = await rpc(this.#client, 'eth_blockNumber', () => this.#client.getBlockNumber());
    return rpc(this.#client, 'eth_getLogs', () => inChunks(this.#client, {fromBlock: blockNumber, toBlock}, read));
  }
}
