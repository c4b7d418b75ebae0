import type {Address, Hex} from 'viem';

/** Old values of one account's fields that a block changed. */
export type AccountUndo = {balance?: Hex; nonce?: number; code?: Hex; storage?: Record<Hex, Hex>};
export type BlockUndo = {block: number; accounts: Record<Address, AccountUndo>};

/** Plain JSON. */
export type JournalState = {head: number; complete: number; blocks: BlockUndo[]};

const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`;

/**
 * What each block's transactions overwrote, so that the state after any earlier block can be shown.
 *
 * A node keeps the state of its newest blocks only, and a restarted one only that of the head. Changes made without a
 * transaction (the simulation's own minting) are not journalled.
 */
export class StateJournal {
  /** Newest block that is journalled. */
  #head: number;
  /** States from this block on can be shown; 0 unless a block could not be journalled. */
  #complete: number;
  /** Ascending by block; blocks without transactions have no entry. */
  #blocks: BlockUndo[];

  constructor(state: JournalState = {head: -1, complete: 0, blocks: []}) {
    this.#head = state.head;
    this.#complete = state.complete;
    this.#blocks = state.blocks;
  }

  save(): JournalState {
    return {head: this.#head, complete: this.#complete, blocks: this.#blocks};
  }

  get head(): number {
    return this.#head;
  }

  canShow(block: number): boolean {
    return block >= this.#complete && block <= this.#head;
  }

  /** @param undo - Absent for a block without transactions. */
  append(block: number, undo?: BlockUndo['accounts']): void {
    this.#head = block;
    if (undo !== undefined) this.#blocks.push({block, accounts: undo});
  }

  /** Notes that a block's changes are unknown: nothing before it can be shown any more. */
  skip(block: number): void {
    this.#head = block;
    this.#complete = block;
    this.#blocks = [];
  }

  /** Forgets the blocks above `block`, after a reorg. */
  rewind(block: number): void {
    this.#head = Math.min(this.#head, block);
    this.#blocks = this.#blocks.filter((entry) => entry.block <= block);
  }

  /** For each account: the values that differ between the state after `block` and the state at `head`. */
  changesSince(block: number): Map<Address, AccountUndo> {
    const changes = new Map<Address, AccountUndo>();
    // Newest first, so that the oldest value, the one right after `block`, is written last.
    for (let index = this.#blocks.length - 1; index >= 0; index--) {
      const entry = this.#blocks[index];
      if (entry === undefined || entry.block <= block) break;
      for (const [address, undo] of Object.entries(entry.accounts) as [Address, AccountUndo][]) {
        const known = changes.get(address);
        const storage = {...known?.storage, ...undo.storage};
        changes.set(address, {...known, ...undo, storage});
      }
    }
    return changes;
  }
}

type TracedAccount = {balance?: Hex; nonce?: number; code?: Hex; storage?: Record<Hex, Hex>};
/** Answer of `prestateTracer` with `diffMode`; `pre` omits what did not exist, `post` what did not change. */
export type TracedDiff = {pre: Record<Address, TracedAccount>; post: Record<Address, TracedAccount>};

/** Old values over all transactions of a block, in their order. */
export function undoOf(diffs: readonly TracedDiff[]): BlockUndo['accounts'] {
  const accounts: BlockUndo['accounts'] = {};
  for (const {pre, post} of diffs) {
    const touched = new Set([...Object.keys(pre), ...Object.keys(post)].map((key) => key.toLowerCase() as Address));
    const [before, after] = [lowerCased(pre), lowerCased(post)];
    for (const address of touched) {
      const undo = undoAccount(before[address], after[address]);
      const earlier = accounts[address];
      // What an earlier transaction overwrote is older.
      accounts[address] = {...undo, ...earlier, storage: {...undo.storage, ...earlier?.storage}};
    }
  }
  return accounts;
}

function undoAccount(before: TracedAccount | undefined, after: TracedAccount | undefined): AccountUndo {
  const undo: AccountUndo = {};
  if (after?.balance !== undefined || before?.balance !== undefined) undo.balance = before?.balance ?? '0x0';
  if (after?.nonce !== undefined || before?.nonce !== undefined) undo.nonce = before?.nonce ?? 0;
  if (after?.code !== undefined) undo.code = before?.code ?? '0x';
  const slots = [...Object.keys(before?.storage ?? {}), ...Object.keys(after?.storage ?? {})] as Hex[];
  if (slots.length > 0) {
    undo.storage = Object.fromEntries(slots.map((slot) => [slot, before?.storage?.[slot] ?? ZERO_WORD]));
  }
  return undo;
}

function lowerCased<T>(record: Record<Address, T>): Record<Address, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value as T]));
}
