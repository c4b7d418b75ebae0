import {certificateArgument} from '@pobs/protocol';
import {custodyAbi} from '@pobs/protocol/abi';
import type {Reserve} from '@pobs/protocol/builder';
import {type ChainClient, chainError, type CustodyRoot, paidAt, readCustodyAt} from '@pobs/protocol/chain';
import type {Address, Hex} from 'viem';
import type {CustodyChain, PayoutRange, SettleArguments} from '../services/ports.ts';
import type {ChainDeps} from './epoch-chain.ts';

/** Gas a payee may burn before it is deferred; the estimate alone may be the one in which it is. */
const GAS_PER_PAYEE = 150_000n;

/** One Custody through viem. @throws {ChainError} from all. */
export class ViemCustodyChain implements CustodyChain {
  readonly name: 'l1' | 'l2';
  readonly custody: Address;
  readonly #deps: ChainDeps;

  constructor(name: 'l1' | 'l2', deps: ChainDeps) {
    this.name = name;
    this.custody = deps.network[name].custody;
    this.#deps = deps;
  }

  get chainId(): number {
    return this.#deps.client.chain.id;
  }

  get #contract() {
    return {address: this.custody, abi: custodyAbi} as const;
  }

  async time(): Promise<bigint> {
    return this.#typed('eth_getBlockByNumber', async (client) => (await client.getBlock()).timestamp);
  }

  async finalTime(): Promise<bigint> {
    return this.#typed('eth_getBlockByNumber', async (client) => (await client.getBlock({blockTag: 'finalized'})).timestamp);
  }

  async roots(at: 'latest' | 'finalized'): Promise<{active: CustodyRoot; pending: CustodyRoot; pendingActiveAt: bigint}> {
    return this.#typed('activeRoot', async (client) => {
      const {number: blockNumber} = await client.getBlock({blockTag: at});
      const [active, [pending, pendingActiveAt]] = await Promise.all([
        client.readContract({...this.#contract, functionName: 'activeRoot', blockNumber}),
        client.readContract({...this.#contract, functionName: 'pendingRoot', blockNumber}),
      ]);
      return {active, pending, pendingActiveAt};
    });
  }

  async reservesAt(blockNumber: bigint, tokens: readonly Address[]): Promise<Reserve[]> {
    const {client} = this.#deps;
    const {assets} = await readCustodyAt({client, custody: this.custody, blockNumber, tokens});
    return assets.map(({token, balance, paidOut}) => ({chainId: this.chainId, custody: this.custody, token, balance, paidOut}));
  }

  async paid(payees: readonly {token: Address; wallet: Address}[]): Promise<bigint[]> {
    const {client} = this.#deps;
    const blockNumber = await this.#typed('eth_blockNumber', () => client.getBlockNumber());
    return paidAt({client, custody: this.custody, blockNumber, payees});
  }

  async settle({summary, line, lineIndex, linePath, treeHashes, certificate}: SettleArguments): Promise<Hex> {
    const {client, account, outbox} = this.#deps;
    const receipt = await outbox.send(`settle ${summary.epoch}`, {
      client, account, ...this.#contract, functionName: 'settle', args: [summary, line, lineIndex, linePath, treeHashes, certificateArgument(certificate)],
    });
    return receipt.transactionHash;
  }

  async distribute(epoch: bigint, {first, leaves, siblings}: PayoutRange): Promise<Hex> {
    const {client, account, outbox} = this.#deps;
    const receipt = await outbox.send(`distribute ${epoch} from ${first}`, {
      client, account, ...this.#contract, functionName: 'distributeRange', args: [first, leaves, siblings],
      gas: (estimate) => (estimate * 12n) / 10n + GAS_PER_PAYEE * BigInt(leaves.length),
    });
    return receipt.transactionHash;
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
