/** EpochManager's events on L2, read once and followed; the newest blocks are read again, so a reorg corrects itself. */
import type {ChainClient} from '@pobs/protocol/chain';
import {logsOf} from '@pobs/protocol/chain';
import {epochManagerAbi} from '@pobs/protocol/abi';
import type {Address} from 'viem';
import {type EpochEvent, type Proposal, proposalsOf} from '../core/proposals.ts';
import type {EpochsPort} from '../services/ports.ts';
import {rpc} from './rpc.ts';

/** Blocks read again on every look. */
const REREAD_BLOCKS = 64n;

type ManagerEvent = Extract<(typeof epochManagerAbi)[number], {type: 'event'}>;
const event = <Name extends ManagerEvent['name']>(name: Name) =>
  epochManagerAbi.find((item): item is Extract<ManagerEvent, {name: Name}> => item.type === 'event' && item.name === name)!;

const EVENTS = [event('EpochProposed'), event('EpochApproved'), event('EpochRejected')] as const;

export class EpochManagerLog implements EpochsPort {
  readonly #client: ChainClient;
  readonly #address: Address;
  readonly #startBlock: bigint;
  readonly #times = new Map<bigint, bigint>();
  #events: EpochEvent[] = [];
  #next: bigint;

  constructor({client, address, startBlock}: {client: ChainClient; address: Address; startBlock: bigint}) {
    this.#client = client;
    this.#address = address;
    this.#startBlock = startBlock;
    this.#next = startBlock;
  }

  async proposals(): Promise<ReadonlyMap<bigint, Proposal>> {
    const head = await rpc(this.#client, 'eth_blockNumber', () => this.#client.getBlockNumber());
    const from = this.#next - REREAD_BLOCKS > this.#startBlock ? this.#next - REREAD_BLOCKS : this.#startBlock;
    const logs = await logsOf({client: this.#client, address: this.#address, events: EVENTS, fromBlock: from, toBlock: head});
    const fresh = logs.map((log): EpochEvent => {
      const {epoch} = log.args;
      if (log.eventName !== 'EpochProposed') return {name: log.eventName, epoch, blockNumber: log.blockNumber};
      const {digest, summary, lines} = log.args;
      return {name: 'EpochProposed', epoch, digest, summary, lines, blockNumber: log.blockNumber};
    });
    this.#events = [...this.#events.filter(({blockNumber}) => blockNumber < from), ...fresh];
    this.#next = head + 1n;
    return proposalsOf(this.#events);
  }

  async headTime(): Promise<bigint> {
    return (await rpc(this.#client, 'eth_getBlockByNumber', () => this.#client.getBlock())).timestamp;
  }

  async timeOf(blockNumber: bigint): Promise<bigint> {
    const known = this.#times.get(blockNumber);
    if (known !== undefined) return known;
    const {timestamp} = await rpc(this.#client, 'eth_getBlockByNumber', () => this.#client.getBlock({blockNumber}));
    this.#times.set(blockNumber, timestamp);
    return timestamp;
  }
}
