import {numberToHex, type Address, type Hex} from 'viem';
import {PASS} from '../pass.ts';
import type {Rpc, RpcBlock} from '../rpc.ts';
import type {AccountUndo, StateJournal} from './journal.ts';

type StateOverride = {balance?: Hex; nonce?: Hex; code?: Hex; state?: Record<Hex, Hex>; stateDiff?: Record<Hex, Hex>};
type StateOverrides = Record<Address, StateOverride>;

/** Answers reads of old states, which the node no longer has, from its newest state and the journal. */
export class ArchiveReader {
  readonly #rpc: Rpc;
  readonly #journal: StateJournal;
  readonly #loadedHead: number;
  readonly #statesKept: number;

  /**
   * @param loadedHead - The node has no state before this block.
   * @param statesKept - The node has the states of this many newest blocks.
   */
  constructor(deps: {rpc: Rpc; journal: StateJournal; loadedHead: number; statesKept: number}) {
    this.#rpc = deps.rpc;
    this.#journal = deps.journal;
    this.#loadedHead = deps.loadedHead;
    this.#statesKept = deps.statesKept;
  }

  /** `PASS` when the node itself can answer, or when nobody can. */
  async handle(method: string, params: unknown[]): Promise<unknown> {
    switch (method) {
      case 'eth_call': {
        const block = await this.#oldBlock(params[1]);
        return block === undefined ? PASS : this.#call(block, params);
      }
      case 'eth_getBalance':
        return this.#account(method, params, (undo) => undo.balance);
      case 'eth_getTransactionCount':
        return this.#account(method, params, ({nonce}) => (nonce === undefined ? undefined : numberToHex(nonce)));
      case 'eth_getCode':
        return this.#account(method, params, (undo) => undo.code);
      case 'eth_getStorageAt': {
        const slot = numberToHex(BigInt(params[1] as Hex), {size: 32});
        const [address, key, block] = params;
        return this.#account(method, [address, block], ({storage}) => storage?.[slot], [key]);
      }
      default:
        return PASS;
    }
  }

  async #call(block: number, [call, , stateOverrides, blockOverrides]: unknown[]): Promise<unknown> {
    const tag = numberToHex(block);
    const {timestamp: time} = await this.#rpc.send<RpcBlock>('eth_getBlockByNumber', [tag, false]);
    const base = this.#journal.head;
    const state = mergeOverrides(this.#journal.changesSince(block), stateOverrides as StateOverrides | undefined);
    const env = {number: tag, time, ...(blockOverrides as object | undefined)};
    return this.#rpc.send('eth_call', [call, numberToHex(base), state, env]);
  }

  async #account(
    method: string,
    [address, blockParam]: unknown[],
    pick: (undo: AccountUndo) => Hex | undefined,
    middle: unknown[] = [],
  ): Promise<unknown> {
    const block = await this.#oldBlock(blockParam);
    if (block === undefined) return PASS;
    const base = numberToHex(this.#journal.head);
    const undo = this.#journal.changesSince(block).get((address as string).toLowerCase() as Address);
    const old = undo === undefined ? undefined : pick(undo);
    return old ?? this.#rpc.send(method, [address, ...middle, base]);
  }

  /** The block's number if its state is only in the journal. */
  async #oldBlock(param: unknown): Promise<number | undefined> {
    const number = await this.#numberOf(param);
    const oldestKept = Math.max(this.#loadedHead, this.#journal.head - this.#statesKept + 1);
    return number !== undefined && number < oldestKept && this.#journal.canShow(number) ? number : undefined;
  }

  async #numberOf(param: unknown): Promise<number | undefined> {
    if (typeof param === 'string') {
      if (/^0x[0-9a-f]{64}$/i.test(param)) return this.#numberOf({blockHash: param});
      return param.startsWith('0x') ? Number(param) : param === 'earliest' ? 0 : undefined;
    }
    const {blockNumber, blockHash} = (param ?? {}) as {blockNumber?: Hex; blockHash?: Hex};
    if (blockNumber !== undefined) return Number(blockNumber);
    if (blockHash === undefined) return undefined;
    const block = await this.#rpc.send<RpcBlock | null>('eth_getBlockByHash', [blockHash, false]);
    return block === null ? undefined : Number(block.number);
  }
}

/** The caller's own overrides win over the journal's values. */
function mergeOverrides(changes: Map<Address, AccountUndo>, own: StateOverrides = {}): StateOverrides {
  const merged: StateOverrides = {};
  for (const [address, {balance, nonce, code, storage}] of changes) {
    merged[address] = {
      ...(balance === undefined ? {} : {balance}),
      ...(nonce === undefined ? {} : {nonce: numberToHex(nonce)}),
      ...(code === undefined ? {} : {code}),
      ...(storage === undefined ? {} : {stateDiff: storage}),
    };
  }
  for (const [key, override] of Object.entries(own)) {
    const address = key.toLowerCase() as Address;
    const {stateDiff, ...journalled} = merged[address] ?? {};
    // `state` replaces the whole storage and excludes `stateDiff`.
    const storage = override.state === undefined ? {stateDiff: {...stateDiff, ...override.stateDiff}} : {};
    merged[address] = {...journalled, ...override, ...storage};
  }
  return merged;
}
