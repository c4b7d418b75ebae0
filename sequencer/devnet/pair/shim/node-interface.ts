import {
  decodeFunctionData,
  encodeErrorResult,
  encodeFunctionResult,
  numberToHex,
  parseAbi,
  type Address,
  type DecodeFunctionDataReturnType,
  type Hex,
} from 'viem';
import {nodeInterfaceAbi} from '../abi.ts';
import {applyAlias} from '../encoding.ts';
import type {RelayBook} from '../relay/book.ts';
import {RpcError, type Rpc, type RpcBlock} from '../rpc.ts';

export type CallParams = {from?: Address; to?: Address; data?: Hex; input?: Hex; value?: Hex};
type NodeInterfaceDeps = {l1: Rpc; l2: Rpc; book: RelayBook};
type Decoded = DecodeFunctionDataReturnType<typeof nodeInterfaceAbi>;

const NOT_HANDLED = Symbol('answered by the emulated contract');

/** NodeInterface (0xc8) as far as it needs node state; the rest the emulated contract answers. */
export class NodeInterface {
  static readonly NOT_HANDLED: typeof NOT_HANDLED = NOT_HANDLED;
  readonly #deps: NodeInterfaceDeps;

  constructor(deps: NodeInterfaceDeps) {
    this.#deps = deps;
  }

  async call(params: CallParams): Promise<Hex | typeof NOT_HANDLED> {
    const decoded = decode(params);
    if (decoded === undefined) return NOT_HANDLED;
    const {l1, l2, book} = this.#deps;
    const abi = nodeInterfaceAbi;
    const {functionName} = decoded;
    switch (functionName) {
      case 'estimateRetryableTicket':
        return '0x';
      case 'gasEstimateL1Component': {
        const [l2BaseFee, l1BaseFee] = await this.#baseFees();
        return encodeFunctionResult({abi, functionName, result: [0n, l2BaseFee, l1BaseFee]});
      }
      case 'gasEstimateComponents': {
        const [to, creates, data] = decoded.args;
        const call = {...params, input: undefined, to: creates ? undefined : to, data};
        const gas = BigInt(await l2.send<Hex>('eth_estimateGas', [call]));
        const [l2BaseFee, l1BaseFee] = await this.#baseFees();
        return encodeFunctionResult({abi, functionName, result: [gas, 0n, l2BaseFee, l1BaseFee]});
      }
      case 'findBatchContainingBlock': {
        const found = book.batchOf(Number(decoded.args[0]));
        if (found === undefined) throw revert('requested block has not been batched');
        return encodeFunctionResult({abi, functionName, result: BigInt(found.sequenceNumber)});
      }
      case 'getL1Confirmations': {
        const block = await l2.send<RpcBlock | null>('eth_getBlockByHash', [decoded.args[0], false]);
        if (block === null) throw revert('unknown block hash');
        const found = book.batchOf(Number(block.number));
        const head = await l1.blockNumber();
        const result = found === undefined ? 0n : head - BigInt(found.batch.l1Block);
        return encodeFunctionResult({abi, functionName, result});
      }
      case 'blockL1Num': {
        const result = BigInt(book.l1BlockAt(Number(decoded.args[0])));
        return encodeFunctionResult({abi, functionName, result});
      }
      case 'l2BlockRangeForL1': {
        const result = await this.#blockRange(Number(decoded.args[0]));
        return encodeFunctionResult({abi, functionName, result});
      }
    }
  }

  /** Nitro estimates `estimateRetryableTicket` as the redeem: a call from the alias, holding what the deposit pays. */
  async estimate(params: CallParams): Promise<Hex | typeof NOT_HANDLED> {
    const decoded = decode(params);
    if (decoded?.functionName !== 'estimateRetryableTicket') return NOT_HANDLED;
    const {l2} = this.#deps;
    const [sender, deposit, to, value, , , data] = decoded.args;
    const from = applyAlias(sender);
    const balance = numberToHex((await l2.balance(from)) + deposit + value);
    const call = {from, to: BigInt(to) === 0n ? undefined : to, value: numberToHex(value), data};
    return l2.send<Hex>('eth_estimateGas', [call, 'latest', {[from]: {balance}}]);
  }

  async #baseFees(): Promise<[l2: bigint, l1: bigint]> {
    const [l2, l1] = await Promise.all([this.#deps.l2.latestBlock(), this.#deps.l1.latestBlock()]);
    return [BigInt(l2.baseFeePerGas), BigInt(l1.baseFeePerGas)];
  }

  async #blockRange(l1Block: number): Promise<[first: bigint, last: bigint]> {
    const {l2, book} = this.#deps;
    const head = Number(await l2.blockNumber());
    let first: number | undefined;
    let last = 0;
    for (let number = 0; number <= head; number++) {
      if (book.l1BlockAt(number) !== l1Block) continue;
      first ??= number;
      last = number;
    }
    if (first === undefined) throw revert('requested L1 block has no L2 blocks');
    return [BigInt(first), BigInt(last)];
  }
}

function decode(params: CallParams): Decoded | undefined {
  try {
    return decodeFunctionData({abi: nodeInterfaceAbi, data: params.data ?? params.input ?? '0x'});
  } catch {
    // Another method: constructOutboxProof, nitroGenesisBlock.
    return undefined;
  }
}

function revert(reason: string): RpcError {
  const abi = parseAbi(['error Error(string)']);
  const data = encodeErrorResult({abi, errorName: 'Error', args: [reason]});
  return new RpcError(3, `execution reverted: ${reason}`, data);
}
