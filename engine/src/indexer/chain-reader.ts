/** Typed reads of one chain over one RPC URL. Every call has a timeout and no retry of its own: the polling loop repeats. */
import {custodyAbi, epochManagerAbi, erc20Abi, validatorRegistryAbi, validatorSetsAbi} from '@pobs/protocol/abi';
import {
  type Address, BlockNotFoundError, createPublicClient, getAbiItem, getAddress, type Hex, http, type Log as EthLog, parseEventLogs,
  type PublicClient, zeroAddress,
} from 'viem';
import type {Confirmations} from '../config.ts';
import type {ForcedEvent} from '../core/commands.ts';
import {type ContractLog, toChainEvent} from './decode.ts';
import type {BlockRef, ChainEvent} from './events.ts';

const TIMEOUT_MS = 10_000;
const transferEvent = getAbiItem({abi: erc20Abi, name: 'Transfer'});
const custodyEvents = custodyAbi.filter(({type}) => type === 'event');
const managerEvents = epochManagerAbi.filter(({type}) => type === 'event');
const registryEvents = validatorRegistryAbi.filter(({type}) => type === 'event');
const setsEvents = validatorSetsAbi.filter(({type}) => type === 'event');

/** Which contracts of the network live on this chain. */
export type ChainContracts = {
  chainId: number;
  startBlock: bigint;
  custody: Address;
  /** ERC-20 tokens the custody lists, native ether left out. */
  tokens: readonly Address[];
  sets?: Address;
  registry?: Address;
  epochManager?: Address;
};

export type Receipt = {token: Address; from: Address; amount: bigint; txHash: Hex; logIndex: number; blockNumber: bigint};
export type PaidRecord = {token: Address; wallet: Address; cumulative: bigint};
export type Range = {from: bigint; to: bigint};

export class ChainReader {
  readonly contracts: ChainContracts;
  readonly #client: PublicClient;

  constructor({url, contracts}: {url: string; contracts: ChainContracts}) {
    this.contracts = contracts;
    this.#client = createPublicClient({transport: http(url, {timeout: TIMEOUT_MS, retryCount: 0})});
  }

  get chainId(): number {
    return this.contracts.chainId;
  }

  remoteChainId(): Promise<number> {
    return this.#client.getChainId();
  }

  head(): Promise<BlockRef> {
    return this.#block({blockTag: 'latest'});
  }

  /** Undefined where the chain is not that long (any more). */
  async block(number: bigint): Promise<BlockRef | undefined> {
    try {
      return await this.#block({blockNumber: number});
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined;
      throw error;
    }
  }

  /** Newest block whose deposits count; undefined before the first. */
  async finalBlock(confirmations: Confirmations): Promise<BlockRef | undefined> {
    if (confirmations === 'finalized') {
      try {
        return await this.#block({blockTag: 'finalized'});
      } catch (error) {
        if (error instanceof BlockNotFoundError) return undefined;
        throw error;
      }
    }
    const head = await this.head();
    const number = head.number - BigInt(confirmations);
    return number < 0n ? undefined : confirmations === 0 ? head : this.block(number);
  }

