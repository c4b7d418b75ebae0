/** Casts votes on L2 with the gas key, and reads what was cast. */
import {epochManagerAbi} from '@pobs/protocol/abi';
import {type ChainClient, sendAndWait} from '@pobs/protocol/chain';
import type {Address, Hex, LocalAccount} from 'viem';
import type {CastPort} from '../services/ports.ts';
import {rpc} from './rpc.ts';

const SEND_TIMEOUT_MS = 60_000;

export class VoteCaster implements CastPort {
  readonly #client: ChainClient;
  readonly #manager: Address;
  readonly #startBlock: bigint;
  readonly #account: LocalAccount;

  constructor({client, manager, startBlock, account}: {client: ChainClient; manager: Address; startBlock: bigint; account: LocalAccount}) {
    this.#client = client;
    this.#manager = manager;
    this.#startBlock = startBlock;
    this.#account = account;
  }

  get sender(): Address {
    return this.#account.address;
  }

  async cast({epoch, kind, rule, member, path, signature}: Parameters<CastPort['cast']>[0]): Promise<Hex> {
    const {transactionHash} = await sendAndWait({
      client: this.#client, account: this.#account, address: this.#manager, abi: epochManagerAbi, functionName: 'castVote',
      args: [epoch, kind, rule, member, path, signature], timeoutMs: SEND_TIMEOUT_MS,
    });
    return transactionHash;
  }

  async votesOf(epoch: bigint, validator: Address): Promise<readonly {kind: number; rule: number}[]> {
    const logs = await rpc(this.#client, 'eth_getLogs', () => this.#client.getContractEvents({
      address: this.#manager, abi: epochManagerAbi, eventName: 'VoteCast', args: {epoch, validator}, fromBlock: this.#startBlock, strict: true,
    }));
    return logs.map(({args}) => ({kind: args.kind, rule: args.rule}));
  }

  async gasWei(): Promise<bigint> {
    return rpc(this.#client, 'eth_getBalance', () => this.#client.getBalance({address: this.#account.address}));
  }
}
