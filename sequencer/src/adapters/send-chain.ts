import type {Network} from '@pobs/protocol';
import {l2ReserveAbi, participationAbi, slashingCourtAbi} from '@pobs/protocol/abi';
import {type BlockRange, type ChainClient, ChainError, chainError, inChunks} from '@pobs/protocol/chain';
import {type Address, decodeAbiParameters, type Hex, type LocalAccount} from 'viem';
import type {SendChain, SentMessage} from '../services/duties/ports.ts';
import {ARB_SYS, arbSysAbi, outboxAbi} from './arbitrum/abi.ts';
import type {ArbitrumSends, L2Send} from './arbitrum/sends.ts';
import type {Outbox} from './outbox.ts';

/** The outbox passes on what the receiver says; the court is the one receiver with errors of its own. */
const executionAbi = [...outboxAbi, ...slashingCourtAbi.filter((entry) => entry.type === 'error')] as const;

export type SendDeps = {
  l1: ChainClient; l2: ChainClient; account: LocalAccount;
  /** Keeps transactions of ours; not the rollup's outbox. */
  outbox: Outbox;
  network: Network; sends: () => Promise<ArbitrumSends>;
};

/** Sends of Participation and of the treasury's end on L2, through viem. @throws {ChainError} from all. */
export class ViemSendChain implements SendChain {
  readonly #deps: SendDeps;
  readonly #pending = new Map<bigint, SentMessage>();
  /** Events of blocks below it are in. */
  #next: bigint;

  constructor(deps: SendDeps) {
    this.#deps = deps;
    this.#next = BigInt(deps.network.l2.startBlock);
  }

  async pending(): Promise<SentMessage[]> {
    await this.#readEvents();
    const {l1} = this.#deps;
    const address = await (await this.#deps.sends()).outbox();
    const waiting = [...this.#pending.values()].sort((a, b) => Number(a.position - b.position));
    const spent = await this.#typed(l1, 'isSpent', () => Promise.all(waiting.map(({position}) =>
      l1.readContract({address, abi: outboxAbi, functionName: 'isSpent', args: [position]}))));
    return waiting.filter(({position}, i) => {
      if (spent[i]) this.#pending.delete(position);
      return !spent[i];
    });
  }

  async proof(message: SentMessage): Promise<readonly Hex[] | undefined> {
    return (await this.#deps.sends()).proof(await this.#sendOf(message));
  }

  async execute(message: SentMessage, proof: readonly Hex[]): Promise<Hex> {
    const {l1, account, outbox} = this.#deps;
    const {position, caller, destination, arbBlockNum, ethBlockNum, timestamp, callvalue, data} = await this.#sendOf(message);
    const receipt = await outbox.send(`execute send ${position}`, {
      client: l1, account, address: await (await this.#deps.sends()).outbox(), abi: executionAbi, functionName: 'executeTransaction',
      args: [proof, position, caller, destination, arbBlockNum, ethBlockNum, timestamp, callvalue, data],
    });
    return receipt.transactionHash;
  }

  async #sendOf({position, l2Block}: SentMessage): Promise<L2Send> {
    const {l2} = this.#deps;
    const [log] = await this.#typed(l2, 'eth_getLogs', () =>
      l2.getContractEvents({address: ARB_SYS, abi: arbSysAbi, eventName: 'L2ToL1Tx', args: {position}, fromBlock: l2Block, toBlock: l2Block, strict: true}));
    if (log === undefined) throw new ChainError({code: 'CHAIN_REFUSED', chainId: l2.chain.id, detail: `block ${l2Block} holds no send ${position}, which a contract of ours reported there`});
    return log.args;
  }

  /** Final blocks only: a position may go to another send where a block is replaced. */
  async #readEvents(): Promise<void> {
    const {l2, network: {l2: {participation, reserve}}} = this.#deps;
    const {number: toBlock} = await this.#typed(l2, 'eth_getBlockByNumber', () => l2.getBlock({blockTag: 'finalized'}));
    if (toBlock < this.#next) return;
    const range = {fromBlock: this.#next, toBlock};
    const found = [...(participation === undefined ? [] : await this.#reports(participation, range)), ...(reserve === undefined ? [] : await this.#reserves(reserve, range))];
    for (const message of found) this.#pending.set(message.position, message);
    this.#next = toBlock + 1n;
  }

  async #reports(address: Address, range: BlockRange): Promise<SentMessage[]> {
    const {l2} = this.#deps;
    const logs = await inChunks(l2, range, (part) => l2.getContractEvents({address, abi: participationAbi, eventName: 'AbsencesReported', ...part, strict: true}));
    return logs.map(({args: {position}, blockNumber}) => ({position, what: 'a report of absences', l2Block: blockNumber}));
  }

  /** ArbSys and Arbitrum's gateways answer the send's number alike. */
  async #reserves(address: Address, range: BlockRange): Promise<SentMessage[]> {
    const {l2} = this.#deps;
    const logs = await inChunks(l2, range, (part) => l2.getContractEvents({address, abi: l2ReserveAbi, eventName: 'ReserveSent', ...part, strict: true}));
    return logs.map(({args: {receipt}, blockNumber}) => {
      const [position] = decodeAbiParameters([{type: 'uint256'}], receipt);
      return {position, what: 'reserves of the treasury', l2Block: blockNumber};
    });
  }

  async #typed<T>(client: ChainClient, functionName: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName});
    }
  }
}
