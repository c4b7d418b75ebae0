import {
  decodeFunctionResult,
  encodeFunctionData,
  numberToHex,
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type DecodeFunctionResultParameters,
  type EncodeFunctionDataParameters,
  type Hex,
} from 'viem';
import {sleep} from './sleep.ts';

/** An error object a node answered with. `code` and `data` are passed on to the shim's callers unchanged. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
    readonly method?: string,
  ) {
    super(message);
    this.name = 'RpcError';
  }

  override toString(): string {
    return this.method === undefined ? this.message : `${this.method}: ${this.message}`;
  }
}

export type RpcRequest = {jsonrpc: string; id: number | string | null; method: string; params?: unknown[]};
export type RpcResponse = {
  jsonrpc: string;
  id: number | string | null;
  result?: unknown;
  error?: {code: number; message: string; data?: unknown};
};

/** JSON-RPC shapes of the node, hex strings as on the wire; only the fields that the local network reads. */
export type RpcLog = {
  address: Address;
  topics: [Hex, ...Hex[]];
  data: Hex;
  blockNumber: Hex;
  transactionHash: Hex;
};
export type RpcReceipt = {
  status: Hex;
  transactionHash: Hex;
  blockHash: Hex;
  blockNumber: Hex;
  gasUsed: Hex;
  effectiveGasPrice: Hex;
  contractAddress: Address | null;
  from: Address;
  to: Address | null;
  logs: RpcLog[];
};
export type RpcBlock = {
  number: Hex;
  hash: Hex;
  timestamp: Hex;
  baseFeePerGas: Hex;
  transactions: (Hex | RpcTransaction)[];
};
export type RpcTransaction = {
  hash: Hex;
  input: Hex;
  from: Address;
  to: Address | null;
};

type TxOptions = {value?: bigint; gas?: bigint; maxFeePerGas?: bigint};

const TIMEOUT_MS = 60_000;
const RECEIPT_TIMEOUT_MS = 60_000;
const RECEIPT_POLL_MS = 10;
/** 100 gwei: far above any base fee the local chains reach, paid only up to the base fee. */
const MAX_FEE_PER_GAS = 100_000_000_000n;

/** Small JSON-RPC client of one local node. Every call times out after 60 s; nothing is retried. */
export class Rpc {
  #nextId = 1;

  constructor(readonly url: string) {}

  /** Posts a raw JSON-RPC body and returns the raw answer. */
  async post(body: string): Promise<string> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.text();
  }

  /** Sends one call. @throws RpcError when the node answers with an error. */
  async send<T = unknown>(method: string, params: unknown[] = []): Promise<T> {
    const request: RpcRequest = {jsonrpc: '2.0', id: this.#nextId++, method, params};
    const response = JSON.parse(await this.post(JSON.stringify(request))) as RpcResponse;
    return unwrap(method, response) as T;
  }

  /** Sends several calls in one HTTP request; the node may run them concurrently. */
  async batch(calls: [method: string, params: unknown[]][]): Promise<unknown[]> {
    const requests = calls.map(([method, params]) => ({jsonrpc: '2.0', id: this.#nextId++, method, params}));
    const responses = JSON.parse(await this.post(JSON.stringify(requests))) as RpcResponse[];
    const byId = new Map(responses.map((response) => [response.id, response]));
    return requests.map(({id, method}) => {
      const response = byId.get(id);
      if (response === undefined) throw new RpcError(-32603, 'no answer in the batch', undefined, method);
      return unwrap(method, response);
    });
  }

  /** Reads a contract. */
  async read<const abi extends Abi, name extends ContractFunctionName<abi, 'pure' | 'view'>>(
    contract: {address: Address; abi: abi},
    functionName: name,
    args: ContractFunctionArgs<abi, 'pure' | 'view', name>,
    options: {block?: Hex | 'latest'} = {},
  ): Promise<ContractFunctionReturnType<abi, 'pure' | 'view', name>> {
    const {abi, address} = contract;
    const data = encodeFunctionData({abi, functionName, args} as unknown as EncodeFunctionDataParameters);
    const result = await this.send<Hex>('eth_call', [{to: address, data}, options.block ?? 'latest']);
    const decoded = decodeFunctionResult({abi, functionName, data: result} as unknown as DecodeFunctionResultParameters);
    return decoded as ContractFunctionReturnType<abi, 'pure' | 'view', name>;
  }

  /** Sends a transaction of an unlocked account and returns its hash; the tip is always 0. */
  async submit(from: Address, to: Address | null, data: Hex, options: TxOptions = {}): Promise<Hex> {
    const {value = 0n, gas, maxFeePerGas = MAX_FEE_PER_GAS} = options;
    return this.send<Hex>('eth_sendTransaction', [
      {
        from,
        ...(to === null ? {} : {to}),
        data,
        value: numberToHex(value),
        ...(gas === undefined ? {} : {gas: numberToHex(gas)}),
        maxFeePerGas: numberToHex(maxFeePerGas),
        maxPriorityFeePerGas: '0x0',
      },
    ]);
  }

  async receipt(hash: Hex): Promise<RpcReceipt | null> {
    return this.send<RpcReceipt | null>('eth_getTransactionReceipt', [hash]);
  }

  /** Waits until the chain's own clock has mined the transaction. */
  async waitForReceipt(hash: Hex): Promise<RpcReceipt> {
    const deadline = Date.now() + RECEIPT_TIMEOUT_MS;
    for (;;) {
      const receipt = await this.receipt(hash);
      if (receipt !== null) return receipt;
      if (Date.now() > deadline) throw new Error(`transaction ${hash} was not mined within ${RECEIPT_TIMEOUT_MS} ms`);
      await sleep(RECEIPT_POLL_MS);
    }
  }

  /** The receipt of a transaction, after sealing the pending block if it is not mined yet. */
  async sealReceipt(hash: Hex): Promise<RpcReceipt> {
    const mined = await this.receipt(hash);
    if (mined !== null) return mined;
    await this.send('evm_mine');
    return this.waitForReceipt(hash);
  }

  async balance(address: Address): Promise<bigint> {
    return BigInt(await this.send<Hex>('eth_getBalance', [address, 'latest']));
  }

  async blockNumber(): Promise<bigint> {
    return BigInt(await this.send<Hex>('eth_blockNumber'));
  }

  async latestBlock(): Promise<RpcBlock> {
    return this.send<RpcBlock>('eth_getBlockByNumber', ['latest', false]);
  }

  async block(number: number): Promise<RpcBlock> {
    return this.send<RpcBlock>('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]);
  }

  /** Logs of a closed block range. */
  async logs(filter: {
    fromBlock: bigint;
    toBlock: bigint;
    address?: Address | Address[];
    topics?: (Hex | Hex[] | null)[];
  }): Promise<RpcLog[]> {
    const {fromBlock, toBlock, ...rest} = filter;
    return this.send('eth_getLogs', [{...rest, fromBlock: numberToHex(fromBlock), toBlock: numberToHex(toBlock)}]);
  }
}

function unwrap(method: string, response: RpcResponse): unknown {
  if (response.error !== undefined) {
    const {code, message, data} = response.error;
    throw new RpcError(code, message, data, method);
  }
  return response.result;
}

/** @throws Error when the transaction reverted. */
export function assertSucceeded(receipt: RpcReceipt, what: string): RpcReceipt {
  if (receipt.status !== '0x1') throw new Error(`${what} reverted in transaction ${receipt.transactionHash}`);
  return receipt;
}
