import type {Address, Hex} from 'viem';
import {sendRoot} from '../send-tree.ts';

/** A transaction that Nitro would have had, and the plain transaction of the L2 node that stands for it. */
export type NitroAlias = {
  /** Hash under Nitro's rules, known to the SDK. */
  nitroHash: Hex;
  /** Hash of the transaction on the L2 node. */
  realHash: Hex;
  /** Nitro's transaction type: deposit, redeem attempt, ticket submission. */
  kind: 0x64 | 0x68 | 0x69;
  requestId: Hex;
  from: Address;
  to: Address;
  /** The ticket could not be created; Nitro's receipt has status 0 and no logs. */
  failed?: boolean;
  ticketId?: Hex;
};

export type Send = {hash: Hex; l2Block: number};
export type Batch = {l1Block: number; l2BlockEnd: number};

/** What a restart needs besides the two chains; saved in the same snapshot. Plain JSON. */
export type RelayState = {
  l1Cursor: number;
  l2Cursor: number;
  aliases: NitroAlias[];
  resolvedRetries: Hex[];
  sends: Send[];
  /** Sparse by sequence number: batches of the rollup's creation have no entry. */
  batches: (Batch | null)[];
  /** `[L2 block, L1 block]`: from this L2 block on, this was the newest L1 block. */
  l1Heads: [l2Block: number, l1Block: number][];
};

/** The relay's record of what it moved between the chains; the shim reads it. */
export class RelayBook {
  l1Cursor: number;
  l2Cursor = -1;
  readonly #byNitro = new Map<Hex, NitroAlias>();
  readonly #byReal = new Map<Hex, NitroAlias>();
  readonly #resolved = new Set<Hex>();
  #sends: Send[] = [];
  #batches: (Batch | null)[] = [];
  #l1Heads: [l2Block: number, l1Block: number][] = [];
  /** Roots by number of sends; sends are only appended, except after a reorg. */
  readonly #roots = new Map<number, Hex>();

  constructor(start: {l1Cursor: number}) {
    this.l1Cursor = start.l1Cursor;
  }

  static load(state: RelayState): RelayBook {
    const book = new RelayBook({l1Cursor: state.l1Cursor});
    book.l2Cursor = state.l2Cursor;
    for (const alias of state.aliases) book.addAlias(alias);
    for (const hash of state.resolvedRetries) book.resolve(hash);
    book.#sends = state.sends;
    book.#batches = state.batches;
    book.#l1Heads = state.l1Heads;
    return book;
  }

  save(): RelayState {
    return {
      l1Cursor: this.l1Cursor,
      l2Cursor: this.l2Cursor,
      aliases: [...this.#byNitro.values()],
      resolvedRetries: [...this.#resolved],
      sends: this.#sends,
      batches: this.#batches,
      l1Heads: this.#l1Heads,
    };
  }

  addAlias(alias: NitroAlias): void {
    this.#byNitro.set(alias.nitroHash, alias);
    this.#byReal.set(alias.realHash, alias);
  }

  byNitroHash(hash: Hex): NitroAlias | undefined {
    return this.#byNitro.get(hash);
  }

  byRealHash(hash: Hex): NitroAlias | undefined {
    return this.#byReal.get(hash);
  }

  /** Marks a redeem attempt as over; until then the shim hides the receipt that scheduled it. */
  resolve(retryHash: Hex): void {
    this.#resolved.add(retryHash);
  }

  isResolved(retryHash: Hex): boolean {
    return this.#resolved.has(retryHash);
  }

  get sendCount(): number {
    return this.#sends.length;
  }

  addSend(position: number, send: Send): void {
    this.#sends[position] = send;
  }

  /** Number of sends up to and including an L2 block. */
  sendCountAt(l2Block: number): number {
    let low = 0;
    let high = this.#sends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sends[middle]?.l2Block ?? 0) <= l2Block) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  sendRootOf(count: number): Hex {
    const known = this.#roots.get(count);
    if (known !== undefined) return known;
    const root = sendRoot(this.sendHashes(count));
    this.#roots.set(count, root);
    return root;
  }

  sendHashes(count: number): Hex[] {
    return this.#sends.slice(0, count).map((send) => send.hash);
  }

  addBatch(sequenceNumber: number, batch: Batch): void {
    while (this.#batches.length < sequenceNumber) this.#batches.push(null);
    this.#batches[sequenceNumber] = batch;
  }

  /** The first batch that contains an L2 block. */
  batchOf(l2Block: number): {sequenceNumber: number; batch: Batch} | undefined {
    const sequenceNumber = this.#batches.findIndex((batch) => batch !== null && batch.l2BlockEnd >= l2Block);
    const batch = this.#batches[sequenceNumber];
    return batch === undefined || batch === null ? undefined : {sequenceNumber, batch};
  }

  addL1Head(l2Block: number, l1Block: number): void {
    this.#l1Heads.push([l2Block, l1Block]);
  }

  /** The newest L1 block when an L2 block was sealed; 0 before the first. */
  l1BlockAt(l2Block: number): number {
    let low = 0;
    let high = this.#l1Heads.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#l1Heads[middle]?.[0] ?? 0) <= l2Block) low = middle + 1;
      else high = middle;
    }
    return this.#l1Heads[low - 1]?.[1] ?? 0;
  }

  /** Forgets what lay above the given heads, after a reorg. */
  rewind(heads: {l1Block: number; l2Block: number}): void {
    const {l1Block, l2Block} = heads;
    this.l1Cursor = Math.min(this.l1Cursor, l1Block);
    this.l2Cursor = Math.min(this.l2Cursor, l2Block);
    this.#sends = this.#sends.filter((send) => send.l2Block <= l2Block);
    this.#l1Heads = this.#l1Heads.filter(([l2, l1]) => l2 <= l2Block && l1 <= l1Block);
    this.#batches = this.#batches.map((batch) =>
      batch === null || batch.l1Block > l1Block || batch.l2BlockEnd > l2Block ? null : batch,
    );
    this.#roots.clear();
  }
}
