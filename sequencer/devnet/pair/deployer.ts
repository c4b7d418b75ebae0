import {
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  numberToHex,
  type Abi,
  type Address,
  type Hex,
} from 'viem';
import type {Artifact} from './artifacts.ts';
import {assertSucceeded, type Rpc, type RpcReceipt} from './rpc.ts';

/** 2^24, the per-transaction limit of EIP-7825. */
const GAS_PER_TRANSACTION = 1n << 24n;

type Step = {label: string; tx: {to?: Address; data: Hex; value?: Hex; nonce: Hex}};

/**
 * Queue of creations and calls of one unlocked account, sent as one JSON-RPC batch.
 *
 * Addresses are known before anything is mined. Needs a node that does not mine by itself: with automine on, a batch
 * can strand transactions in the pool's queue.
 */
export class Deployer {
  #steps: Step[] = [];
  #nonce: number;

  private constructor(
    readonly rpc: Rpc,
    readonly from: Address,
    nonce: number,
  ) {
    this.#nonce = nonce;
  }

  static async open(rpc: Rpc, from: Address): Promise<Deployer> {
    return new Deployer(rpc, from, Number(await rpc.send('eth_getTransactionCount', [from, 'pending'])));
  }

  create(label: string, artifact: Artifact, args: readonly unknown[] = []): Address {
    const {abi, bytecode} = artifact;
    return this.createRaw(label, encodeDeployData({abi, bytecode, args}));
  }

  createRaw(label: string, data: Hex): Address {
    const nonce = this.#nonce;
    this.#enqueue(label, {data});
    return getContractAddress({from: this.from, nonce: BigInt(nonce)});
  }

  call(label: string, to: Address, abi: Abi, functionName: string, args: readonly unknown[]): void {
    this.#enqueue(label, {to, data: encodeFunctionData({abi, functionName, args})});
  }

  /** Sends the queue, seals blocks until all is mined. @throws Error naming the first step that reverted. */
  async flush(): Promise<RpcReceipt[]> {
    const steps = this.#steps;
    this.#steps = [];
    const common = {
      from: this.from,
      gas: numberToHex(GAS_PER_TRANSACTION),
      maxFeePerGas: numberToHex(100_000_000_000n),
      maxPriorityFeePerGas: '0x0',
    };
    const hashes = await this.rpc.batch(steps.map(({tx}) => ['eth_sendTransaction', [{...common, ...tx}]]));
    const receipts: RpcReceipt[] = [];
    for (const [index, step] of steps.entries()) {
      const receipt = await this.rpc.sealReceipt(hashes[index] as Hex);
      receipts.push(assertSucceeded(receipt, `deployment step "${step.label}"`));
    }
    return receipts;
  }

  #enqueue(label: string, tx: {to?: Address; data: Hex; value?: Hex}): void {
    this.#steps.push({label, tx: {...tx, nonce: numberToHex(this.#nonce++)}});
  }
}
