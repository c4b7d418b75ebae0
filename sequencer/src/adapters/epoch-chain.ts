import {type CastVote, type Certificate, certificateArgument, certificateOf, type Line, type Network, type Summary, VoteKind} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import {type BlockRange, type ChainClient, chainError, inChunks, newestInChunks} from '@pobs/protocol/chain';
import {decodeFunctionData, type Hex, type LocalAccount, zeroHash} from 'viem';
import {SequencerError} from '../errors.ts';
import type {EpochChain, Proposal} from '../services/ports.ts';
import type {Outbox} from './outbox.ts';

export type ChainDeps = {client: ChainClient; account: LocalAccount; outbox: Outbox; network: Network};

/** EpochManager through viem. @throws {ChainError} from all. */
export class ViemEpochChain implements EpochChain {
  readonly #deps: ChainDeps;

  constructor(deps: ChainDeps) {
    this.#deps = deps;
  }

  get #contract() {
    return {address: this.#deps.network.l2.epochManager, abi: epochManagerAbi} as const;
  }

  async time(): Promise<bigint> {
    return this.#typed('eth_getBlockByNumber', async (client) => (await client.getBlock()).timestamp);
  }

  async lastEpoch(): Promise<bigint> {
    return this.#typed('lastEpoch', (client) => client.readContract({...this.#contract, functionName: 'lastEpoch'}));
  }

  async lastApproved(): Promise<{epoch: bigint; digest: Hex}> {
    const [epoch, digest] = await this.#typed('lastApproved', (client) => client.readContract({...this.#contract, functionName: 'lastApproved'}));
    return {epoch, digest};
  }

  async proposal(epoch: bigint): Promise<Proposal | undefined> {
    const read = {...this.#contract, args: [epoch]} as const;
    const [digest, status, setId, snapshotTime] = await this.#typed('digestOf', (client) => Promise.all([
      client.readContract({...read, functionName: 'digestOf'}),
      client.readContract({...read, functionName: 'statusOf'}),
      client.readContract({...read, functionName: 'setIdOf'}),
      client.readContract({...read, functionName: 'snapshotTimeOf'}),
    ]));
    return digest === zeroHash ? undefined : {digest, status, setId, snapshotTime};
  }

  async summaryOf(epoch: bigint): Promise<Summary> {
    return (await this.#proposedEvent(epoch)).args.summary;
  }

  async votes(epoch: bigint): Promise<CastVote[]> {
    const {client} = this.#deps;
    const logs = await inChunks(client, await this.#since(epoch), (range) =>
      client.getContractEvents({...this.#contract, eventName: 'VoteCast', args: {epoch}, ...range, strict: true}));
    return logs.map(({args: {index, kind, rule, signature}}) => ({index, kind: kind as VoteKind, rule, signature}));
  }

  async approvalOf(epoch: bigint): Promise<Certificate | undefined> {
    const {client, network} = this.#deps;
    const logs = await inChunks(client, await this.#since(epoch), (range) =>
      client.getContractEvents({...this.#contract, eventName: 'CertificateAccepted', args: {epoch}, ...range, strict: true}));
    // Each accepted certificate is heavier than the one before. One that a contract submitted is not in the calldata.
    for (const {args, transactionHash} of logs.filter((log) => log.args.kind === VoteKind.Approve).toReversed()) {
      const {input, to} = await this.#typed('eth_getTransactionByHash', () => client.getTransaction({hash: transactionHash}));
      if (to?.toLowerCase() !== network.l2.epochManager.toLowerCase()) continue;
      const call = decodeFunctionData({abi: epochManagerAbi, data: input});
      if (call.functionName === 'certify' && call.args[0] === args.epoch) return certificateOf(call.args[1]);
    }
    return undefined;
  }

  async propose(summary: Summary, lines: readonly Line[]): Promise<Hex> {
    const {client, account, outbox} = this.#deps;
    const args = [summary, lines.map((line) => ({...line, assets: [...line.assets]}))] as const;
    const receipt = await outbox.send(`propose ${summary.epoch}`, {client, account, ...this.#contract, functionName: 'propose', args});
    return receipt.transactionHash;
  }

  async certify(epoch: bigint, certificate: Certificate): Promise<Hex> {
    const {client, account, outbox} = this.#deps;
    const receipt = await outbox.send(`certify ${epoch}`, {client, account, ...this.#contract, functionName: 'certify', args: [epoch, certificateArgument(certificate)]});
    return receipt.transactionHash;
  }

  /** From the proposal's block to the newest: nothing is said of an epoch before it is proposed. */
  async #since(epoch: bigint): Promise<BlockRange> {
    const {blockNumber: fromBlock} = await this.#proposedEvent(epoch);
    return {fromBlock, toBlock: await this.#typed('eth_blockNumber', (client) => client.getBlockNumber())};
  }

  /** @throws {SequencerError} `EPOCH_UNKNOWN` */
  async #proposedEvent(epoch: bigint) {
    const {client, network} = this.#deps;
    const toBlock = await this.#typed('eth_blockNumber', () => client.getBlockNumber());
    const log = await newestInChunks(client, {fromBlock: BigInt(network.l2.startBlock), toBlock}, (range) =>
      client.getContractEvents({...this.#contract, eventName: 'EpochProposed', args: {epoch}, ...range, strict: true}));
    if (!log) throw new SequencerError({code: 'EPOCH_UNKNOWN', epoch});
    return log;
  }

  async #typed<T>(functionName: string, call: (client: ChainClient) => Promise<T>): Promise<T> {
    const {client} = this.#deps;
    try {
      return await call(client);
    } catch (error) {
      throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName});
    }
  }
}
