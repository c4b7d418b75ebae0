import {encodeEventTopics, isAddressEqual, numberToHex, slice, toFunctionSelector, type Address, type Hex} from 'viem';
import {retryableAbi} from '../abi.ts';
import {ARB_RETRYABLE_TX, NODE_INTERFACE, SYSTEM, arbRetryableTx} from '../precompiles.ts';
import {PASS} from '../pass.ts';
import type {RelayBook} from '../relay/book.ts';
import {RpcError, type Rpc, type RpcBlock, type RpcLog, type RpcReceipt, type RpcTransaction} from '../rpc.ts';
import {NodeInterface, type CallParams} from './node-interface.ts';
import {translateBlock, translateLog, translateReceipt, translateTransaction} from './translate.ts';

type Handler = (params: unknown[], method: string) => Promise<unknown>;
type LogFilter = {topics?: (Hex | Hex[] | null)[]; fromBlock?: Hex; toBlock?: Hex; blockHash?: Hex};
type FeeParams = {gasPrice?: Hex; maxFeePerGas?: Hex; maxPriorityFeePerGas?: Hex};

const REDEEM = toFunctionSelector('function redeem(bytes32)');
const [REDEEM_SCHEDULED] = encodeEventTopics({abi: retryableAbi, eventName: 'RedeemScheduled'});

/** The methods that a Nitro node answers otherwise than a plain EVM node. */
export class ShimMethods {
  readonly #l2: Rpc;
  readonly #book: RelayBook;
  readonly #nodeInterface: NodeInterface;
  readonly #handlers: Record<string, Handler>;

  constructor({l1, l2, book}: {l1: Rpc; l2: Rpc; book: RelayBook}) {
    this.#l2 = l2;
    this.#book = book;
    this.#nodeInterface = new NodeInterface({l1, l2, book});
    const block: Handler = (params, method) => this.#block(params, method);
    const logs: Handler = (params, method) => this.#logs(params, method);
    this.#handlers = {
      eth_getTransactionReceipt: (params) => this.#receipt(params),
      eth_getBlockReceipts: (params) => this.#blockReceipts(params),
      eth_getTransactionByHash: (params) => this.#transaction(params),
      eth_getBlockByHash: block,
      eth_getBlockByNumber: block,
      eth_getLogs: logs,
      eth_getFilterLogs: logs,
      eth_getFilterChanges: logs,
      // Nitro charges the base fee and ignores tips.
      eth_gasPrice: async () => (await this.#l2.latestBlock()).baseFeePerGas,
      eth_maxPriorityFeePerGas: async () => '0x0',
      eth_fillTransaction: (params) => this.#fillTransaction(params),
      eth_call: (params) => this.#call(params),
      eth_estimateGas: (params) => this.#estimateGas(params),
      eth_sendTransaction: (params) => this.#sendTransaction(params),
    };
  }