  /** Funds received by the custody, ERC-20 transfers and ether, in log order. */
  async receipts({from, to}: Range): Promise<Receipt[]> {
    const {custody} = this.contracts;
    const [transfers, own] = await Promise.all([this.#transfers({from, to}), this.#logs([custody], {from, to})]);
    const erc20 = transfers.map((log) => ({
      token: getAddress(log.address), from: getAddress(log.args.from), amount: log.args.value, ...position(log),
    }));
    const ether = parseEventLogs({abi: custodyAbi, eventName: 'EtherReceived', logs: own}).map((log) => ({
      token: zeroAddress, from: getAddress(log.args.from), amount: log.args.amount, ...position(log),
    }));
    const records = parseEventLogs({abi: custodyAbi, eventName: 'DepositRecorded', logs: own}).map((log) => ({
      token: getAddress(log.args.token), wallet: getAddress(log.args.wallet), from: getAddress(log.args.from), amount: log.args.amount, ...position(log),
    }));
    return forwarded([...erc20, ...ether].sort(inLogOrder), records);
  }

  /** `Paid` events of the custody, in log order. */
  async payouts(range: Range): Promise<PaidRecord[]> {
    const logs = await this.#logs([this.contracts.custody], range);
    return parseEventLogs({abi: custodyAbi, eventName: 'Paid', logs}).map(({args}) => ({
      token: getAddress(args.token), wallet: getAddress(args.wallet), cumulative: args.cumulative,
    }));
  }

  /** Forced withdrawals and their answers, in log order, and whether the custody froze in the range. */
  async exits(range: Range): Promise<{requests: ForcedEvent[]; frozen: boolean}> {
    const logs = parseEventLogs({abi: custodyAbi, eventName: ['WithdrawalForced', 'RequestServed', 'Frozen'], logs: await this.#logs([this.contracts.custody], range)});
    const requests = logs.flatMap((log): ForcedEvent[] => {
      if (log.eventName === 'Frozen') return [];
      const of = {token: getAddress(log.args.token), wallet: getAddress(log.args.wallet)};
      if (log.eventName === 'RequestServed') return [{kind: 'served', ...of}];
      const {lots, baseline, exit} = log.args;
      return [{kind: 'forced', ...of, lots, baseline, exit}];
    });
    return {requests, frozen: logs.some(({eventName}) => eventName === 'Frozen')};
  }

  /** The custody's own state at a block. */
  async custodyAt(blockNumber: bigint): Promise<{activeEpoch: bigint; kills: number}> {
    const contract = {address: this.contracts.custody, abi: custodyAbi, blockNumber} as const;
    const [root, kills] = await Promise.all([
      this.#client.readContract({...contract, functionName: 'activeRoot'}),
      this.#client.readContract({...contract, functionName: 'kills'}),
    ]);
    return {activeEpoch: root.epoch, kills};
  }

  /** What the custody held (base units) and had paid out (lots) of a token at a block. */
  async reservesAt(token: Address, blockNumber: bigint): Promise<{balance: bigint; paidOut: bigint}> {
    const {custody} = this.contracts;
    const [balance, asset] = await Promise.all([
      token === zeroAddress
        ? this.#client.getBalance({address: custody, blockNumber})
        : this.#client.readContract({address: token, abi: erc20Abi, functionName: 'balanceOf', args: [custody], blockNumber}),
      this.#client.readContract({address: custody, abi: custodyAbi, functionName: 'asset', args: [token], blockNumber}),
    ]);
    return {balance, paidOut: asset.paidOut};
  }

  /** Every event of our contracts in a range with the blocks they lie in, in log order. */
  async events(range: Range): Promise<{events: ChainEvent[]; blocks: BlockRef[]}> {
    const {custody, registry, epochManager, sets, chainId} = this.contracts;
    const addresses = [custody, ...(sets ? [sets] : []), ...(registry ? [registry] : []), ...(epochManager ? [epochManager] : [])];
    const [transfers, own] = await Promise.all([this.#transfers(range), this.#logs(addresses, range)]);
    const decoded: ContractLog[] = [
      ...transfers.map((log) => ({source: 'token' as const, log})),
      ...decode('custody', custody, custodyEvents, own),
      ...(sets ? decode('sets', sets, setsEvents, own) : []),
      ...(registry ? decode('registry', registry, registryEvents, own) : []),
      ...(epochManager ? decode('epochManager', epochManager, managerEvents, own) : []),
    ] as ContractLog[];
    const numbers = [...new Set(decoded.map(({log}) => log.blockNumber!))].sort((a, b) => (a < b ? -1 : 1));
    const blocks = new Map<bigint, BlockRef>();
    for (const number of numbers) blocks.set(number, await this.#block({blockNumber: number}));
    const events = decoded
      .flatMap((entry) => toChainEvent(entry, {chainId, blockTime: blocks.get(entry.log.blockNumber!)!.time}) ?? [])
      .sort((a, b) => inLogOrder(a, b));
    return {events, blocks: [...blocks.values()]};
  }

  async #block(at: {blockTag: 'latest' | 'finalized'} | {blockNumber: bigint}): Promise<BlockRef> {
    const {number, hash, timestamp} = await this.#client.getBlock({...at, includeTransactions: false});
    return {number: number!, hash: hash!, time: timestamp};
  }

  async #transfers({from, to}: Range) {
    const {tokens, custody} = this.contracts;
    if (tokens.length === 0) return [];
    return this.#client.getLogs({
      address: [...tokens], event: transferEvent, args: {to: custody}, fromBlock: from, toBlock: to, strict: true,
    });
  }

  #logs(address: Address[], {from, to}: Range): Promise<EthLog<bigint, number, false>[]> {
    return this.#client.getLogs({address, fromBlock: from, toBlock: to});
  }
}

/** What a forwarder brought is its wallet's: the record that follows the transfer says whose (PROTOCOL §2). */
function forwarded(receipts: readonly Receipt[], records: readonly (Receipt & {wallet: Address})[]): Receipt[] {
  const moved = receipts.map((receipt) => ({...receipt}));
  for (const {wallet, ...record} of records) {
    if (wallet === record.from) continue;
    const brought = moved.findLast((receipt) => receipt.txHash === record.txHash && receipt.token === record.token && receipt.from === record.from && inLogOrder(receipt, record) < 0);
    if (!brought || brought.amount < record.amount) throw new Error(`The record ${record.txHash}:${record.logIndex} follows no transfer of its forwarder.`);
    brought.amount -= record.amount;
    moved.push({...record, from: wallet});
  }
  return moved.filter(({amount}) => amount > 0n).sort(inLogOrder);
}

type Positioned = {blockNumber: bigint; logIndex: number};

const inLogOrder = (a: Positioned, b: Positioned): number =>
  a.blockNumber === b.blockNumber ? a.logIndex - b.logIndex : a.blockNumber < b.blockNumber ? -1 : 1;

const position = ({blockNumber, logIndex, transactionHash}: {blockNumber: bigint; logIndex: number; transactionHash: Hex}) =>
  ({blockNumber, logIndex, txHash: transactionHash});

/** Events of one contract among logs of several; the same signature may occur in two of them. */
function decode<const TAbi extends readonly {type: string}[]>(source: ContractLog['source'], address: Address, abi: TAbi, logs: EthLog<bigint, number, false>[]) {
  const own = logs.filter((log) => getAddress(log.address) === getAddress(address));
  return parseEventLogs({abi: abi as never, logs: own}).map((log) => ({source, log}));
}
