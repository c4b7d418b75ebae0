/** Finds a wallet's row among many: by its bytes, or by its lower-case text. */
import {hexAt, NIBBLE} from './bytes.ts';

const WALLET_BYTES = 20;
/** Wallets are chosen by people: beyond this many steps somebody has aimed at one slot, and a plain map takes over. */
const PROBES_MAX = 64;

export class WalletIndex {
  readonly #wallets: Uint8Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #crowded: Map<string, number> | undefined;
  readonly #buffer = new Uint8Array(WALLET_BYTES);

  /** Rows of 20 bytes each; of equal wallets the last row is found. */
  constructor(wallets: Uint8Array, count: number) {
    let size = 16;
    while (size < 2 * count) size *= 2;
    this.#wallets = wallets;
    this.#mask = size - 1;
    this.#slots = new Int32Array(size).fill(-1);
    let crowded = false;
    for (let row = 0; row < count && !crowded; row += 1) {
      const slot = this.#slotOf(wallets, row * WALLET_BYTES);
      crowded = slot < 0;
      if (!crowded) this.#slots[slot] = row;
    }
    if (!crowded) return;
    this.#crowded = new Map();
    for (let row = 0; row < count; row += 1) this.#crowded.set(hexAt(wallets, row * WALLET_BYTES, WALLET_BYTES), row);
  }

  /** Row of the wallet at `offset` of `bytes`, or −1. */
  findAt(bytes: Uint8Array, offset: number): number {
    if (this.#crowded !== undefined) return this.#crowded.get(hexAt(bytes, offset, WALLET_BYTES)) ?? -1;
    const slot = this.#slotOf(bytes, offset);
    return slot < 0 ? -1 : this.#slots[slot]!;
  }

  /** Row of a wallet given as `0x` and 40 lower-case hex digits, or −1. */
  find(wallet: string): number {
    if (wallet.length !== 2 + 2 * WALLET_BYTES) return -1;
    for (let i = 0; i < WALLET_BYTES; i += 1) {
      const high = NIBBLE[wallet.charCodeAt(2 + 2 * i)]!;
      const low = NIBBLE[wallet.charCodeAt(3 + 2 * i)]!;
      if (!((high | low) >= 0)) return -1;
      this.#buffer[i] = (high << 4) | low;
    }
    return this.findAt(this.#buffer, 0);
  }

  /** The wallet's slot or the empty one where it belongs; −1 when too many are in the way. */
  #slotOf(bytes: Uint8Array, offset: number): number {
    let slot = hashAt(bytes, offset) & this.#mask;
    for (let probe = 0; probe < PROBES_MAX; probe += 1) {
      const row = this.#slots[slot]!;
      if (row < 0 || this.#isSame(row * WALLET_BYTES, bytes, offset)) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #isSame(at: number, bytes: Uint8Array, offset: number): boolean {
    for (let i = 0; i < WALLET_BYTES; i += 1) if (this.#wallets[at + i] !== bytes[offset + i]) return false;
    return true;
  }
}

function hashAt(bytes: Uint8Array, offset: number): number {
  let hash = 0x811c9dc5;
  for (let i = offset; i < offset + WALLET_BYTES; i += 1) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
