/** One Custody at past blocks. Deposits are summed incrementally: only blocks after the last checkpoint are scanned. */
import {custodyAbi} from '@pobs/protocol/abi';
import {type ChainClient, depositsBySender, logsOf, paidAt, readCustodyAt} from '@pobs/protocol/chain';
import {type Address, BlockNotFoundError, type Hex} from 'viem';
import type {CustodyPort, CustodyState} from '../services/ports.ts';
import {rpc} from './rpc.ts';

type Checkpoint = {blockNumber: bigint; sums: ReadonlyMap<string, bigint>};
const CHECKPOINTS_MAX = 8;

type CustodyEvent = Extract<(typeof custodyAbi)[number], {type: 'event'}>;
const event = <Name extends CustodyEvent['name']>(name: Name) =>
  custodyAbi.find((item): item is Extract<CustodyEvent, {name: Name}> => item.type === 'event' && item.name === name)!;
const EXITS = [event('DepositRecorded'), event('WithdrawalForced')] as const;

export type ChainCustodyOptions = {client: ChainClient; custody: Address; startBlock: bigint; confirmations: 'finalized' | number};

export class ChainCustody implements CustodyPort {
  readonly chainId: number;
  readonly custody: Address;
  readonly #options: ChainCustodyOptions;
  readonly #deposits = new Map<string, Checkpoint[]>();
  /** First block in which each was seen; events of blocks below `#nextExit` are in. */
  readonly #forwarders = new Map<string, bigint>();
  readonly #askers = new Map<string, {token: Address; wallet: Address; since: bigint}>();
  #nextExit: bigint;

  constructor(options: ChainCustodyOptions) {
    this.#options = options;
    this.chainId = options.client.chain.id;
    this.custody = options.custody;
    this.#nextExit = options.startBlock;
  }

  async finalBlock(): Promise<{number: bigint; time: bigint}> {
    const {client, confirmations} = this.#options;
    return rpc(client, 'eth_getBlockByNumber', async () => {
      if (confirmations === 'finalized') {
        const block = await client.getBlock({blockTag: 'finalized'});
        return {number: block.number, time: block.timestamp};
      }
      const head = await client.getBlockNumber();
      const number = head > BigInt(confirmations) ? head - BigInt(confirmations) : 0n;
      return {number, time: (await client.getBlock({blockNumber: number})).timestamp};
    });
  }

  async blockHash(blockNumber: bigint): Promise<Hex | undefined> {
    const {client} = this.#options;
    return rpc(client, 'eth_getBlockByNumber', async () => {
      try {
        return (await client.getBlock({blockNumber})).hash;
      } catch (error) {
        if (error instanceof BlockNotFoundError) return undefined;
        throw error;
      }
    });
  }

  async blockTime(blockNumber: bigint): Promise<bigint | undefined> {
    const {client} = this.#options;
    return rpc(client, 'eth_getBlockByNumber', async () => {
      try {
        return (await client.getBlock({blockNumber})).timestamp;
      } catch (error) {
        if (error instanceof BlockNotFoundError) return undefined;
        throw error;
      }
    });
  }

  async forwardersUpTo(blockNumber: bigint): Promise<ReadonlySet<string>> {
    await this.#readExits(blockNumber);
    return new Set([...this.#forwarders].filter(([, since]) => since <= blockNumber).map(([forwarder]) => forwarder));
  }

  async forcedAt(blockNumber: bigint): Promise<readonly {token: Address; wallet: Address; requestedAt: bigint}[]> {
    const {client} = this.#options;
    await this.#readExits(blockNumber);
    const asked = [...this.#askers.values()].filter(({since}) => since <= blockNumber);
    const open = await Promise.all(asked.map(async ({token, wallet}) => {
      const [{requestedAt}, isOpen] = await rpc(client, 'forcedRequest', () =>
        client.readContract({address: this.custody, abi: custodyAbi, functionName: 'forcedRequest', args: [token, wallet], blockNumber}));
      return isOpen ? [{token, wallet, requestedAt: BigInt(requestedAt)}] : [];
    }));
    return open.flat();
  }

  /** Lines name final blocks only, so what was read stays true. */
  async #readExits(toBlock: bigint): Promise<void> {
    if (toBlock < this.#nextExit) return;
    const {client} = this.#options;
    const logs = await logsOf({client, address: this.custody, events: EXITS, fromBlock: this.#nextExit, toBlock});
    for (const log of logs) {
      const {token, wallet} = log.args;
      if (log.eventName === 'WithdrawalForced') {
        const key = `${token} ${wallet}`;
        if (!this.#askers.has(key)) this.#askers.set(key, {token, wallet, since: log.blockNumber});
        continue;
      }
      const from = log.args.from.toLowerCase();
      if (from !== wallet.toLowerCase() && !this.#forwarders.has(from)) this.#forwarders.set(from, log.blockNumber);
    }
    this.#nextExit = toBlock + 1n;
  }

  async stateAt(blockNumber: bigint, tokens: readonly Address[]): Promise<CustodyState> {
    const {client} = this.#options;
    const {kills, activeRoot, pendingRoot, assets} = await readCustodyAt({client, custody: this.custody, blockNumber, tokens});
    return {kills, activeEpoch: activeRoot.epoch, pendingEpoch: pendingRoot.epoch, assets};
  }

  async depositsUpTo(token: Address, blockNumber: bigint): Promise<ReadonlyMap<string, bigint>> {
    const checkpoints = this.#deposits.get(token) ?? [];
    const before = checkpoints.filter((checkpoint) => checkpoint.blockNumber <= blockNumber).at(-1);
    if (before?.blockNumber === blockNumber) return before.sums;
    const {client, startBlock} = this.#options;
    const fromBlock = before === undefined ? startBlock : before.blockNumber + 1n;
    const added = await depositsBySender({client, custody: this.custody, token, fromBlock, toBlock: blockNumber});
    const sums = new Map(before?.sums);
    for (const [sender, amount] of added) sums.set(sender.toLowerCase(), (sums.get(sender.toLowerCase()) ?? 0n) + amount);
    const kept = [...checkpoints, {blockNumber, sums}].sort((a, b) => (a.blockNumber < b.blockNumber ? -1 : 1));
    this.#deposits.set(token, kept.slice(-CHECKPOINTS_MAX));
    return sums;
  }

  async paidAt(blockNumber: bigint, payees: readonly {token: Address; wallet: Address}[]): Promise<readonly bigint[]> {
    return paidAt({client: this.#options.client, custody: this.custody, blockNumber, payees});
  }
}
