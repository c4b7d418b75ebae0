/**
 * Follows a chain's head into the read models: deposits not yet final ("confirming"), epochs, votes, certificates,
 * settlements, payouts, validators. A reorganisation is found by block hash and rolled back to the last common block.
 */
import type {ChainReader} from './chain-reader.ts';
import type {BlockRef} from './events.ts';
import type {AssetAtBlock, ChainStore} from './ports.ts';

const RANGE_BLOCKS = 2_000n;
const ANCESTOR_SEARCH_BLOCKS = 256;
const RESERVES_PER_STEP = 32;
const RESERVES_ATTEMPTS_MAX = 20;

export type IndexStep =
  | {kind: 'appended'; from: bigint; to: bigint; events: number; behind: bigint}
  | {kind: 'idle'}
  | {kind: 'moved'}
  | {kind: 'rolledBack'; from: bigint; to: bigint};

export class HeadIndexer {
  readonly #reader: ChainReader;
  readonly #store: ChainStore;
  readonly #unreadable = new Map<string, number>();
  #genesis: BlockRef | undefined;

  constructor({reader, store}: {reader: ChainReader; store: ChainStore}) {
    this.#reader = reader;
    this.#store = store;
  }

  get chainId(): number {
    return this.#reader.chainId;
  }

  /** One range or one rollback. @throws when RPC or database do not answer; nothing has changed then. */
  async step(): Promise<IndexStep> {
    const cursor = await this.#store.cursor(this.chainId);
    const head = await this.#reader.head();
    if (cursor) {
      const found = await this.#reader.block(cursor.number);
      if (found?.hash !== cursor.hash) return this.#rollBack(cursor.number);
    }
    const from = cursor ? cursor.number + 1n : this.#reader.contracts.startBlock;
    if (head.number < from) {
      if (cursor) await this.#store.noteHead(this.chainId, head);
      return {kind: 'idle'};
    }
    const last = from + RANGE_BLOCKS - 1n;
    const to = last < head.number ? await this.#reader.block(last) : head;
    if (to === undefined) return {kind: 'moved'};
    const {events, blocks} = await this.#reader.events({from, to: to.number});
    if ((await this.#reader.block(to.number))?.hash !== to.hash) return {kind: 'moved'};

    const genesisHash = cursor?.genesisHash ?? (await this.genesis()).hash;
    await this.#store.append({chainId: this.chainId, genesisHash, head, to, blocks, events});
    return {kind: 'appended', from, to: to.number, events: events.length, behind: head.number - to.number};
  }

  /**
   * Reads what custodies held at the blocks of newly proposed lines. A node that no longer has the state of that block
   * is asked a few times, then the reserves of that line stay unknown; the index goes on. Returns how many are unreadable.
   */
  async fillReserves(): Promise<number> {
    const assets = await this.#store.assetsWithoutReserves(this.chainId, RESERVES_PER_STEP);
    for (const asset of assets) {
      const key = `${asset.epoch}-${asset.lineIndex}-${asset.index}`;
      const failures = this.#unreadable.get(key) ?? 0;
      if (failures >= RESERVES_ATTEMPTS_MAX) continue;
      try {
        await this.#store.setReserves(asset, await this.#reserves(asset));
        this.#unreadable.delete(key);
      } catch {
        this.#unreadable.set(key, failures + 1);
      }
    }
    return this.#unreadable.size;
  }

  /** Block 0: tells one chain from another with the same id. */
  async genesis(): Promise<BlockRef> {
    const block = this.#genesis ?? await this.#reader.block(0n);
    if (block === undefined) throw new Error(`chain ${this.chainId} shows no block 0`);
    this.#genesis = block;
    return block;
  }

  async #reserves({token, lotSize, blockNumber}: AssetAtBlock): Promise<{reservesLots: bigint; paidOut: bigint}> {
    const {balance, paidOut} = await this.#reader.reservesAt(token, blockNumber);
    return {reservesLots: balance / lotSize, paidOut};
  }

  async #rollBack(from: bigint): Promise<IndexStep> {
    let below = from - 1n;
    for (;;) {
      const candidates = await this.#store.indexedBlocks(this.chainId, below, ANCESTOR_SEARCH_BLOCKS);
      if (candidates.length === 0) {
        await this.#store.forget(this.chainId);
        return {kind: 'rolledBack', from, to: this.#reader.contracts.startBlock};
      }
      for (const candidate of candidates) {
        if ((await this.#reader.block(candidate.number))?.hash === candidate.hash) {
          await this.#store.rollback(this.chainId, candidate);
          return {kind: 'rolledBack', from, to: candidate.number};
        }
      }
      below = candidates.at(-1)!.number - 1n;
    }
  }
}
