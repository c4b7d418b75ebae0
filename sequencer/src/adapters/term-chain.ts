import type {SetHeader} from '@pobs/protocol';
import {validatorRegistryAbi, validatorSetsAbi} from '@pobs/protocol/abi';
import {type ChainClient, ChainError, chainError, type LoadedSet, loadSet, newestInChunks} from '@pobs/protocol/chain';
import {encodeFunctionData, type Hex} from 'viem';
import type {Sets, TermChain, TicketState, ValidatorSet} from '../services/ports.ts';
import type {ArbitrumTickets} from './arbitrum/tickets.ts';
import type {ChainDeps} from './epoch-chain.ts';

/** Validators moved by one transaction. */
const PREPARE_STEPS = 32n;

/** Client, account and outbox are L1's. */
export type TermDeps = ChainDeps & {l2: ChainClient; tickets: () => Promise<ArbitrumTickets>; key: Hex};

/** Registry on L1, its copy on L2, and the tickets between them. @throws {ChainError} from all. */
export class ViemTermChain implements TermChain, Sets {
  readonly #deps: TermDeps;
  readonly #loaded = new Map<number, LoadedSet>();

  constructor(deps: TermDeps) {
    this.#deps = deps;
  }

  get #registry() {
    return {address: this.#deps.network.l1.registry, abi: validatorRegistryAbi} as const;
  }

  async time(): Promise<bigint> {
    return this.#typed('eth_getBlockByNumber', async (l1) => (await l1.getBlock()).timestamp);
  }

  async latestHeader(): Promise<SetHeader | undefined> {
    const setId = await this.#typed('latestSetId', (l1) => l1.readContract({...this.#registry, functionName: 'latestSetId'}));
    return setId === 0 ? undefined : this.#header(setId);
  }

  async setAt(time: bigint): Promise<ValidatorSet | undefined> {
    let header = await this.latestHeader();
    while (header && header.activeFrom > time) header = header.setId > 1 ? await this.#header(header.setId - 1) : undefined;
    return header && time < header.activeUntil ? this.load(header.setId) : undefined;
  }

  async load(setId: number): Promise<ValidatorSet> {
    const {client: l1, network} = this.#deps;
    const known = this.#loaded.get(setId);
    if (known) return known;
    const set = await loadSet({l1, registry: network.l1.registry, setId, fromBlock: BigInt(network.l1.startBlock)});
    this.#loaded.set(setId, set);
    return set;
  }

  async latestOnL2(): Promise<number> {
    const {l2, network} = this.#deps;
    return this.#typed('latestSetId', () => l2.readContract({address: network.l2.sets, abi: validatorSetsAbi, functionName: 'latestSetId'}), l2);
  }

  async prepareTerm(): Promise<Hex | undefined> {
    return (await this.#batch('advance')) ?? this.#batch('draw');
  }

  async fixTerm(): Promise<Hex> {
    const {client, account, outbox} = this.#deps;
    const receipt = await outbox.send('fix-term', {client, account, ...this.#registry, functionName: 'fixTerm', args: []});
    return receipt.transactionHash;
  }

  async ticket(setId: number): Promise<TicketState> {
    const sent = await this.#sentIn(setId);
    return sent ? (await this.#deps.tickets()).status(sent) : 'none';
  }

  async sendTerm(setId: number): Promise<Hex> {
    const {client, account, outbox, network, tickets} = this.#deps;
    const header = await this.#header(setId);
    const data = encodeFunctionData({abi: validatorSetsAbi, functionName: 'accept', args: [header]});
    const {maxSubmissionCost, gasLimit, maxFeePerGas, value} = await (await tickets()).quote({from: network.l1.registry, to: network.l2.sets, data, refundTo: account.address});
    const receipt = await outbox.send(`send-term ${setId}`, {
      client, account, ...this.#registry, functionName: 'sendTerm', args: [setId, maxSubmissionCost, gasLimit, maxFeePerGas], value,
    });
    return receipt.transactionHash;
  }

  async redeem(setId: number): Promise<Hex> {
    const sent = await this.#sentIn(setId);
    if (!sent) throw new Error(`Set ${setId} was never sent`);
    return (await this.#deps.tickets()).redeem(sent, this.#deps.key);
  }

  /** The registry refuses when there is nothing to do; which of its reasons it was does not matter here. */
  async #batch(functionName: 'advance' | 'draw'): Promise<Hex | undefined> {
    const {client, account, outbox} = this.#deps;
    const call = {...this.#registry, functionName, args: [PREPARE_STEPS]} as const;
    try {
      const {result} = await this.#typed(functionName, (l1) => l1.simulateContract({...call, account}));
      if (result === 0n) return undefined;
    } catch (error) {
      if (error instanceof ChainError && error.data.code === 'CHAIN_REVERTED') return undefined;
      throw error;
    }
    const receipt = await outbox.send(`${functionName}-seats`, {client, account, ...call});
    return receipt.transactionHash;
  }

  async #header(setId: number): Promise<SetHeader> {
    return this.#typed('header', (l1) => l1.readContract({...this.#registry, functionName: 'header', args: [setId]}));
  }

  /** L1 transaction of the newest ticket that carries the set. */
  async #sentIn(setId: number): Promise<Hex | undefined> {
    const {client, network} = this.#deps;
    const toBlock = await this.#typed('eth_blockNumber', (l1) => l1.getBlockNumber());
    const newest = await newestInChunks(client, {fromBlock: BigInt(network.l1.startBlock), toBlock}, (range) =>
      client.getContractEvents({...this.#registry, eventName: 'TermSent', args: {setId}, ...range, strict: true}));
    return newest?.transactionHash;
  }

  async #typed<T>(functionName: string, call: (l1: ChainClient) => Promise<T>, client = this.#deps.client): Promise<T> {
    try {
      return await call(this.#deps.client);
    } catch (error) {
      throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName});
    }
  }
}
