/** Sends transactions of one account in batches: one block per batch, whether the chain mines at once or by the clock. */
import {
  type Address, createPublicClient, createWalletClient, encodeDeployData, encodeFunctionData, getContractAddress, type Hex, hexToBigInt, http,
  type PrivateKeyAccount, type PublicClient, type WalletClient,
} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {type Artifact, artifact} from './artifacts.ts';

type Step = {label: string; to?: Address; data: Hex};

const RECEIPT_TIMEOUT_MS = 180_000;
const G1_ADD: Address = '0x000000000000000000000000000000000000000b';
const ARB_SYS: Address = '0x0000000000000000000000000000000000000064';

export class Deployer {
  readonly account: PrivateKeyAccount;
  readonly chain: PublicClient;
  readonly #wallet: WalletClient;
  #nonce = 0;
  #steps: Step[] = [];

  constructor(rpc: string, key: Hex) {
    this.account = privateKeyToAccount(key);
    this.chain = createPublicClient({transport: http(rpc), pollingInterval: 50});
    this.#wallet = createWalletClient({account: this.account, transport: http(rpc)});
  }

  /** @returns chain id and the block before the first transaction. @throws when BLS precompiles are missing. */
  async start(): Promise<{chainId: number; startBlock: number; isArbitrum: boolean}> {
    const [chainId, block, nonce, sum, code] = await Promise.all([
      this.chain.getChainId(),
      this.chain.getBlockNumber(),
      this.chain.getTransactionCount({address: this.account.address, blockTag: 'pending'}),
      this.chain.call({to: G1_ADD, data: `0x${'00'.repeat(256)}`}),
      this.chain.getCode({address: ARB_SYS}),
    ]);
    if (sum.data !== `0x${'00'.repeat(128)}`) {
      throw new Error(`Chain ${chainId} has no working BLS12-381 precompiles (EIP-2537): certificates cannot be verified there.`);
    }
    this.#nonce = nonce;
    return {chainId, startBlock: Number(block), isArbitrum: code !== undefined && code !== '0x'};
  }

  /** Address of the contract that the `ahead`-th next step (0 = the next one) would create. */
  nextAddress(ahead: number): Address {
    return getContractAddress({from: this.account.address, nonce: BigInt(this.#nonce + this.#steps.length + ahead)});
  }

  /** Queues a creation. @returns the address it will have. */
  create(name: string, args: readonly unknown[]): Address {
    const {abi, bytecode} = artifact(name);
    const address = this.nextAddress(0);
    this.#steps.push({label: `deploy ${name}`, data: encodeDeployData({abi, bytecode, args})});
    return address;
  }

  /** Queues a plain ERC-1967 proxy in front of `implementation`, initialised in the same transaction. */
  proxy(implementation: Address, name: string, args: readonly unknown[]): Address {
    const {abi} = artifact(name);
    return this.create('ERC1967Proxy', [implementation, encodeFunctionData({abi, functionName: 'initialize', args})]);
  }

  /** Queues a call. */
  call(name: string, address: Address, functionName: string, args: readonly unknown[]): void {
    const {abi}: Artifact = artifact(name);
    this.#steps.push({label: `${name}.${functionName}`, to: address, data: encodeFunctionData({abi, functionName, args})});
  }

  /** Sends everything queued and waits until all of it is mined. @throws when one fails, naming it. */
  async flush(): Promise<void> {
    const steps = this.#steps;
    this.#steps = [];
    const gas = await Promise.all(steps.map((step) => this.#estimate(step)));
    const hashes: Hex[] = [];
    for (const [i, {to, data}] of steps.entries()) {
      hashes.push(await this.#wallet.sendTransaction({account: this.account, chain: null, to, data, gas: gas[i], nonce: this.#nonce}));
      this.#nonce += 1;
    }
    const receipts = await Promise.all(hashes.map((hash) => this.chain.waitForTransactionReceipt({hash, timeout: RECEIPT_TIMEOUT_MS})));
    for (const [i, {status, transactionHash}] of receipts.entries()) {
      if (status !== 'success') throw new Error(`${steps[i]!.label} failed on chain (transaction ${transactionHash}).`);
    }
  }

  /** A fifth more than the node's estimate; steps of one batch must not depend on each other. */
  async #estimate({label, to, data}: Step): Promise<bigint> {
    try {
      const estimate = await this.chain.request({method: 'eth_estimateGas', params: [{from: this.account.address, to, data}]});
      return (hexToBigInt(estimate) * 6n) / 5n;
    } catch (cause) {
      throw new Error(`${label} would fail: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`, {cause});
    }
  }
}
