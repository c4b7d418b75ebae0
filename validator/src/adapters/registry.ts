/** The validator registry on L1: terms, members, stake. */
import {type ChainClient, type LoadedSet, loadSet} from '@pobs/protocol/chain';
import {validatorRegistryAbi} from '@pobs/protocol/abi';
import type {SetHeader} from '@pobs/protocol';
import type {Address} from 'viem';
import type {SetsPort} from '../services/ports.ts';
import {rpc} from './rpc.ts';

export class Registry implements SetsPort {
  readonly #client: ChainClient;
  readonly #address: Address;
  readonly #startBlock: bigint;
  readonly #sets = new Map<number, LoadedSet>();
  readonly #headers = new Map<number, SetHeader>();

  constructor({client, address, startBlock}: {client: ChainClient; address: Address; startBlock: bigint}) {
    this.#client = client;
    this.#address = address;
    this.#startBlock = startBlock;
  }

  async inForceAt(time: bigint): Promise<number | undefined> {
    for (let setId = await this.latestSetId(); setId > 0; setId -= 1) {
      if ((await this.#header(setId)).activeFrom <= time) return setId;
    }
    return undefined;
  }

  async latestSetId(): Promise<number> {
    return rpc(this.#client, 'latestSetId', () => this.#client.readContract({address: this.#address, abi: validatorRegistryAbi, functionName: 'latestSetId'}));
  }

  async #header(setId: number): Promise<SetHeader> {
    const known = this.#headers.get(setId);
    if (known !== undefined) return known;
    const header = await rpc(this.#client, 'header', () =>
      this.#client.readContract({address: this.#address, abi: validatorRegistryAbi, functionName: 'header', args: [setId]}));
    this.#headers.set(setId, header);
    return header;
  }

  async load(setId: number): Promise<LoadedSet> {
    const known = this.#sets.get(setId);
    if (known !== undefined) return known;
    const set = await loadSet({l1: this.#client, registry: this.#address, setId, fromBlock: this.#startBlock});
    this.#sets.set(setId, set);
    return set;
  }
}