  async handle(method: string, params: unknown[]): Promise<unknown> {
    const handler = Object.hasOwn(this.#handlers, method) ? this.#handlers[method] : undefined;
    return handler === undefined ? PASS : handler(params, method);
  }

  async #receipt([hash]: unknown[]): Promise<unknown> {
    const real = this.#book.byNitroHash(hash as Hex)?.realHash ?? (hash as Hex);
    const receipt = await this.#l2.receipt(real);
    if (receipt === null) return null;
    // On Nitro a scheduled redeem runs in the same block: hide the receipt until the relay has run it.
    const pending = receipt.logs.some(
      ({topics}) => topics[0] === REDEEM_SCHEDULED && !this.#book.isResolved(topics[2] ?? '0x'),
    );
    return pending ? null : translateReceipt(this.#book, receipt);
  }

  async #blockReceipts(params: unknown[]): Promise<unknown> {
    const receipts = await this.#l2.send<RpcReceipt[] | null>('eth_getBlockReceipts', params);
    return receipts === null ? null : receipts.map((receipt) => translateReceipt(this.#book, receipt));
  }

  async #transaction([hash]: unknown[]): Promise<unknown> {
    const real = this.#book.byNitroHash(hash as Hex)?.realHash ?? hash;
    const tx = await this.#l2.send<RpcTransaction | null>('eth_getTransactionByHash', [real]);
    return tx === null ? null : translateTransaction(this.#book, tx);
  }

  async #block(params: unknown[], method: string): Promise<unknown> {
    const block = await this.#l2.send<RpcBlock | null>(method, params);
    return block === null ? null : translateBlock(this.#book, block);
  }

  async #logs(params: unknown[], method: string): Promise<unknown> {
    const entries = await this.#l2.send<(RpcLog | Hex)[]>(method, this.#widen(params, method));
    return entries.map((entry) => translateLog(this.#book, entry));
  }

  /** The SDK looks for `RedeemScheduled` in the block of the redeem; here ticket and redeem lie in different blocks. */
  #widen(params: unknown[], method: string): unknown[] {
    const filter = params[0] as LogFilter | undefined;
    const byRetryHash = filter?.topics?.[0] === REDEEM_SCHEDULED && filter.topics[2] != null;
    if (method !== 'eth_getLogs' || !byRetryHash) return params;
    const {blockHash: _, ...rest} = filter;
    return [{...rest, fromBlock: '0x0', toBlock: 'latest'}];
  }

  /** viem asks the node to fill in fees; the local node would add a tip of 1 gwei, more than the whole base fee. */
  async #fillTransaction([params]: unknown[]): Promise<unknown> {
    const fees = params as FeeParams;
    const baseFee = BigInt((await this.#l2.latestBlock()).baseFeePerGas);
    const defaults =
      fees.gasPrice === undefined ? {maxFeePerGas: numberToHex(baseFee * 2n), maxPriorityFeePerGas: '0x0'} : {};
    return this.#l2.send('eth_fillTransaction', [{...defaults, ...fees}]);
  }

  async #call([params]: unknown[]): Promise<unknown> {
    const call = params as CallParams;
    if (!isTo(call, NODE_INTERFACE)) return PASS;
    const answer = await this.#nodeInterface.call(call);
    return answer === NodeInterface.NOT_HANDLED ? PASS : answer;
  }

  async #estimateGas(params: unknown[]): Promise<unknown> {
    const call = params[0] as CallParams;
    const data = call.data ?? call.input ?? '0x';
    if (isTo(call, NODE_INTERFACE)) {
      const answer = await this.#nodeInterface.estimate(call);
      return answer === NodeInterface.NOT_HANDLED ? PASS : answer;
    }
    if (!isTo(call, ARB_RETRYABLE_TX) || !data.startsWith(REDEEM)) return PASS;
    // Nitro's estimate of a redeem includes the attempt that it schedules.
    const own = BigInt(await this.#l2.send<Hex>('eth_estimateGas', params));
    const ticket = await this.#l2.read(arbRetryableTx, 'emuTicket', [slice(data, 4, 36)]);
    const {from, to, value, data: callData} = ticket;
    const retry = {from, to: BigInt(to) === 0n ? undefined : to, value: numberToHex(value), data: callData};
    const rich = {[from]: {balance: numberToHex(10n ** 24n)}};
    const attempt = BigInt(await this.#l2.send<Hex>('eth_estimateGas', [retry, 'latest', rich]));
    return numberToHex(own + (attempt * 11n) / 10n + 20_000n);
  }

  async #sendTransaction([params]: unknown[]): Promise<unknown> {
    const {from} = params as CallParams;
    if (from !== undefined && isAddressEqual(from, SYSTEM)) throw new RpcError(-32000, 'unknown account');
    return PASS;
  }
}

function isTo(call: CallParams | undefined, address: Address): boolean {
  return call?.to != null && call.to.toLowerCase() === address.toLowerCase();
}
