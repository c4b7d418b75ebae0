/** RewardPool on L2: prizes, commitments and claims. */
import {epochManagerAbi, rewardPoolAbi, validatorSetsAbi} from '@pobs/protocol/abi';
import {type ChainClient, type CountedProposal, countedProposal, type PoolTerms, readPool, readPrizes, sendAndWait, type TermPrizes} from '@pobs/protocol/chain';
import type {Address, Hex, LocalAccount} from 'viem';
import type {RewardsPort, Span, TicketClaim} from '../services/ports.ts';
import {rpc} from './rpc.ts';

export type RewardsOptions = {pool: Address; sets: Address; manager: Address; startBlock: bigint};

export class Rewards implements RewardsPort {
  readonly #options: RewardsOptions;
  readonly #client: ChainClient;
  readonly #account: LocalAccount;
  #pool: Promise<PoolTerms> | undefined;

  constructor(options: RewardsOptions, {client, account}: {client: ChainClient; account: LocalAccount}) {
    this.#options = options;
    this.#client = client;
    this.#account = account;
  }

  get #contract() {
    return {address: this.#options.pool, abi: rewardPoolAbi} as const;
  }

  pool(): Promise<PoolTerms> {
    this.#pool ??= readPool({client: this.#client, pool: this.#options.pool}).catch((error: unknown) => {
      this.#pool = undefined;
      throw error;
    });
    return this.#pool;
  }

  async time(): Promise<bigint> {
    return (await rpc(this.#client, 'eth_getBlockByNumber', () => this.#client.getBlock())).timestamp;
  }

  async latestSet(): Promise<number> {
    return rpc(this.#client, 'latestSetId', () => this.#client.readContract({address: this.#options.sets, abi: validatorSetsAbi, functionName: 'latestSetId'}));
  }

  async span(setId: number): Promise<Span | undefined> {
    const {firstEpoch, lastEpoch} = await rpc(this.#client, 'termOf', () =>
      this.#client.readContract({address: this.#options.manager, abi: epochManagerAbi, functionName: 'termOf', args: [setId]}));
    return firstEpoch === 0n ? undefined : {first: firstEpoch, last: lastEpoch};
  }

  prizes(setId: number): Promise<TermPrizes> {
    return readPrizes({client: this.#client, pool: this.#options.pool, setId});
  }

  counted(epoch: bigint): Promise<CountedProposal | undefined> {
    const {manager, startBlock} = this.#options;
    return countedProposal({client: this.#client, manager, epoch, fromBlock: startBlock});
  }

  async auditRootOf(setId: number, validator: Address): Promise<Hex> {
    return rpc(this.#client, 'auditRootOf', () => this.#client.readContract({...this.#contract, functionName: 'auditRootOf', args: [setId, validator]}));
  }

  async isClaimed(setId: number, ticket: number): Promise<boolean> {
    return rpc(this.#client, 'isClaimed', () => this.#client.readContract({...this.#contract, functionName: 'isClaimed', args: [setId, ticket]}));
  }

  async payeeOf(validator: Address): Promise<Address> {
    return rpc(this.#client, 'payeeOf', () => this.#client.readContract({...this.#contract, functionName: 'payeeOf', args: [validator]}));
  }

  async commit(setId: number, root: Hex): Promise<Hex> {
    const {transactionHash} = await sendAndWait({client: this.#client, account: this.#account, ...this.#contract, functionName: 'commitAuditRoot', args: [setId, root]});
    return transactionHash;
  }

  async claim(setId: number, ticket: number, claim: TicketClaim): Promise<Hex> {
    const {transactionHash} = await sendAndWait({
      client: this.#client, account: this.#account, ...this.#contract, functionName: 'claim', args: [setId, ticket, claim as never],
    });
    return transactionHash;
  }

  async setPayee(payee: Address): Promise<Hex> {
    const {address} = this.#account;
    const {transactionHash} = await sendAndWait({client: this.#client, account: this.#account, ...this.#contract, functionName: 'setPayee', args: [address, payee]});
    return transactionHash;
  }
}
